/** A pass: every connection that stands is judged, and those that the policy refuses are ended. */
import { EnforcerError, type PassReport, type PassRequest } from '../../shared/enforcement/index.ts';
import type { EndOutcome } from '../ending/end-connections.ts';
import { type EndpointPlan, planEnds } from '../ending/plan-ends.ts';
import { countOutcomes } from './count-outcomes.ts';
import { endWhileInForce } from './end-planned.ts';
import type { EnforcerParts, Time } from './enforcer-parts.ts';
import { reportOf } from './report.ts';
import { type Survey, survey } from './survey.ts';

/** Less than a minute, after which the schedule begins the next pass: several at once would ask more of EC2 than it allows. */
const ENDS_FOR_MS = 50_000;

/** Rejects with an EnforcerError; then nobody was ended. */
export async function pass(parts: EnforcerParts, request: PassRequest, time: Time): Promise<PassReport> {
  const { endpoints, settings, now, metrics } = parts;
  const { dryRun = false, confirm } = request;
  const startedMs = now();
  const found = await survey(parts, time.signal);
  const { revision } = found.inForce;
  if (confirm !== undefined && confirm.revision !== revision.number) {
    throw new EnforcerError(
      'moved',
      `Revision ${confirm.revision} was confirmed, and revision ${revision.number} is in force: look again at what it would end.`,
    );
  }
  const plans = planEnds(endpoints, found.judged, found.inForce.policy, {
    maxSharePercent: settings.maxSharePercent,
    confirmed: confirm !== undefined,
  });
  const ends = !dryRun && settings.mode === 'enforce';
  const outcomes = ends ? await endAll(parts, plans, found, request, time) : new Map<string, EndOutcome>();
  const head = { atMs: found.atMs, revision: revision.number, mode: settings.mode, dryRun };
  const report = reportOf(head, plans, outcomes);
  if (!dryRun) {
    count(parts, report, outcomes);
    await parts.countSessions?.(found, outcomes, startedMs, time.signal);
    metrics.count('PassesDone');
  }
  return report;
}

function endAll(
  parts: EnforcerParts,
  plans: readonly EndpointPlan[],
  { inForce }: Survey,
  { by, confirm }: PassRequest,
  { signal, isUp }: Time,
): Promise<ReadonlyMap<string, EndOutcome>> {
  const { now } = parts;
  // The next pass ends the rest, unless it would hold what an operator has confirmed.
  const untilMs = confirm === undefined ? now() + ENDS_FOR_MS : Number.POSITIVE_INFINITY;
  return endWhileInForce(parts, plans, inForce, by, { signal, isUp: () => isUp() || now() >= untilMs });
}

function count({ metrics }: EnforcerParts, { endpoints }: PassReport, outcomes: ReadonlyMap<string, EndOutcome>): void {
  const sum = (of: 'active' | 'refused' | 'unknown') => endpoints.reduce((all, one) => all + one[of], 0);
  metrics.count('ConnectionsActive', sum('active'));
  metrics.count('ConnectionsRefused', sum('refused'));
  metrics.count('ConnectionsUnknown', sum('unknown'));
  metrics.count('PassesHeld', endpoints.filter(({ held }) => held).length);
  countOutcomes(metrics, outcomes);
}
