/** The connections that stand, as far as they can be seen: for ends that need no judgement. */
import type { ActiveConnection } from '../ec2/index.ts';
import type { JudgedConnection } from '../judging/judge-connections.ts';
import { type SurveyParts, survey, toEnforcerError } from './survey.ts';

export interface Sight {
  readonly atMs: number;
  /** Undefined where no policy could be read. */
  readonly revision: number | undefined;
  readonly judged: readonly JudgedConnection[];
}

/**
 * The whole survey; where that cannot be had, the connections of the endpoints that EC2 tells, with what is on record where that can be read.
 * Rejects with an EnforcerError where it tells none.
 */
export async function sightOf(parts: SurveyParts, signal: AbortSignal): Promise<Sight> {
  try {
    const { atMs, inForce, judged } = await survey(parts, signal);
    return { atMs, revision: inForce.revision.number, judged };
  } catch {
    return partialSight(parts, signal);
  }
}

async function partialSight(
  { endpoints, connections, known, policies, now }: SurveyParts,
  signal: AbortSignal,
): Promise<Sight> {
  const active: ActiveConnection[] = [];
  const failures: unknown[] = [];
  for (const endpoint of endpoints) {
    try {
      active.push(...(await connections.active(endpoint, { signal })));
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length === endpoints.length) throw toEnforcerError(failures[0]);
  const events = await known.of(active, signal).catch(() => new Map<string, never>());
  const inForce = await policies.now(signal).catch(() => undefined);
  const judged = active.map((one): JudgedConnection => {
    return { active: one, known: events.get(one.id), judgement: { verdict: 'unknown' } };
  });
  return { atMs: now(), revision: inForce?.revision.number, judged };
}
