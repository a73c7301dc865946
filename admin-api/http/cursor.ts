/** Cursors: where a list goes on, in one revision of the policy, so that pages stay right while others write. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { Problem } from './problem.ts';

export interface CursorPosition {
  /** The revision that the list shows. */
  readonly revision: number;
  /** How many elements are before the next page. */
  readonly offset: number;
}

/**
 * Makes the cursor of a list.
 * @param secret known of that revision to the store alone: a cursor that somebody made up does not have its mark
 * @param list what is listed, with its filters: a cursor serves the list that gave it
 */
export function writeCursor({ revision, offset }: CursorPosition, secret: string, list: string): string {
  return Buffer.from(`${revision}.${offset}.${mark(revision, offset, secret, list)}`).toString('base64url');
}

/** The revision that a cursor says it belongs to: to find the secret with. @throws Problem bad-cursor */
export function revisionOfCursor(cursor: string): number {
  return parts(cursor).revision;
}

/** Where the cursor leads. @throws Problem bad-cursor */
export function readCursor(cursor: string, secret: string, list: string): CursorPosition {
  const { revision, offset, signed } = parts(cursor);
  const [given, wanted] = [Buffer.from(signed), Buffer.from(mark(revision, offset, secret, list))];
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) throw foreignCursor();
  return { revision, offset };
}

export function foreignCursor(): Problem {
  return new Problem(
    'bad-cursor',
    'The cursor is not one that this list, with these filters, has answered. Begin again without one.',
  );
}

function mark(revision: number, offset: number, secret: string, list: string): string {
  return createHmac('sha256', secret)
    .update(JSON.stringify([revision, offset, list]))
    .digest('base64url')
    .slice(0, 22);
}

function parts(cursor: string): CursorPosition & { readonly signed: string } {
  const text = /^[A-Za-z0-9_-]{1,120}$/.test(cursor) ? Buffer.from(cursor, 'base64url').toString('latin1') : '';
  const [, revision, offset, signed] = /^([1-9]\d{0,9})\.(\d{1,9})\.([A-Za-z0-9_-]{22})$/.exec(text) ?? [];
  // One spelling only: base64url takes more than one for the same bytes.
  if (signed === undefined || Buffer.from(text, 'latin1').toString('base64url') !== cursor) throw foreignCursor();
  return { revision: Number(revision), offset: Number(offset), signed };
}
