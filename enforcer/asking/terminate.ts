/** Ends connections because an operator says so. */

import type { NameKeeping } from '../../shared/decision-log/index.ts';
import { EnforcerError, type PassReport, type TerminateRequest } from '../../shared/enforcement/index.ts';
import { decide } from '../../shared/engine/index.ts';
import { capOf } from '../ending/cap.ts';
import { type EndOutcome, endConnections } from '../ending/end-connections.ts';
import { createEndRecorder } from '../ending/end-recorder.ts';
import type { EndpointPlan, ToEnd } from '../ending/plan-ends.ts';
import { watchPolicy } from '../ending/policy-watch.ts';
import type { JudgedConnection } from '../judging/judge-connections.ts';
import { isOfUser } from '../judging/user.ts';
import { countOutcomes } from './count-outcomes.ts';
import type { EnforcerParts, Time } from './enforcer-parts.ts';
import { reportOf } from './report.ts';
import { type Survey, survey } from './survey.ts';

/** Rejects with an EnforcerError; then nobody was ended. */
export async function terminate(parts: EnforcerParts, request: TerminateRequest, time: Time): Promise<PassReport> {
  const { endpoints, settings, metrics } = parts;
  const { dryRun = false, confirm = false, connections, refusedBy } = request;
  const found = await survey(parts, time.signal);
  const plans = endpoints.map((endpoint) => planOf(endpoint, found, request, settings));
  const head = {
    at: new Date(found.atMs).toISOString(),
    revision: found.inForce.revision.number,
    mode: settings.mode,
    dryRun,
  };
  // Who names people or connections knows how many they are; who names a rule may not.
  const tooMany = plans.find(({ toEnd, cap }) => refusedBy !== undefined && !confirm && toEnd.length > cap);
  if (tooMany !== undefined && !dryRun) {
    const { endpoint, toEnd, cap, judged } = tooMany;
    throw new EnforcerError(
      'too-many',
      `${toEnd.length} of the ${judged.length} connections at ${endpoint} would be ended, and more than ${cap} at once want a confirmation.`,
      { report: reportOf(head, plans, new Map()) },
    );
  }
  const outcomes = new Map(dryRun ? [] : await endAll(parts, plans, found, request, time));
  const report = reportOf(head, plans, outcomes);
  if (!dryRun) countOutcomes(metrics, outcomes);
  return { ...report, connections: [...report.connections, ...goneOf(connections ?? [], found)] };
}

function planOf(
  endpoint: string,
  found: Survey,
  request: TerminateRequest,
  { maxSharePercent, names }: EnforcerParts['settings'],
): EndpointPlan {
  const here = found.judged.filter(({ active }) => active.endpoint === endpoint);
  const toEnd = here.flatMap((one) => asked(one, request, found, names));
  return { endpoint, judged: here, toEnd, held: [], cap: capOf(here.length, maxSharePercent) };
}

/** Who names a rule means whom it refuses; else the operator ends them, whatever the policy says. */
function asked(
  one: JudgedConnection,
  { connections, user, refusedBy }: TerminateRequest,
  { inForce: { policy }, atMs }: Survey,
  names: NameKeeping,
): readonly ToEnd[] {
  const { active, known } = one;
  if (refusedBy === undefined) {
    const isNamed = connections === undefined ? isOfUser(one, user ?? '', names) : connections.includes(active.id);
    return isNamed ? [{ active, known, why: { decidedBy: 'operator', rules: [] }, isStillDue: () => true }] : [];
  }
  if (one.judgement.verdict === 'refused' && one.judgement.decidedBy === 'limit') {
    const { rules } = one.judgement;
    const isAsked = rules.some((limit) => refusedBy.includes(limit));
    return isAsked ? [{ active, known, why: { decidedBy: 'limit', rules }, isStillDue: () => true }] : [];
  }
  if (known === undefined) return [];
  // Their grace and what they keep aside: the operator does not wait for these.
  const rulesAt = (nowMs: number) => {
    const { effect, observed, rules } = decide(policy, known.request, nowMs);
    return effect === 'deny' && !observed ? rules.filter((rule) => refusedBy.includes(rule)) : [];
  };
  const rules = rulesAt(atMs);
  return rules.length === 0
    ? []
    : [{ active, known, why: { decidedBy: 'rule', rules }, isStillDue: (nowMs) => rulesAt(nowMs).length > 0 }];
}

async function endAll(
  parts: EnforcerParts,
  plans: readonly EndpointPlan[],
  { inForce }: Survey,
  { refusedBy, by }: TerminateRequest,
  { signal, isUp }: Time,
): Promise<ReadonlyMap<string, EndOutcome>> {
  const watch = refusedBy === undefined ? undefined : watchPolicy(parts.policies, inForce, signal);
  try {
    return await endConnections(
      plans.flatMap(({ toEnd }) => toEnd),
      {
        connections: parts.connections,
        recorder: createEndRecorder(parts, inForce.revision.number, by),
        logger: parts.logger,
        now: parts.now,
        signal,
        isOver: () => isUp() || watch?.isOver() === true,
      },
    );
  } finally {
    watch?.stop();
  }
}

/** Those that were asked for and do not stand: they have ended, or never were. */
function goneOf(asked: readonly string[], { judged }: Survey): PassReport['connections'] {
  const standing = new Set(judged.map(({ active }) => active.id));
  return asked
    .filter((id) => !standing.has(id))
    .map((id) => ({ id, endpoint: '', rules: [], outcome: 'gone' as const }));
}
