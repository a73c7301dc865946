/**
 * Finds patterns with wildcards by what they begin or end with: `*@contractor.example.com` ends with a text that can be
 * looked up, `temp-*` begins with one. A name is asked once for each length that such an anchor has.
 */
import type { Glob } from '../name-list.ts';
import { ListedTexts, type ListNumbers } from './listed-texts.ts';
import { HASH_BASIS, hashOf, hashStep, spread } from './text-hash.ts';

/** What of a beginning or an end is looked up, in UTF-16 units: the pattern as a whole is asked afterwards. */
const LONGEST = 64;

/** Which side of an anchor its wildcard is on. */
type Side = 'before' | 'after';

export class Anchors {
  readonly #beginnings = new AnchorsOfSide('after');
  readonly #ends = new AnchorsOfSide('before');

  /** True for a pattern that has an anchor: not for `*x*`. */
  static has({ beginning, end }: Glob): boolean {
    return beginning !== '' || end !== '';
  }

  add({ beginning, end }: Glob, list: number): void {
    if (beginning.length >= end.length) this.#beginnings.add(beginning.slice(0, LONGEST), list);
    else this.#ends.add(end.slice(-LONGEST), list);
  }

  /** Calls `visit` with the lists of each anchor that the first `length` units of `name` have. */
  find(name: string, length: number, visit: (lists: NonNullable<ListNumbers>) => void): void {
    this.#beginnings.find(name, length, visit);
    this.#ends.find(name, length, visit);
  }
}

class AnchorsOfSide {
  readonly #wildcard: Side;
  readonly #texts = new ListedTexts();
  readonly #lengths: number[] = [];
  /** 1 for each edge (`#edge`) that an anchor has: few names get further. */
  readonly #seen = new Uint8Array(EDGES);

  constructor(wildcard: Side) {
    this.#wildcard = wildcard;
  }

  add(anchor: string, list: number): void {
    const { length } = anchor;
    this.#texts.add(anchor, hashOf(anchor), list);
    this.#seen[this.#edge(anchor, 0, length)] = 1;
    if (!this.#lengths.includes(length)) this.#lengths.push(length);
  }

  find(name: string, length: number, visit: (lists: NonNullable<ListNumbers>) => void): void {
    for (let place = 0; place < this.#lengths.length; place++) {
      const size = this.#lengths[place] as number; // in bounds
      if (size > length) continue;
      const start = this.#wildcard === 'before' ? length - size : 0;
      if (this.#seen[this.#edge(name, start, size)] === 0) continue;
      const lists = this.#texts.find(name, start, size, hashOf(name, start, start + size));
      if (lists !== undefined) visit(lists);
    }
  }

  /** A number below `EDGES` for the size and the two units next to the wildcard, where anchors differ most, of what stands in `text`. */
  #edge(text: string, start: number, size: number): number {
    const at = this.#wildcard === 'before' ? start : Math.max(start, start + size - 2);
    const next = size > 1 ? text.charCodeAt(at + 1) : 0;
    return spread(hashStep(hashStep(HASH_BASIS, size, 0), text.charCodeAt(at), next)) & (EDGES - 1);
  }
}

const EDGES = 1024;
