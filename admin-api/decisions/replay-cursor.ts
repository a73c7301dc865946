/** Cursors of replays: where the next part goes on, with which policies, and of which request it is a part. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../../shared/canonical-json.ts';
import { foreignCursor } from '../http/cursor.ts';

/** What is left to replay, and what every part of it has to share. */
export interface ReplayRest {
  /** The revision in force when the first part was asked for; 0: none. */
  readonly base: number;
  /** Milliseconds since 1970. */
  readonly sinceMs: number;
  readonly untilMs: number;
  /** Only what comes after the decision at this place. */
  readonly after?: string | undefined;
}

/** @param request all of it but `cursor` and `limit` */
export function writeReplayCursor({ base, sinceMs, untilMs, after = '' }: ReplayRest, request: unknown): string {
  return Buffer.from([markOf(request), base, sinceMs, untilMs, after].join(' ')).toString('base64url');
}

/** @throws Problem bad-cursor for one that this request has not answered */
export function readReplayCursor(cursor: string, request: unknown): ReplayRest {
  const text = Buffer.from(cursor, 'base64url').toString('latin1');
  const [mark, base = '', sinceMs = '', untilMs = '', after] = text.split(' ');
  const rest = {
    base: Number(base),
    sinceMs: Number(sinceMs),
    untilMs: Number(untilMs),
    after: after === '' ? undefined : after,
  };
  const numbers = [rest.base, rest.sinceMs, rest.untilMs].every(
    (number) => Number.isSafeInteger(number) && number >= 0,
  );
  const isTime = rest.sinceMs <= rest.untilMs && rest.untilMs <= LAST_MS;
  // One spelling only, so that nothing is read in another way than it is written.
  if (!numbers || !isTime || mark !== markOf(request) || writeReplayCursor(rest, request) !== cursor)
    throw foreignCursor();
  return rest;
}

/** What an instant can be at most: the year has four digits. */
const LAST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

function markOf(request: unknown): string {
  return createHash('sha256').update(canonicalJson(request)).digest('base64url').slice(0, 16);
}
