/** A compiled list of address ranges: what of each family it covers and until when, searched by halving. */
import { type Address, ipv4Block, parseAddressRange } from './address.ts';
import { addressOrder, compareAt, copyAt, isAscending, type WordCount } from './address-order.ts';
import { AddressRanges } from './address-ranges.ts';

/** Stretches of addresses side by side, both ends included. */
export interface AddressStretches {
  readonly firsts: Uint32Array;
  readonly lasts: Uint32Array;
}

export class AddressList {
  readonly hasExpiringEntries: boolean;
  readonly #ipv4: Coverage;
  readonly #ipv6: Coverage;

  constructor(ipv4: AddressRanges, ipv6: AddressRanges) {
    this.hasExpiringEntries = [ipv4, ipv6].some(({ oneExpiryMs }) => oneExpiryMs !== Number.POSITIVE_INFINITY);
    this.#ipv4 = coverageOf(ipv4);
    this.#ipv6 = coverageOf(ipv6);
  }

  /** True when an entry that has not expired covers `address`. */
  matches(address: Address, nowMs: number): boolean {
    return nowMs < this.coveredUntilMs(address);
  }

  /** The moment until which entries cover `address`; negative infinite where none does. */
  coveredUntilMs({ family, words }: Address): number {
    return (family === 4 ? this.#ipv4 : this.#ipv6).coveredUntilMs(words);
  }

  /** What the entries of one family cover, expired ones too, in stretches that do not overlap. */
  stretches(family: 4 | 6): AddressStretches {
    return (family === 4 ? this.#ipv4 : this.#ipv6).stretches();
  }
}

/** Entries as they are read, until they make a list. */
export class AddressEntries {
  readonly #ipv4 = new AddressRanges(1);
  readonly #ipv6 = new AddressRanges(4);

  /** @param expiresAtMs the moment from which the entry no longer counts, infinite for most. Throws `invalid-address` */
  add(text: string, expiresAtMs: number): void {
    const block = ipv4Block(text);
    if (block !== undefined) {
      this.#ipv4.addWords(block.first, block.last, expiresAtMs);
      return;
    }
    const { family, first, last } = parseAddressRange(text);
    (family === 4 ? this.#ipv4 : this.#ipv6).add(first, last, expiresAtMs);
  }

  get isEmpty(): boolean {
    return this.#ipv4.count + this.#ipv6.count === 0;
  }

  toList(): AddressList {
    return new AddressList(this.#ipv4, this.#ipv6);
  }
}

/** What ranges of one family cover, and until when. */
interface Coverage {
  coveredUntilMs(words: readonly number[]): number;
  stretches(): AddressStretches;
}

const NEVER_COVERED = Number.NEGATIVE_INFINITY;

const NOTHING: Coverage = {
  coveredUntilMs: () => NEVER_COVERED,
  stretches: () => ({ firsts: new Uint32Array(0), lasts: new Uint32Array(0) }),
};

function coverageOf(ranges: AddressRanges): Coverage {
  if (ranges.count === 0) return NOTHING;
  const { wordCount, oneExpiryMs } = ranges;
  if (oneExpiryMs === undefined) return new ExpiryByAddress(ranges);
  if (wordCount === 4 || ranges.count === 1) return new OneExpiry(joined(ordered(ranges)), wordCount, oneExpiryMs);
  return new OneExpiry(joinedWords(ordered(ranges)), wordCount, oneExpiryMs);
}

/** For the many lists whose entries never expire, or all at once. INVARIANT: the stretches ascend and do not touch. */
class OneExpiry implements Coverage {
  readonly #stretches: AddressStretches;
  readonly #wordCount: WordCount;
  readonly #expiresAtMs: number;

  constructor(stretches: AddressStretches, wordCount: WordCount, expiresAtMs: number) {
    this.#stretches = stretches;
    this.#wordCount = wordCount;
    this.#expiresAtMs = expiresAtMs;
  }

  coveredUntilMs(words: readonly number[]): number {
    const { firsts, lasts } = this.#stretches;
    const next = placeAfter(firsts, words, this.#wordCount);
    const isCovered = next > 0 && compareAt(lasts, next - 1, words, 0, this.#wordCount) >= 0;
    return isCovered ? this.#expiresAtMs : NEVER_COVERED;
  }

  stretches(): AddressStretches {
    return this.#stretches;
  }
}

/** The place of the first of the ascending addresses that is higher than `words`. */
function placeAfter(addresses: Uint32Array, words: readonly number[], wordCount: WordCount): number {
  let low = 0;
  let high = addresses.length / wordCount;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareAt(addresses, middle, words, 0, wordCount) > 0) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * For lists whose entries expire at different times: for each address the latest expiry of the entries that cover it, constant
 * from one boundary to the next.
 * INVARIANT: boundaries ascend strictly; `#expiries[i]` holds from boundary i (included) to boundary i + 1.
 */
class ExpiryByAddress implements Coverage {
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

/** Ranges side by side, in ascending order of their first addresses. */
interface OrderedRanges extends AddressStretches {
  readonly wordCount: WordCount;
  /** By place. */
  readonly expiryAt: (place: number) => number;
}

function ordered(ranges: AddressRanges): OrderedRanges {
  const { wordCount, firsts, lasts } = ranges;
  if (isAscending(firsts, wordCount)) {
    return { wordCount, firsts, lasts, expiryAt: (place) => ranges.expiryAt(place) };
  }
  const order = addressOrder(firsts, wordCount);
  const [inOrder, lastsInOrder] = [new Uint32Array(firsts.length), new Uint32Array(firsts.length)];
  for (let place = 0; place < order.length; place++) {
    copyAt(firsts, order[place] as number, inOrder, place, wordCount); // in bounds
    copyAt(lasts, order[place] as number, lastsInOrder, place, wordCount);
  }
  const expiryAt = (place: number) => ranges.expiryAt(order[place] as number); // in bounds
  return { wordCount, firsts: inOrder, lasts: lastsInOrder, expiryAt };
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

/** What the ranges cover: those that touch or overlap are one. */
function joined({ wordCount, firsts, lasts }: OrderedRanges): AddressStretches {
  const joinedFirsts = new Uint32Array(firsts.length);
  const joinedLasts = new Uint32Array(firsts.length);
  let count = 0;
  /** The address after those covered so far. */
  const next = new Uint32Array(wordCount);
  let nextExists = true;
  for (let place = 0; place * wordCount < firsts.length; place++) {
    const touches = count > 0 && (!nextExists || compareAt(firsts, place, next, 0, wordCount) <= 0);
    if (touches && compareAt(lasts, place, joinedLasts, count - 1, wordCount) <= 0) continue;
    if (!touches) copyAt(firsts, place, joinedFirsts, count++, wordCount);
    copyAt(lasts, place, joinedLasts, count - 1, wordCount);
    copyAt(lasts, place, next, 0, wordCount);
    nextExists = stepOn(next, 0, wordCount);
  }
  return { firsts: joinedFirsts.slice(0, count * wordCount), lasts: joinedLasts.slice(0, count * wordCount) };
}

/**
 * As `joined`, for IPv4. Addresses are looked at as signed numbers, the order kept by turning the highest bit: V8 makes an object
 * of each that is over 31 bits long until it has optimized the loop, which is when most of a policy has been compiled.
 */
function joinedWords({ firsts, lasts }: OrderedRanges): AddressStretches {
  const [joinedFirsts, joinedLasts] = [new Uint32Array(firsts.length), new Uint32Array(firsts.length)];
  const [from, to, fromLasts, toLasts] = [firsts, joinedFirsts, lasts, joinedLasts].map(asSigned) as [
    Signed,
    Signed,
    Signed,
    Signed,
  ]; // as many
  let count = 0;
  let end = 0;
  for (let place = 0; place < from.length; place++) {
    const first = (from[place] as number) ^ 0x80000000; // in bounds, as below
    const last = (fromLasts[place] as number) ^ 0x80000000;
    if (count === 0 || first - end > 1) {
      to[count++] = from[place] as number;
      end = last;
    } else if (last > end) end = last;
    toLasts[count - 1] = end ^ 0x80000000;
  }
  return { firsts: joinedFirsts.slice(0, count), lasts: joinedLasts.slice(0, count) };
}

type Signed = Int32Array;

function asSigned({ buffer, byteOffset, length }: Uint32Array): Signed {
  return new Int32Array(buffer, byteOffset, length);
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
    const { expiryAt, lasts, wordCount } = this.#ranges;
    const difference = expiryAt(a) - expiryAt(b); // NaN for two that never expire
    if (difference > 0 || difference < 0) return difference > 0;
    return compareAt(lasts, a, lasts, b, wordCount) > 0;
  }
}
