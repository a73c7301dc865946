/** Address ranges of one family as they are read, side by side in typed arrays: objects for 100,000 of them would be most of the time. */
import { addressOrder, copyAt, isAscending, type WordCount } from './address-order.ts';

/** Stretches of addresses side by side, both ends included. */
export interface AddressStretches {
  readonly firsts: Uint32Array;
  readonly lasts: Uint32Array;
}

// Most lists are short and of one family: what is empty is shared.
const NO_WORDS = new Uint32Array(0);
const NO_EXPIRIES = new Float64Array(0);

export class AddressRanges {
  readonly wordCount: WordCount;
  #firsts: Uint32Array;
  #lasts: Uint32Array;
  #expiries: Float64Array;
  #count = 0;
  #oneExpiryMs = Number.POSITIVE_INFINITY;
  #expiriesDiffer = false;

  constructor(wordCount: WordCount) {
    this.wordCount = wordCount;
    this.#firsts = NO_WORDS;
    this.#lasts = NO_WORDS;
    this.#expiries = NO_EXPIRIES;
  }

  /** Adds a range by its words, one for IPv4, four for IPv6; it no longer counts from `expiresAtMs` on, infinite for most. */
  add(first: readonly number[], last: readonly number[], expiresAtMs: number): void {
    const place = this.#placeFor(expiresAtMs) * this.wordCount;
    for (let word = 0; word < this.wordCount; word++) {
      this.#firsts[place + word] = first[word] as number; // in bounds
      this.#lasts[place + word] = last[word] as number;
    }
  }

  /** As `add`, for IPv4. */
  addWords(first: number, last: number, expiresAtMs: number): void {
    const place = this.#placeFor(expiresAtMs);
    this.#firsts[place] = first;
    this.#lasts[place] = last;
  }

  get count(): number {
    return this.#count;
  }

  get firsts(): Uint32Array {
    return this.#firsts.subarray(0, this.#count * this.wordCount);
  }

  get lasts(): Uint32Array {
    return this.#lasts.subarray(0, this.#count * this.wordCount);
  }

  /** The moment from which none of them counts any more, where it is the same for all. */
  get oneExpiryMs(): number | undefined {
    return this.#expiriesDiffer ? undefined : this.#oneExpiryMs;
  }

  expiryAt(place: number): number {
    return this.#expiriesDiffer ? (this.#expiries[place] as number) : this.#oneExpiryMs; // in bounds
  }

  #placeFor(expiresAtMs: number): number {
    const place = this.#count++;
    if (place === 0) this.#oneExpiryMs = expiresAtMs;
    else if (expiresAtMs !== this.#oneExpiryMs && !this.#expiriesDiffer) this.#tellExpiriesApart(place);
    if (place * this.wordCount === this.#firsts.length) this.#grow();
    if (this.#expiriesDiffer) this.#expiries[place] = expiresAtMs;
    return place;
  }

  #tellExpiriesApart(count: number): void {
    this.#expiriesDiffer = true;
    this.#expiries = new Float64Array(this.#firsts.length / this.wordCount).fill(this.#oneExpiryMs, 0, count);
  }

  #grow(): void {
    const length = Math.max(2 * this.#firsts.length, this.wordCount);
    this.#firsts = grown(this.#firsts, length);
    this.#lasts = grown(this.#lasts, length);
    if (!this.#expiriesDiffer) return;
    const expiries = new Float64Array(length / this.wordCount);
    expiries.set(this.#expiries);
    this.#expiries = expiries;
  }
}

function grown(words: Uint32Array, length: number): Uint32Array {
  const longer = new Uint32Array(length);
  longer.set(words);
  return longer;
}

/** Ranges side by side, in ascending order of their first addresses. */
export interface OrderedRanges extends AddressStretches {
  readonly wordCount: WordCount;
  /** By place. */
  readonly expiryAt: (place: number) => number;
}

export function ordered(ranges: AddressRanges): OrderedRanges {
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
