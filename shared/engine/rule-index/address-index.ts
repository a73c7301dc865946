/** Finds, among many stretches of addresses of many owners, those that contain an address. */
import { addressOrder, compareAt, copyAt, type WordCount } from '../address-order.ts';
import type { AddressStretches } from '../address-ranges.ts';

/** Stretches of one family and the number of whom they belong to. */
export interface OwnedStretches extends AddressStretches {
  readonly owner: number;
}

/**
 * The stretches in the order of their first addresses. A look-up finds the last one that begins at or before the address and
 * goes back from there, from each stretch that ends too early to the nearest one before it that reaches further.
 * INVARIANT: all between a stretch and its `outer` one end no later than it does, so that none of them is passed over wrongly.
 * Where stretches nest, as CIDR blocks do, `outer` is the block around, and there are at most 32 (128) of those. Ranges can nest deeper: an address
 * just behind 10,000 ranges one in the other goes past all of them, in some 20 µs.
 */
export class AddressIndex {
  readonly #wordCount: WordCount;
  readonly #firsts: Uint32Array;
  readonly #lasts: Uint32Array;
  readonly #outer: Int32Array;
  readonly #owners: Int32Array;
  /** IPv4: for the leading bits of an address the place of the first stretch that begins with those or greater ones. */
  readonly #places: Uint32Array;
  readonly #shift: number;

  constructor(owned: readonly OwnedStretches[], wordCount: WordCount) {
    const firsts = concat(owned.map((each) => each.firsts));
    const lasts = concat(owned.map((each) => each.lasts));
    const owners = concat(owned.map((each) => new Uint32Array(each.firsts.length / wordCount).fill(each.owner)));
    const count = owners.length;
    this.#wordCount = wordCount;
    this.#firsts = new Uint32Array(firsts.length);
    this.#lasts = new Uint32Array(firsts.length);
    this.#owners = new Int32Array(count);
    let place = 0;
    for (const position of addressOrder(firsts, wordCount)) {
      copyAt(firsts, position, this.#firsts, place, wordCount);
      copyAt(lasts, position, this.#lasts, place, wordCount);
      this.#owners[place++] = owners[position] as number; // in bounds
    }
    this.#outer = this.#outerOnes();
    this.#shift = Math.min(31, Math.max(32 - BITS_AT_MOST, Math.clz32(count)));
    this.#places = wordCount === 1 ? this.#leadingBits() : new Uint32Array(0);
  }

  /** Calls `visit` with the owner of each stretch that contains the IPv4 address. */
  findWord(word: number, visit: (owner: number) => void): void {
    const leading = word >>> this.#shift;
    let low = this.#places[leading] as number; // in bounds, as all below
    let high = this.#places[leading + 1] as number;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#firsts[middle] as number) > word) high = middle;
      else low = middle + 1;
    }
    let place = low - 1;
    while (place >= 0) {
      if ((this.#lasts[place] as number) >= word) visit(this.#owners[place--] as number);
      else place = this.#outer[place] as number;
    }
  }

  /** As `findWord`, for an address of either family. */
  find(words: readonly number[], visit: (owner: number) => void): void {
    const wordCount = this.#wordCount;
    if (wordCount === 1) {
      this.findWord(words[0] as number, visit);
      return;
    }
    let low = 0;
    let high = this.#owners.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareAt(this.#firsts, middle, words, 0, wordCount) > 0) high = middle;
      else low = middle + 1;
    }
    let place = low - 1;
    while (place >= 0) {
      if (compareAt(this.#lasts, place, words, 0, wordCount) >= 0) visit(this.#owners[place--] as number);
      else place = this.#outer[place] as number;
    }
  }

  #outerOnes(): Int32Array {
    const outer = new Int32Array(this.#owners.length);
    for (let place = 0; place < outer.length; place++) {
      let before = place - 1;
      while (before >= 0 && compareAt(this.#lasts, before, this.#lasts, place, this.#wordCount) <= 0) {
        before = outer[before] as number;
      }
      outer[place] = before;
    }
    return outer;
  }

  #leadingBits(): Uint32Array {
    const count = this.#owners.length;
    const places = new Uint32Array(2 ** (32 - this.#shift) + 1);
    let place = 0;
    for (let leading = 0; leading < places.length; leading++) {
      while (place < count && (this.#firsts[place] as number) >>> this.#shift < leading) place++;
      places[leading] = place;
    }
    return places;
  }
}

/** The table of leading bits has about as many places as there are stretches, and at most 2 to this. */
const BITS_AT_MOST = 18;

function concat(arrays: readonly Uint32Array[]): Uint32Array {
  const whole = new Uint32Array(arrays.reduce((length, array) => length + array.length, 0));
  let at = 0;
  for (const array of arrays) {
    whole.set(array, at);
    at += array.length;
  }
  return whole;
}
