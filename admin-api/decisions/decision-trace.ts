/** A recorded decision made once more by the revision that made it. */
import { type DecisionRecord, recordedRequest } from '../../shared/decision-log/index.ts';
import { type Decision, type Explanation, explain } from '../../shared/engine/index.ts';
import { Problem } from '../http/problem.ts';
import type { PolicyReader } from '../policies/policy-reader.ts';

export interface DecisionTrace extends Explanation {
  readonly revision: number;
  /** Whether it comes to what is on record. */
  readonly agrees: boolean;
  /** What is not on record and counts as absent. */
  readonly withheld: ReturnType<typeof recordedRequest>['withheld'];
}

/** Null where no revision is on record, or there is none of that number any more. */
export async function decisionTrace(record: DecisionRecord, reader: PolicyReader): Promise<DecisionTrace | null> {
  if (record.revision === undefined) return null;
  const loaded = await reader.at(record.revision).catch((error: unknown) => {
    if (error instanceof Problem && error.code === 'no-such-revision') return undefined;
    throw error;
  });
  if (loaded === undefined) return null;
  const { request, withheld } = recordedRequest(record);
  const explanation = explain(reader.compiled(loaded.document), request, Date.parse(record.decidedAt));
  return { revision: record.revision, ...explanation, agrees: agrees(explanation.decision, record), withheld };
}

function agrees({ allow, effect, rules }: Decision, record: DecisionRecord): boolean {
  const all = record.rulesCount ?? record.rules.length;
  const sameRules = rules.length === all && record.rules.every((rule, index) => rules[index] === rule);
  return allow === record.allow && effect === record.effect && sameRules;
}
