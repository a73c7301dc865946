/**
 * An enforcer behind Lambda's invoke API, after shared/enforcement/protocol.ts: it judges the connections of a test by the policy of a table, and
 * forgets those that it ends, so that it plays EC2 and the decision log, too.
 */
import type {
  EndedConnection,
  EndpointReport,
  EnforcerMode,
  EnforcerRequest,
  PassReport,
} from '../../../shared/enforcement/index.ts';
import { type Invocation, startFakeLambda } from '../../../shared/enforcement/testing/fake-lambda.ts';
import { DynamoDbPolicyStore } from '../../../shared/store/index.ts';
import { localDocumentClient } from '../../../shared/store/testing/dynalite.ts';
import { type JudgedConnection, judgeConnections, type PlayedConnection } from './played-connections.ts';

export interface PlayedEnforcer {
  readonly endpoint: string;
  /** All that came, in order. */
  readonly invocations: readonly Invocation[];
  /** The ids of the connections that stand. */
  standing(): readonly string[];
  stop(): Promise<void>;
}

export interface PlayedEnforcerOptions {
  /** Of a dynalite. */
  readonly endpoint: string;
  readonly tableName: string;
  readonly connections: readonly PlayedConnection[];
  /** Default enforce. */
  readonly mode?: EnforcerMode;
  /** Ids of connections that EC2 does not end. */
  readonly stubborn?: readonly string[];
  /** So many a request has the time to end. Default: all. */
  readonly atMost?: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** At an endpoint without an operator's word. */
const CAP = 5;
/** Connections that a report names. */
const MOST_NAMED = 1_000;

export async function startPlayedEnforcer(options: PlayedEnforcerOptions): Promise<PlayedEnforcer> {
  const { endpoint, tableName, mode = 'enforce', stubborn = [], atMost = Number.POSITIVE_INFINITY, now } = options;
  const client = localDocumentClient(endpoint);
  const store = new DynamoDbPolicyStore({ client, tableName, now });
  let standing = [...options.connections];

  /** @param position among those that the request ends */
  function end({ connection }: JudgedConnection, position: number): Pick<EndedConnection, 'outcome' | 'error'> {
    if (position >= atMost) return { outcome: 'left' };
    if (stubborn.includes(connection.id)) return { outcome: 'failed', error: 'InternalError: try again' };
    standing = standing.filter((other) => other.id !== connection.id);
    return { outcome: 'ended' };
  }

  async function answer(request: EnforcerRequest): Promise<unknown> {
    const revision = await store.head();
    if (revision === undefined) return problem('no-policy', 'none is published');
    const { document } = await store.load(revision);
    const all = judgeConnections(standing, document, now());
    const about = { at: new Date(now()).toISOString(), revision: revision.number, mode };
    if (request.task === 'list') return { ...about, connections: listed(all, request) };
    if (request.task === 'pass' && request.confirm !== undefined && request.confirm.revision !== revision.number) {
      return problem('moved', `revision ${revision.number} is in force`);
    }
    const isPass = request.task === 'pass';
    const wanted = all.filter((one) => isWanted(one, request));
    const isConfirmed = isPass
      ? request.confirm !== undefined
      : request.refusedBy === undefined || request.confirm === true || request.dryRun === true;
    // A pass ends what the rule itself confirms; an operator who names the rule does not see how many that is.
    const counts = (one: JudgedConnection) => !isPass || !one.endsAll;
    const held = isConfirmed ? new Set<string>() : endpointsOver(wanted.filter(counts));
    const isTooMany = !isPass && held.size > 0;
    const looksOnly = request.dryRun === true || isTooMany || (isPass && mode === 'observe');
    const isHeld = (one: JudgedConnection) => held.has(one.connection.endpoint) && counts(one);
    const toEnd = wanted.filter((one) => !isHeld(one));
    const connections = wanted.map((one): EndedConnection => {
      const became = isHeld(one)
        ? { outcome: 'held' as const }
        : looksOnly
          ? { outcome: 'would-end' as const }
          : end(one, toEnd.indexOf(one));
      return { ...namesOf(one), rules: isPass || request.refusedBy !== undefined ? one.by : [], ...became };
    });
    const report: PassReport = {
      ...about,
      dryRun: request.dryRun === true,
      endpoints: sumsOf(all, connections, held),
      connections: [...connections.slice(0, MOST_NAMED), ...goneOf(request, all)],
      ...(connections.length > MOST_NAMED && { connectionsCount: connections.length }),
    };
    return isTooMany ? problem('too-many', 'that is more than may be ended at once', report) : report;
  }

  const lambda = await startFakeLambda(async ({ request }) => ({ answer: await answer(request) }));
  return {
    endpoint: lambda.endpoint,
    invocations: lambda.invocations,
    standing: () => standing.map(({ id }) => id),
    async stop() {
      await lambda.stop();
      client.destroy();
    },
  };
}

function problem(code: string, message: string, report?: PassReport): object {
  return { problem: { code, message, ...(report && { report }) } };
}

function listed(all: readonly JudgedConnection[], wanted: Extract<EnforcerRequest, { readonly task: 'list' }>) {
  return all
    .filter((one) => wanted.user === undefined || isOf(one, wanted.user))
    .map(({ connection }) => connection)
    .filter(({ endpoint, endpointName }) => [undefined, endpoint, endpointName].includes(wanted.endpoint))
    .filter(({ standing: { verdict } }) => wanted.wouldRefuse !== true || verdict === 'refused' || verdict === 'grace');
}

function isWanted(one: JudgedConnection, request: Exclude<EnforcerRequest, { readonly task: 'list' }>): boolean {
  if (request.task === 'pass') return one.by.length > 0;
  const { connections, user, refusedBy } = request;
  if (connections !== undefined) return connections.includes(one.connection.id);
  return user === undefined ? one.by.some((rule) => refusedBy?.includes(rule)) : isOf(one, user);
}

function isOf({ connection: { username, commonName } }: JudgedConnection, user: string): boolean {
  return (username ?? commonName)?.toLowerCase() === user.toLowerCase();
}

function endpointsOver(wanted: readonly JudgedConnection[]): Set<string> {
  const counted = wanted.map(({ connection }) => connection.endpoint);
  return new Set(counted.filter((id) => counted.filter((other) => other === id).length > CAP));
}

/** Those that were asked for by their ids, and do not stand. */
function goneOf(request: EnforcerRequest, all: readonly JudgedConnection[]): EndedConnection[] {
  const asked = request.task === 'terminate' ? (request.connections ?? []) : [];
  return asked
    .filter((id) => !all.some(({ connection }) => connection.id === id))
    .map((id) => ({ id, endpoint: '', rules: [], outcome: 'gone' }));
}

function namesOf({ connection: { id, endpoint, username, commonName } }: JudgedConnection) {
  return { id, endpoint, ...(username !== undefined && { username }), ...(commonName !== undefined && { commonName }) };
}

function sumsOf(
  all: readonly JudgedConnection[],
  connections: readonly EndedConnection[],
  held: ReadonlySet<string>,
): EndpointReport[] {
  return [...new Set(all.map(({ connection }) => connection.endpoint))].map((endpoint) => {
    const here = all.filter(({ connection }) => connection.endpoint === endpoint);
    const verdict = (name: string) => here.filter(({ connection }) => connection.standing.verdict === name).length;
    const touched = connections.filter((one) => one.endpoint === endpoint);
    return {
      endpoint,
      active: here.length,
      unknown: verdict('unknown'),
      kept: verdict('kept'),
      grace: verdict('grace'),
      refused: touched.length,
      ended: touched.filter(({ outcome }) => outcome === 'ended').length,
      cap: CAP,
      held: held.has(endpoint),
    };
  });
}
