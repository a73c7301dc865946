/** Reads a decision's item: what is known has its form, attributes of a newer program's are passed over. */
import { isJsonObject } from '../canonical-json.ts';
import { StoreCorruptError } from '../store/index.ts';
import { DECISION_KIND } from './encode-decision.ts';
import { decisionPartition } from './keys.ts';
import { readPlace } from './place.ts';
import type { DecidedBy, DecisionRecord, RecordedEnd, RecordedEvent } from './record.ts';

/** True for an item whose time is over: DynamoDB deletes it some days later. */
export function isExpired(item: Readonly<Record<string, unknown>>, nowMs: number): boolean {
  return typeof item.expiresAt === 'number' && item.expiresAt * 1_000 <= nowMs;
}

/** @throws StoreCorruptError */
export function decodeDecision(item: Readonly<Record<string, unknown>>): DecisionRecord {
  const place = typeof item.place === 'string' ? readPlace(item.place) : undefined;
  if (item.kind !== DECISION_KIND) throw unreadable(item, 'kind');
  if (place === undefined || decisionPartition(place.id) !== item.pk) throw unreadable(item, 'place');
  const optional = {
    ...given(item, 'effect', isEffect),
    ...given(item, 'decidedBy', isDecider),
    ...given(item, 'groupsCount', isCount),
    ...given(item, 'rulesCount', isCount),
    ...given(item, 'reportedCount', isCount),
    ...given(item, 'message', isText),
    ...given(item, 'endpoint', isText),
    ...given(item, 'revision', isCount),
    ...given(item, 'policyAgeMs', isCount),
    ...given(item, 'cause', isText),
    ...given(item, 'ended', isEnd),
  };
  return {
    ...place,
    event: required(item, 'event', isEvent),
    names: required(item, 'names', isNames),
    allow: required(item, 'allow', isFlag),
    rules: required(item, 'rules', isTexts),
    reported: required(item, 'reported', isTexts),
    postureStatuses: required(item, 'postureStatuses', isTexts),
    ...optional,
  };
}

type Check<T> = (value: unknown) => value is T;

function required<T>(item: Readonly<Record<string, unknown>>, key: string, check: Check<T>): T {
  const value = item[key];
  if (!check(value)) throw unreadable(item, key);
  return value;
}

function given<Key extends string, T>(
  item: Readonly<Record<string, unknown>>,
  key: Key,
  check: Check<T>,
): { readonly [K in Key]?: T } {
  return item[key] === undefined ? {} : ({ [key]: required(item, key, check) } as { readonly [K in Key]: T });
}

function unreadable(item: Readonly<Record<string, unknown>>, key: string): StoreCorruptError {
  return new StoreCorruptError(`The decision ${String(item.pk)}: ${key} is missing or is not what it should be`);
}

const isText: Check<string> = (value) => typeof value === 'string';
const isTexts: Check<readonly string[]> = (value): value is readonly string[] =>
  Array.isArray(value) && value.every(isText);
const isFlag: Check<boolean> = (value) => typeof value === 'boolean';
const isCount: Check<number> = (value): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
const isEffect: Check<'allow' | 'deny'> = (value) => value === 'allow' || value === 'deny';
const isDecider: Check<DecidedBy> = (value) => value === 'rule' || value === 'default' || value === 'limit';
const isEnd: Check<RecordedEnd> = (value): value is RecordedEnd =>
  isJsonObject(value) &&
  (value.by === 'policy' || value.by === 'operator') &&
  [value.author, value.reason, value.admittedAt].every((text) => text === undefined || isText(text));
const isNames: Check<DecisionRecord['names']> = (value) =>
  value === 'clear' || value === 'pseudonyms' || value === 'left-out';

/** Whatever the values are, `readRequest` reads them; a newer event may have more of them. */
const isEvent: Check<RecordedEvent> = (value): value is RecordedEvent =>
  isJsonObject(value) &&
  isText(value['schema-version']) &&
  Object.values(value).every((of) => isText(of) || isTexts(of) || (isJsonObject(of) && isText(of.malformed)));
