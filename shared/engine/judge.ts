/** The algorithm of docs/policy-language.md, "How a decision is made". */
import { holds } from './condition.ts';
import type {
  CompiledAllowRule,
  CompiledBlock,
  CompiledDenyRule,
  CompiledEndpoint,
  CompiledExemptRule,
  CompiledPolicy,
  CompiledRule,
} from './policy.ts';
import type { Subject } from './subject.ts';

/** What decides, before it is put into words. */
export interface Verdict {
  readonly effect: 'allow' | 'deny';
  readonly endpoint: CompiledEndpoint | undefined;
  /** The rules that made the decision; empty when the default did. */
  readonly rules: readonly (CompiledDenyRule | CompiledAllowRule)[];
  readonly reported: readonly CompiledRule[];
}

/** Judges by all rules of the policy, or by those of `among` (in document order) alone. */
export function judge(
  policy: CompiledPolicy,
  subject: Subject,
  nowMs: number,
  among: readonly CompiledRule[] | undefined = undefined,
): Verdict {
  const { endpointId } = subject.connection;
  const endpoint = typeof endpointId === 'string' ? policy.endpoints.get(endpointId) : undefined;

  const applying = among?.filter((rule) => applies(rule, subject, nowMs)) ?? applyingRules(policy, subject, nowMs);
  const exemptions = applying.filter(isEnforcedExempt);
  const standing = applying.filter(
    (rule) => rule.effect !== 'deny' || !exemptions.some((exempt) => lifts(exempt, rule)),
  );
  const reported = standing.filter((rule) => !rule.enforced);

  const refusing = standing.filter(isEnforcedDeny);
  if (refusing.length > 0) return { effect: 'deny', endpoint, rules: refusing, reported };
  const admitting = standing.filter(isEnforcedAllow);
  if (admitting.length > 0) return { effect: 'allow', endpoint, rules: admitting, reported };
  return { effect: (endpoint ?? policy).defaultEffect, endpoint, rules: [], reported };
}

function applyingRules(policy: CompiledPolicy, subject: Subject, nowMs: number): CompiledRule[] {
  const applying: CompiledRule[] = [];
  policy.index.candidates(subject, nowMs, (rule) => {
    if (applies(rule, subject, nowMs)) applying.push(rule);
  });
  return applying;
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

/** Whether an exempt rule that applies lifts a deny rule. */
export function lifts(exempt: CompiledExemptRule, rule: CompiledDenyRule): boolean {
  return !rule.final && (exempt.from === 'every' || exempt.from.has(rule.id));
}

export function isEnforcedExempt(rule: CompiledRule): rule is CompiledExemptRule {
  return rule.enforced && rule.effect === 'exempt';
}

function isEnforcedDeny(rule: CompiledRule): rule is CompiledDenyRule {
  return rule.enforced && rule.effect === 'deny';
}

function isEnforcedAllow(rule: CompiledRule): rule is CompiledAllowRule {
  return rule.enforced && rule.effect === 'allow';
}

function anyBlockHolds(blocks: readonly CompiledBlock[], subject: Subject, nowMs: number): boolean {
  return blocks.some((block) => block.every((condition) => holds(condition, condition.find(subject, nowMs))));
}
