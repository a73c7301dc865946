/** What ETags are made of: a hash of a document, a rule, a set, an endpoint or a test. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../canonical-json.ts';

/** Characters of base64url, 6 bits each: 162 bits, so that nobody can make two items with one hash. */
const HASH_LENGTH = 27;

/**
 * The hash of plain data: SHA-256 of its canonical JSON, base64url, cut to 27 characters. Data that says the same has the
 * same hash, in whatever order its keys are; a key whose value is undefined counts as left out.
 * @throws TypeError for what JSON cannot hold
 */
export function itemHash(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('base64url').slice(0, HASH_LENGTH);
}

/** What `itemHash` returns. */
export const ITEM_HASH = /^[A-Za-z0-9_-]{27}$/;
