/** From what stands in a file to the entries of a set, or to all that is wrong with them. */
import {
  type ExpiringEntry,
  PolicyValueError,
  parseInstantMs,
  type SetEntry,
  type SetKind,
} from '../../../shared/engine/index.ts';
import { entryKey } from '../../../shared/policy/index.ts';
import type { ListEntry, ListIssue } from './list.ts';

export type CheckedList =
  | {
      readonly ok: true;
      /** Each value once. */
      readonly entries: readonly SetEntry[];
      /** How many more lines say the same again. */
      readonly repeats: number;
    }
  | { readonly ok: false; readonly issues: readonly ListIssue[] };

/**
 * Checks each value by the set's kind. A value that stands there several times, in whatever form, counts once: as the first
 * of them, and as long as the longest.
 */
export function checkList(list: readonly ListEntry[], kind: SetKind): CheckedList {
  const issues: ListIssue[] = [];
  const entries = new Map<string, SetEntry>();
  for (const entry of list) {
    const value = kind === 'date' ? calendarDay(entry.value) : entry.value;
    try {
      const key = entryKey(kind, value);
      if (entry.expiresAt !== undefined) parseInstantMs(entry.expiresAt);
      const earlier = entries.get(key);
      const read = setEntry({ ...entry, value });
      entries.set(key, earlier === undefined ? read : joined(earlier, read));
    } catch (error) {
      if (!(error instanceof PolicyValueError)) throw error;
      issues.push({ line: entry.line, message: error.message });
    }
  }
  if (issues.length > 0) return { ok: false, issues };
  return { ok: true, entries: [...entries.values()], repeats: list.length - entries.size };
}

/** The kind of a list of addresses or of days; any other list could be names of anything. */
export function inferKind(list: readonly ListEntry[]): SetKind | undefined {
  const looked = list.slice(0, LOOKED_AT);
  const fits = (kind: SetKind) => 2 * looked.filter(({ value }) => isOfKind(kind, value)).length > looked.length;
  return INFERRED.find(fits);
}

const LOOKED_AT = 20;
const INFERRED: readonly SetKind[] = ['ip', 'date'];

function isOfKind(kind: SetKind, value: string): boolean {
  try {
    entryKey(kind, kind === 'date' ? calendarDay(value) : value);
    return true;
  } catch (error) {
    if (error instanceof PolicyValueError) return false;
    throw error;
  }
}

/** A day as spreadsheets and calendars write it, year first: `2026/1/1` and `20260101` are `2026-01-01`. */
function calendarDay(text: string): string {
  const [, year, month = '', day = ''] = SEPARATED_DAY.exec(text) ?? COMPACT_DAY.exec(text) ?? [];
  return year === undefined ? text : `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
}

const SEPARATED_DAY = /^(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})$/;
const COMPACT_DAY = /^(\d{4})(\d{2})(\d{2})$/;

/** A value alone where there is no more to say of it. */
export function setEntry({ value, expiresAt, note }: ExpiringEntry): SetEntry {
  if (expiresAt === undefined && note === undefined) return value;
  return { value, ...(expiresAt !== undefined && { expiresAt }), ...(note !== undefined && { note }) };
}

/** The first, as long as the longer of the two. */
function joined(first: SetEntry, second: SetEntry): SetEntry {
  if (typeof first === 'string') return first;
  const [end, otherEnd] = [first.expiresAt, typeof second === 'string' ? undefined : second.expiresAt];
  if (end === undefined) return first;
  const { expiresAt: _, ...unending } = first;
  if (otherEnd === undefined) return setEntry(unending);
  return parseInstantMs(otherEnd) > parseInstantMs(end) ? { ...first, expiresAt: otherEnd } : first;
}
