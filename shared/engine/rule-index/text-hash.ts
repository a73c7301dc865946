/** Hashes of texts, the same for ASCII letters of either case, so that a name can be looked up before it is folded. */

/** The hash of no text. */
export const HASH_BASIS = 0x811c9dc5 | 0;

/**
 * The hash of a text that is two UTF-16 units longer (or one: the second is 0): a step of FNV-1a for both at once. `0x20` makes
 * an ASCII capital the small letter; what it does to other units costs some collisions, and no more. Where a step is
 * written out, V8 keeps its numbers in the code, instead of reading them from the module each time.
 */
export function hashStep(hash: number, unit: number, next: number): number {
  return Math.imul(hash ^ (unit | (next << 16) | 0x200020), 0x01000193);
}

/** The hash of the units from `start` (included) to `end` (not included). */
export function hashOf(text: string, start = 0, end = text.length): number {
  let hash = HASH_BASIS;
  let index = start;
  for (; index + 1 < end; index += 2) hash = hashStep(hash, text.charCodeAt(index), text.charCodeAt(index + 1));
  return index < end ? hashStep(hash, text.charCodeAt(index), 0) : hash;
}

/** The hash with its upper bits mixed into the lower ones, which a table goes by: FNV's lower bits alone tell short texts badly apart. */
export function spread(hash: number): number {
  return hash ^ (hash >>> 15);
}
