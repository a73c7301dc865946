/** The stretches of time in which decisions are looked for, each with the keys under which those of that time stand. */
import type { DecisionFilter } from './decision-source.ts';
import {
  DAY_MS,
  groupOf,
  INDEXES,
  OUTCOME_GROUPS,
  rulePartition,
  SHARDS,
  timePartition,
  userPartition,
} from './keys.ts';

export interface Period {
  /** From then on … */
  readonly sinceMs: number;
  /** … and before then, in milliseconds since the epoch. */
  readonly untilMs: number;
  readonly keys: readonly PlaceKey[];
}

/** A partition whose sort key is a place. */
export interface PlaceKey {
  /** The index; none is the table itself. */
  readonly index?: string;
  readonly attribute: string;
  readonly sortedBy: string;
  readonly value: string;
}

export interface PeriodsOf {
  readonly filter: Pick<DecisionFilter, 'rule' | 'outcome'>;
  /** All names under which the user may be on record. */
  readonly userNames?: readonly string[] | undefined;
  readonly sinceMs: number;
  readonly untilMs: number;
}

/** One period for a user, else one for each day. */
export function* periods(of: PeriodsOf, order: 'oldest-first' | 'newest-first'): Generator<Period> {
  const { filter, userNames, sinceMs, untilMs } = of;
  if (untilMs <= sinceMs) return;
  if (userNames !== undefined) {
    const keys = [...new Set(userNames.map(userPartition))].map((value) => indexKey('byUser', value));
    yield { sinceMs, untilMs, keys };
    return;
  }
  const { rule, outcome } = filter;
  const groups = outcome === undefined ? OUTCOME_GROUPS : [groupOf(outcome)];
  const keysAt = (timeMs: number): PlaceKey[] =>
    rule === undefined
      ? groups.flatMap((group) => eachShard((shard) => indexKey('byTime', timePartition(group, timeMs, shard))))
      : eachShard((shard) => ({ attribute: 'pk', sortedBy: 'sk', value: rulePartition(rule, timeMs, shard) }));
  const first = Math.floor(sinceMs / DAY_MS);
  const last = Math.ceil(untilMs / DAY_MS) - 1;
  for (let step = 0; step <= last - first; step++) {
    const startMs = DAY_MS * (order === 'oldest-first' ? first + step : last - step);
    yield {
      sinceMs: Math.max(sinceMs, startMs),
      untilMs: Math.min(untilMs, startMs + DAY_MS),
      keys: keysAt(startMs),
    };
  }
}

function indexKey(index: keyof typeof INDEXES, value: string): PlaceKey {
  return { index: INDEXES[index].name, attribute: INDEXES[index].key, sortedBy: 'place', value };
}

function eachShard<T>(make: (shard: number) => T): T[] {
  return Array.from({ length: SHARDS }, (_, shard) => make(shard));
}
