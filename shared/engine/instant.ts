/** Moments in time, as RFC 3339 writes them, always with an offset. */
import { PolicyValueError, shown } from './errors.ts';

const INSTANT = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?([Zz]|[+-]\d{2}:\d{2})?$/;

/** A moment and the offset that it was written with. */
export interface Instant {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly ms: number;
  readonly offsetMinutes: number;
}

/** Reads `2026-12-31T00:00:00+09:00`; seconds and decimals may be left out. Throws `invalid-time`. */
export function parseInstant(text: string): Instant {
  const parts = INSTANT.exec(text);
  if (parts === null) throw invalid(text, 'is no time');
  const offset = parts[8];
  if (offset === undefined) throw invalid(text, 'has no offset from UTC');
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
    .slice(1, 7)
    .map((part) => Number(part ?? 0));
  const millisecond = Number((parts[7] ?? '').padEnd(3, '0'));
  if (!isCalendarDay(year, month, day)) throw invalid(text, 'names a day that does not exist');
  if (hour > 23 || minute > 59 || second > 59) throw invalid(text, 'names an hour that does not exist');
  const offsetMinutes = readOffset(offset);
  if (offsetMinutes === undefined) throw invalid(text, 'has an offset that does not exist');
  return { ms: utcMs(year, month, day, hour, minute, second, millisecond) - offsetMinutes * 60_000, offsetMinutes };
}

/** As `parseInstant`, milliseconds since 1970-01-01T00:00:00Z alone. */
export function parseInstantMs(text: string): number {
  return parseInstant(text).ms;
}

/** True when the proleptic Gregorian calendar has that day (month 1 to 12). */
export function isCalendarDay(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1 || day > 31) return false;
  return new Date(utcMs(year, month, day)).getUTCDate() === day;
}

/** As `Date.UTC`, with months from 1, and years below 100 taken at their word. */
export function utcMs(
  year: number,
  month: number,
  day: number,
  hour = 0,
  minute = 0,
  second = 0,
  millisecond = 0,
): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.setUTCHours(hour, minute, second, millisecond);
}

function readOffset(text: string): number | undefined {
  if (text === 'Z' || text === 'z') return 0;
  const hours = Number(text.slice(1, 3));
  const minutes = Number(text.slice(4, 6));
  if (hours > 23 || minutes > 59) return undefined;
  return (text.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}

function invalid(text: string, reason: string): PolicyValueError {
  return new PolicyValueError(
    'invalid-time',
    `${shown(text)} ${reason}; accepted: a time with an offset, such as 2026-12-31T18:00:00+09:00 or 2026-12-31T09:00:00Z`,
  );
}
