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
  const exemptions = applying.some(isEnforcedExempt) ? applying.filter(isEnforcedExempt) : NONE;
  const refusing: CompiledDenyRule[] = [];
  const admitting: CompiledAllowRule[] = [];
  const reported: CompiledRule[] = [];
  for (const rule of applying) {
    if (rule.effect === 'deny' && exemptions.some((exempt) => lifts(exempt, rule))) continue;
    if (!rule.enforced) reported.push(rule);
    else if (rule.effect === 'deny') refusing.push(rule);
    else if (rule.effect === 'allow') admitting.push(rule);
  }
  if (refusing.length > 0) return { effect: 'deny', endpoint, rules: refusing, reported };
  if (admitting.length > 0) return { effect: 'allow', endpoint, rules: admitting, reported };
  return { effect: (endpoint ?? policy).defaultEffect, endpoint, rules: [], reported };
}

/** Most connections meet no exempt rule. */
const NONE: readonly CompiledExemptRule[] = [];

function applyingRules(policy: CompiledPolicy, subject: Subject, nowMs: number): CompiledRule[] {
  const applying: CompiledRule[] = [];
  policy.index.candidates(subject, nowMs, (rule, certain) => {
    if (certain || applies(rule, subject, nowMs)) applying.push(rule);
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

// Loops, since a closure for each rule that is asked would be most of a decision's garbage.
function anyBlockHolds(blocks: readonly CompiledBlock[], subject: Subject, nowMs: number): boolean {
  for (const block of blocks) if (blockHolds(block, subject, nowMs)) return true;
  return false;
}

function blockHolds(block: CompiledBlock, subject: Subject, nowMs: number): boolean {
  for (const condition of block) if (!holds(condition, condition.find(subject, nowMs))) return false;
  return true;
}
