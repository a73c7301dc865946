/** Finds, among many address ranges of many owners, those that contain an address: an interval tree in typed arrays. */
import { type AddressRange, compareWords } from './address.ts';

/** A range and the number of whom it belongs to. */
export interface OwnedRange {
  readonly range: AddressRange;
  readonly owner: number;
}

/**
 * The ranges of one family, ordered by their first address; the tree is implicit (the root of a stretch is its middle).
 * INVARIANT: `#reach` of a root is the highest last address in its stretch, so that a stretch that ends before an address is
 * passed over whole. A look-up takes steps in proportion to log(ranges) for each range found.
 */
export class RangeIndex {
  readonly #wordCount: number;
  readonly #firsts: Uint32Array;
  readonly #lasts: Uint32Array;
  readonly #reach: Uint32Array;
  readonly #owners: Uint32Array;

  constructor(ranges: readonly OwnedRange[], wordCount: 1 | 4) {
    const ordered = [...ranges].sort((a, b) => compareWords(a.range.first, b.range.first));
    this.#wordCount = wordCount;
    this.#firsts = new Uint32Array(ordered.length * wordCount);
    this.#lasts = new Uint32Array(ordered.length * wordCount);
    this.#reach = new Uint32Array(ordered.length * wordCount);
    this.#owners = new Uint32Array(ordered.length);
    for (const [index, { range, owner }] of ordered.entries()) {
      this.#firsts.set(range.first, index * wordCount);
      this.#lasts.set(range.last, index * wordCount);
      this.#owners[index] = owner;
    }
    this.#computeReach(0, ordered.length);
  }

  /** Calls `visit` with the owner of each range that contains the address; more than once for an owner of several. */
  find(words: readonly number[], visit: (owner: number) => void): void {
    this.#find(0, this.#owners.length, words, visit);
  }

  #find(low: number, high: number, words: readonly number[], visit: (owner: number) => void): void {
    let from = low;
    while (from < high) {
      const middle = (from + high) >>> 1;
      if (this.#isBefore(this.#reach, middle, words)) return;
      this.#find(from, middle, words, visit);
      if (this.#isAfter(this.#firsts, middle, words)) return;
      if (!this.#isBefore(this.#lasts, middle, words)) visit(this.#owners[middle] as number); // in bounds
      from = middle + 1;
    }
  }

  /** Fills `#reach` for the stretch [low, high) and returns the index of its root, or -1 for an empty one. */
  #computeReach(low: number, high: number): number {
    if (low >= high) return -1;
    const middle = (low + high) >>> 1;
    this.#copy(this.#lasts, middle, middle);
    for (const child of [this.#computeReach(low, middle), this.#computeReach(middle + 1, high)]) {
      if (child >= 0 && this.#compare(this.#reach, child, middle) > 0) this.#copy(this.#reach, child, middle);
    }
    return middle;
  }

  #copy(source: Uint32Array, from: number, to: number): void {
    const start = from * this.#wordCount;
    this.#reach.set(source.subarray(start, start + this.#wordCount), to * this.#wordCount);
  }

  #compare(words: Uint32Array, a: number, b: number): number {
    for (let word = 0; word < this.#wordCount; word++) {
      const difference = (words[a * this.#wordCount + word] as number) - (words[b * this.#wordCount + word] as number); // in bounds
      if (difference !== 0) return difference;
    }
    return 0;
  }

  #isBefore(bounds: Uint32Array, index: number, words: readonly number[]): boolean {
    return this.#difference(bounds, index, words) < 0;
  }

  #isAfter(bounds: Uint32Array, index: number, words: readonly number[]): boolean {
    return this.#difference(bounds, index, words) > 0;
  }

  #difference(bounds: Uint32Array, index: number, words: readonly number[]): number {
    const start = index * this.#wordCount;
    for (let word = 0; word < this.#wordCount; word++) {
      const difference = (bounds[start + word] as number) - (words[word] as number); // in bounds: same family
      if (difference !== 0) return difference;
    }
    return 0;
  }
}
