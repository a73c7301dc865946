/** Which rules of a trace have anything to do with a decision. */
import type { RuleTrace } from '../../shared/engine/index.ts';

const NOT_APPLYING: readonly RuleTrace['outcome'][] = ['not-in-force', 'not-matched', 'excepted'];

/** True for a rule that applies, whatever comes of it. */
export function isApplying({ outcome }: RuleTrace): boolean {
  return !NOT_APPLYING.includes(outcome);
}
