/** A compiled list of name patterns: plain names by hash, wildcards one by one. */
import { type FoldedPattern, foldPattern, type GlobToken, globMatches, type NamePattern } from './name-pattern.ts';
import type { FoldedName } from './subject.ts';

/** A pattern and the moment from which it no longer counts (infinite for most). */
export interface NameEntry {
  readonly pattern: NamePattern;
  readonly expiresAtMs: number;
}

interface Glob {
  readonly tokens: readonly GlobToken[];
  readonly expiresAtMs: number;
}

/** The entries of one list, folded one way; names must be folded the same way. */
export class NameList {
  readonly #expiryOfName = new Map<string, number>();
  readonly #globs: Glob[] = [];
  readonly #entries: { readonly folded: FoldedPattern; readonly expiresAtMs: number }[] = [];

  readonly hasExpiringEntries: boolean;

  constructor(entries: readonly NameEntry[], folding: 'wide' | 'narrow') {
    this.hasExpiringEntries = entries.some(({ expiresAtMs }) => expiresAtMs !== Number.POSITIVE_INFINITY);
    for (const { pattern, expiresAtMs } of entries) {
      const folded = foldPattern(pattern, folding);
      this.#entries.push({ folded, expiresAtMs });
      if (folded.kind === 'glob') this.#globs.push({ tokens: folded.tokens, expiresAtMs });
      else if (expiresAtMs > (this.#expiryOfName.get(folded.name) ?? Number.NEGATIVE_INFINITY))
        this.#expiryOfName.set(folded.name, expiresAtMs);
    }
  }

  /** The names of the entries without wildcards, expired ones too. */
  get exactNames(): Iterable<string> {
    return this.#expiryOfName.keys();
  }

  /** True when an entry has a wildcard, so that `exactNames` does not tell every name that can match. */
  get hasWildcards(): boolean {
    return this.#globs.length > 0;
  }

  /** True when an entry that has not expired matches `name`. */
  matches(name: FoldedName, nowMs: number): boolean {
    const expiresAtMs = this.#expiryOfName.get(name.text);
    if (expiresAtMs !== undefined && nowMs < expiresAtMs) return true;
    for (const glob of this.#globs) {
      if (nowMs < glob.expiresAtMs && globMatches(glob.tokens, name.characters)) return true;
    }
    return false;
  }

  /** The moment until which entries go on matching `name`; in the past or negative infinite where none does. */
  matchedUntilMs(name: FoldedName, nowMs: number): number {
    let untilMs = this.#expiryOfName.get(name.text) ?? Number.NEGATIVE_INFINITY;
    for (const { tokens, expiresAtMs } of this.#globs) {
      const longer = expiresAtMs > untilMs && nowMs < expiresAtMs;
      if (longer && globMatches(tokens, name.characters)) untilMs = expiresAtMs;
    }
    return untilMs;
  }

  /** The first moment after `nowMs` at which an entry expires; infinite where none does. */
  firstExpiryMs(nowMs: number): number {
    let firstMs = Number.POSITIVE_INFINITY;
    for (const { expiresAtMs } of this.#entries) if (expiresAtMs > nowMs) firstMs = Math.min(firstMs, expiresAtMs);
    return firstMs;
  }

  /** True when there is an entry that has not expired. */
  hasLiveEntry(nowMs: number): boolean {
    return this.#entries.some((entry) => nowMs < entry.expiresAtMs);
  }

  /** True when every entry that has not expired matches one of `names`. */
  allMatched(names: readonly FoldedName[], nowMs: number): boolean {
    return this.#entries.every(
      ({ folded, expiresAtMs }) => nowMs >= expiresAtMs || names.some((name) => fits(folded, name)),
    );
  }
}

function fits(pattern: FoldedPattern, name: FoldedName): boolean {
  return pattern.kind === 'exact' ? pattern.name === name.text : globMatches(pattern.tokens, name.characters);
}
