/** Hashes of texts, the same for ASCII letters of either case, so that a name can be looked up before it is folded. */

/** FNV-1a's basis and prime; its steps run over UTF-16 units. */
export const HASH_BASIS = 0x811c9dc5 | 0;
export const HASH_PRIME = 0x01000193;
/** Makes an ASCII capital the small letter; what it does to other units costs some collisions, and no more. */
export const TO_SMALL = 0x20;

/** The hash of the units from `start` (included) to `end` (not included). */
export function hashOf(text: string, start = 0, end = text.length): number {
  let hash = HASH_BASIS;
  for (let index = start; index < end; index++) {
    hash = Math.imul(hash ^ (text.charCodeAt(index) | TO_SMALL), HASH_PRIME);
  }
  return hash;
}
