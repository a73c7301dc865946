/** A moment as people type it, on the clock of their zone. */
import {
  PolicyValueError,
  parseCalendarDate,
  parseInstantMs,
  parseTimeOfDay,
  parseZone,
  shown,
} from '../../../shared/engine/index.ts';
import { CommandError } from '../exit-code.ts';
import { onOneLine } from '../terminal/output.ts';
import type { CallerClock } from './caller-zone.ts';
import { findWallTime, offsetMsAt, offsetText, type ShownAt, wallMsAt } from './wall-time.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const WEEKDAY_NAMES = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

const ACCEPTED =
  '18:00 (the next one), "today 18:00", "tomorrow 09:00", "friday 18:00", 2026-11-29 (as the day begins), "2026-11-29 22:00", or with an offset: 2026-11-29T22:00:00+09:00';

/**
 * The moment that the text means, in milliseconds since 1970. A time that the zone's clock skips or shows twice is refused
 * with the offsets to choose from. Throws a CommandError that begins with the name of the option, or says why the zone
 * cannot be told.
 */
export function readMoment(text: string, clock: CallerClock, option: string): number {
  try {
    return momentOf(text.trim().replace(/\s+/g, ' '), clock);
  } catch (error) {
    if (!(error instanceof PolicyValueError)) throw error;
    throw new CommandError(onOneLine(`${option}: ${error.message}`), undefined, { cause: error });
  }
}

/** The moment as a policy keeps it: `2026-11-24T18:00:00+09:00`, with the offset of the zone. */
export function storedMoment(ms: number, zone: string): string {
  const wall = new Date(wallMsAt(ms, zone)).toISOString().replace(/\.000Z$|Z$/, '');
  return `${wall}${zone === 'UTC' ? 'Z' : offsetText(offsetMsAt(ms, zone))}`;
}

function momentOf(text: string, clock: CallerClock): number {
  if (text.toLowerCase() === 'now') return clock.nowMs;
  const withOffset = /^(\d{4}-\d{2}-\d{2})[ Tt](\d{2}:\d{2}\S*?) ?([Zz]|[+-]\d{2}:\d{2})$/.exec(text);
  if (withOffset !== null) return parseInstantMs(`${withOffset[1]}T${withOffset[2]}${withOffset[3]}`);
  if (clock.zoneFault !== undefined) throw new CommandError(clock.zoneFault);
  const date = /^(\d{4}-\d{2}-\d{2})(?:[ Tt](\S+))?$/.exec(text);
  if (date !== null) return onDay(parseCalendarDate(date[1] ?? ''), date[2], clock);
  const { day, time } = dayAndTime(text);
  return day === undefined ? next(time, 1, todayOf(clock), clock) : onNamedDay(day, time, text, clock);
}

/** `friday 18:00` and `18:00 friday`, as it is printed; or a time alone. */
function dayAndTime(text: string): { readonly day: string | undefined; readonly time: string } {
  const words = text.split(' ');
  const times = words.filter((word) => /^\d{1,2}:\d{2}$/.test(word));
  const days = words.filter((word) => !times.includes(word));
  const [time] = times;
  if (time === undefined || times.length > 1 || days.length > 1) throw noMoment(text);
  return { day: days[0]?.toLowerCase(), time };
}

function onNamedDay(day: string, time: string, text: string, clock: CallerClock): number {
  const today = todayOf(clock);
  if (day === 'today') return onDay(today, time, clock);
  if (day === 'tomorrow') return onDay(today + DAY_MS, time, clock);
  const weekday = WEEKDAY_NAMES.findIndex((name) => name === day || name.slice(0, 3) === day);
  if (weekday < 0) throw noMoment(text);
  // 1970-01-01 was a Thursday.
  const daysAhead = (((weekday - 3 - today / DAY_MS) % 7) + 7) % 7;
  return next(time, 7, today + daysAhead * DAY_MS, clock);
}

/** At that time on the first day, or where that is not ahead, so many days later. */
function next(time: string, daysLater: number, firstDay: number, clock: CallerClock): number {
  const wallMs = firstDay + parseTimeOfDay(time) * MINUTE_MS;
  const found = findWallTime(wallMs, clock.zone);
  const lastMs = found.found === 'twice' ? found.second.ms : parseZone(clock.zone).firstMoment(wallMs);
  return onDay(lastMs > clock.nowMs ? firstDay : firstDay + daysLater * DAY_MS, time, clock);
}

/** At that time on that day, or as the day begins. Days are kept as the moment at which they begin on a clock in UTC. */
function onDay(day: number, time: string | undefined, { zone }: CallerClock): number {
  if (time === undefined) return parseZone(zone).firstMoment(day);
  const wallMs = day + parseTimeOfDay(time) * MINUTE_MS;
  const found = findWallTime(wallMs, zone);
  if (found.found === 'once') return found.at.ms;
  const called = new Date(wallMs).toISOString().slice(0, 16);
  const written = ({ offsetMs }: ShownAt) => `${called}${offsetText(offsetMs)}`;
  if (found.found === 'twice') {
    throw new PolicyValueError(
      'invalid-time',
      `${called} comes twice in ${zone}, where the clocks are turned back; accepted: ${written(found.first)} (the first) or ${written(found.second)} (the second)`,
    );
  }
  const { before, after } = found;
  const clockAt = ({ ms }: ShownAt) => new Date(wallMsAt(ms, zone)).toISOString().slice(11, 16);
  throw new PolicyValueError(
    'invalid-time',
    `${called} does not come in ${zone}, where the clocks are turned forward; accepted: ${written(after)} (when they show ${clockAt(after)}) or ${written(before)} (${clockAt(before)})`,
  );
}

/** The day of now in the zone, kept as the moment at which it begins on a clock in UTC. */
function todayOf({ nowMs, zone }: CallerClock): number {
  return Math.floor(wallMsAt(nowMs, zone) / DAY_MS) * DAY_MS;
}

function noMoment(text: string): PolicyValueError {
  return new PolicyValueError('invalid-time', `${shown(text)} is no time; accepted: ${ACCEPTED}`);
}
