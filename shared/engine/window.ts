/** Compiled windows: whether a moment is inside, and how long that is known to stay so. */
import type { CronSchedule } from './cron.ts';
import { DAY_MS } from './duration.ts';
import type { Zone } from './zone.ts';

/** A stretch [fromMs, untilMs) in which being inside the window does not change; it may be shorter than it could. */
export interface WindowSpan {
  readonly inside: boolean;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Something that tells the stretch around a moment, anew on each call. */
export type WindowReader = (atMs: number) => WindowSpan;

/** How a time is shown to a person: a zone's name, or a fixed offset. */
export type TimeDisplay = { readonly zone: Zone } | { readonly offsetMinutes: number };

/** How far ahead of a moment windows on the wall clock are worked out. */
const REACH_DAYS = 8;
const REACH_MS = REACH_DAYS * DAY_MS;
const MINUTE_MS = 60_000;

/**
 * A window that remembers the last stretch, so that a decision inside it compares two numbers. What it remembers never
 * changes an answer: the answer depends on the moment alone.
 */
export class CompiledWindow {
  readonly display: TimeDisplay;
  /** For a window from one moment to another: those; it is open all the while between them. */
  readonly ends: { readonly fromMs: number; readonly untilMs: number } | undefined;
  readonly #read: WindowReader;
  #span: WindowSpan = { inside: false, fromMs: 0, untilMs: 0 };

  constructor(display: TimeDisplay, read: WindowReader, ends?: CompiledWindow['ends']) {
    this.display = display;
    this.ends = ends;
    this.#read = read;
  }

  contains(atMs: number): boolean {
    return this.span(atMs).inside;
  }

  span(atMs: number): WindowSpan {
    if (atMs < this.#span.fromMs || atMs >= this.#span.untilMs) this.#span = this.#read(atMs);
    return this.#span;
  }
}

/** [fromMs, untilMs); the ends may be infinite. */
export function absoluteWindow(fromMs: number, untilMs: number): WindowReader {
  return (atMs) => {
    if (atMs < fromMs) return { inside: false, fromMs: Number.NEGATIVE_INFINITY, untilMs: fromMs };
    if (atMs < untilMs) return { inside: true, fromMs, untilMs };
    return { inside: false, fromMs: untilMs, untilMs: Number.POSITIVE_INFINITY };
  };
}

/** Which days (as the wall time of their midnight) a window on the wall clock begins on. */
export interface DayChoice {
  /** Whether the window begins on that day, for somebody who looks at the moment `atMs`. */
  includes(dayMs: number, atMs: number): boolean;
  /** The moment from which that day is no longer included; infinite for most. */
  expiresAtMs(dayMs: number): number;
}

/**
 * From `startMinutes` to `endMinutes` after midnight on each chosen day, into the next day where the end is not after the
 * start. A moment is inside when its wall time is, so that around a change of offset the window lasts as long as the
 * clock shows it.
 */
export function wallClockWindow(days: DayChoice, startMinutes: number, endMinutes: number, zone: Zone): WindowReader {
  const startMs = startMinutes * MINUTE_MS;
  const endMs = endMinutes * MINUTE_MS + (endMinutes <= startMinutes ? DAY_MS : 0);
  return (atMs) => {
    const { fromMs: spanFrom, untilMs: spanUntil, offsetMs } = zone.span(atMs, REACH_MS);
    const wallMs = atMs + offsetMs;
    const today = Math.floor(wallMs / DAY_MS) * DAY_MS;
    let inside = false;
    let fromMs = Math.max(spanFrom, atMs - REACH_MS);
    let untilMs = Math.min(spanUntil, atMs + REACH_MS);
    const boundary = (momentMs: number) => {
      if (momentMs <= atMs) fromMs = Math.max(fromMs, momentMs);
      else untilMs = Math.min(untilMs, momentMs);
    };
    for (let day = today - REACH_MS; day <= today + REACH_MS; day += DAY_MS) {
      const expiresAtMs = days.expiresAtMs(day);
      if (expiresAtMs !== Number.POSITIVE_INFINITY) boundary(expiresAtMs);
      if (!days.includes(day, atMs)) continue;
      if (wallMs >= day + startMs && wallMs < day + endMs) inside = true;
      boundary(day + startMs - offsetMs);
      boundary(day + endMs - offsetMs);
    }
    return { inside, fromMs, untilMs };
  };
}

/** From each start of the schedule, for a duration of elapsed time. */
export function cronWindow(schedule: CronSchedule, durationMs: number, zone: Zone): WindowReader {
  return (atMs) => {
    const started = latestStart(schedule, zone, atMs);
    if (started !== undefined && atMs < started + durationMs) {
      return { inside: true, fromMs: started, untilMs: started + durationMs };
    }
    return {
      inside: false,
      fromMs: started === undefined ? Number.NEGATIVE_INFINITY : started + durationMs,
      untilMs: nextStart(schedule, zone, atMs),
    };
  };
}

/** The latest moment not after `atMs` at which the schedule starts. */
function latestStart(schedule: CronSchedule, zone: Zone, atMs: number): number | undefined {
  // After the clocks went back, starts that the wall clock shows as still to come have been: look from the higher reading.
  const wallMs = atMs + Math.max(zone.offsetMs(atMs), zone.offsetMs(atMs - DAY_MS));
  let start = schedule.latest(wallMs);
  while (start !== undefined) {
    const moment = zone.firstMoment(start);
    if (moment <= atMs) return moment;
    start = schedule.latest(start - 1);
  }
  return undefined;
}

/** The first moment after `atMs` at which the schedule starts; infinite where there is none. */
function nextStart(schedule: CronSchedule, zone: Zone, atMs: number): number {
  // Before the clocks go forward, a start in the gap reads later than the moment to which it moves: look from the lower reading.
  let start = schedule.next(atMs + Math.min(zone.offsetMs(atMs), zone.offsetMs(atMs - DAY_MS)));
  while (start !== undefined) {
    const moment = zone.firstMoment(start);
    if (moment > atMs) return moment;
    start = schedule.next(start);
  }
  return Number.POSITIVE_INFINITY;
}
