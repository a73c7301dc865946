/** Hashes of texts, the same for ASCII letters of either case, so that a name can be looked up before it is folded. */

/** The hash of no text. */
export const HASH_BASIS = 0x811c9dc5 | 0;

/**
 * The hash of a text that is one UTF-16 unit longer: a step of FNV-1a. `0x20` makes an ASCII capital the small letter; what it
 * does to other units costs some collisions, and no more. Where a step is written out, V8 keeps its numbers in the code,
 * instead of reading them from the module each time.
 */
export function hashStep(hash: number, unit: number): number {
  return Math.imul(hash ^ (unit | 0x20), 0x01000193);
}

export function hashOf(text: string): number {
  let hash = HASH_BASIS;
  for (let index = 0; index < text.length; index++) hash = hashStep(hash, text.charCodeAt(index));
  return hash;
}
