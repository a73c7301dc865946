/** The algorithm of docs/policy-language.md, "How a decision is made". */

import type { CompiledBlock, CompiledExemptRule, CompiledRule } from './compiled-rule.ts';
import { holds } from './condition.ts';
import type { CompiledEndpoint, CompiledPolicy } from './policy.ts';
import { ALLOW, CERTAIN, DENY, EFFECTS, EXEMPT, REPORT } from './rule-traits.ts';
import type { Subject } from './subject.ts';

/** What decides, before it is put into words. Rules are told by their numbers: places in the policy's `rules`, ascending. */
export interface Verdict {
  readonly effect: 'allow' | 'deny';
  readonly endpoint: CompiledEndpoint | undefined;
  /** The rules that made the decision; empty when the default did. */
  readonly rules: readonly number[];
  /** Those in report mode that apply. */
  readonly reported: readonly number[];
}

/** Judges by all rules of the policy. */
export function judge(policy: CompiledPolicy, subject: Subject, nowMs: number): Verdict {
  const { applying, index, rules, traits } = policy;
  const found = index.find(subject, nowMs);
  applying.clear();
  for (let place = 0; place < found.count; place++) {
    const number = found.at(place);
    if (!traits.canApplyAt(number, nowMs)) continue;
    const bits = traits.bits(number);
    if ((bits & CERTAIN) === 0 && !applies(rules[number] as CompiledRule, subject, nowMs)) continue; // in bounds
    applying.add(number, bits & KIND);
  }
  return weigh(policy, subject);
}

/**
 * Judges by some of the rules (numbers, ascending) alone, or as if the one with the number `asEnforced`, which is in report
 * mode, were enforced.
 */
export function judgeAmong(
  policy: CompiledPolicy,
  subject: Subject,
  nowMs: number,
  among: readonly number[],
  asEnforced?: number,
): Verdict {
  const { applying, rules, traits } = policy;
  applying.clear();
  for (const number of among) {
    if (!applies(rules[number] as CompiledRule, subject, nowMs)) continue; // in bounds
    applying.add(number, traits.bits(number) & (number === asEnforced ? EFFECTS : KIND));
  }
  return weigh(policy, subject);
}

/** What of a rule's traits an applying rule is weighed by. */
const KIND = EFFECTS | REPORT;

/**
 * What the applying rules come to. INVARIANT: nothing of `applying` is in the verdict, since the next connection, or the same one at another
 * moment, is judged with the same one.
 */
function weigh(policy: CompiledPolicy, subject: Subject): Verdict {
  const { applying } = policy;
  const { endpointId } = subject.connection;
  const endpoint =
    typeof endpointId === 'string' && policy.endpoints.size > 0 ? policy.endpoints.get(endpointId) : undefined;
  leaveOutLifted(policy);
  const reported = applying.ofKind(REPORT, REPORT);
  const refusing = applying.ofKind(DENY, KIND);
  if (refusing.length > 0) return { effect: 'deny', endpoint, rules: refusing, reported };
  const admitting = applying.ofKind(ALLOW, KIND);
  if (admitting.length > 0) return { effect: 'allow', endpoint, rules: admitting, reported };
  return { effect: (endpoint ?? policy).defaultEffect, endpoint, rules: admitting, reported }; // by none
}

/** Of the applying rules, the deny rules that an applying and enforced exempt rule lifts count no more. */
function leaveOutLifted({ applying, rules }: CompiledPolicy): void {
  const exempting = applying.ofKind(EXEMPT, KIND);
  if (exempting.length === 0) return;
  const all = exempting.map((number) => (rules[number] as CompiledExemptRule).from); // of that effect
  // As one rule that lifts what any of them lifts: asking each of thousands about each of thousands would take long.
  const together = { from: all.includes('every') ? 'every' : new Set(all.flatMap((from) => [...from])) } as const;
  applying.leaveOut(DENY, (number) => lifts(together, rules[number] as CompiledRule)); // in bounds
}

/** A rule applies when it is in force, its `match` holds and its `except` does not. */
export function applies(rule: CompiledRule, subject: Subject, nowMs: number): boolean {
  return (
    rule.enabled &&
    nowMs >= rule.notBeforeMs &&
    nowMs < rule.expiresAtMs &&
    anyBlockHolds(rule.match, subject, nowMs) &&
    !anyBlockHolds(rule.except, subject, nowMs)
  );
}

/** Whether an exempt rule that applies lifts a rule. */
export function lifts(exempt: Pick<CompiledExemptRule, 'from'>, rule: CompiledRule): boolean {
  return rule.effect === 'deny' && !rule.final && (exempt.from === 'every' || exempt.from.has(rule.id));
}

export function isEnforcedExempt(rule: CompiledRule): rule is CompiledExemptRule {
  return rule.enforced && rule.effect === 'exempt';
}

/** Whether one of the blocks holds. */
// Loops, since a closure for each rule that is asked would be most of a decision's garbage.
export function anyBlockHolds(blocks: readonly CompiledBlock[], subject: Subject, nowMs: number): boolean {
  for (let place = 0; place < blocks.length; place++) {
    if (blockHolds(blocks[place] as CompiledBlock, subject, nowMs)) return true; // in bounds
  }
  return false;
}

function blockHolds(block: CompiledBlock, subject: Subject, nowMs: number): boolean {
  for (let place = 0; place < block.length; place++) {
    const condition = block[place] as CompiledBlock[number]; // in bounds
    if (!holds(condition, condition.find(subject, nowMs))) return false;
  }
  return true;
}
