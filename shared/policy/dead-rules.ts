/** Rules that do nothing from a moment on: what they ask for can no longer come true, or what they lift is not there. */
import {
  type AttributeName,
  type Block,
  type ExemptRule,
  type PolicyDocument,
  parseCalendarDate,
  parseVersionRange,
  type Rule,
  type Window,
} from '../engine/index.ts';
import { entriesOf, momentMs, type PlacedRule, setReferredTo } from './policy-walk.ts';

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
export function neverApplies(document: PolicyDocument, { rule, match }: PlacedRule, nowMs: number): string | undefined {
  const reasons = match.map(({ block }) => neverHolds(document, rule, block, nowMs));
  const [first] = reasons;
  return first !== undefined && reasons.every((reason) => reason !== undefined)
    ? `the rule can never apply: ${first}`
    : undefined;
}

/** Why the block cannot hold from `nowMs` on while the rule is in force, or undefined where it can. */
export function neverHolds(document: PolicyDocument, rule: Rule, block: Block, nowMs: number): string | undefined {
  for (const condition of ['users', 'commonNames', 'identities', 'groups', 'allGroups', 'sourceIps'] as const) {
    const entries = block[condition];
    if (entries?.every((entry) => isOver(document, entry, nowMs))) return `no entry of ${condition} counts any more`;
  }
  for (const condition of ['openvpnVersion', 'awsClientVersion'] as const) {
    const ranges = block[condition];
    const list = typeof ranges === 'string' ? [ranges] : ranges;
    if (list?.every(isEmptyRange)) return `no version fits ${condition}`;
  }
  if (block.windows?.every((window) => windowIsOver(document, window, rule, nowMs)))
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

/** True for a reference to a set without an entry that still counts. */
function isOver(document: PolicyDocument, entry: string, nowMs: number): boolean {
  const set = setReferredTo(document, entry);
  return set !== undefined && entriesOf(set, []).every(({ expiresAtMs }) => expiresAtMs <= nowMs);
}

function windowIsOver(document: PolicyDocument, window: Window, rule: Rule, nowMs: number): boolean {
  const fromMs = Math.max(nowMs, momentMs(rule.notBefore, nowMs));
  const untilMs = momentMs(rule.expiresAt, Number.POSITIVE_INFINITY);
  if ('dates' in window) {
    return window.dates.every((date) => {
      const set = setReferredTo(document, date);
      const days =
        set === undefined
          ? [date]
          : entriesOf(set, []).flatMap(({ value, expiresAtMs }) => (expiresAtMs > nowMs ? value : []));
      return days.every((day) => parseCalendarDate(day) + DATE_IS_OVER_MS <= fromMs);
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

/** Why the exempt rule lifts nothing, or undefined where it can lift a rule. */
export function liftsNothing({ from }: ExemptRule, rules: readonly PlacedRule[]): string | undefined {
  const named = rules.filter(({ rule }) => rule.effect === 'deny' && (from === '*' || from.includes(rule.id)));
  if (named.some(({ rule }) => rule.effect === 'deny' && rule.final !== true)) return undefined;
  return named.length === 0
    ? 'the rule lifts nothing: there is no deny rule'
    : 'the rule lifts nothing: what it names is final';
}
