/** Hashes of folded texts: 32 bits, from the front or from the back, so that beginnings and ends can be looked up, too. */

/** FNV-1a's basis and prime; its steps run over UTF-16 units. */
export const HASH_BASIS = 0x811c9dc5 | 0;
export const HASH_PRIME = 0x01000193;

/** The hash of the units from `start` (included) to `end` (not included). */
export function hashOf(text: string, start = 0, end = text.length): number {
  let hash = HASH_BASIS;
  for (let index = start; index < end; index++) hash = Math.imul(hash ^ text.charCodeAt(index), HASH_PRIME);
  return hash;
}

/** As `hashOf`, read from the last unit to the first. */
export function hashFromBack(text: string, start = 0, end = text.length): number {
  let hash = HASH_BASIS;
  for (let index = end - 1; index >= start; index--) hash = Math.imul(hash ^ text.charCodeAt(index), HASH_PRIME);
  return hash;
}
