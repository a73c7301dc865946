/** A record as an item of the decisions table, and what is put beside it so that its rules find it. */
import type { JsonObject } from '../canonical-json.ts';
import {
  DECISION_KEY,
  decisionPartition,
  groupOf,
  rulePartition,
  shardOf,
  timePartition,
  userPartition,
} from './keys.ts';
import { placeOf } from './place.ts';
import type { DecisionRecord } from './record.ts';

/** The most rules of one decision by which it is found. */
export const MAX_MENTIONS = 8;

/** What marks the item of a decision. */
export const DECISION_KIND = 'client-vpn-policy/decision@1';
const MENTION_KIND = 'client-vpn-policy/rule-mention@1';

/** @param expiresAt seconds since the epoch */
export function encodeDecision(record: DecisionRecord, expiresAt: number): JsonObject {
  const { id, decidedAt, outcome, event, ended, ...rest } = record;
  const pk = decisionPartition(id);
  if (pk === undefined) throw new TypeError(`${JSON.stringify(id)} is no id of a decision`);
  const user = userOf(record);
  return {
    pk,
    sk: DECISION_KEY,
    kind: DECISION_KIND,
    expiresAt,
    place: placeOf(record),
    timeKey: timePartition(groupOf(outcome), Date.parse(decidedAt), shardOf(id)),
    // The index holds only what has both its keys.
    ...(user === undefined ? {} : { userKey: userPartition(user) }),
    event: event as JsonObject,
    ...rest,
    ...(ended === undefined ? {} : { ended: { ...ended } }),
  };
}

/** By whose name a decision is found: the user's, else the certificate's. */
export function userOf({ event }: Pick<DecisionRecord, 'event'>): string | undefined {
  return [event.username, event['common-name']].find((name) => typeof name === 'string');
}

/** An item for each report rule that applied and each rule that refused. */
export function encodeMentions(record: DecisionRecord, expiresAt: number): JsonObject[] {
  const timeMs = Date.parse(record.decidedAt);
  return rulesThatFind(record)
    .slice(0, MAX_MENTIONS)
    .map((rule) => ({
      pk: rulePartition(rule, timeMs, shardOf(record.id)),
      sk: placeOf(record),
      kind: MENTION_KIND,
      expiresAt,
    }));
}

/** The rules by which a decision can be found: the one whose message counts and those on trial come first. */
export function rulesThatFind({ effect, rules, reported }: DecisionRecord): readonly string[] {
  if (effect !== 'deny') return reported;
  return [...rules.slice(0, 1), ...reported, ...rules.slice(1)];
}
