/** What a request has done, as it is answered. */
import type { EndedConnection, EndpointReport, PassReport } from '../../shared/enforcement/index.ts';
import type { EndOutcome } from '../ending/end-connections.ts';
import type { EndpointPlan, ToEnd } from '../ending/plan-ends.ts';
import type { JudgedConnection, Judgement } from '../judging/judge-connections.ts';
import { shownNames } from '../judging/shown-names.ts';

/** So many are named; of all there are counts. */
const MAX_NAMED = 1_000;

export interface ReportHead extends Pick<PassReport, 'revision' | 'mode' | 'dryRun'> {
  /** When it was judged, in milliseconds since 1970. */
  readonly atMs: number;
}

/** @param outcomes of those that were to be ended; what is not in there was only looked at */
export function reportOf(
  { atMs, ...head }: ReportHead,
  plans: readonly EndpointPlan[],
  outcomes: ReadonlyMap<string, EndOutcome>,
): PassReport {
  const connections = plans.flatMap(({ toEnd, held }) => [
    ...toEnd.map((one) => ended(one, outcomes.get(one.active.id) ?? { outcome: 'would-end' })),
    ...held.map((one) => ended(one, { outcome: 'held' })),
  ]);
  return {
    at: new Date(atMs).toISOString(),
    ...head,
    endpoints: plans.map((plan) => endpointReport(plan, outcomes)),
    connections: connections.slice(0, MAX_NAMED),
    ...(connections.length > MAX_NAMED ? { connectionsCount: connections.length } : {}),
  };
}

function ended(one: ToEnd, outcome: EndOutcome): EndedConnection {
  const { active, why } = one;
  return {
    id: active.id,
    endpoint: active.endpoint,
    ...shownNames(one),
    rules: why.rules,
    ...outcome,
  };
}

function endpointReport(
  { endpoint, judged, toEnd, held, cap }: EndpointPlan,
  outcomes: ReadonlyMap<string, EndOutcome>,
): EndpointReport {
  return {
    endpoint,
    active: judged.length,
    unknown: countOf(judged, 'unknown'),
    kept: countOf(judged, 'kept'),
    grace: countOf(judged, 'grace'),
    refused: toEnd.length + held.length,
    ended: toEnd.filter(({ active }) => outcomes.get(active.id)?.outcome === 'ended').length,
    cap,
    held: held.length > 0,
  };
}

function countOf(judged: readonly JudgedConnection[], verdict: Judgement['verdict']): number {
  return judged.filter(({ judgement }) => judgement.verdict === verdict).length;
}
