/** Has the door know how many connections each user has: what limits per user count is as good as the last pass. */
import type { ActiveSession, SessionReconciler } from '../../shared/sessions/index.ts';
import type { EndOutcome } from '../ending/end-connections.ts';
import { limitsAtLogin } from '../judging/excess.ts';
import type { JudgedConnection } from '../judging/judge-connections.ts';
import { countedKey } from '../judging/user.ts';
import type { CountSessions, EnforcerParts } from './enforcer-parts.ts';
import type { Survey } from './survey.ts';

export type SessionCountParts = Pick<EnforcerParts, 'logger' | 'metrics' | 'endpoints'> & {
  readonly reconciler: SessionReconciler;
};

/** Nothing is read or written while no limit refuses, but that the count is not known. */
export function createSessionCount({ logger, metrics, endpoints, reconciler }: SessionCountParts): CountSessions {
  let isForgotten = false;
  return async (survey, outcomes, startedMs, signal) => {
    const counts = survey.inForce.policy.limits.some(
      ({ enabled, whenExceeded }) => enabled && whenExceeded === 'refuse',
    );
    if (!counts && isForgotten) return;
    try {
      if (!counts) {
        await reconciler.forget({ signal });
        isForgotten = true;
        return;
      }
      isForgotten = false;
      const [ended, standing] = parted(survey.judged, ({ active }) => hasEnded(outcomes.get(active.id)));
      const seen = {
        active: standing.map((one) => sessionOf(one, survey)),
        ended: ended.map(({ active }) => active.id),
        endpoints,
        startedMs,
      };
      await reconciler.reconcile(seen, { signal });
    } catch (error) {
      metrics.count('SessionsNotCounted');
      logger.error('sessions could not be counted: limits are not known at the door', {
        reason: error instanceof Error ? error.message : String(error),
      });
    }
  };
}

function hasEnded(outcome: EndOutcome | undefined): boolean {
  return outcome?.outcome === 'ended' || outcome?.outcome === 'gone';
}

function parted<T>(all: readonly T[], isFirst: (one: T) => boolean): readonly [readonly T[], readonly T[]] {
  return [all.filter(isFirst), all.filter((one) => !isFirst(one))];
}

function sessionOf({ active, known }: JudgedConnection, { inForce, atMs }: Survey): ActiveSession {
  const { id, endpoint, establishedMs: sinceMs = atMs } = active;
  if (known === undefined) return { id, endpoint, sinceMs, userKey: undefined, limits: undefined };
  const refusing = limitsAtLogin(inForce.policy, known).filter(({ whenExceeded }) => whenExceeded === 'refuse');
  return { id, endpoint, sinceMs, userKey: countedKey(known), limits: refusing.map((limit) => limit.id) };
}
