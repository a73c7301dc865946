/**
 * Finds patterns with wildcards by what they begin or end with: `*@contractor.example.com` ends with a text that can be
 * looked up, `temp-*` begins with one. A name is asked once for each length that such an anchor has.
 */
import type { Glob } from '../name-list.ts';
import { ListedTexts } from './listed-texts.ts';
import { hashOf, hashStep } from './text-hash.ts';

/** What of a beginning or an end is looked up, in UTF-16 units: the pattern as a whole is asked afterwards. */
const LONGEST = 64;
/** Hashed are the units next to the wildcard, where anchors differ most: many end in `example.com`. */
const HASHED = 4;

type Lists = number | readonly number[];

export class Anchors {
  readonly #beginnings = new ListedTexts();
  readonly #ends = new ListedTexts();
  /** The lengths that beginnings and ends have. */
  readonly #beginningLengths: number[] = [];
  readonly #endLengths: number[] = [];

  /** True for a pattern that has an anchor: not for `*x*`. */
  static has({ beginning, end }: Glob): boolean {
    return beginning !== '' || end !== '';
  }

  add({ beginning, end }: Glob, list: number): void {
    if (beginning.length >= end.length) {
      const anchor = beginning.slice(0, LONGEST);
      this.#beginnings.add(anchor, hashOfBeginning(anchor, anchor.length), list);
      if (!this.#beginningLengths.includes(anchor.length)) this.#beginningLengths.push(anchor.length);
    } else {
      const anchor = end.slice(-LONGEST);
      this.#ends.add(anchor, hashOfEnd(anchor, 0, anchor.length), list);
      if (!this.#endLengths.includes(anchor.length)) this.#endLengths.push(anchor.length);
    }
  }

  /** Calls `visit` with the lists of each anchor that the first `length` units of `name` have. */
  find(name: string, length: number, visit: (lists: Lists) => void): void {
    for (let place = 0; place < this.#beginningLengths.length; place++) {
      const size = this.#beginningLengths[place] as number; // in bounds
      if (size > length) continue;
      const lists = this.#beginnings.find(name, 0, size, hashOfBeginning(name, size));
      if (lists !== undefined) visit(lists);
    }
    for (let place = 0; place < this.#endLengths.length; place++) {
      const size = this.#endLengths[place] as number; // in bounds
      if (size > length) continue;
      const lists = this.#ends.find(name, length - size, size, hashOfEnd(name, length - size, size));
      if (lists !== undefined) visit(lists);
    }
  }
}

/** Of the first `size` units of a text. */
function hashOfBeginning(text: string, size: number): number {
  return hashOfSome(text, Math.max(0, size - HASHED), size, size);
}

/** Of the `size` units from `start` on. */
function hashOfEnd(text: string, start: number, size: number): number {
  return hashOfSome(text, start, start + Math.min(HASHED, size), size);
}

function hashOfSome(text: string, start: number, end: number, size: number): number {
  return hashStep(hashOf(text, start, end), size, 0);
}
