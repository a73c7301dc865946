/** A compiled list of name patterns, folded one way: names that are compared whole, and patterns with wildcards. */
import { foldNarrow } from './folding.ts';
import {
  foldPattern,
  type GlobToken,
  globMatches,
  isPlainName,
  type NamePattern,
  parseNamePattern,
} from './name-pattern.ts';
import type { Folding } from './subject.ts';

/** Entries as they are read, until they make a list: side by side, since objects for 100,000 of them would be most of the time. */
export class NameEntries {
  readonly #sources: string[] = [];
  /** By place; plain names, which most are, have none. */
  readonly #patterns = new Map<number, NamePattern>();
  readonly #expiries: number[] = [];

  /** @param expiresAtMs the moment from which the entry no longer counts, infinite for most. Throws `invalid-name` */
  add(source: string, expiresAtMs: number): void {
    if (!isPlainName(source)) this.#patterns.set(this.#sources.length, parseNamePattern(source));
    this.#sources.push(source);
    this.#expiries.push(expiresAtMs);
  }

  get isEmpty(): boolean {
    return this.#sources.length === 0;
  }

  toList(folding: Folding): NameList {
    const names: string[] = [];
    const expiries: number[] = [];
    const globs: Glob[] = [];
    for (let place = 0; place < this.#sources.length; place++) {
      const expiresAtMs = this.#expiries[place] as number; // in bounds, as below
      const pattern = this.#patterns.get(place);
      const folded = pattern && foldPattern(pattern, folding);
      if (folded?.kind === 'glob') globs.push(globOf(folded.tokens, expiresAtMs));
      else {
        names.push(folded?.name ?? foldNarrow(this.#sources[place] as string));
        expiries.push(expiresAtMs);
      }
    }
    return new NameList(names, expiries, globs);
  }
}

/** A pattern with wildcards, with the text before its first wildcard and the text after its last. */
export interface Glob {
  readonly tokens: readonly GlobToken[];
  readonly beginning: string;
  readonly end: string;
  readonly expiresAtMs: number;
}

/** Longer lists are looked up by hash. */
const FEW = 8;

const NEVER = Number.POSITIVE_INFINITY;
const NOT_LISTED = Number.NEGATIVE_INFINITY;

/** The entries of one list, folded one way; names must be folded the same way. */
export class NameList {
  /** Those without wildcards, expired ones too; a name may stand there twice. */
  readonly names: readonly string[];
  readonly globs: readonly Glob[];
  readonly hasExpiringEntries: boolean;
  /** By place in `names`; absent where none expires. */
  readonly #expiries: readonly number[] | undefined;
  #expiryOfName: ReadonlyMap<string, number> | undefined;

  /** @param expiries of the names, by their places */
  constructor(names: readonly string[], expiries: readonly number[], globs: readonly Glob[]) {
    this.names = names;
    this.globs = globs;
    this.hasExpiringEntries =
      expiries.some((expiresAtMs) => expiresAtMs !== NEVER) || globs.some(({ expiresAtMs }) => expiresAtMs !== NEVER);
    this.#expiries = this.hasExpiringEntries ? expiries : undefined;
  }

  /** True when an entry that has not expired matches `name`. */
  matches(name: string, nowMs: number): boolean {
    if (nowMs < this.#namedUntilMs(name)) return true;
    for (const glob of this.globs) {
      if (nowMs < glob.expiresAtMs && fits(glob, name)) return true;
    }
    return false;
  }

  /** The moment until which entries go on matching `name`; in the past or negative infinite where none does. */
  matchedUntilMs(name: string, nowMs: number): number {
    let untilMs = this.#namedUntilMs(name);
    for (const glob of this.globs) {
      const longer = glob.expiresAtMs > untilMs && nowMs < glob.expiresAtMs;
      if (longer && fits(glob, name)) untilMs = glob.expiresAtMs;
    }
    return untilMs;
  }

  /** The first moment after `nowMs` at which an entry expires; infinite where none does. */
  firstExpiryMs(nowMs: number): number {
    if (!this.hasExpiringEntries) return NEVER;
    let firstMs = NEVER;
    const expires = (expiresAtMs: number) => {
      if (expiresAtMs > nowMs) firstMs = Math.min(firstMs, expiresAtMs);
    };
    for (const expiresAtMs of this.#expiries ?? []) expires(expiresAtMs);
    for (const { expiresAtMs } of this.globs) expires(expiresAtMs);
    return firstMs;
  }

  /** True when there is an entry that has not expired. */
  hasLiveEntry(nowMs: number): boolean {
    return (
      this.names.some((_, place) => nowMs < this.#expiryAt(place)) ||
      this.globs.some(({ expiresAtMs }) => nowMs < expiresAtMs)
    );
  }

  /** True when every entry that has not expired matches one of `names`. */
  allMatched(names: readonly string[], nowMs: number): boolean {
    return (
      this.names.every((name, place) => nowMs >= this.#expiryAt(place) || names.includes(name)) &&
      this.globs.every((glob) => nowMs >= glob.expiresAtMs || names.some((name) => fits(glob, name)))
    );
  }

  #expiryAt(place: number): number {
    return this.#expiries?.[place] ?? NEVER;
  }

  /** The latest expiry of the entries that are `name`. */
  #namedUntilMs(name: string): number {
    if (this.names.length > FEW) {
      this.#expiryOfName ??= this.#latestExpiries();
      return this.#expiryOfName.get(name) ?? NOT_LISTED;
    }
    let untilMs = NOT_LISTED;
    for (let place = 0; place < this.names.length; place++) {
      if (this.names[place] === name) untilMs = Math.max(untilMs, this.#expiryAt(place));
    }
    return untilMs;
  }

  #latestExpiries(): ReadonlyMap<string, number> {
    const latest = new Map<string, number>();
    for (const [place, name] of this.names.entries()) {
      latest.set(name, Math.max(this.#expiryAt(place), latest.get(name) ?? NOT_LISTED));
    }
    return latest;
  }
}

/** Most names that do not fit show it at one of their ends. */
function fits({ tokens, beginning, end }: Glob, name: string): boolean {
  return name.startsWith(beginning) && name.endsWith(end) && globMatches(tokens, name);
}

function globOf(tokens: readonly GlobToken[], expiresAtMs: number): Glob {
  const isWildcard = (token: GlobToken) => token === 'any' || token === 'one';
  const first = tokens.findIndex(isWildcard);
  const last = tokens.findLastIndex(isWildcard);
  return { tokens, beginning: tokens.slice(0, first).join(''), end: tokens.slice(last + 1).join(''), expiresAtMs };
}
