/**
 * Finds patterns with wildcards by what they begin or end with: `*@contractor.example.com` ends with a text that can be
 * looked up, `temp-*` begins with one. A name is asked for each length that an anchor has, at most 64.
 */
import type { Glob } from '../name-list.ts';
import { ListedTexts } from './listed-texts.ts';
import { HASH_BASIS, HASH_PRIME, hashFromBack, hashOf } from './text-hash.ts';

/** What of a beginning or an end is looked up, in UTF-16 units; the pattern as a whole is asked afterwards. */
const LONGEST = 64;

export class Anchors {
  readonly #beginnings = new ListedTexts();
  readonly #ends = new ListedTexts();
  /** 1 for each length that a beginning (an end) has, and the greatest. */
  readonly #beginningLengths = new Uint8Array(LONGEST + 1);
  readonly #endLengths = new Uint8Array(LONGEST + 1);
  #longestBeginning = 0;
  #longestEnd = 0;

  /** True for a pattern that has an anchor: not for `*x*`. */
  static has({ beginning, end }: Glob): boolean {
    return beginning !== '' || end !== '';
  }

  add({ beginning, end }: Glob, list: number): void {
    if (beginning.length >= end.length) {
      const anchor = beginning.slice(0, LONGEST);
      this.#beginnings.add(anchor, hashOf(anchor), list);
      this.#beginningLengths[anchor.length] = 1;
      this.#longestBeginning = Math.max(this.#longestBeginning, anchor.length);
    } else {
      const anchor = end.slice(-LONGEST);
      this.#ends.add(anchor, hashFromBack(anchor), list);
      this.#endLengths[anchor.length] = 1;
      this.#longestEnd = Math.max(this.#longestEnd, anchor.length);
    }
  }

  /** Calls `visit` with the lists of each anchor of the first `length` units of the folded `name`. */
  find(name: string, length: number, visit: (lists: number | readonly number[]) => void): void {
    if (this.#longestBeginning > 0) this.#findBeginnings(name, length, visit);
    if (this.#longestEnd > 0) this.#findEnds(name, length, visit);
  }

  #findBeginnings(name: string, length: number, visit: (lists: number | readonly number[]) => void): void {
    const most = Math.min(length, this.#longestBeginning);
    let hash = HASH_BASIS;
    for (let taken = 1; taken <= most; taken++) {
      hash = Math.imul(hash ^ name.charCodeAt(taken - 1), HASH_PRIME);
      if (this.#beginningLengths[taken] === 0) continue;
      const lists = this.#beginnings.find(name, 0, taken, hash);
      if (lists !== undefined) visit(lists);
    }
  }

  #findEnds(name: string, length: number, visit: (lists: number | readonly number[]) => void): void {
    const most = Math.min(length, this.#longestEnd);
    let hash = HASH_BASIS;
    for (let taken = 1; taken <= most; taken++) {
      hash = Math.imul(hash ^ name.charCodeAt(length - taken), HASH_PRIME);
      if (this.#endLengths[taken] === 0) continue;
      const lists = this.#ends.find(name, length - taken, taken, hash);
      if (lists !== undefined) visit(lists);
    }
  }
}
