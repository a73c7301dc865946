/** The enforcer through the admin API, which knows who asks. */
import { z } from 'zod';
import {
  type ConnectionList,
  connectionList,
  type EnforcerErrorCode,
  isUnfinished,
  type PassReport,
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

export function openEnforcerApi(address: ApiAddress, surroundings: Surroundings): EnforcerAccess {
  const client = createApiClient(address, surroundings);
  const { place } = client;

  async function ask<T>(request: ApiRequest, shape: z.ZodType<T>): Promise<T> {
    const answer = await client.call(request, shape, Object.keys(CODES));
    if (answer.ok) return answer.body;
    throw failureOf(answer.problem, place);
  }

  async function list(wanted: ConnectionsWanted): Promise<ConnectionList> {
    const { user, endpoint, wouldRefuse } = wanted;
    const filters = { user, endpoint, ...(wouldRefuse && { wouldRefuse: 'true' }), limit: PAGE };
    const connections: StandingConnection[] = [];
    for (let cursor: string | undefined; ; ) {
      const query = { ...filters, cursor };
      const read = await ask({ method: 'GET', path: 'v1/connections', query, changes: false }, page);
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

  async function terminate(wanted: TerminationWanted): Promise<PassReport> {
    const { connections, user, refusedBy = [], confirm } = wanted;
    const query = confirm ? { confirm: 'share' } : {};
    const request = (body: object) => end('v1/connections/terminate', wanted, { query, body });
    if (user !== undefined) return request({ user });
    if (connections !== undefined) return request({ connections });
    let report = await request({ refusedBy: refusedBy.slice(0, MOST_RULES) });
    for (let from = MOST_RULES; from < refusedBy.length; from += MOST_RULES) {
      report = added(report, await request({ refusedBy: refusedBy.slice(from, from + MOST_RULES) }));
    }
    return report;
  }

  return {
    place,
    list: (wanted) => withProgress(surroundings, `Asking ${place}`, () => list(wanted)),
    pass: (wanted: PassWanted) => {
      const { confirm } = wanted;
      const query = confirm === undefined ? {} : { confirm: 'share', revision: String(confirm.revision) };
      return withProgress(surroundings, `Waiting for ${place}`, async () => {
        const report = await end('v1/connections/enforce', wanted, { query });
        // The API asks the enforcer for that.
        return { report, goesOn: confirm !== undefined && isUnfinished(report) };
      });
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

/** What both have done; of what stands the later one knows. */
function added(some: PassReport, more: PassReport): PassReport {
  const endpoints = more.endpoints.map((endpoint) => {
    const { refused = 0, ended = 0 } = some.endpoints.find((other) => other.endpoint === endpoint.endpoint) ?? {};
    return { ...endpoint, refused: endpoint.refused + refused, ended: endpoint.ended + ended };
  });
  const connections = [...some.connections, ...more.connections];
  return { ...more, endpoints, connections, connectionsCount: countOf(some) + countOf(more) };
}

function countOf({ connections, connectionsCount = connections.length }: PassReport): number {
  return connectionsCount;
}
