/**
 * Windows read from "Windows" in docs/policy-language.md in the most obvious way, with nothing but the stored changes of offset: look at the
 * wall clock, and for cron walk along it minute by minute.
 */
import type { CronWindow, DateWindow, Weekday, WeeklyWindow } from '../../../shared/engine/index.ts';
import type { ZoneHistory } from './zone-data.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
const DAYS: readonly Weekday[] = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** A window, and whether a moment is inside. */
export interface NaiveWindow {
  readonly window: WeeklyWindow | DateWindow | CronWindow;
  contains(moment: ClockReading): boolean;
}

/** What the clock on the wall shows at a moment. */
export interface ClockReading {
  readonly atMs: number;
  /** `HH:MM` */
  readonly time: string;
  readonly today: Day;
  readonly yesterday: Day;
}

export interface Day {
  /** `2026-12-29` */
  readonly date: string;
  readonly weekday: Weekday;
}

export function readClock(zone: ZoneHistory, atMs: number): ClockReading {
  const wallMs = atMs + zone.offsetMs(atMs);
  return { atMs, time: timeOf(wallMs), today: dayOf(wallMs), yesterday: dayOf(wallMs - DAY_MS) };
}

// A wall time is what a clock in UTC would show at that many milliseconds.

export function dayOf(wallMs: number): Day {
  const date = new Date(wallMs);
  return { date: date.toISOString().slice(0, 10), weekday: DAYS[date.getUTCDay()] ?? 'sun' };
}

export function timeOf(wallMs: number): string {
  return new Date(wallMs).toISOString().slice(11, 16);
}

export interface TimesOfDay {
  /** `HH:MM` */
  readonly start: string;
  readonly end: string;
}

export function weekly(zone: ZoneHistory, days: readonly Weekday[], times: TimesOfDay): NaiveWindow {
  return {
    window: { days, ...times, timezone: zone.name },
    contains: (moment) => isInside(moment, times, ({ weekday }) => days.includes(weekday)),
  };
}

export function byDate(zone: ZoneHistory, dates: readonly string[], times: TimesOfDay): NaiveWindow {
  return {
    window: { dates, ...times, timezone: zone.name },
    contains: (moment) => isInside(moment, times, ({ date }) => dates.includes(date)),
  };
}

/** An end at or before the start runs into the next day and belongs to the day it started on. */
function isInside(
  { time, today, yesterday }: ClockReading,
  { start, end }: TimesOfDay,
  isListed: (day: Day) => boolean,
): boolean {
  if (start < end) return isListed(today) && start <= time && time < end;
  return (isListed(today) && start <= time) || (isListed(yesterday) && time < end);
}

/** The fields of a cron window; what is left out is `*`. */
export interface Schedule {
  readonly minute?: readonly number[];
  readonly hour?: readonly number[];
  readonly dayOfMonth?: number | 'L';
  readonly weekday?: Weekday;
  /** With `weekday`: which of those in the month, 1 is the first and `L` the last. */
  readonly which?: number | 'L';
}

export interface CronLength {
  readonly duration: string;
  readonly durationMs: number;
}

/** Starts are looked for from a day before a window that contains `fromMs` (a whole minute) could have begun, and up to `untilMs`. */
export function cron(
  zone: ZoneHistory,
  schedule: Schedule,
  { duration, durationMs }: CronLength,
  { fromMs, untilMs }: { readonly fromMs: number; readonly untilMs: number },
): NaiveWindow {
  const reachMs = Math.ceil(durationMs / MINUTE_MS) * MINUTE_MS + DAY_MS;
  const starts = startsBetween(zone, schedule, fromMs - reachMs, untilMs);
  return {
    window: { cron: cronText(schedule), duration, timezone: zone.name },
    contains: ({ atMs }) => starts.some((start) => start <= atMs && atMs < start + durationMs),
  };
}

/** Walks along the clock. A wall time that it skips comes when it has skipped it, one that it shows again came before. */
function startsBetween(zone: ZoneHistory, schedule: Schedule, fromMs: number, untilMs: number): number[] {
  const starts: number[] = [];
  let shown = fromMs + zone.offsetMs(fromMs) - MINUTE_MS;
  for (let atMs = fromMs; atMs < untilMs; atMs += MINUTE_MS) {
    const wallMs = atMs + zone.offsetMs(atMs);
    let starting = false;
    for (; shown < wallMs; shown += MINUTE_MS) starting ||= fires(schedule, shown + MINUTE_MS);
    if (starting) starts.push(atMs);
  }
  return starts;
}

function cronText({ minute, hour, dayOfMonth, weekday, which }: Schedule): string {
  const numbers = (values: readonly number[] | undefined) => values?.join(',') ?? '*';
  const day = weekday === undefined ? '*' : `${weekday.toUpperCase()}${which === undefined ? '' : `#${which}`}`;
  return `${numbers(minute)} ${numbers(hour)} ${dayOfMonth ?? '*'} * ${day}`;
}

function fires({ minute, hour, dayOfMonth, weekday, which }: Schedule, wallMs: number): boolean {
  const date = new Date(wallMs);
  if (minute !== undefined && !minute.includes(date.getUTCMinutes())) return false;
  if (hour !== undefined && !hour.includes(date.getUTCHours())) return false;
  if (dayOfMonth === 'L' && !isLastOfMonth(wallMs, 1)) return false;
  if (typeof dayOfMonth === 'number' && date.getUTCDate() !== dayOfMonth) return false;
  if (weekday !== undefined && dayOf(wallMs).weekday !== weekday) return false;
  if (which === 'L') return isLastOfMonth(wallMs, 7);
  return which === undefined || Math.ceil(date.getUTCDate() / 7) === which;
}

/** Whether so many days later it is another month. */
function isLastOfMonth(wallMs: number, days: number): boolean {
  return new Date(wallMs).getUTCMonth() !== new Date(wallMs + days * DAY_MS).getUTCMonth();
}
