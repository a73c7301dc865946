/** Ends the connections that certain rules refuse now, their grace and what they keep aside: the operator does not wait for these. */
import { EnforcerError, type PassReport, type TerminateRequest } from '../../shared/enforcement/index.ts';
import { decide } from '../../shared/engine/index.ts';
import { capOf } from '../ending/cap.ts';
import type { EndOutcome } from '../ending/end-connections.ts';
import type { EndpointPlan, ToEnd } from '../ending/plan-ends.ts';
import type { JudgedConnection } from '../judging/judge-connections.ts';
import { countOutcomes } from './count-outcomes.ts';
import { endWhileInForce } from './end-planned.ts';
import type { EnforcerParts, Time } from './enforcer-parts.ts';
import { reportOf } from './report.ts';
import { type Survey, survey } from './survey.ts';

export type RefusedRequest = TerminateRequest & { readonly refusedBy: readonly string[] };

/** Rejects with an EnforcerError; then nobody was ended. */
export async function terminateRefused(parts: EnforcerParts, request: RefusedRequest, time: Time): Promise<PassReport> {
  const { endpoints, settings, metrics } = parts;
  const { dryRun = false, confirm = false } = request;
  const found = await survey(parts, time.signal);
  const plans = endpoints.map((endpoint) => planOf(endpoint, found, request, confirm ? 100 : settings.maxSharePercent));
  const head = {
    atMs: found.atMs,
    revision: found.inForce.revision.number,
    mode: settings.mode,
    dryRun,
  };
  const held = plans.filter((plan) => plan.held.length > 0);
  if (held.length > 0 && !dryRun) {
    const told = held.map(({ endpoint, held: many, judged, cap }) => {
      return `${many.length} of the ${judged.length} connections at ${endpoint} would be ended, at most ${cap} are at once`;
    });
    const report = reportOf(head, plans, new Map());
    throw new EnforcerError('too-many', `${told.join('; ')}: that wants a confirmation.`, { report });
  }
  const outcomes = dryRun
    ? new Map<string, EndOutcome>()
    : await endWhileInForce(parts, plans, found.inForce, request.by, time);
  if (!dryRun) countOutcomes(metrics, outcomes);
  return reportOf(head, plans, outcomes);
}

/** Beyond the cap all are held: who names a rule may not know whom it refuses. */
function planOf(endpoint: string, found: Survey, { refusedBy }: RefusedRequest, maxSharePercent: number): EndpointPlan {
  const here = found.judged.filter(({ active }) => active.endpoint === endpoint);
  const refused = here.flatMap((one) => refusedOf(one, refusedBy, found));
  const cap = capOf(here.length, maxSharePercent);
  const isHeld = refused.length > cap;
  return { endpoint, judged: here, toEnd: isHeld ? [] : refused, held: isHeld ? refused : [], cap };
}

function refusedOf(
  { active, known, judgement }: JudgedConnection,
  refusedBy: readonly string[],
  { inForce: { policy }, atMs }: Survey,
): readonly ToEnd[] {
  if (judgement.verdict === 'refused' && judgement.decidedBy === 'limit') {
    const isAsked = judgement.rules.some((limit) => refusedBy.includes(limit));
    return isAsked ? [{ active, known, why: judgement, isStillDue: () => true }] : [];
  }
  if (known === undefined) return [];
  const rulesAt = (nowMs: number) => {
    const { effect, observed, rules } = decide(policy, known.request, nowMs);
    return effect === 'deny' && !observed ? rules.filter((rule) => refusedBy.includes(rule)) : [];
  };
  const rules = rulesAt(atMs);
  if (rules.length === 0) return [];
  const isStillDue = (nowMs: number) => rulesAt(nowMs).length > 0;
  return [{ active, known, why: { decidedBy: 'rule', rules }, isStillDue }];
}
