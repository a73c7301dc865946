/** The algorithm of docs/policy-language.md, "How a decision is made". */
import { holds } from './condition.ts';
import type { CompiledBlock, CompiledEndpoint, CompiledExemptRule, CompiledPolicy, CompiledRule } from './policy.ts';
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
  let seen = 0;
  for (let place = 0; place < found.count; place++) {
    const number = found.at(place);
    if (!traits.canApplyAt(number, nowMs)) continue;
    const bits = traits.bits(number);
    if ((bits & CERTAIN) === 0 && !applies(rules[number] as CompiledRule, subject, nowMs)) continue; // in bounds
    applying.add(number, bits & KIND);
    seen |= bits;
  }
  return weigh(policy, subject, seen);
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
  let seen = 0;
  for (const number of among) {
    if (!applies(rules[number] as CompiledRule, subject, nowMs)) continue; // in bounds
    const kind = traits.bits(number) & (number === asEnforced ? EFFECTS : KIND);
    applying.add(number, kind);
    seen |= kind;
  }
  return weigh(policy, subject, seen);
}

/** What of a rule's traits an applying rule is weighed by. */
const KIND = EFFECTS | REPORT;

/**
 * What the applying rules come to; `seen` has the bits of all their kinds. INVARIANT: nothing of `applying` is in the verdict, since the
 * next connection, or the same one at another moment, is judged with the same one.
 */
function weigh(policy: CompiledPolicy, subject: Subject, seen: number): Verdict {
  const { applying } = policy;
  const { endpointId } = subject.connection;
  const endpoint =
    typeof endpointId === 'string' && policy.endpoints.size > 0 ? policy.endpoints.get(endpointId) : undefined;
  if ((seen & EXEMPT) !== 0) leaveOutLifted(policy);
  const reported = (seen & REPORT) === 0 ? NONE : applying.ofKind(REPORT, REPORT);
  const refusing = (seen & DENY) === 0 ? NONE : applying.ofKind(DENY, KIND);
  if (refusing.length > 0) return { effect: 'deny', endpoint, rules: refusing, reported };
  const admitting = (seen & ALLOW) === 0 ? NONE : applying.ofKind(ALLOW, KIND);
  if (admitting.length > 0) return { effect: 'allow', endpoint, rules: admitting, reported };
  return { effect: (endpoint ?? policy).defaultEffect, endpoint, rules: NONE, reported };
}

const NONE: readonly number[] = Object.freeze([]);

/** Of the applying rules, the deny rules that an applying and enforced exempt rule lifts count no more. */
function leaveOutLifted({ applying, rules }: CompiledPolicy): void {
  const exemptions = applying.ofKind(EXEMPT, KIND).map((number) => rules[number] as CompiledExemptRule); // of that effect
  if (exemptions.length === 0) return;
  const named = new Set(exemptions.flatMap(({ from }) => (from === 'every' ? [] : [...from])));
  const every = exemptions.some(({ from }) => from === 'every');
  applying.leaveOut(DENY, (number) => {
    const rule = rules[number] as CompiledRule; // in bounds
    return rule.effect === 'deny' && !rule.final && (every || named.has(rule.id));
  });
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
export function lifts(exempt: CompiledExemptRule, rule: CompiledRule): boolean {
  return rule.effect === 'deny' && !rule.final && (exempt.from === 'every' || exempt.from.has(rule.id));
}

export function isEnforcedExempt(rule: CompiledRule): rule is CompiledExemptRule {
  return rule.enforced && rule.effect === 'exempt';
}

// Loops, since a closure for each rule that is asked would be most of a decision's garbage.
function anyBlockHolds(blocks: readonly CompiledBlock[], subject: Subject, nowMs: number): boolean {
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
