/** Ends the connections that are named, or a user's, whatever the policy says, and also where it cannot be asked. */
import type { PassReport, TerminateRequest } from '../../shared/enforcement/index.ts';
import { capOf } from '../ending/cap.ts';
import type { EndpointPlan, ToEnd } from '../ending/plan-ends.ts';
import type { JudgedConnection } from '../judging/judge-connections.ts';
import { isOfUser } from '../judging/user.ts';
import { countOutcomes } from './count-outcomes.ts';
import { endPlanned } from './end-planned.ts';
import type { EnforcerParts, Time } from './enforcer-parts.ts';
import { reportOf } from './report.ts';
import { type Sight, sightOf } from './sight.ts';

/** Rejects with an EnforcerError where no endpoint can be looked at; then nobody was ended. */
export async function terminateNamed(parts: EnforcerParts, request: TerminateRequest, time: Time): Promise<PassReport> {
  const { metrics, settings } = parts;
  const { dryRun = false, by } = request;
  const sight = await sightOf(parts, time.signal);
  const plans = parts.endpoints.map((endpoint) => planOf(endpoint, sight, request, settings));
  const head = {
    atMs: sight.atMs,
    revision: sight.revision ?? 0,
    mode: settings.mode,
    dryRun,
  };
  const gone = goneOf(request.connections ?? [], sight);
  if (dryRun) return withGone(reportOf(head, plans, new Map()), gone);
  const outcomes = await endPlanned(parts, plans, { revision: sight.revision, by }, time);
  countOutcomes(metrics, outcomes);
  return withGone(reportOf(head, plans, outcomes), gone);
}

function planOf(
  endpoint: string,
  { judged }: Sight,
  { connections, user = '' }: TerminateRequest,
  { maxSharePercent, names }: EnforcerParts['settings'],
): EndpointPlan {
  const here = judged.filter(({ active }) => active.endpoint === endpoint);
  const isNamed = (one: JudgedConnection) =>
    connections === undefined ? isOfUser(one, user, names) : connections.includes(one.active.id);
  const toEnd = here.filter(isNamed).map(({ active, known }): ToEnd => {
    return { active, known, why: { decidedBy: 'operator', rules: [] }, isStillDue: () => true };
  });
  // Who names people or connections knows how many they are.
  return { endpoint, judged: here, toEnd, held: [], cap: capOf(here.length, maxSharePercent) };
}

/** Those that were asked for and do not stand: they have ended, or never were. */
function goneOf(asked: readonly string[], { judged }: Sight): PassReport['connections'] {
  const standing = new Set(judged.map(({ active }) => active.id));
  return [...new Set(asked)]
    .filter((id) => !standing.has(id))
    .map((id) => ({ id, endpoint: '', rules: [], outcome: 'gone' as const }));
}

function withGone(report: PassReport, gone: PassReport['connections']): PassReport {
  return { ...report, connections: [...report.connections, ...gone] };
}
