/** A compiled list of address ranges: a step function over the addresses of each family, searched by halving. */
import type { Address, AddressRange } from './address.ts';
import { compareWords } from './address.ts';

/** A range and the moment from which it no longer counts (infinite for most). */
export interface AddressEntry {
  readonly range: AddressRange;
  readonly expiresAtMs: number;
}

export class AddressList {
  /** The ranges of the entries, expired ones too. */
  readonly ranges: readonly AddressRange[];
  readonly #ipv4: ExpiryByAddress;
  readonly #ipv6: ExpiryByAddress;

  constructor(entries: readonly AddressEntry[]) {
    this.ranges = entries.map(({ range }) => range);
    this.#ipv4 = new ExpiryByAddress(
      entries.filter(({ range }) => range.family === 4),
      1,
    );
    this.#ipv6 = new ExpiryByAddress(
      entries.filter(({ range }) => range.family === 6),
      4,
    );
  }

  /** True when an entry that has not expired covers `address`. */
  matches(address: Address, nowMs: number): boolean {
    return nowMs < this.coveredUntilMs(address);
  }

  /** The moment until which entries cover `address`; negative infinite where none does. */
  coveredUntilMs(address: Address): number {
    return (address.family === 4 ? this.#ipv4 : this.#ipv6).at(address.words);
  }
}

/**
 * For each address the latest expiry of the entries that cover it: constant from one boundary to the next.
 * INVARIANT: boundaries ascend strictly; `#expiries[i]` holds from boundary i (included) to boundary i + 1.
 */
class ExpiryByAddress {
  readonly #wordCount: number;
  readonly #boundaries: Uint32Array;
  readonly #expiries: Float64Array;

  constructor(entries: readonly AddressEntry[], wordCount: number) {
    const boundaries: (readonly number[])[] = [];
    const expiries: number[] = [];
    for (const { from, expiresAtMs } of steps(entries)) {
      if (expiresAtMs === (expiries.at(-1) ?? NEVER_COVERED)) continue;
      boundaries.push(from);
      expiries.push(expiresAtMs);
    }
    this.#wordCount = wordCount;
    this.#boundaries = Uint32Array.from(boundaries.flat());
    this.#expiries = Float64Array.from(expiries);
  }

  at(words: readonly number[]): number {
    let low = 0;
    let high = this.#expiries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#isAfter(middle, words)) high = middle;
      else low = middle + 1;
    }
    return low === 0 ? NEVER_COVERED : (this.#expiries[low - 1] as number); // in bounds: low is at most the length
  }

  /** True when boundary `index` lies after the address. */
  #isAfter(index: number, words: readonly number[]): boolean {
    const start = index * this.#wordCount;
    for (let word = 0; word < this.#wordCount; word++) {
      const difference = (this.#boundaries[start + word] as number) - (words[word] as number); // in bounds: same family
      if (difference !== 0) return difference > 0;
    }
    return false;
  }
}

const NEVER_COVERED = Number.NEGATIVE_INFINITY;

/** The boundaries of the entries in ascending order, each with the latest expiry from there on. */
function* steps(entries: readonly AddressEntry[]): Generator<{ from: readonly number[]; expiresAtMs: number }> {
  const opening = [...entries].sort((a, b) => compareWords(a.range.first, b.range.first));
  const points = opening.map(({ range }) => range.first);
  for (const { range } of entries) {
    const next = successor(range.last);
    if (next !== undefined) points.push(next);
  }
  points.sort(compareWords);

  const open = new LatestFirst();
  let opened = 0;
  let previous: readonly number[] | undefined;
  for (const from of points) {
    if (previous !== undefined && compareWords(previous, from) === 0) continue;
    previous = from;
    for (
      let entry = opening[opened];
      entry !== undefined && compareWords(entry.range.first, from) <= 0;
      entry = opening[++opened]
    ) {
      open.push(entry);
    }
    // Entries that ended stay in the heap until they reach its top: only the top decides.
    for (let top = open.top; top !== undefined && compareWords(top.range.last, from) < 0; top = open.top) open.pop();
    yield { from, expiresAtMs: open.top?.expiresAtMs ?? NEVER_COVERED };
  }
}

/** The next higher address, or undefined after the last one. */
function successor(words: readonly number[]): readonly number[] | undefined {
  const next = [...words];
  for (let index = next.length - 1; index >= 0; index--) {
    const word = next[index] as number; // in bounds
    if (word < 0xffffffff) {
      next[index] = word + 1;
      return next;
    }
    next[index] = 0;
  }
  return undefined;
}

/** A binary heap with the entry that expires last on top; among equals the one that reaches furthest. */
class LatestFirst {
  readonly #entries: AddressEntry[] = [];

  get top(): AddressEntry | undefined {
    return this.#entries[0];
  }

  push(entry: AddressEntry): void {
    const entries = this.#entries;
    let index = entries.push(entry) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!comesFirst(entry, entries[parent] as AddressEntry)) break; // in bounds
      entries[index] = entries[parent] as AddressEntry; // in bounds
      index = parent;
    }
    entries[index] = entry;
  }

  pop(): void {
    const entries = this.#entries;
    const moved = entries.pop();
    if (moved === undefined || entries.length === 0) return;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const right = left + 1;
      let best = left;
      if (right < entries.length && comesFirst(entries[right] as AddressEntry, entries[left] as AddressEntry))
        best = right; // in bounds
      const child = entries[best];
      if (child === undefined || !comesFirst(child, moved)) break;
      entries[index] = child;
      index = best;
    }
    entries[index] = moved;
  }
}

function comesFirst(a: AddressEntry, b: AddressEntry): boolean {
  if (a.expiresAtMs !== b.expiresAtMs) return a.expiresAtMs > b.expiresAtMs;
  return compareWords(a.range.last, b.range.last) > 0;
}
