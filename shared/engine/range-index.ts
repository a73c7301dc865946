/** Finds, among many stretches of addresses of many owners, those that contain an address: an interval tree in typed arrays. */
import type { AddressStretches } from './address-list.ts';
import { addressOrder, compareAt, copyAt, type WordCount } from './address-order.ts';

/** Stretches of one family and the number of whom they belong to. */
export interface OwnedStretches extends AddressStretches {
  readonly owner: number;
}

/**
 * The stretches ordered by their first address; the tree is implicit (the root of a run is its middle).
 * INVARIANT: `#reach` of a root is the highest last address in its run, so that a run that ends before an address is passed
 * over whole. A look-up takes steps in proportion to log(stretches) for each one found.
 */
export class RangeIndex {
  readonly #wordCount: WordCount;
  readonly #firsts: Uint32Array;
  readonly #lasts: Uint32Array;
  readonly #reach: Uint32Array;
  readonly #owners: Uint32Array;

  constructor(owned: readonly OwnedStretches[], wordCount: WordCount) {
    const firsts = concat(owned.map((each) => each.firsts));
    const lasts = concat(owned.map((each) => each.lasts));
    const owners = concat(owned.map((each) => new Uint32Array(each.firsts.length / wordCount).fill(each.owner)));
    this.#wordCount = wordCount;
    this.#firsts = new Uint32Array(firsts.length);
    this.#lasts = new Uint32Array(firsts.length);
    this.#owners = new Uint32Array(owners.length);
    let place = 0;
    for (const position of addressOrder(firsts, wordCount)) {
      copyAt(firsts, position, this.#firsts, place, wordCount);
      copyAt(lasts, position, this.#lasts, place, wordCount);
      this.#owners[place++] = owners[position] as number; // in bounds
    }
    this.#reach = this.#lasts.slice();
    this.#computeReach(0, owners.length);
  }

  /** Calls `visit` with the owner of each stretch that contains the address. */
  find(words: readonly number[], visit: (owner: number) => void): void {
    const [word] = words;
    if (this.#wordCount === 1) this.#findWord(0, this.#owners.length, word as number, visit);
    else this.#find(0, this.#owners.length, words, visit);
  }

  /** As `#find`, for IPv4, where one comparison of numbers suffices. */
  #findWord(low: number, high: number, word: number, visit: (owner: number) => void): void {
    let from = low;
    while (from < high) {
      const middle = (from + high) >>> 1;
      if ((this.#reach[middle] as number) < word) return; // in bounds
      this.#findWord(from, middle, word, visit);
      if ((this.#firsts[middle] as number) > word) return; // in bounds
      if ((this.#lasts[middle] as number) >= word) visit(this.#owners[middle] as number); // in bounds
      from = middle + 1;
    }
  }

  #find(low: number, high: number, words: readonly number[], visit: (owner: number) => void): void {
    let from = low;
    while (from < high) {
      const middle = (from + high) >>> 1;
      if (compareAt(this.#reach, middle, words, 0, this.#wordCount) < 0) return;
      this.#find(from, middle, words, visit);
      if (compareAt(this.#firsts, middle, words, 0, this.#wordCount) > 0) return;
      if (compareAt(this.#lasts, middle, words, 0, this.#wordCount) >= 0) visit(this.#owners[middle] as number); // in bounds
      from = middle + 1;
    }
  }

  /** Raises `#reach` of every root in the run [low, high) to what its run reaches; the index of its root, -1 for an empty one. */
  #computeReach(low: number, high: number): number {
    if (low >= high) return -1;
    const middle = (low + high) >>> 1;
    this.#raise(middle, this.#computeReach(low, middle));
    this.#raise(middle, this.#computeReach(middle + 1, high));
    return middle;
  }

  #raise(root: number, child: number): void {
    if (child < 0 || compareAt(this.#reach, child, this.#reach, root, this.#wordCount) <= 0) return;
    copyAt(this.#reach, child, this.#reach, root, this.#wordCount);
  }
}

function concat(arrays: readonly Uint32Array[]): Uint32Array {
  const whole = new Uint32Array(arrays.reduce((length, array) => length + array.length, 0));
  let at = 0;
  for (const array of arrays) {
    whole.set(array, at);
    at += array.length;
  }
  return whole;
}
