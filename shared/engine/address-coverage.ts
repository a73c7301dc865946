/** What the ranges of a list cover, and until when. */
import { compareAt, copyAt, placeAfter, stepOn, type WordCount } from './address-order.ts';
import { type AddressRanges, type AddressStretches, type OrderedRanges, ordered } from './address-ranges.ts';
import { ExpiryByAddress, NEVER_COVERED } from './expiry-by-address.ts';

/** Of ranges of one family. */
export interface Coverage {
  coveredUntilMs(words: readonly number[]): number;
  stretches(): AddressStretches;
}

const NOTHING: Coverage = {
  coveredUntilMs: () => NEVER_COVERED,
  stretches: () => ({ firsts: new Uint32Array(0), lasts: new Uint32Array(0) }),
};

/** What these ranges cover. One range alone is not worth the views of `joinedWords`. */
export function coverageOf(ranges: AddressRanges): Coverage {
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
