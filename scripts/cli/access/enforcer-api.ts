/** The enforcer through the admin API, which knows who asks. */
import { z } from 'zod';
import {
  type ConnectionList,
  connectionList,
  type EnforcerErrorCode,
  passReport,
  type StandingConnection,
} from '../../../shared/enforcement/index.ts';
import type { Surroundings } from '../surroundings.ts';
import { withProgress } from '../terminal/progress.ts';
import type { ApiProblem } from './api-answers.ts';
import { type ApiRequest, createApiClient } from './api-client.ts';
import {
  type ConnectionsWanted,
  type EnforcerAccess,
  EnforcerFailure,
  type PassWanted,
  type Terminated,
  type TerminationWanted,
} from './enforcer-access.ts';
import type { ApiAddress } from './policy-address.ts';

/** Each page is read from EC2 anew, and Lambda lets 6 MB pass. */
const PAGE = '2000';
/** The API takes no more in one request. */
const MOST_RULES = 100;

const page = z.intersection(connectionList, z.object({ next: z.string().optional() }));

/** Problems of the API, as the enforcer itself calls them. */
const CODES: Readonly<Record<string, EnforcerErrorCode>> = {
  'confirmation-needed': 'too-many',
  'precondition-failed': 'moved',
  'no-policy': 'no-policy',
  'no-enforcer': 'not-configured',
  'enforcer-not-set-up': 'not-configured',
  'enforcer-unavailable': 'unreachable',
  'enforcer-failed': 'internal',
  forbidden: 'not-permitted',
};
const NO_SUCH = 'no-such-connection';

export function openEnforcerApi(address: ApiAddress, surroundings: Surroundings): EnforcerAccess {
  const client = createApiClient(address, surroundings);
  const { place } = client;

  /** Undefined: there is no such connection. */
  async function ask<T>(request: ApiRequest, shape: z.ZodType<T>): Promise<T | undefined> {
    const answer = await client.call(request, shape, [...Object.keys(CODES), NO_SUCH]);
    if (answer.ok) return answer.body;
    const { problem } = answer;
    if (problem.code === NO_SUCH) return undefined;
    throw failureOf(problem, place);
  }

  async function list(wanted: ConnectionsWanted): Promise<ConnectionList> {
    const { user, endpoint, wouldRefuse } = wanted;
    const filters = { user, endpoint, ...(wouldRefuse && { wouldRefuse: 'true' }), limit: PAGE };
    const connections: StandingConnection[] = [];
    for (let cursor: string | undefined; ; ) {
      const query = { ...filters, cursor };
      const read = present(await ask({ method: 'GET', path: 'v1/connections', query, changes: false }, page));
      connections.push(...read.connections);
      cursor = read.next;
      if (cursor === undefined) return { at: read.at, revision: read.revision, mode: read.mode, connections };
    }
  }

  const end = (path: string, wanted: Asked, more: Pick<ApiRequest, 'query' | 'body'> = {}) => {
    const { reason, dryRun } = wanted;
    const query = { ...more.query, ...(reason !== '' && { reason }), ...(dryRun && { dryRun: 'true' }) };
    return ask({ ...more, method: 'POST', path, query, changes: dryRun ? false : 'connections' }, passReport);
  };

  async function terminate(wanted: TerminationWanted): Promise<Terminated> {
    const { connections = [], user, refusedBy = [], confirm } = wanted;
    const path = 'v1/connections/terminate';
    const query = confirm ? { confirm: 'share' } : {};
    if (user !== undefined) return present(await end(path, wanted, { query, body: { user } }));
    const reports: Terminated[] = [];
    for (const id of connections) {
      const report = await end(`v1/connections/${id}/terminate`, wanted);
      if (report !== undefined) reports.push(report);
    }
    for (let from = 0; from < refusedBy.length; from += MOST_RULES) {
      const body = { refusedBy: refusedBy.slice(from, from + MOST_RULES) };
      reports.push(present(await end(path, wanted, { query, body })));
    }
    const none: Terminated = { dryRun: wanted.dryRun === true, endpoints: [], connections: [] };
    return reports.reduce(added, none);
  }

  return {
    place,
    list: (wanted) => withProgress(surroundings, `Asking ${place}`, () => list(wanted)),
    pass: (wanted: PassWanted) => {
      const { confirm } = wanted;
      const query = confirm === undefined ? {} : { confirm: 'share', revision: String(confirm.revision) };
      return withProgress(surroundings, `Waiting for ${place}`, async () =>
        present(await end('v1/connections/enforce', wanted, { query })),
      );
    },
    terminate: (wanted) => withProgress(surroundings, `Waiting for ${place}`, () => terminate(wanted)),
    close: () => {},
  };
}

type Asked = Pick<TerminationWanted, 'reason' | 'dryRun'>;

function failureOf({ code, detail, report }: ApiProblem, place: string): EnforcerFailure {
  const known = CODES[code];
  if (known === undefined) throw new Error('INVARIANT: no other problem was expected');
  return new EnforcerFailure({ code: known, message: detail, report: passReport.safeParse(report).data }, place);
}

/** Of the endpoints the later one knows. */
function added(some: Terminated, more: Terminated): Terminated {
  return { ...more, connections: [...some.connections, ...more.connections] };
}

function present<T>(answer: T | undefined): T {
  if (answer === undefined) throw new Error('INVARIANT: only one connection can be missing');
  return answer;
}
