/** Ids of the rules that verbs make: readable, and the same for the same subject. */
import { createHash } from 'node:crypto';
import { DEFAULT_RULE } from '../../../shared/engine/index.ts';
import type { Subject } from './subject.ts';

const MAX_LENGTH = 63;
/** Room for a number that tells it from another. */
const MAX_STEM_LENGTH = MAX_LENGTH - 4;

/** `block-batchi`, `admit-group-staff`, `block-203-0-113-0-24`, `block-batchi-frankfurt`. */
export function ruleIdFor(verb: string, { kind, typed }: Subject, endpoints: readonly string[]): string {
  const words = [slug(typed, kind), ...endpoints.map((endpoint) => slug(endpoint, 'endpoint'))];
  const parts = [verb, ...(kind === 'group' ? ['group'] : []), ...words];
  return parts.join('-').slice(0, MAX_STEM_LENGTH).replace(/-$/, '');
}

/** The id, or where another rule has it, the id with the first number that none has: `block-batchi-2`. */
export function freeId(id: string, taken: ReadonlySet<string>): string {
  if (!taken.has(id) && id !== DEFAULT_RULE) return id;
  let number = 2;
  while (taken.has(`${id}-${number}`)) number++;
  return `${id}-${number}`;
}

/**
 * Letters and digits of ASCII with hyphens between, accents gone. Where letters of other scripts would be lost, a few
 * digits of the text's hash stand for them; where nothing else is left, after what the text is: `name-1806496b`.
 */
function slug(text: string, what: string): string {
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  const words = plain.replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '');
  if (words !== '' && !/[\p{L}\p{N}]/u.test(plain.replace(/[a-z0-9]/g, ''))) return words;
  const digits = createHash('sha256').update(text.normalize('NFC')).digest('hex').slice(0, 8);
  return `${words === '' ? what : words}-${digits}`;
}
