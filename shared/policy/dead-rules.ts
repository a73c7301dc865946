/** Rules and limits that do nothing from a moment on: what they ask for can no longer come true, or what they lift is not there. */
import {
  type AttributeName,
  type Block,
  type ExemptRule,
  parseCalendarDate,
  parseVersionRange,
  type Rule,
  type Window,
} from '../engine/index.ts';
import type { LiveSets } from './live-sets.ts';
import { momentMs, type PlacedBlock, type PlacedLimit, type PlacedRule } from './policy-walk.ts';

const DAY_MS = 86_400_000;
/** Within this time after a date's midnight in UTC, a window on that date has ended everywhere on earth. */
const DATE_IS_OVER_MS = 4 * DAY_MS;

/** The attribute that each condition looks at, of those that real events lack. */
export const MAY_BE_MISSING = {
  users: 'username',
  commonNames: 'commonName',
  groups: 'groups',
  allGroups: 'groups',
  platforms: 'platform',
  openvpnVersion: 'openvpnVersion',
  awsClientVersion: 'awsClientVersion',
} as const satisfies Partial<Record<keyof Block, AttributeName>>;

/** Why no block of the rule can hold from now on, or undefined where one can. */
export function neverApplies(sets: LiveSets, { rule, match }: PlacedRule): string | undefined {
  const reason = noneHolds(sets, rule, match);
  return reason === undefined ? undefined : `the rule can never apply: ${reason}`;
}

/** Why no block of the limit can hold from now on, or undefined where one can. */
export function neverLimits(sets: LiveSets, { match }: PlacedLimit): string | undefined {
  const reason = noneHolds(sets, {}, match);
  return reason === undefined ? undefined : `the limit can never apply: ${reason}`;
}

/** When something is in force; always, where neither end is given. */
type Lifetime = Pick<Rule, 'notBefore' | 'expiresAt'>;

function noneHolds(sets: LiveSets, lifetime: Lifetime, match: readonly PlacedBlock[]): string | undefined {
  const reasons = match.map(({ block }) => neverHolds(sets, lifetime, block));
  return reasons.every((reason) => reason !== undefined) ? reasons[0] : undefined;
}

/** Why the block cannot hold from now on in that lifetime, or undefined where it can. */
export function neverHolds(sets: LiveSets, lifetime: Lifetime, block: Block): string | undefined {
  for (const condition of ['users', 'commonNames', 'identities', 'groups', 'allGroups', 'sourceIps'] as const) {
    const entries = block[condition];
    if (entries?.every((entry) => sets.referredTo(entry)?.entries.length === 0))
      return `no entry of ${condition} counts any more`;
  }
  for (const condition of ['openvpnVersion', 'awsClientVersion'] as const) {
    const ranges = block[condition];
    const list = typeof ranges === 'string' ? [ranges] : ranges;
    if (list?.every(isEmptyRange)) return `no version fits ${condition}`;
  }
  if (block.windows?.every((window) => windowIsOver(sets, window, lifetime)))
    return 'its windows are over before it is in force';
  const conditioned = new Set<AttributeName>();
  for (const [condition, attribute] of Object.entries(MAY_BE_MISSING))
    if (condition in block) conditioned.add(attribute);
  if (block.sourceIps !== undefined) conditioned.add('publicIp');
  if (block.missing?.every((attribute) => conditioned.has(attribute))) {
    return `one block wants ${block.missing.join(', ')} both missing and matched (two blocks are "or")`;
  }
  return undefined;
}

function windowIsOver(sets: LiveSets, window: Window, { notBefore, expiresAt }: Lifetime): boolean {
  const fromMs = Math.max(sets.nowMs, momentMs(notBefore, sets.nowMs));
  const untilMs = momentMs(expiresAt, Number.POSITIVE_INFINITY);
  if ('dates' in window) {
    return window.dates.every((date) => {
      const lastDayMs = sets.referredTo(date)?.lastDayMs ?? parseCalendarDate(date);
      return lastDayMs + DATE_IS_OVER_MS <= fromMs;
    });
  }
  if ('days' in window || 'cron' in window) return false;
  return (
    momentMs(window.until, Number.POSITIVE_INFINITY) <= fromMs ||
    momentMs(window.from, Number.NEGATIVE_INFINITY) >= untilMs
  );
}

/** True when the comparisons of a range exclude each other. */
function isEmptyRange(text: string): boolean {
  let low: Bound | undefined;
  let high: Bound | undefined;
  for (const { comparator, version } of parseVersionRange(text)) {
    const inclusive = comparator.includes('=');
    if (comparator !== '<' && comparator !== '<=') low = tighter(low, { version, inclusive }, 1);
    if (comparator !== '>' && comparator !== '>=') high = tighter(high, { version, inclusive }, -1);
  }
  if (high !== undefined && !high.inclusive && high.version.every((part) => part === 0)) return true;
  if (low === undefined || high === undefined) return false;
  const order = compareVersions(low.version, high.version);
  return order > 0 || (order === 0 && !(low.inclusive && high.inclusive));
}

interface Bound {
  readonly version: readonly number[];
  readonly inclusive: boolean;
}

function tighter(a: Bound | undefined, b: Bound, direction: 1 | -1): Bound {
  if (a === undefined) return b;
  const order = compareVersions(b.version, a.version) * direction;
  return order > 0 || (order === 0 && !b.inclusive) ? b : a;
}

function compareVersions(a: readonly number[], b: readonly number[]): number {
  for (const [index, part] of a.entries()) {
    const difference = part - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Ids of the deny rules that an exempt rule can lift, and whether there are others. */
export interface LiftableRules {
  readonly ids: ReadonlySet<string>;
  readonly denyRules: number;
}

export function liftableRules(rules: readonly PlacedRule[]): LiftableRules {
  const deny = rules.flatMap(({ rule }) => (rule.effect === 'deny' ? [rule] : []));
  return { ids: new Set(deny.filter(({ final }) => final !== true).map(({ id }) => id)), denyRules: deny.length };
}

/** Why the exempt rule lifts nothing, or undefined where it can lift a rule. */
export function liftsNothing({ from }: ExemptRule, { ids, denyRules }: LiftableRules): string | undefined {
  if (denyRules === 0) return 'the rule lifts nothing: there is no deny rule';
  const lifts = from === '*' ? ids.size > 0 : from.some((id) => ids.has(id));
  return lifts ? undefined : 'the rule lifts nothing: what it names is final';
}
