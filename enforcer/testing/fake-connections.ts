/** The state of the fake EC2: Client VPN endpoints and the connections at them. */

export type FakeStatus = 'active' | 'failed-to-terminate' | 'terminating' | 'terminated';

export interface FakeConnection {
  readonly id: string;
  readonly endpoint: string;
  readonly username: string;
  readonly commonName: string;
  readonly clientIp: string;
  /** As EC2 writes it: `2026-11-27 02:14:05`. */
  readonly establishedTime: string;
  readonly status: FakeStatus;
  /** When it ended, milliseconds since 1970. */
  readonly endedMs?: number;
}

/** What is not given is empty, as EC2 sends it; the id is made up, and it was established now. */
export type NewConnection = Partial<Omit<FakeConnection, 'endpoint' | 'endedMs'>>;

export interface FakeConnections {
  /** All that it knows of, those that have ended included. */
  all(): readonly FakeConnection[];
  /** The ids of those that stand, at one endpoint or at all. */
  standing(endpoint?: string): readonly string[];
  get(id: string): FakeConnection | undefined;
  hasEndpoint(endpoint: string): boolean;
  addEndpoint(endpoint: string): void;
  add(endpoint: string, connection?: NewConnection): FakeConnection;
  /** Ends by itself: the user has hung up. */
  end(id: string): void;
  /** As if it had never been. */
  remove(id: string): void;
  /** From now on EC2 fails to terminate it. */
  holdOn(id: string): void;
  /** What TerminateClientVpnConnections does; undefined where it has ended already. */
  terminate(id: string): { readonly previous: FakeStatus; readonly current: FakeStatus } | undefined;
  /** One look at those after a place, as DescribeClientVpnConnections sees them. */
  look(endpoint: string, matches: (connection: FakeConnection) => boolean, after: number, most: number): FakePage;
  /** How many looks still see one that has been terminated as `active`, and after those as `terminating`. Default none. */
  lag: { active: number; terminating: number };
}

export interface FakePage {
  readonly connections: readonly FakeConnection[];
  /** The place of the last one, where there are more. */
  readonly next: number | undefined;
}

interface Known {
  connection: FakeConnection;
  readonly place: number;
  /** What the next looks see instead of its status. */
  readonly seen: FakeStatus[];
}

/** EC2 API reference, "DescribeClientVpnConnections": those that have ended within the last 60 minutes are told, too. */
const TOLD_AFTER_END_MS = 3_600_000;

export function createFakeConnections(endpointIds: readonly string[], now: () => number): FakeConnections {
  const endpoints = new Set(endpointIds);
  const known = new Map<string, Known>();
  const held = new Set<string>();
  let places = 0;

  const change = (one: Known, status: FakeStatus) => {
    one.connection = { ...one.connection, status, ...(status === 'terminated' && { endedMs: now() }) };
  };
  const isTold = ({ connection: { endedMs } }: Known) => endedMs === undefined || now() - endedMs < TOLD_AFTER_END_MS;

  return {
    lag: { active: 0, terminating: 0 },
    all: () => [...known.values()].map(({ connection }) => connection),
    standing: (endpoint) =>
      [...known.values()]
        .map(({ connection }) => connection)
        .filter((one) => one.status !== 'terminated' && (endpoint === undefined || one.endpoint === endpoint))
        .map(({ id }) => id),
    get: (id) => known.get(id)?.connection,
    hasEndpoint: (endpoint) => endpoints.has(endpoint),
    addEndpoint: (endpoint) => void endpoints.add(endpoint),
    add(endpoint, given = {}) {
      places += 1;
      const connection: FakeConnection = {
        id: `cvpn-connection-${places.toString(16).padStart(17, '0')}`,
        username: '',
        commonName: '',
        clientIp: '',
        establishedTime: ec2Time(now()),
        status: 'active',
        ...given,
        endpoint,
      };
      endpoints.add(endpoint);
      known.set(connection.id, { connection, place: places, seen: [] });
      return connection;
    },
    end(id) {
      const one = known.get(id);
      if (one !== undefined) change(one, 'terminated');
    },
    remove: (id) => void known.delete(id),
    holdOn: (id) => void held.add(id),
    terminate(id) {
      const one = known.get(id);
      if (one === undefined || one.connection.status === 'terminated') return undefined;
      const previous = one.connection.status;
      if (held.has(id)) {
        change(one, 'failed-to-terminate');
        return { previous, current: 'failed-to-terminate' };
      }
      change(one, 'terminated');
      const { active, terminating } = this.lag;
      one.seen.push(...Array<FakeStatus>(active).fill('active'), ...Array<FakeStatus>(terminating).fill('terminating'));
      return { previous, current: 'terminating' };
    },
    look(endpoint, matches, after, most) {
      const told = [...known.values()].filter(
        (one) => one.place > after && one.connection.endpoint === endpoint && isTold(one) && matches(one.connection),
      );
      const shown = told.slice(0, most);
      return {
        connections: shown.map(({ connection, seen }) => ({
          ...connection,
          status: seen.shift() ?? connection.status,
        })),
        next: told.length > shown.length ? shown.at(-1)?.place : undefined,
      };
    },
  };
}

/** As EC2 writes times: `2026-11-27 02:14:05`, in UTC. */
export function ec2Time(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
}
