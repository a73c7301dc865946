/** Under which keys a decision stands in the table and its indexes. All are bounded and none is empty, as DynamoDB wants. */
import { cut, foldWide } from '../engine/index.ts';
import type { DecisionOutcome } from './record.ts';
import { wellFormed } from './well-formed.ts';

/** The sort key of a decision's own item. A rule's mentions, which stand beside, have places for theirs. */
export const DECISION_KEY = 'DECISION';

/** The indexes, each by its partition key and `place`. */
export const INDEXES = {
  byUser: { name: 'byUser', key: 'userKey' },
  byTime: { name: 'byTime', key: 'timeKey' },
} as const;

/** What the time index keeps apart: an admission that nothing spoke against, and everything else. */
export type OutcomeGroup = 'admitted' | 'refused';

export const OUTCOME_GROUPS: readonly OutcomeGroup[] = ['admitted', 'refused'];

/**
 * Writes of one moment are spread over so many partition keys, each of which takes 1000 a second. (A key for each day: one
 * for each hour would take no more, since all writes of a moment are of one hour, and cost a reader 24 times the queries.)
 */
export const SHARDS = 4;

export const DAY_MS = 86_400_000;

const REQUEST_ID = 'request:';
const ENDED_ID = 'ended:';

/** True for what can be a connection's id; AWS gives `cvpn-connection-` and a hexadecimal number. */
export function isConnectionId(id: string): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(id);
}

/** The id of a decision on a connection whose own id cannot be one. */
export function idOfRequest(lambdaRequestId: string): string {
  return `${REQUEST_ID}${lambdaRequestId.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 64) || '_'}`;
}

/** The id of the record that a connection was ended. */
export function idOfEnded(connectionId: string): string {
  return `${ENDED_ID}${connectionId}`;
}

/** The partition key of a decision's own item; `undefined` for what is no id of a decision. */
export function decisionPartition(id: string): string | undefined {
  if (isConnectionId(id)) return `CONNECTION#${id}`;
  const kind = PREFIXES.find(({ prefix }) => id.startsWith(prefix));
  const rest = id.slice(kind?.prefix.length);
  return kind !== undefined && isConnectionId(rest) ? `${kind.partition}#${rest}` : undefined;
}

const PREFIXES = [
  { prefix: REQUEST_ID, partition: 'REQUEST' },
  { prefix: ENDED_ID, partition: 'ENDED' },
] as const;

export function userPartition(name: string): string {
  return `USER#${wellFormed(cut(foldWide(name), MAX_KEY_UNITS))}`;
}

export function timePartition(group: OutcomeGroup, timeMs: number, shard: number): string {
  return `${group}#${dayOf(timeMs)}#${shard}`;
}

export function rulePartition(rule: string, timeMs: number, shard: number): string {
  return `RULE#${wellFormed(cut(rule, MAX_KEY_UNITS))}#${dayOf(timeMs)}#${shard}`;
}

function dayOf(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 'yyyy-mm-dd'.length);
}

export function groupOf(outcome: DecisionOutcome): OutcomeGroup {
  return outcome === 'admitted' ? 'admitted' : 'refused';
}

/** Which of the keys takes a decision: FNV-1a of its id. */
export function shardOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < id.length; index++) hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193);
  return (hash >>> 0) % SHARDS;
}

/** Three bytes each at most, and a key of DynamoDB's may have 1024 bytes. */
const MAX_KEY_UNITS = 300;
