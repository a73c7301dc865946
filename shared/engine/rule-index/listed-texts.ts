/**
 * Texts of many lists, each with the numbers of the lists that have it, found by hash. A look-up of what is not there, as most
 * are, reads one place of one typed array: no text is fetched from memory, and nothing is allocated.
 */

import { spread } from './text-hash.ts';

/** Of one list, or of several; undefined for a text that is in none. */
export type ListNumbers = number | readonly number[] | undefined;

/** Kept at most half full. */
const PLACES_FOR_ONE = 2;
/** So many places are looked at: a text is at one of them, or among the crowded ones. */
const MOST_PROBES = 64;

export class ListedTexts {
  /** Pairs, side by side so that both come with one fetch: the hash, and the number of the text plus 1 (0 is a free place). */
  #places: Int32Array;
  #mask: number;
  readonly #texts: string[] = [];
  /** Those that found no place near their own: none, but where somebody has made names up to have one hash. */
  readonly #crowded = new Map<string, number>();
  readonly #hashes: number[] = [];
  /** By the text's number. Mostly one: an array for each of 250,000 names would be most of the memory. */
  readonly #lists: (number | number[])[] = [];

  /** @param expected about how many texts will be added; more may be */
  constructor(expected = 0) {
    this.#mask = maskFor(expected);
    this.#places = new Int32Array(2 * (this.#mask + 1));
  }

  /**
   * Puts `text`, which has no ASCII capitals, on a list; lists come in ascending order, and a list that has the text twice is kept
   * once. `hash` is the text's, by the caller's choice of hashes.
   */
  add(text: string, hash: number, list: number): void {
    const known = this.#numberOf(text, 0, text.length, hash);
    if (known < 0) this.#addNew(text, hash, list);
    else {
      const lists = this.#lists[known] as number | number[]; // in bounds
      if (typeof lists === 'number') {
        if (lists !== list) this.#lists[known] = [lists, list];
      } else if (lists.at(-1) !== list) lists.push(list);
    }
  }

  /**
   * The lists that have the text that stands in `text` from `start` on, `length` units long, whose hash is `hash`. ASCII
   * letters of it may be of either case.
   */
  find(text: string, start: number, length: number, hash: number): ListNumbers {
    const number = this.#numberOf(text, start, length, hash);
    return number < 0 ? undefined : this.#lists[number];
  }

  #numberOf(text: string, start: number, length: number, hash: number): number {
    const places = this.#places;
    const mask = this.#mask;
    let place = spread(hash) & mask;
    for (let probes = 0; probes < MOST_PROBES; probes++) {
      const number = (places[2 * place + 1] as number) - 1; // in bounds: masked
      if (number < 0) return number;
      if (places[2 * place] === hash && stands(this.#texts[number] as string, text, start, length)) return number;
      place = (place + 1) & mask;
    }
    // What is looked up is folded but for its ASCII letters, so that this makes no other letter small.
    return this.#crowded.get(text.slice(start, start + length).toLowerCase()) ?? -1;
  }

  #addNew(text: string, hash: number, list: number): void {
    const number = this.#texts.push(text) - 1;
    this.#hashes.push(hash);
    this.#lists.push(list);
    if (this.#texts.length * PLACES_FOR_ONE > this.#mask + 1) this.#grow();
    else this.#put(number, hash);
  }

  #put(number: number, hash: number): void {
    let place = spread(hash) & this.#mask;
    for (let probes = 0; probes < MOST_PROBES; probes++) {
      if (this.#places[2 * place + 1] === 0) {
        this.#places[2 * place] = hash;
        this.#places[2 * place + 1] = number + 1;
        return;
      }
      place = (place + 1) & this.#mask;
    }
    this.#crowded.set(this.#texts[number] as string, number); // in bounds
  }

  #grow(): void {
    this.#mask = maskFor(this.#texts.length);
    this.#places = new Int32Array(2 * (this.#mask + 1));
    this.#crowded.clear();
    for (let number = 0; number < this.#texts.length; number++) this.#put(number, this.#hashes[number] as number); // in bounds
  }
}

/** True when `known`, which has no ASCII capitals, stands in `text` at `start` and is `length` units long. */
function stands(known: string, text: string, start: number, length: number): boolean {
  if (known.length !== length) return false;
  if (text.length === length && known === text) return true;
  for (let index = 0; index < length; index++) {
    const unit = text.charCodeAt(start + index);
    // From A to Z: 0x20 makes the small letter.
    if (known.charCodeAt(index) !== (unit >= 0x41 && unit <= 0x5a ? unit | 0x20 : unit)) return false;
  }
  return true;
}

function maskFor(count: number): number {
  let places = 8;
  while (places < PLACES_FOR_ONE * (count + 1)) places *= 2;
  return places - 1;
}
