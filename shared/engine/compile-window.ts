/** From a window as written to one that can be asked. */
import type { CronSchedule } from './cron.ts';
import { DAY_MS, parseDurationMs } from './duration.ts';
import { PolicyValueError, shown } from './errors.ts';
import { parseInstant } from './instant.ts';
import { at, type Path, readChoice, readList, readObject, readText } from './reading.ts';
import type { CompiledSet } from './sets.ts';
import { setReference, WEEKDAYS } from './vocabulary.ts';
import { parseCalendarDate, parseTimeOfDay } from './wall-clock.ts';
import { absoluteWindow, CompiledWindow, cronWindow, type DayChoice, wallClockWindow } from './window.ts';
import type { Zone } from './zone.ts';

/** What compiling a window needs of the document around it. */
export interface WindowContext {
  zone(name: string): Zone;
  schedule(cron: string): CronSchedule;
  set(name: string, path: Path): CompiledSet;
}

/** Compiles one window; its keys tell its kind. Throws `PolicyValueError`. */
export function compileWindow(value: unknown, path: Path, context: WindowContext): CompiledWindow {
  const window = readObject(value, path);
  if ('cron' in window) return compileCronWindow(window, path, context);
  if ('days' in window || 'dates' in window) return compileWallClockWindow(window, path, context);
  return compileAbsoluteWindow(window, path);
}

const ABSOLUTE_KEYS = new Set(['from', 'until']);
const CRON_KEYS = new Set(['cron', 'duration', 'timezone']);
const WEEKLY_KEYS = new Set(['days', 'start', 'end', 'timezone']);
const DATE_KEYS = new Set(['dates', 'start', 'end', 'timezone']);

type Fields = Readonly<Record<string, unknown>>;

function compileAbsoluteWindow(window: Fields, path: Path): CompiledWindow {
  const { from, until } = readObject(window, path, ABSOLUTE_KEYS);
  const [start, end] = [from, until].map((time, index) => {
    const ofTime = path.to(index === 0 ? 'from' : 'until');
    return time === undefined ? undefined : at(ofTime, () => parseInstant(readText(time, ofTime)));
  });
  const shownAs = end ?? start;
  if (shownAs === undefined) throw invalid('a window has neither from nor until; accepted: at least one of them', path);
  if (start !== undefined && end !== undefined && start.ms >= end.ms) {
    throw invalid(`the window ends at ${shown(until)}, not after its start; accepted: from before until`, path);
  }
  const fromMs = start?.ms ?? Number.NEGATIVE_INFINITY;
  const untilMs = end?.ms ?? Number.POSITIVE_INFINITY;
  const display = { offsetMinutes: shownAs.offsetMinutes };
  return new CompiledWindow(display, absoluteWindow(fromMs, untilMs), { fromMs, untilMs });
}

function compileWallClockWindow(window: Fields, path: Path, context: WindowContext): CompiledWindow {
  const days = 'days' in window ? compileWeekdays(window, path) : compileDates(window, path, context);
  const [start, end] = (['start', 'end'] as const).map((key) =>
    at(path.to(key), () => parseTimeOfDay(readText(window[key], path.to(key)))),
  ) as [number, number]; // one for each key
  const zone = compileZone(window, path, context);
  return new CompiledWindow({ zone }, wallClockWindow(days, start, end, zone));
}

function compileCronWindow(window: Fields, path: Path, context: WindowContext): CompiledWindow {
  readObject(window, path, CRON_KEYS);
  const schedule = at(path.to('cron'), () => context.schedule(readText(window.cron, path.to('cron'))));
  const durationMs = at(path.to('duration'), () => parseDurationMs(readText(window.duration, path.to('duration'))));
  const zone = compileZone(window, path, context);
  return new CompiledWindow({ zone }, cronWindow(schedule, durationMs, zone));
}

function compileZone(window: Fields, path: Path, context: WindowContext): Zone {
  return at(path.to('timezone'), () => context.zone(readText(window.timezone, path.to('timezone'))));
}

function compileWeekdays(window: Fields, path: Path): DayChoice {
  readObject(window, path, WEEKLY_KEYS);
  const chosen = new Set(
    readList(window.days, path.to('days')).map((day, index) =>
      WEEKDAYS.indexOf(readChoice(day, path.to('days').to(index), WEEKDAYS)),
    ),
  );
  return {
    // 1970-01-01 was a Thursday, the fourth day of the week.
    includes: (dayMs) => chosen.has((((dayMs / DAY_MS + 3) % 7) + 7) % 7),
    expiresAtMs: () => Number.POSITIVE_INFINITY,
  };
}

function compileDates(window: Fields, path: Path, context: WindowContext): DayChoice {
  readObject(window, path, DATE_KEYS);
  const own = new Set<number>();
  const sets: ReadonlyMap<number, number>[] = [];
  for (const [index, value] of readList(window.dates, path.to('dates')).entries()) {
    const ofDate = path.to('dates').to(index);
    const date = readText(value, ofDate);
    const name = setReference(date);
    if (name === undefined) {
      own.add(at(ofDate, () => parseCalendarDate(date)));
      continue;
    }
    const set = context.set(name, ofDate);
    if (set.kind !== 'date') {
      throw new PolicyValueError(
        'wrong-set-kind',
        `the set ${shown(date)} is of kind ${set.kind}; accepted: a set of kind date`,
        ofDate.keys,
      );
    }
    sets.push(set.expiryOfDay);
  }
  const expiresAtMs = (dayMs: number) => {
    if (own.has(dayMs) || sets.length === 0) return Number.POSITIVE_INFINITY;
    // A day in none of the sets never starts to be in one: as good as infinite.
    const expiries = sets.flatMap((days) => days.get(dayMs) ?? []);
    return expiries.length === 0 ? Number.POSITIVE_INFINITY : Math.max(...expiries);
  };
  return {
    includes: (dayMs, atMs) =>
      own.has(dayMs) || sets.some((days) => atMs < (days.get(dayMs) ?? Number.NEGATIVE_INFINITY)),
    expiresAtMs,
  };
}

function invalid(message: string, path: Path): PolicyValueError {
  return new PolicyValueError('invalid-window', message, path.keys);
}
