/** Makes the record of a connection that was ended: bounded, as that of a decision is. */
import { type ConnectRequest, readRequest } from '../client-vpn/index.ts';
import { cut, DEFAULT_RULE } from '../engine/index.ts';
import { idOfEnded } from './keys.ts';
import { keepNames, type NameKeeping } from './names.ts';
import type { DecidedBy, DecisionRecord, RecordedEnd } from './record.ts';
import { recordedEvent } from './recorded-event.ts';
import { firstOf } from './recorded-rules.ts';
import { wellFormed } from './well-formed.ts';

/** An ended connection as the enforcer knows it. */
export interface EndedFacts {
  /** Milliseconds since the epoch: the moment for which the policy was asked. */
  readonly endedAtMs: number;
  readonly connection: EndedConnectionFacts;
  /** The decision that let it in, where that is on record: its event is that of the new record. */
  readonly admission?: DecisionRecord | undefined;
  /** What becomes of names that are in clear; those that are not stay as they are, or are left out, too. */
  readonly names: NameKeeping;
  /** Why the policy refuses it; absent where it is ended whatever the policy says. */
  readonly refusal?: { readonly decidedBy: DecidedBy; readonly rules: readonly string[] } | undefined;
  /** The revision that was in force. */
  readonly revision?: number | undefined;
  /** The endpoint's name, its id where it has none. */
  readonly endpoint?: string | undefined;
  readonly by: RecordedEnd['by'];
  /** Who asked for it, or confirmed it. */
  readonly asked?: EndAsked | undefined;
}

/** What EC2 tells of a connection; names in clear. */
export interface EndedConnectionFacts {
  readonly id: string;
  readonly endpointId: string;
  readonly username?: string | undefined;
  readonly commonName?: string | undefined;
  /** When it was established, in milliseconds since the epoch. */
  readonly sinceMs?: number | undefined;
}

export interface EndAsked {
  readonly author: { readonly type: string; readonly id: string };
  readonly reason: string;
}

const MAX_AUTHOR = 512;
const MAX_REASON = 512;

/**
 * The record under `idOfEnded`. It stands beside the connection's own, and is found by its user, its time and the rules that
 * refuse it.
 */
export function endedRecord(facts: EndedFacts): DecisionRecord {
  const { endedAtMs, connection, refusal, revision, endpoint } = facts;
  // The word for "no rule admits it" names none.
  const rules = (refusal?.rules ?? []).filter((rule) => rule !== DEFAULT_RULE);
  return {
    id: idOfEnded(connection.id),
    decidedAt: new Date(endedAtMs).toISOString(),
    ...keptEvent(facts),
    outcome: 'ended',
    allow: false,
    ...(refusal === undefined ? {} : { effect: 'deny', decidedBy: refusal.decidedBy }),
    ...firstOf('rules', 'rulesCount', rules),
    reported: [],
    postureStatuses: [],
    ...(endpoint === undefined ? {} : { endpoint: wellFormed(endpoint) }),
    ...(revision === undefined ? {} : { revision }),
    ended: recordedEnd(facts),
  };
}

function keptEvent({
  admission,
  connection,
  names,
}: EndedFacts): Pick<DecisionRecord, 'names' | 'event' | 'groupsCount'> {
  if (admission === undefined) return withNames(names, requestOf(connection));
  const { event, groupsCount } = admission;
  const counted = groupsCount === undefined ? {} : { groupsCount };
  const stay = admission.names === names.names || (admission.names !== 'clear' && names.names !== 'left-out');
  if (stay) return { names: admission.names, event, ...counted };
  // It was recorded when the deployment kept more of them than now.
  return { ...withNames(names, readRequest(event)), ...counted };
}

function withNames(names: NameKeeping, request: ConnectRequest): Pick<DecisionRecord, 'names' | 'event'> {
  const kept = keepNames(names, request, undefined);
  return { names: kept.names, ...recordedEvent(kept.request) };
}

/** EC2 does not tell a version, so that it is that of an event without one. */
function requestOf({ id, endpointId, username, commonName }: EndedConnectionFacts): ConnectRequest {
  return readRequest({ 'connection-id': id, 'endpoint-id': endpointId, username, 'common-name': commonName });
}

function recordedEnd({ by, asked, admission, connection: { sinceMs } }: EndedFacts): RecordedEnd {
  const admittedAt = admission?.decidedAt ?? (sinceMs === undefined ? undefined : new Date(sinceMs).toISOString());
  return {
    by,
    ...(asked === undefined
      ? {}
      : {
          author: bounded(`${asked.author.type}:${asked.author.id}`, MAX_AUTHOR),
          reason: bounded(asked.reason, MAX_REASON),
        }),
    ...(admittedAt === undefined ? {} : { admittedAt }),
  };
}

function bounded(text: string, most: number): string {
  return wellFormed(cut(text, most));
}
