/** What a pass has seen, and which sessions a user has by it. */
import { inOrder, type Session, withoutEnded } from './session.ts';

/** The active connections that EC2 told of. */
export interface Sighting {
  /** Those that go on. */
  readonly active: readonly ActiveSession[];
  /** The ids of those that the pass has ended itself. Default: none. */
  readonly ended?: readonly string[] | undefined;
  /** The Client VPN endpoints whose active connections are all among them, by id. */
  readonly endpoints: readonly string[];
  /** When EC2 was asked first, in milliseconds since the epoch. */
  readonly startedMs: number;
  /**
   * How long before that a session may have been recorded that is not active: the handler admits a connection before EC2 shows it. In
   * milliseconds; default `UNKNOWN_GRACE_MS`.
   */
  readonly unknownGraceMs?: number | undefined;
}

/** Two minutes: clients that have not got through by then have given up. */
export const UNKNOWN_GRACE_MS = 120_000;

export interface ActiveSession extends Omit<Session, 'limits'> {
  /** Whose it is, as the decision log's `userPartition` gives it; undefined where that is not known. */
  readonly userKey: string | undefined;
  /** The limits that apply to it and refuse; undefined where that is not known: what the handler recorded stays. */
  readonly limits: readonly string[] | undefined;
}

export interface StandingSessions {
  /** The sessions of a user for whom some are recorded. */
  of(userKey: string, recorded: readonly Session[]): readonly Session[];
  /** Those who have an active connection that counts. */
  readonly users: readonly string[];
}

export function sessionsThatStand({
  active,
  ended = [],
  endpoints,
  startedMs,
  unknownGraceMs = UNKNOWN_GRACE_MS,
}: Sighting): StandingSessions {
  const seen = new Map(active.map((session) => [session.id, session]));
  const covered = new Set(endpoints);
  const over = new Set(ended);
  const counted = countedByUser(withoutEnded(active, startedMs));

  const afterPass = (userKey: string, recorded: Session): readonly Session[] => {
    if (over.has(recorded.id)) return [];
    const found = seen.get(recorded.id);
    if (found === undefined) {
      const hasEnded = covered.has(recorded.endpoint) && recorded.sinceMs < startedMs - unknownGraceMs;
      return hasEnded ? [] : [recorded];
    }
    if (found.userKey === undefined || found.limits === undefined) return [recorded];
    const counts = found.userKey === userKey && found.limits.length > 0;
    return counts ? [{ ...recorded, limits: found.limits }] : [];
  };

  return {
    of(userKey, recorded) {
      const stay = withoutEnded(recorded, startedMs).flatMap((session) => afterPass(userKey, session));
      const known = new Set(stay.map(({ id }) => id));
      const missing = (counted.get(userKey) ?? []).filter(({ id }) => !known.has(id));
      return inOrder([...stay, ...missing]);
    },
    users: [...counted.keys()],
  };
}

/** Those whose user is known and to whom a limit applies. */
function countedByUser(active: readonly ActiveSession[]): ReadonlyMap<string, readonly Session[]> {
  const byUser = new Map<string, Session[]>();
  for (const { userKey, id, endpoint, sinceMs, limits = [] } of active) {
    if (userKey === undefined || limits.length === 0) continue;
    const sessions = byUser.get(userKey);
    if (sessions) sessions.push({ id, endpoint, sinceMs, limits });
    else byUser.set(userKey, [{ id, endpoint, sinceMs, limits }]);
  }
  return byUser;
}
