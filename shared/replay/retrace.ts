/** A recorded decision made once more, by the policy that made it: with its reasons. */
import { type DecisionRecord, type RecordedRequest, recordedRequest } from '../decision-log/index.ts';
import { type CompiledPolicy, type Decision, type Explanation, explain } from '../engine/index.ts';

export interface Retraced extends Explanation {
  /** Whether it comes to what is on record; of a refusal by a limit: whether the rules let it in. */
  readonly agrees: boolean;
  /** What is not on record and counts as absent. */
  readonly withheld: RecordedRequest['withheld'];
}

/**
 * Of a connection that was ended: what the policy said of it at that moment.
 * @param policy that of the record's revision, which stays whatever becomes of its rules
 */
export function retrace(record: DecisionRecord, policy: CompiledPolicy): Retraced {
  const { request, withheld } = recordedRequest(record);
  const explanation = explain(policy, request, Date.parse(record.decidedAt));
  return { ...explanation, agrees: agrees(explanation.decision, record), withheld };
}

function agrees({ allow, effect, rules }: Decision, record: DecisionRecord): boolean {
  // It was one connection too many of those whom the rules let in.
  if (record.decidedBy === 'limit') return effect === 'allow';
  // Of the rules that refuse it, those that keep connections that stand did not end it.
  if (record.outcome === 'ended') return effect === 'deny' && record.rules.every((rule) => rules.includes(rule));
  const all = record.rulesCount ?? record.rules.length;
  const sameRules = rules.length === all && record.rules.every((rule, index) => rules[index] === rule);
  return allow === record.allow && effect === record.effect && sameRules;
}
