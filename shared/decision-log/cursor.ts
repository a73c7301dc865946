/** Cursors of lists of decisions: where the next page goes on, and of which query it is the next page. */
import { createHash } from 'node:crypto';
import { DecisionCursorError, type DecisionQuery } from './decision-source.ts';
import { readPlace } from './place.ts';

/** What is left to look through. */
export interface Rest {
  /** Milliseconds since the epoch. */
  readonly sinceMs: number;
  readonly untilMs: number;
  /** Only what is older than the decision at this place. */
  readonly before?: string | undefined;
}

export function writeCursor({ sinceMs, untilMs, before = '' }: Rest, query: DecisionQuery): string {
  return Buffer.from([markOf(query), sinceMs, untilMs, before].join(' ')).toString('base64url');
}

/** @throws DecisionCursorError for one that this query has not answered */
export function readCursor(cursor: string, query: DecisionQuery): Rest {
  const text = cursor.length <= MAX_CURSOR_LENGTH ? Buffer.from(cursor, 'base64url').toString('latin1') : '';
  const [mark, sinceMs = '', untilMs = '', before] = text.split(' ');
  const rest = { sinceMs: Number(sinceMs), untilMs: Number(untilMs), before: before === '' ? undefined : before };
  const place = rest.before === undefined || readPlace(rest.before) !== undefined;
  // One spelling only, so that nothing slips through that is read in another way than it is written.
  if (mark !== markOf(query) || !place || writeCursor(rest, query) !== cursor || !isTime(rest)) {
    throw new DecisionCursorError(
      'The cursor is not one that this list, with these filters, has answered. Begin again without one.',
    );
  }
  return rest;
}

const MAX_CURSOR_LENGTH = 400;

function isTime({ sinceMs, untilMs }: Rest): boolean {
  return [sinceMs, untilMs].every((ms) => Number.isSafeInteger(ms) && ms >= 0 && ms <= LAST_MS);
}

/** The last moment whose year has four digits, so that times sort as texts. */
export const LAST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

function markOf({ user, rule, outcome, endpoint, sinceMs, untilMs }: DecisionQuery): string {
  const filters = [user, rule, outcome, endpoint, sinceMs, untilMs].map((filter) => filter ?? null);
  return createHash('sha256').update(JSON.stringify(filters)).digest('base64url').slice(0, 16);
}
