/**
 * Numbers texts, and finds a part of a text among them by its hash. A look-up of what is not there, as most are, reads
 * one place of one typed array: no text is fetched from memory, and nothing is allocated.
 */

/** Kept at most half full. */
const PLACES_FOR_ONE = 2;
const NONE = -1;

export class TextTable {
  /** Pairs, side by side so that both come with one fetch: the hash, and the number of the text plus 1 (0 is a free place). */
  #places: Int32Array;
  #mask: number;
  readonly #texts: string[] = [];
  readonly #hashes: number[] = [];

  /** @param expected about how many texts will be added; more may be */
  constructor(expected = 0) {
    this.#mask = maskFor(expected);
    this.#places = new Int32Array(2 * (this.#mask + 1));
  }

  /** The number of `text`, which has no ASCII capitals; it is added where it is new. `hash` is the text's, by the caller's choice of hashes. */
  add(text: string, hash: number): number {
    const known = this.find(text, 0, text.length, hash);
    if (known !== NONE) return known;
    const number = this.#texts.push(text) - 1;
    this.#hashes.push(hash);
    if (this.#texts.length * PLACES_FOR_ONE > this.#mask + 1) this.#grow();
    else this.#put(number, hash);
    return number;
  }

  /**
   * The number of the text that stands in `text` from `start` on and is `length` units long, whose hash is `hash`; -1 where
   * there is none. ASCII letters may be of either case.
   */
  find(text: string, start: number, length: number, hash: number): number {
    const places = this.#places;
    const mask = this.#mask;
    let place = startFor(hash) & mask;
    for (;;) {
      const numbered = places[2 * place + 1] as number; // in bounds: masked
      if (numbered === 0) return NONE;
      if (places[2 * place] === hash && stands(this.#texts[numbered - 1] as string, text, start, length)) {
        return numbered - 1;
      }
      place = (place + 1) & mask;
    }
  }

  #put(number: number, hash: number): void {
    let place = startFor(hash) & this.#mask;
    while (this.#places[2 * place + 1] !== 0) place = (place + 1) & this.#mask;
    this.#places[2 * place] = hash;
    this.#places[2 * place + 1] = number + 1;
  }

  #grow(): void {
    this.#mask = maskFor(this.#texts.length);
    this.#places = new Int32Array(2 * (this.#mask + 1));
    for (let number = 0; number < this.#texts.length; number++) this.#put(number, this.#hashes[number] as number); // in bounds
  }
}

/** True when `known`, which has no ASCII capitals, stands in `text` at `start` and is `length` units long. */
function stands(known: string, text: string, start: number, length: number): boolean {
  if (known.length !== length) return false;
  if (text.length === length && known === text) return true;
  for (let index = 0; index < length; index++) {
    const unit = text.charCodeAt(start + index);
    if (known.charCodeAt(index) !== (unit >= CAPITAL_A && unit <= CAPITAL_Z ? unit + SMALLER : unit)) return false;
  }
  return true;
}

const CAPITAL_A = 0x41;
const CAPITAL_Z = 0x5a;
const SMALLER = 0x20;

/** Where the search for a hash begins: FNV's lower bits alone tell short texts badly apart. */
function startFor(hash: number): number {
  return hash ^ (hash >>> 15);
}

function maskFor(count: number): number {
  let places = 8;
  while (places < PLACES_FOR_ONE * (count + 1)) places *= 2;
  return places - 1;
}
