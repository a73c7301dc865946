/** Compiled sets: the named lists that conditions and windows refer to as `@name`. */
import { type AddressRange, parseAddressRange } from './address.ts';
import { type AddressEntry, AddressList } from './address-list.ts';
import type { SetKind } from './document.ts';
import { PolicyValueError, shown } from './errors.ts';
import { parseInstantMs } from './instant.ts';
import { type NameEntry, NameList } from './name-list.ts';
import { parseNamePattern } from './name-pattern.ts';
import { at, optional, type Path, readChoice, readList, readObject, readText } from './reading.ts';
import type { Folding } from './subject.ts';
import { setReference } from './vocabulary.ts';
import { parseCalendarDate } from './wall-clock.ts';

export const SET_KINDS: readonly SetKind[] = ['ip', 'user', 'commonName', 'group', 'date'];

export type CompiledSet = AddressSet | NameSet | DateSet;

export class AddressSet {
  readonly kind = 'ip';
  readonly list: AddressList;

  constructor(entries: readonly AddressEntry[]) {
    this.list = new AddressList(entries);
  }
}

export class NameSet {
  readonly kind: 'user' | 'commonName' | 'group';
  readonly entries: readonly NameEntry[];
  readonly #lists = new Map<Folding, NameList>();

  constructor(kind: NameSet['kind'], entries: readonly NameEntry[]) {
    this.kind = kind;
    this.entries = entries;
  }

  /** The entries folded for a condition that refuses (`wide`) or grants (`narrow`). */
  list(folding: Folding): NameList {
    const known = this.#lists.get(folding);
    if (known !== undefined) return known;
    const list = new NameList(this.entries, folding);
    this.#lists.set(folding, list);
    return list;
  }
}

export class DateSet {
  readonly kind = 'date';
  /** For each day (the wall time of its midnight) the moment from which it is no longer in the set. */
  readonly expiryOfDay = new Map<number, number>();

  constructor(entries: readonly DateEntry[]) {
    for (const { day, expiresAtMs } of entries) {
      this.expiryOfDay.set(day, Math.max(expiresAtMs, this.expiryOfDay.get(day) ?? Number.NEGATIVE_INFINITY));
    }
  }
}

interface DateEntry {
  readonly day: number;
  readonly expiresAtMs: number;
}

/** Compiles one set. Throws `PolicyValueError`. */
export function compileSet(value: unknown, path: Path): CompiledSet {
  const set = readObject(value, path, ['kind', 'description', 'entries']);
  optional(set.description, (text) => readText(text, [...path, 'description']));
  const kind = readChoice(set.kind, [...path, 'kind'], SET_KINDS);
  const entries = <T, Entry>(parse: (text: string) => T, make: Make<T, Entry>): Entry[] =>
    readList(set.entries, [...path, 'entries'], 0).map((entry, index) =>
      compileEntry(entry, () => [...path, 'entries', index], parse, make),
    );
  if (kind === 'ip') return new AddressSet(entries(parseAddressRange, addressEntry));
  if (kind === 'date') return new DateSet(entries(parseCalendarDate, (day, expiresAtMs) => ({ day, expiresAtMs })));
  return new NameSet(
    kind,
    entries(parseNamePattern, (pattern, expiresAtMs) => ({ pattern, expiresAtMs })),
  );
}

type Make<T, Entry> = (value: T, expiresAtMs: number) => Entry;

function addressEntry({ family, first, last, hostBits }: AddressRange, expiresAtMs: number): AddressEntry {
  return { family, first, last, hostBits, expiresAtMs };
}

function compileEntry<T, Entry>(
  entry: unknown,
  place: () => Path,
  parse: (text: string) => T,
  make: Make<T, Entry>,
): Entry {
  if (typeof entry === 'string') return make(parseMember(entry, place, parse), Number.POSITIVE_INFINITY);
  const path = place();
  const { value, expiresAt, note } = readObject(entry, path, ['value', 'expiresAt', 'note']);
  optional(note, (text) => readText(text, [...path, 'note']));
  return make(
    parseMember(readText(value, [...path, 'value']), () => [...path, 'value'], parse),
    optional(expiresAt, (time) =>
      at([...path, 'expiresAt'], () => parseInstantMs(readText(time, [...path, 'expiresAt']))),
    ) ?? Number.POSITIVE_INFINITY,
  );
}

function parseMember<T>(text: string, path: () => Path, parse: (text: string) => T): T {
  if (setReference(text) !== undefined) {
    throw new PolicyValueError(
      'invalid-value',
      `${shown(text)} refers to a set; accepted: a value (sets do not nest)`,
      path(),
    );
  }
  return at(path, () => parse(text));
}
