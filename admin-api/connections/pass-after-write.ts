/** A pass soon after a write: what it refuses need not wait for the schedule. */
import type { Services, Told } from '../environment.ts';
import { askForPass } from './ask-for-pass.ts';

/** Each pass may take an execution of the account's for most of a minute, and the connect handler needs some, too. */
const BETWEEN_MS = 5_000;

/** Never rejects, and changes no answer. */
export type PassAfterWrite = (told: Told) => Promise<void>;

/**
 * Asks once in five seconds, however many write: the schedule's next pass sees what the others wrote. A pass that could not be asked for
 * does not count.
 */
export function createPassAfterWrite({ enforcer, now }: Pick<Services, 'enforcer' | 'now'>): PassAfterWrite {
  let askedMs = Number.NEGATIVE_INFINITY;
  return async (told) => {
    const nowMs = now();
    // A clock that was put back must not keep every pass away.
    if (nowMs >= askedMs && nowMs < askedMs + BETWEEN_MS) return;
    askedMs = nowMs;
    await askForPass({ enforcer }, told);
    if (told.passNotAsked !== undefined && askedMs === nowMs) askedMs = Number.NEGATIVE_INFINITY;
  };
}
