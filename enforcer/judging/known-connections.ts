/** The events of connections that stand, out of the decision log. */
import type { ConnectRequest } from '../../shared/client-vpn/index.ts';
import {
  type DecisionRecord,
  type DecisionSource,
  type NameKeeping,
  recordedRequest,
} from '../../shared/decision-log/index.ts';
import type { ActiveConnection } from '../ec2/index.ts';

/** What is on record of a connection that was let in. */
export interface KnownConnection {
  /** As it was decided: what stands under a pseudonym has the name that EC2 tells. */
  readonly request: ConnectRequest;
  readonly record: DecisionRecord;
  /** When it was decided, in milliseconds since 1970. */
  readonly decidedAtMs: number;
}

export interface KnownConnections {
  /** What is on record of each of them; of the others there is nothing that could be judged. Rejects with a StoreError. */
  of(active: readonly ActiveConnection[], signal: AbortSignal): Promise<ReadonlyMap<string, KnownConnection>>;
}

/**
 * A record never changes, so that each is read once, as long as the sandbox lasts: a pass reads those of new connections alone.
 * INVARIANT: what is kept is of the connections that stood at the last call.
 */
export function createKnownConnections(
  decisions: Pick<DecisionSource, 'getMany'>,
  names: NameKeeping,
): KnownConnections {
  let kept: ReadonlyMap<string, KnownConnection> = new Map();
  return {
    async of(active, signal) {
      const unread = active.filter(({ id }) => !kept.has(id));
      const records = await decisions.getMany(
        unread.map(({ id }) => id),
        { signal },
      );
      const known = new Map<string, KnownConnection>();
      for (const connection of active) {
        const record = records.get(connection.id);
        const one = kept.get(connection.id) ?? (record && knownConnection(connection, record, names));
        if (one !== undefined) known.set(connection.id, one);
      }
      kept = known;
      return known;
    },
  };
}

/** Undefined where what is on record is not the whole event, or of another endpoint: by it nobody may be ended. */
function knownConnection(
  active: ActiveConnection,
  record: DecisionRecord,
  names: NameKeeping,
): KnownConnection | undefined {
  const { request, withheld } = recordedRequest(record);
  if (request.endpointId !== active.endpoint || withheld.includes('groups')) return undefined;
  const told: Record<string, string> = {};
  for (const attribute of withheld) {
    const name = attribute === 'username' ? active.username : active.commonName;
    // EC2 does not tell every name, and may tell another one: nobody is judged as if they had none, or by somebody else's.
    if (name === undefined || !mayBe(name, record, attribute, names)) return undefined;
    told[attribute] = name;
  }
  return { request: { ...request, ...told }, record, decidedAtMs: Date.parse(record.decidedAt) };
}

/** Whether the name can be the one that was not kept: where there is a pseudonym of it, it must be that. */
function mayBe(
  name: string,
  { event }: DecisionRecord,
  attribute: 'username' | 'commonName' | 'groups',
  names: NameKeeping,
): boolean {
  if (names.names !== 'pseudonyms') return true;
  return names.pseudonymOf(name) === event[attribute === 'username' ? 'username' : 'common-name'];
}
