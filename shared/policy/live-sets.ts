/** What is left of a document's sets at a moment: the entries that have not expired. Worked out once for each set. */
import {
  type AddressRange,
  type PolicyDocument,
  parseAddressRange,
  parseCalendarDate,
  setReference,
} from '../engine/index.ts';
import { entriesOf, type PlacedEntry } from './policy-walk.ts';

export interface LiveSet {
  /** The entries that still count. */
  readonly entries: readonly PlacedEntry[];
  /** Of a set of kind `ip`: the families of its addresses. */
  readonly families: ReadonlySet<4 | 6>;
  /** Of a set of kind `ip`: the families that one entry which never expires covers whole. */
  readonly coveredForEver: ReadonlySet<4 | 6>;
  /** Of a set of kind `date`: the midnight, in UTC, of its last day. */
  readonly lastDayMs: number;
}

export class LiveSets {
  readonly nowMs: number;
  readonly #document: PolicyDocument;
  readonly #known = new Map<string, LiveSet>();

  constructor(document: PolicyDocument, nowMs: number) {
    this.#document = document;
    this.nowMs = nowMs;
  }

  /** The set that an entry refers to, if it does; in a valid document there is one. */
  referredTo(entry: string): LiveSet | undefined {
    const name = setReference(entry);
    if (name === undefined) return undefined;
    const known = this.#known.get(name) ?? this.#workOut(name);
    this.#known.set(name, known);
    return known;
  }

  #workOut(name: string): LiveSet {
    const set = this.#document.sets?.[name] ?? { kind: 'user', entries: [] };
    const entries = entriesOf(set, ['sets', name]).filter(({ expiresAtMs }) => expiresAtMs > this.nowMs);
    const ranges = set.kind === 'ip' ? entries.map(({ value }) => parseAddressRange(value)) : [];
    const staying = ranges.filter((_, index) => entries[index]?.expiresAtMs === Number.POSITIVE_INFINITY);
    const days = set.kind === 'date' ? entries.map(({ value }) => parseCalendarDate(value)) : [];
    return {
      entries,
      families: new Set(ranges.map(({ family }) => family)),
      coveredForEver: familiesCovered(staying),
      lastDayMs: days.reduce((last, day) => Math.max(last, day), Number.NEGATIVE_INFINITY),
    };
  }
}

/** The families all of whose addresses one of the ranges has. */
export function familiesCovered(ranges: readonly AddressRange[]): ReadonlySet<4 | 6> {
  const whole = ranges.filter(
    ({ first, last }) => first.every((word) => word === 0) && last.every((word) => word === 0xffffffff),
  );
  return new Set(whole.map(({ family }) => family));
}
