/** A user's connections as they are counted. */
import { MAX_SESSION_MS } from '../engine/index.ts';

export interface Session {
  /** The connection's id. */
  readonly id: string;
  /** The Client VPN endpoint's id. */
  readonly endpoint: string;
  /** Since when it stands, in milliseconds since the epoch. */
  readonly sinceMs: number;
  /** The limits that it counts for, by id. */
  readonly limits: readonly string[];
}

/** The most sessions that one user's item holds: twice what a limit may allow. */
export const MAX_SESSIONS = 200;

/** Those that can still stand: a connection has ended by itself after 24 hours. */
export function withoutEnded<T extends Pick<Session, 'sinceMs'>>(sessions: readonly T[], nowMs: number): T[] {
  return sessions.filter(({ sinceMs }) => nowMs - sinceMs <= MAX_SESSION_MS);
}

/** As an item holds them: the oldest first, and of too many the newest. */
export function inOrder(sessions: readonly Session[]): readonly Session[] {
  return [...sessions].sort((one, other) => one.sinceMs - other.sinceMs).slice(-MAX_SESSIONS);
}
