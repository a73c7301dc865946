/** What would be, were a rule in report mode enforced. */
import type { Connection } from './connection.ts';
import type { Decision } from './decision.ts';
import { judge } from './judge.ts';
import type { CompiledPolicy, CompiledRule } from './policy.ts';
import { Subject } from './subject.ts';

/** The decision that it would be, were that one rule enforced. */
export function decideEnforcing(
  policy: CompiledPolicy,
  connection: Connection,
  nowMs: number,
  ruleId: string,
): Pick<Decision, 'allow' | 'effect' | 'rules'> {
  const subject = new Subject(connection);
  const among: CompiledRule[] = [];
  policy.index.candidates(subject, nowMs, (rule) => {
    among.push(rule.id === ruleId ? { ...rule, enforced: true } : rule);
  });
  const { effect, endpoint, rules } = judge(policy, subject, nowMs, among);
  return { allow: effect === 'allow' || endpoint?.observes === true, effect, rules: rules.map(({ id }) => id) };
}
