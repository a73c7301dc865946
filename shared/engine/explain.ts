/** The same decision with its reasons: what every rule did, and why. */

import type { CompiledBlock, CompiledRule } from './compiled-rule.ts';
import { type Condition, type Finding, holds } from './condition.ts';
import type { Connection } from './connection.ts';
import { toDecision } from './decide.ts';
import type { Decision } from './decision.ts';
import { applies, isEnforcedExempt, judge, lifts } from './judge.ts';
import type { CompiledPolicy } from './policy.ts';
import { Subject } from './subject.ts';
import type { ConditionName } from './vocabulary.ts';

export interface Explanation {
  readonly decision: Decision;
  /** Every rule, in document order. */
  readonly rules: readonly RuleTrace[];
}

export interface RuleTrace {
  readonly rule: string;
  readonly effect: CompiledRule['effect'];
  readonly mode: 'enforce' | 'report';
  /**
   * `decided`: one of those that made the decision. `outranked`: applies, but a rule that comes before it in the algorithm decided.
   * `lifted`: a deny rule that applies and an exempt rule lifts. `lifts`: an enforced exempt rule that applies. `reported`: applies, in report mode.
   */
  readonly outcome:
    | 'decided'
    | 'outranked'
    | 'lifted'
    | 'lifts'
    | 'reported'
    | 'not-in-force'
    | 'not-matched'
    | 'excepted';
  /** For `not-in-force`: why. */
  readonly notInForce?: 'disabled' | 'not-yet' | 'expired';
  /** For `lifted`: the exempt rules that lift it. */
  readonly liftedBy?: readonly string[];
  /** What each block found; empty for `match: everyone`. */
  readonly match: readonly BlockTrace[];
  readonly except: readonly BlockTrace[];
}

export interface BlockTrace {
  readonly holds: boolean;
  readonly conditions: readonly ConditionTrace[];
}

export interface ConditionTrace {
  readonly condition: ConditionName;
  readonly holds: boolean;
  readonly finding: Finding;
}

/** The decision of `decide` with a trace of every rule. */
export function explain(policy: CompiledPolicy, connection: Connection, nowMs: number): Explanation {
  const subject = new Subject(connection);
  const verdict = judge(policy, subject, nowMs);
  const exemptions = policy.rules.filter(isEnforcedExempt).filter((rule) => applies(rule, subject, nowMs));
  const decided = new Set(verdict.rules);

  const traceRule = (rule: CompiledRule, number: number): RuleTrace => {
    const match = rule.match.filter((block) => block.length > 0).map((block) => traceBlock(block, subject, nowMs));
    const except = rule.except.map((block) => traceBlock(block, subject, nowMs));
    const common = {
      rule: rule.id,
      effect: rule.effect,
      mode: rule.enforced ? 'enforce' : 'report',
      match,
      except,
    } as const;
    if (!rule.enabled) return { ...common, outcome: 'not-in-force', notInForce: 'disabled' };
    if (nowMs < rule.notBeforeMs) return { ...common, outcome: 'not-in-force', notInForce: 'not-yet' };
    if (nowMs >= rule.expiresAtMs) return { ...common, outcome: 'not-in-force', notInForce: 'expired' };
    if (match.length > 0 && !match.some((block) => block.holds)) return { ...common, outcome: 'not-matched' };
    if (except.some((block) => block.holds)) return { ...common, outcome: 'excepted' };
    const liftedBy = exemptions.filter((exempt) => lifts(exempt, rule));
    if (liftedBy.length > 0) return { ...common, outcome: 'lifted', liftedBy: liftedBy.map((exempt) => exempt.id) };
    if (!rule.enforced) return { ...common, outcome: 'reported' };
    if (rule.effect === 'exempt') return { ...common, outcome: 'lifts' };
    return { ...common, outcome: decided.has(number) ? 'decided' : 'outranked' };
  };

  return { decision: toDecision(policy, subject, nowMs, verdict), rules: policy.rules.map(traceRule) };
}

function traceBlock(block: CompiledBlock, subject: Subject, nowMs: number): BlockTrace {
  const conditions = block.map((condition) => traceCondition(condition, subject, nowMs));
  return { holds: conditions.every((condition) => condition.holds), conditions };
}

function traceCondition(condition: Condition, subject: Subject, nowMs: number): ConditionTrace {
  const finding = condition.find(subject, nowMs);
  return { condition: condition.name, holds: holds(condition, finding), finding };
}
