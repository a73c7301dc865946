/** The reference's reading of "Windows" in docs/policy-language.md: look at the wall clock, ask whether it is inside. */
import type { AbsoluteWindow, CronWindow, DateWindow, WeeklyWindow, Window } from '../document.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

/** `datesOf` gives the days that an entry of `dates` stands for at the moment. */
export function windowHolds(window: Window, nowMs: number, datesOf: (entry: string) => readonly string[]): boolean {
  if ('days' in window) return weeklyHolds(window, nowMs);
  if ('dates' in window) return dateHolds(window, nowMs, datesOf);
  if ('cron' in window) return cronHolds(window, nowMs);
  return absoluteHolds(window, nowMs);
}

/** Milliseconds since 1970 of a time with an offset; seconds and up to three decimals may be left out. */
export function instantMs(text: string): number {
  const match = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?(?:Z|([+-])(\d\d):(\d\d))$/.exec(text);
  if (match === null) throw new Error(`no time with an offset: ${text}`);
  const [, year, month, day, hour, minute, second = '0', decimals = '0', sign, offsetHours = '0', offsetMinutes = '0'] =
    match;
  const local = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
    Number(decimals.padEnd(3, '0')),
  );
  const offset = (Number(offsetHours) * 60 + Number(offsetMinutes)) * MINUTE_MS;
  return sign === '-' ? local + offset : local - offset;
}

function absoluteHolds(window: AbsoluteWindow, nowMs: number): boolean {
  const begun = window.from === undefined || instantMs(window.from) <= nowMs;
  const ended = window.until !== undefined && instantMs(window.until) <= nowMs;
  return begun && !ended;
}

function weeklyHolds(window: WeeklyWindow, nowMs: number): boolean {
  return dailyHolds(window, nowMs, (day) => window.days.some((weekday) => weekday === weekdayOf(day)));
}

function dateHolds(window: DateWindow, nowMs: number, datesOf: (entry: string) => readonly string[]): boolean {
  const dates = window.dates.flatMap(datesOf);
  return dailyHolds(window, nowMs, (day) => dates.includes(new Date(day * DAY_MS).toISOString().slice(0, 10)));
}

/** An `end` at or before `start` runs into the next day and belongs to the day it started on. */
function dailyHolds(
  window: { readonly start: string; readonly end: string; readonly timezone: string },
  nowMs: number,
  isListed: (day: number) => boolean,
): boolean {
  const { day, minuteOfDay } = wallClock(nowMs, window.timezone);
  const start = timeOfDay(window.start);
  const end = timeOfDay(window.end);
  if (start < end) return isListed(day) && start <= minuteOfDay && minuteOfDay < end;
  return (isListed(day) && start <= minuteOfDay) || (isListed(day - 1) && minuteOfDay < end);
}

/** Looks for a start on the wall clock, at most the duration ago. */
function cronHolds(window: CronWindow, nowMs: number): boolean {
  const durationMs = parseDuration(window.duration);
  const cron = parseCronFields(window.cron);
  // A day more on either side: clocks that were changed can have shown the start under another date.
  const lastDay = wallClock(nowMs, window.timezone).day + 1;
  const firstDay = wallClock(nowMs - durationMs, window.timezone).day - 2;
  const hours = upTo(24).filter(cron.hour);
  const minutes = upTo(60).filter(cron.minute);
  for (let day = lastDay; day >= firstDay; day--) {
    if (!cron.day(day)) continue;
    for (const hour of hours) {
      for (const minute of minutes) {
        const startMs = momentOf(day * DAY_MS + (hour * 60 + minute) * MINUTE_MS, window.timezone);
        if (startMs <= nowMs && nowMs < startMs + durationMs) return true;
      }
    }
  }
  return false;
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, number) => number);
}

interface CronFields {
  readonly minute: (value: number) => boolean;
  readonly hour: (value: number) => boolean;
  /** `day` counts calendar days from 1970-01-01. */
  readonly day: (day: number) => boolean;
}

/** A small cron of its own: `*`, lists, ranges, steps, names, `TUE#2`, `FRI#L` and `L` (the last day of the month). */
function parseCronFields(text: string): CronFields {
  const [minute = '', hour = '', dayOfMonth = '', month = '', weekday = ''] = text.split(/\s+/);
  return {
    minute: (value) => fieldHolds(minute, value, 0, 59),
    hour: (value) => fieldHolds(hour, value, 0, 23),
    day: (day) => {
      const date = new Date(day * DAY_MS);
      return (
        fieldHolds(withNumbers(month, MONTH_NAMES, 1), date.getUTCMonth() + 1, 1, 12) &&
        dayOfMonthHolds(dayOfMonth, date) &&
        weekdayHolds(withNumbers(weekday, WEEKDAY_NAMES, 0), date)
      );
    },
  };
}

const MONTH_NAMES = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAY_NAMES = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

function withNumbers(field: string, names: readonly string[], first: number): string {
  return names.reduce((text, name, index) => text.replaceAll(name, String(first + index)), field.toUpperCase());
}

function fieldHolds(field: string, value: number, lowest: number, highest: number): boolean {
  return field.split(',').some((item) => {
    const [range = '', step = '1'] = item.split('/');
    const [from, to = from] = range === '*' ? [lowest, highest] : range.split('-').map(Number);
    if (from === undefined || to === undefined) return false;
    return from <= value && value <= to && (value - from) % Number(step) === 0;
  });
}

function dayOfMonthHolds(field: string, date: Date): boolean {
  return field.split(',').some((item) => {
    if (item === 'L') return date.getUTCDate() === daysInMonth(date);
    return fieldHolds(item, date.getUTCDate(), 1, 31);
  });
}

function weekdayHolds(field: string, date: Date): boolean {
  const weekday = date.getUTCDay();
  return field.split(',').some((item) => {
    const [days = '', which] = item.split('#');
    // Sunday is 0 and 7.
    const listed = fieldHolds(days, weekday, 0, 7) || (weekday === 0 && days !== '*' && fieldHolds(days, 7, 0, 7));
    if (which === undefined || !listed) return listed;
    if (which === 'L') return date.getUTCDate() + 7 > daysInMonth(date);
    return Math.ceil(date.getUTCDate() / 7) === Number(which);
  });
}

function daysInMonth(date: Date): number {
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
}

/** Weeks to seconds, elapsed time. */
function parseDuration(text: string): number {
  const match = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(text);
  if (match === null) throw new Error(`no duration: ${text}`);
  const [weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(1).map((part) => Number(part ?? 0));
  return ((weeks * 7 + days) * 24 * 3600 + hours * 3600 + minutes * 60 + seconds) * 1000;
}

/** Minutes since midnight of `HH:MM`. */
function timeOfDay(text: string): number {
  const [hours, minutes] = text.split(':').map(Number);
  return Number(hours) * 60 + Number(minutes);
}

function weekdayOf(day: number): (typeof WEEKDAYS)[number] | undefined {
  return WEEKDAYS[new Date(day * DAY_MS).getUTCDay()];
}

/**
 * The moment at which the clock shows a local time (given as if it were UTC): the first one where it comes twice, the
 * end of the gap where the clocks skip it.
 */
export function momentOf(localMs: number, zone: string): number {
  // The offsets well before and well after; clocks are not changed twice in three days.
  const before = offsetMs(localMs - 1.5 * DAY_MS, zone);
  const after = offsetMs(localMs + 1.5 * DAY_MS, zone);
  const moments = [localMs - before, localMs - after].filter((moment) => moment + offsetMs(moment, zone) === localMs);
  if (moments.length > 0) return Math.min(...moments);
  // In the gap: the old offset still counts at `low`, the new one does at `high`.
  let low = localMs - after;
  let high = localMs - before;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetMs(middle, zone) === after) high = middle;
    else low = middle;
  }
  return high;
}

/** What the clocks of a zone are ahead of UTC at a moment. */
export function offsetMs(moment: number, zone: string): number {
  const { day, minuteOfDay } = wallClock(moment, zone);
  return day * DAY_MS + minuteOfDay * MINUTE_MS - Math.floor(moment / MINUTE_MS) * MINUTE_MS;
}

interface WallClock {
  /** Calendar days from 1970-01-01. */
  readonly day: number;
  readonly minuteOfDay: number;
}

/** What the clock on a wall in that zone shows. */
export function wallClock(moment: number, zone: string): WallClock {
  const shown = /^(\d{4}-\d\d-\d\d) (\d\d):(\d\d)$/.exec(clockOf(zone).format(moment));
  if (shown === null) throw new Error('the formatter writes dates in another way than expected');
  const [, date = '', hour, minute] = shown;
  return { day: Date.parse(date) / DAY_MS, minuteOfDay: Number(hour) * 60 + Number(minute) };
}

/** Making a formatter costs far more than asking it; it holds nothing but the zone. */
const CLOCKS = new Map<string, Intl.DateTimeFormat>();

function clockOf(zone: string): Intl.DateTimeFormat {
  const known = CLOCKS.get(zone);
  if (known !== undefined) return known;
  // Sweden writes `2026-12-08 06:00`.
  const clock = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  CLOCKS.set(zone, clock);
  return clock;
}

/** Every moment at which the clock of a zone (IANA name, `UTC` or `UTC+09:00`) shows `2026-12-08 06:00`. */
export function momentsShowing(clock: string, zone: string): number[] {
  if (/^UTC[+-]/.test(zone)) return [instantMs(clock.replace(' ', 'T') + zone.slice(3))];
  const localMs = instantMs(`${clock.replace(' ', 'T')}Z`);
  const offsets = [localMs - 1.5 * DAY_MS, localMs + 1.5 * DAY_MS].map((moment) => offsetMs(moment, zone));
  const moments = [...new Set(offsets)].map((offset) => localMs - offset);
  return moments.filter((moment) => moment + offsetMs(moment, zone) === localMs).sort((a, b) => a - b);
}
