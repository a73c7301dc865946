/** Under what one user counts, however their name is spelled. */
import { createHash } from 'node:crypto';
import { foldWide } from '../engine/index.ts';

const LONGEST = 64;

/** The name folded as refusing conditions fold; for a long one a hash, so that no key takes much memory. */
export function userKey(name: string): string {
  const folded = foldWide(name);
  // No folded name has a control character in it.
  return folded.length <= LONGEST ? folded : `\0${createHash('sha256').update(folded).digest('base64url')}`;
}
