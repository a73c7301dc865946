/** What would be, were a rule in report mode enforced. */
import type { Connection } from './connection.ts';
import { idsOf } from './decide.ts';
import type { Decision } from './decision.ts';
import { judgeAmong } from './judge.ts';
import type { CompiledPolicy } from './policy.ts';
import { Subject } from './subject.ts';

/** The decision that it would be, were that one rule enforced. */
export function decideEnforcing(
  policy: CompiledPolicy,
  connection: Connection,
  nowMs: number,
  ruleId: string,
): Pick<Decision, 'allow' | 'effect' | 'rules'> {
  const subject = new Subject(connection);
  const among = policy.index.find(subject, nowMs).toArray();
  const { effect, endpoint, rules } = judgeAmong(policy, subject, nowMs, among, policy.ids.indexOf(ruleId));
  return { allow: effect === 'allow' || endpoint?.observes === true, effect, rules: idsOf(policy, rules) };
}
