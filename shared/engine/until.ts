/** When a refusal ends: what `{until}` shows. */

import type { CompiledBlock, CompiledRule } from './compiled-rule.ts';
import { holds } from './condition.ts';
import { DAY_MS } from './duration.ts';
import { judgeAmong, lifts, type Verdict } from './judge.ts';
import type { CompiledPolicy } from './policy.ts';
import type { Subject } from './subject.ts';
import type { TimeDisplay } from './window.ts';

/** How far ahead the end of a refusal is looked for, and how many changes are followed on the way. */
const HORIZON_MS = 400 * DAY_MS;
const MAX_CHANGES = 1000;

/**
 * The first moment after `nowMs` at which the policy would no longer refuse the subject, or undefined where there is none
 * in sight. Goes from change to change of the rules that matter to this subject, passing over what cannot end the refusal.
 */
export function refusalEnd(
  policy: CompiledPolicy,
  subject: Subject,
  refusal: Verdict,
  nowMs: number,
): number | undefined {
  const among = enforcedThatCanApply(policy, subject, nowMs);
  const rules = among.map((number) => policy.rules[number] as CompiledRule); // numbers of its rules
  let verdict = refusal;
  let momentMs = nowMs;
  for (let changes = 0; changes < MAX_CHANGES; changes++) {
    const refusing = verdict.rules.map((number) => policy.rules[number] as CompiledRule); // as above
    momentMs = earliestEnd(refusing, rules, subject, momentMs);
    if (momentMs - nowMs > HORIZON_MS) return undefined;
    verdict = judgeAmong(policy, subject, momentMs, among);
    if (verdict.effect === 'allow') return momentMs;
  }
  return undefined;
}

/** The moment as `2026-12-08 06:00 (Asia/Tokyo)`, rounded up to the second. */
export function showTime(momentMs: number | undefined, display: TimeDisplay): string {
  if (momentMs === undefined) return 'further notice';
  const offsetMs = 'zone' in display ? display.zone.offsetMs(momentMs) : display.offsetMinutes * 60_000;
  const wall = new Date(Math.ceil(momentMs / 1000) * 1000 + offsetMs).toISOString();
  const time = wall.slice(17, 19) === '00' ? wall.slice(11, 16) : wall.slice(11, 19);
  return `${wall.slice(0, 10)} ${time} (${'zone' in display ? display.zone.name : showOffset(display.offsetMinutes)})`;
}

function enforcedThatCanApply(policy: CompiledPolicy, subject: Subject, nowMs: number): readonly number[] {
  const found = policy.index.find(subject, 'ever').toArray();
  return found.filter((number) => {
    const rule = policy.rules[number] as CompiledRule; // a number of its rules
    return rule.enforced && canApply(rule, subject, nowMs);
  });
}

/** The refusal by these rules, or by the default where there is none, holds at least until then. */
function earliestEnd(
  refusing: readonly CompiledRule[],
  rules: readonly CompiledRule[],
  subject: Subject,
  atMs: number,
): number {
  const firstChange = (of: readonly CompiledRule[]) =>
    Math.min(...of.map((rule) => changesAtMs(rule, subject, atMs)), Number.POSITIVE_INFINITY);
  // The default goes on refusing until an allow rule begins to apply.
  if (refusing.length === 0) return firstChange(rules.filter((rule) => rule.effect === 'allow'));
  // It takes all that refuse to end or to be lifted: the last of them counts.
  return Math.max(
    ...refusing.map((each) =>
      firstChange([each, ...rules.filter((rule) => rule.effect === 'exempt' && lifts(rule, each))]),
    ),
  );
}

/** False for a rule that will not apply to the subject at any time from `atMs` on. */
function canApply(rule: CompiledRule, subject: Subject, atMs: number): boolean {
  return atMs < rule.expiresAtMs && rule.match.some((block) => canHold(block, subject, atMs));
}

/** The first moment after `atMs` at which it can change whether the rule applies; it may be too early, never too late. */
function changesAtMs(rule: CompiledRule, subject: Subject, atMs: number): number {
  if (atMs < rule.notBeforeMs) return rule.notBeforeMs;
  if (atMs >= rule.expiresAtMs) return Number.POSITIVE_INFINITY;
  let changeMs = rule.expiresAtMs;
  for (const block of [...rule.match, ...rule.except]) {
    if (!canHold(block, subject, atMs)) continue;
    for (const condition of block) changeMs = Math.min(changeMs, condition.changesAtMs(subject, atMs));
  }
  return changeMs;
}

/** False for a block with a condition that does not hold and never will. */
function canHold(block: CompiledBlock, subject: Subject, atMs: number): boolean {
  return block.every(
    (condition) =>
      holds(condition, condition.find(subject, atMs)) ||
      condition.changesAtMs(subject, atMs) !== Number.POSITIVE_INFINITY,
  );
}

function showOffset(minutes: number): string {
  if (minutes === 0) return 'UTC';
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60].map((part) =>
    String(part).padStart(2, '0'),
  );
  return `UTC${minutes < 0 ? '-' : '+'}${hours}:${rest}`;
}
