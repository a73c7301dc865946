/** Lists whose entries expire at different times: a step function over the addresses. */
import { addressOrder, compareAt, copyAt, placeAfter, stepBack, stepOn, type WordCount } from './address-order.ts';
import { type AddressRanges, type AddressStretches, type OrderedRanges, ordered } from './address-ranges.ts';

export const NEVER_COVERED = Number.NEGATIVE_INFINITY;

/**
 * For lists whose entries expire at different times: for each address the latest expiry of the entries that cover it, constant
 * from one boundary to the next.
 * INVARIANT: boundaries ascend strictly; `#expiries[i]` holds from boundary i (included) to boundary i + 1.
 */
export class ExpiryByAddress {
  readonly #wordCount: WordCount;
  readonly #boundaries: Uint32Array;
  readonly #expiries: Float64Array;

  constructor(ranges: AddressRanges) {
    const { wordCount } = ranges;
    this.#wordCount = wordCount;
    const steps = new Steps(2 * ranges.count, wordCount);
    latestOfOverlapping(ordered(ranges), steps);
    this.#boundaries = steps.boundaries;
    this.#expiries = steps.expiries;
  }

  coveredUntilMs(words: readonly number[]): number {
    const next = placeAfter(this.#boundaries, words, this.#wordCount);
    return next === 0 ? NEVER_COVERED : (this.#expiries[next - 1] as number); // in bounds: next is at most the length
  }

  stretches(): AddressStretches {
    const wordCount = this.#wordCount;
    const covered = this.#expiries.reduce(
      (count, expiresAtMs) => (expiresAtMs === NEVER_COVERED ? count : count + 1),
      0,
    );
    const firsts = new Uint32Array(covered * wordCount);
    const lasts = new Uint32Array(covered * wordCount).fill(0xffffffff);
    let place = 0;
    for (let index = 0; index < this.#expiries.length; index++) {
      if (this.#expiries[index] === NEVER_COVERED) continue;
      copyAt(this.#boundaries, index, firsts, place, wordCount);
      if (index + 1 < this.#expiries.length) {
        copyAt(this.#boundaries, index + 1, lasts, place, wordCount);
        stepBack(lasts, place, wordCount);
      }
      place++;
    }
    return { firsts, lasts };
  }
}

/** The boundaries as they are found, in ascending order. */
class Steps {
  readonly #wordCount: WordCount;
  readonly #boundaries: Uint32Array;
  readonly #expiries: Float64Array;
  #count = 0;

  constructor(most: number, wordCount: WordCount) {
    this.#wordCount = wordCount;
    this.#boundaries = new Uint32Array(most * wordCount);
    this.#expiries = new Float64Array(most);
  }

  /** From address `place` of `addresses` on, what covers it does so until `expiresAtMs`. */
  add(addresses: Uint32Array, place: number, expiresAtMs: number): void {
    if (expiresAtMs === (this.#count === 0 ? NEVER_COVERED : this.#expiries[this.#count - 1])) return;
    copyAt(addresses, place, this.#boundaries, this.#count, this.#wordCount);
    this.#expiries[this.#count++] = expiresAtMs;
  }

  get boundaries(): Uint32Array {
    return this.#boundaries.slice(0, this.#count * this.#wordCount);
  }

  get expiries(): Float64Array {
    return this.#expiries.slice(0, this.#count);
  }
}

/** For lists whose entries expire at different times: at each boundary the entry that expires last counts. */
function latestOfOverlapping(ranges: OrderedRanges, steps: Steps): void {
  const { wordCount, firsts, lasts, expiryAt } = ranges;
  const rangeCount = firsts.length / wordCount;
  const points = new Uint32Array(2 * firsts.length);
  points.set(firsts);
  let count = rangeCount;
  for (let place = 0; place < rangeCount; place++) {
    copyAt(lasts, place, points, count, wordCount);
    if (stepOn(points, count, wordCount)) count++;
  }
  const boundaries = points.subarray(0, count * wordCount);
  const open = new LatestFirst(ranges);
  let opened = 0;
  for (const point of addressOrder(boundaries, wordCount)) {
    while (opened < rangeCount && compareAt(firsts, opened, boundaries, point, wordCount) <= 0) open.push(opened++);
    // Entries that ended stay in the heap until they reach its top: only the top decides.
    let top = open.top;
    while (top !== undefined && compareAt(lasts, top, boundaries, point, wordCount) < 0) {
      open.pop();
      top = open.top;
    }
    steps.add(boundaries, point, top === undefined ? NEVER_COVERED : expiryAt(top));
  }
}

/** A binary heap of places in `ranges`, with the one that expires last on top; among equals the one that reaches furthest. */
class LatestFirst {
  readonly #ranges: OrderedRanges;
  readonly #places: number[] = [];

  constructor(ranges: OrderedRanges) {
    this.#ranges = ranges;
  }

  get top(): number | undefined {
    return this.#places[0];
  }

  push(place: number): void {
    const places = this.#places;
    let index = places.push(place) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#comesFirst(place, places[parent] as number)) break; // in bounds
      places[index] = places[parent] as number; // in bounds
      index = parent;
    }
    places[index] = place;
  }

  pop(): void {
    const places = this.#places;
    const moved = places.pop();
    if (moved === undefined || places.length === 0) return;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const right = left + 1;
      const best =
        right < places.length && this.#comesFirst(places[right] as number, places[left] as number) ? right : left; // in bounds
      const child = places[best];
      if (child === undefined || !this.#comesFirst(child, moved)) break;
      places[index] = child;
      index = best;
    }
    places[index] = moved;
  }

  #comesFirst(a: number, b: number): boolean {
    const { expiryAt, lasts, wordCount } = this.#ranges;
    const difference = expiryAt(a) - expiryAt(b); // NaN for two that never expire
    if (difference > 0 || difference < 0) return difference > 0;
    return compareAt(lasts, a, lasts, b, wordCount) > 0;
  }
}
