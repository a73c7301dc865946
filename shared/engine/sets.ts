/** Compiled sets: the named lists that conditions and windows refer to as `@name`. */
import { AddressEntries, type AddressList } from './address-list.ts';
import type { SetKind } from './document.ts';
import { PolicyValueError, shown } from './errors.ts';
import { parseInstantMs } from './instant.ts';
import { NameEntries, type NameList } from './name-list.ts';
import { at, optional, type Path, readChoice, readList, readObject, readText } from './reading.ts';
import type { Folding } from './subject.ts';
import { setReference } from './vocabulary.ts';
import { parseCalendarDate } from './wall-clock.ts';

export const SET_KINDS: readonly SetKind[] = ['ip', 'user', 'commonName', 'group', 'date'];

const SET_KEYS = new Set(['kind', 'description', 'entries']);
const ENTRY_KEYS = new Set(['value', 'expiresAt', 'note']);

export type CompiledSet = AddressSet | NameSet | DateSet;

export interface AddressSet {
  readonly kind: 'ip';
  readonly list: AddressList;
}

export class NameSet {
  readonly kind: 'user' | 'commonName' | 'group';
  readonly #entries: NameEntries;
  readonly #lists = new Map<Folding, NameList>();

  constructor(kind: NameSet['kind'], entries: NameEntries) {
    this.kind = kind;
    this.#entries = entries;
  }

  /** The entries folded for a condition that refuses (`wide`) or grants (`narrow`). */
  list(folding: Folding): NameList {
    const known = this.#lists.get(folding);
    if (known !== undefined) return known;
    const list = this.#entries.toList(folding);
    this.#lists.set(folding, list);
    return list;
  }
}

export interface DateSet {
  readonly kind: 'date';
  /** For each day (the wall time of its midnight) the moment from which it is no longer in the set. */
  readonly expiryOfDay: ReadonlyMap<number, number>;
}

/** Compiles one set. Throws `PolicyValueError`. */
export function compileSet(value: unknown, path: Path): CompiledSet {
  const set = readObject(value, path, SET_KEYS);
  optional(set.description, (text) => readText(text, path.to('description')));
  const kind = readChoice(set.kind, path.to('kind'), SET_KINDS);
  const members = readList(set.entries, path.to('entries'), 0);
  switch (kind) {
    case 'ip': {
      const entries = new AddressEntries();
      readEntries(members, path, (text, expiresAtMs) => entries.add(text, expiresAtMs));
      return { kind, list: entries.toList() };
    }
    case 'date': {
      const expiryOfDay = new Map<number, number>();
      readEntries(members, path, (text, expiresAtMs) => {
        const day = parseCalendarDate(text);
        expiryOfDay.set(day, Math.max(expiresAtMs, expiryOfDay.get(day) ?? Number.NEGATIVE_INFINITY));
      });
      return { kind, expiryOfDay };
    }
    default: {
      const entries = new NameEntries();
      readEntries(members, path, (text, expiresAtMs) => entries.add(text, expiresAtMs));
      return new NameSet(kind, entries);
    }
  }
}

type AddEntry = (text: string, expiresAtMs: number) => void;

function readEntries(members: readonly unknown[], ofSet: Path, add: AddEntry): void {
  for (let index = 0; index < members.length; index++) {
    const member = members[index];
    const path = () => ofSet.to('entries').to(index);
    if (typeof member === 'string') addMember(member, Number.POSITIVE_INFINITY, path, add);
    else readExpiringEntry(member, path(), add);
  }
}

function readExpiringEntry(member: unknown, path: Path, add: AddEntry): void {
  const { value, expiresAt, note } = readObject(member, path, ENTRY_KEYS);
  optional(note, (text) => readText(text, path.to('note')));
  const expiresAtMs = optional(expiresAt, (time) =>
    at(path.to('expiresAt'), () => parseInstantMs(readText(time, path.to('expiresAt')))),
  );
  const ofValue = path.to('value');
  addMember(readText(value, ofValue), expiresAtMs ?? Number.POSITIVE_INFINITY, () => ofValue, add);
}

function addMember(text: string, expiresAtMs: number, path: () => Path, add: AddEntry): void {
  if (setReference(text) !== undefined) {
    throw new PolicyValueError(
      'invalid-value',
      `${shown(text)} refers to a set; accepted: a value (sets do not nest)`,
      path().keys,
    );
  }
  at(path, () => add(text, expiresAtMs));
}
