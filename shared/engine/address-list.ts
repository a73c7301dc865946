/** A compiled list of address ranges: a step function over the addresses of each family, searched by halving. */
import type { Address, AddressRange } from './address.ts';
import { addressOrder, compareAt, copyAt, type WordCount } from './address-order.ts';

/** A range and the moment from which it no longer counts (infinite for most). */
export interface AddressEntry extends AddressRange {
  readonly expiresAtMs: number;
}

/** Stretches of addresses side by side, both ends included. */
export interface AddressStretches {
  readonly firsts: Uint32Array;
  readonly lasts: Uint32Array;
}

export class AddressList {
  readonly hasExpiringEntries: boolean;
  readonly #ipv4: ExpiryByAddress;
  readonly #ipv6: ExpiryByAddress;

  constructor(entries: readonly AddressEntry[]) {
    this.hasExpiringEntries = entries.some(({ expiresAtMs }) => expiresAtMs !== Number.POSITIVE_INFINITY);
    const ipv4 = entries.filter(({ family }) => family === 4);
    const ipv6 = ipv4.length === entries.length ? [] : entries.filter(({ family }) => family === 6);
    this.#ipv4 = ipv4.length === 0 ? NO_IPV4 : new ExpiryByAddress(ipv4, 1);
    this.#ipv6 = ipv6.length === 0 ? NO_IPV6 : new ExpiryByAddress(ipv6, 4);
  }

  /** True when an entry that has not expired covers `address`. */
  matches(address: Address, nowMs: number): boolean {
    return nowMs < this.coveredUntilMs(address);
  }

  /** The moment until which entries cover `address`; negative infinite where none does. */
  coveredUntilMs(address: Address): number {
    return (address.family === 4 ? this.#ipv4 : this.#ipv6).at(address.words);
  }

  /** What the entries of one family cover, expired ones too, in stretches that do not overlap. */
  stretches(family: 4 | 6): AddressStretches {
    return (family === 4 ? this.#ipv4 : this.#ipv6).stretches();
  }
}

/**
 * For each address the latest expiry of the entries that cover it: constant from one boundary to the next.
 * INVARIANT: boundaries ascend strictly; `#expiries[i]` holds from boundary i (included) to boundary i + 1.
 */
class ExpiryByAddress {
  readonly #wordCount: WordCount;
  readonly #boundaries: Uint32Array;
  readonly #expiries: Float64Array;

  constructor(entries: readonly AddressEntry[], wordCount: WordCount) {
    this.#wordCount = wordCount;
    const [entry] = entries;
    if (entry !== undefined && entries.length === 1) {
      // The list of most rules.
      const ends = Uint32Array.of(...entry.first, ...entry.last);
      const hasEnd = stepOn(ends, 1, wordCount);
      this.#boundaries = hasEnd ? ends : ends.slice(0, wordCount);
      this.#expiries = hasEnd ? Float64Array.of(entry.expiresAtMs, NEVER_COVERED) : Float64Array.of(entry.expiresAtMs);
      return;
    }
    const steps = new Steps(2 * entries.length, wordCount);
    const ordered = ordering(entries, wordCount);
    if (ordered.haveOneExpiry) joinTouching(ordered, steps);
    else latestOfOverlapping(ordered, steps);
    this.#boundaries = steps.boundaries;
    this.#expiries = steps.expiries;
  }

  at(words: readonly number[]): number {
    let low = 0;
    let high = this.#expiries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareAt(this.#boundaries, middle, words, 0, this.#wordCount) > 0) high = middle;
      else low = middle + 1;
    }
    return low === 0 ? NEVER_COVERED : (this.#expiries[low - 1] as number); // in bounds: low is at most the length
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

const NEVER_COVERED = Number.NEGATIVE_INFINITY;

/** Ranges side by side, in ascending order of their first addresses. */
interface OrderedRanges extends AddressStretches {
  readonly wordCount: WordCount;
  readonly expiries: Float64Array;
  readonly haveOneExpiry: boolean;
}

function ordering(entries: readonly AddressEntry[], wordCount: WordCount): OrderedRanges {
  const unordered = new Uint32Array(entries.length * wordCount);
  for (let place = 0; place < entries.length; place++) {
    putAt((entries[place] as AddressEntry).first, unordered, place, wordCount); // in bounds
  }
  const firsts = new Uint32Array(unordered.length);
  const lasts = new Uint32Array(unordered.length);
  const expiries = new Float64Array(entries.length);
  const order = addressOrder(unordered, wordCount);
  for (let place = 0; place < order.length; place++) {
    const entry = entries[order[place] as number] as AddressEntry; // in bounds
    putAt(entry.first, firsts, place, wordCount);
    putAt(entry.last, lasts, place, wordCount);
    expiries[place] = entry.expiresAtMs;
  }
  return { wordCount, firsts, lasts, expiries, haveOneExpiry: expiries.every((each) => each === expiries[0]) };
}

/** As `copyAt`, from a plain list: one function for lists and typed arrays would be slow for both. */
function putAt(words: readonly number[], target: Uint32Array, place: number, wordCount: WordCount): void {
  for (let word = 0; word < wordCount; word++) target[place * wordCount + word] = words[word] as number; // in bounds
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

/** For the many lists whose entries never expire, or all at once: joins what touches or overlaps. */
function joinTouching({ wordCount, firsts, lasts, expiries }: OrderedRanges, steps: Steps): void {
  /** The address after those covered so far. */
  const end = new Uint32Array(wordCount);
  const next = new Uint32Array(wordCount);
  for (let place = 0; place < expiries.length; place++) {
    if (place > 0 && compareAt(firsts, place, end, 0, wordCount) > 0) steps.add(end, 0, NEVER_COVERED);
    steps.add(firsts, place, expiries[place] as number); // in bounds
    copyAt(lasts, place, next, 0, wordCount);
    if (!stepOn(next, 0, wordCount)) return;
    if (place === 0 || compareAt(next, 0, end, 0, wordCount) > 0) end.set(next);
  }
  if (expiries.length > 0) steps.add(end, 0, NEVER_COVERED);
}

/** For lists whose entries expire at different times: at each boundary the entry that expires last counts. */
function latestOfOverlapping(ranges: OrderedRanges, steps: Steps): void {
  const { wordCount, firsts, lasts, expiries } = ranges;
  const points = new Uint32Array(2 * firsts.length);
  points.set(firsts);
  let count = expiries.length;
  for (let place = 0; place < expiries.length; place++) {
    copyAt(lasts, place, points, count, wordCount);
    if (stepOn(points, count, wordCount)) count++;
  }
  const boundaries = points.subarray(0, count * wordCount);
  const open = new LatestFirst(ranges);
  let opened = 0;
  for (const point of addressOrder(boundaries, wordCount)) {
    while (opened < expiries.length && compareAt(firsts, opened, boundaries, point, wordCount) <= 0)
      open.push(opened++);
    // Entries that ended stay in the heap until they reach its top: only the top decides.
    let top = open.top;
    while (top !== undefined && compareAt(lasts, top, boundaries, point, wordCount) < 0) {
      open.pop();
      top = open.top;
    }
    steps.add(boundaries, point, top === undefined ? NEVER_COVERED : (expiries[top] as number)); // in bounds
  }
}

/** Makes the address at `place` the next higher one; false where it was the highest. */
function stepOn(addresses: Uint32Array, place: number, wordCount: WordCount): boolean {
  for (let word = (place + 1) * wordCount - 1; word >= place * wordCount; word--) {
    const value = addresses[word] as number; // in bounds
    addresses[word] = value + 1; // the array holds 32 bits: the highest becomes 0
    if (value < 0xffffffff) return true;
  }
  return false;
}

/** Makes the address at `place`, which is not the lowest, the next lower one. */
function stepBack(addresses: Uint32Array, place: number, wordCount: WordCount): void {
  for (let word = (place + 1) * wordCount - 1; word >= place * wordCount; word--) {
    const value = addresses[word] as number; // in bounds
    addresses[word] = value - 1; // 0 becomes the highest
    if (value > 0) return;
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
    const { expiries, lasts, wordCount } = this.#ranges;
    const difference = (expiries[a] as number) - (expiries[b] as number); // in bounds; NaN for two that never expire
    if (difference > 0 || difference < 0) return difference > 0;
    return compareAt(lasts, a, lasts, b, wordCount) > 0;
  }
}

/** Most lists are short and of one family. */
const NO_IPV4 = new ExpiryByAddress([], 1);
const NO_IPV6 = new ExpiryByAddress([], 4);
