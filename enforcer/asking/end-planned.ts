/** Ends what the plans of a request say. */
import type { AskedBy } from '../../shared/enforcement/index.ts';
import { type EndOutcome, endConnections } from '../ending/end-connections.ts';
import { createEndRecorder } from '../ending/end-recorder.ts';
import type { EndpointPlan } from '../ending/plan-ends.ts';
import { watchPolicy } from '../ending/policy-watch.ts';
import type { PolicyInForce } from '../judging/policies.ts';
import type { EnforcerParts, Time } from './enforcer-parts.ts';

export interface EndReason {
  /** The revision that is put on record. */
  readonly revision: number | undefined;
  /** The operator who asks; undefined where nobody does. */
  readonly by: AskedBy | undefined;
}

/** What became of each, by connection; never rejects. */
export function endPlanned(
  parts: EnforcerParts,
  plans: readonly EndpointPlan[],
  { revision, by }: EndReason,
  { signal, isUp }: Time,
): Promise<ReadonlyMap<string, EndOutcome>> {
  const { connections, logger, now } = parts;
  const recorder = createEndRecorder(parts, revision, by);
  const toEnd = plans.flatMap((plan) => plan.toEnd);
  return endConnections(toEnd, { connections, recorder, logger, now, signal, isOver: isUp });
}

/** The same for those whom a policy refuses: stops when that is not in force any more. */
export async function endWhileInForce(
  parts: EnforcerParts,
  plans: readonly EndpointPlan[],
  inForce: PolicyInForce,
  by: AskedBy | undefined,
  { signal, isUp }: Time,
): Promise<ReadonlyMap<string, EndOutcome>> {
  const watch = watchPolicy(parts.policies, inForce, signal);
  const time = { signal, isUp: () => isUp() || watch.isOver() };
  try {
    return await endPlanned(parts, plans, { revision: inForce.revision.number, by }, time);
  } finally {
    watch.stop();
  }
}
