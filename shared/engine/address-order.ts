/** Addresses of one family side by side in a typed array (one 32-bit word each for IPv4, four for IPv6): their order, and steps in it. */

export type WordCount = 1 | 4;

/** Negative, zero or positive as address `i` of `a` is lower than, equal to or higher than address `j` of `b`. */
export function compareAt(
  a: ArrayLike<number>,
  i: number,
  b: ArrayLike<number>,
  j: number,
  wordCount: WordCount,
): number {
  for (let word = 0; word < wordCount; word++) {
    const difference = (a[i * wordCount + word] as number) - (b[j * wordCount + word] as number); // in bounds
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Copies address `from` of `source` to place `to` of `target`. */
export function copyAt(
  source: ArrayLike<number>,
  from: number,
  target: Uint32Array,
  to: number,
  wordCount: WordCount,
): void {
  for (let word = 0; word < wordCount; word++) {
    target[to * wordCount + word] = source[from * wordCount + word] as number; // in bounds
  }
}

/** Makes the address at `place` the next higher one; false where it was the highest. */
export function stepOn(addresses: Uint32Array, place: number, wordCount: WordCount): boolean {
  for (let word = (place + 1) * wordCount - 1; word >= place * wordCount; word--) {
    const value = addresses[word] as number; // in bounds
    addresses[word] = value + 1; // the array holds 32 bits: the highest becomes 0
    if (value < 0xffffffff) return true;
  }
  return false;
}

/** Makes the address at `place`, which is not the lowest, the next lower one. */
export function stepBack(addresses: Uint32Array, place: number, wordCount: WordCount): void {
  for (let word = (place + 1) * wordCount - 1; word >= place * wordCount; word--) {
    const value = addresses[word] as number; // in bounds
    addresses[word] = value - 1; // 0 becomes the highest
    if (value > 0) return;
  }
}

/** The place of the first of the ascending addresses that is higher than `words`. */
export function placeAfter(addresses: Uint32Array, words: readonly number[], wordCount: WordCount): number {
  let low = 0;
  let high = addresses.length / wordCount;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareAt(addresses, middle, words, 0, wordCount) > 0) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** IPv4 addresses and positions packed into one number each, exactly: 32 and 20 bits of a double's 53. */
const POSITIONS = 2 ** 20;

/** The positions of the addresses in ascending order of the addresses. */
export function addressOrder(addresses: Uint32Array, wordCount: WordCount): Uint32Array {
  const count = addresses.length / wordCount;
  const order = new Uint32Array(count);
  for (let place = 0; place < count; place++) order[place] = place;
  if (isAscending(addresses, wordCount)) return order;
  if (wordCount === 4 || count > POSITIONS)
    return order.sort((i, j) => compareAt(addresses, i, addresses, j, wordCount));
  // Numbers in a typed array sort without a comparison in JavaScript: several times faster for lists of 100,000.
  const keys = new Float64Array(count);
  for (let place = 0; place < count; place++) keys[place] = (addresses[place] as number) * POSITIONS + place; // in bounds
  keys.sort();
  for (let place = 0; place < count; place++) order[place] = (keys[place] as number) % POSITIONS; // in bounds
  return order;
}

/** True when no address is lower than the one before it. */
export function isAscending(addresses: Uint32Array, wordCount: WordCount): boolean {
  const count = addresses.length / wordCount;
  for (let place = 1; place < count; place++) {
    if (compareAt(addresses, place - 1, addresses, place, wordCount) > 0) return false;
  }
  return true;
}
