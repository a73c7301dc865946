/** Windows that begin, end, lie and cross midnight in, at and around the hour that a change of the clocks skips or repeats. */
import {
  byDate,
  type CronLength,
  cron,
  DAY_MS,
  dayOf,
  HOUR_MS,
  MINUTE_MS,
  type NaiveWindow,
  type Schedule,
  timeOf,
  weekly,
} from './naive-windows.ts';
import type { Change, ZoneHistory } from './zone-data.ts';

/** Without a change, half an hour is as good as the hour that would be skipped. */
const NO_CHANGE_MS = 30 * MINUTE_MS;

/** The windows for the moments from `reachMs` before the change to `reachMs` after it. */
export function windowsAround(zone: ZoneHistory, change: Change, reachMs: number): NaiveWindow[] {
  const { atMs, beforeMs, afterMs } = change;
  // The wall times that are skipped or come twice: from `low` to `high`.
  const low = atMs + Math.min(beforeMs, afterMs);
  const high = atMs + (beforeMs === afterMs ? beforeMs + NO_CHANGE_MS : Math.max(beforeMs, afterMs));
  const within = (share: number) => low + Math.floor(((high - low) * share) / MINUTE_MS) * MINUTE_MS;
  const middle = within(1 / 2);
  const span = { fromMs: atMs - reachMs, untilMs: atMs + reachMs };

  const clocked: readonly (readonly [startMs: number, endMs: number])[] = [
    [middle, middle + 2 * HOUR_MS],
    [middle - 2 * HOUR_MS, middle],
    [within(1 / 4), within(3 / 4)],
    [low, high],
    [high, low],
    [low - 5 * HOUR_MS, middle],
    [middle, middle - HOUR_MS],
    [middle, middle],
    [low - MINUTE_MS, low + MINUTE_MS],
    [high - MINUTE_MS, high + MINUTE_MS],
    [midnight(low), midnight(low)],
    [midnight(low) - DAY_MS, midnight(low) - DAY_MS],
    [midnight(high) + DAY_MS, midnight(high) + DAY_MS],
    [midnight(low) + 22 * HOUR_MS, middle],
    [midnight(low) - 2 * HOUR_MS, middle],
  ];
  const scheduled: readonly (readonly [Schedule, CronLength])[] = [
    [at(middle), MINUTES_45],
    [at(low), { duration: 'PT20M', durationMs: 20 * MINUTE_MS }],
    [at(high), { duration: 'PT1H30M', durationMs: 90 * MINUTE_MS }],
    [at(low - MINUTE_MS), { duration: 'PT2H', durationMs: 2 * HOUR_MS }],
    [at(high - MINUTE_MS), { duration: 'PT1M', durationMs: MINUTE_MS }],
    [{ minute: [0, 15, 30, 45] }, { duration: 'PT5M', durationMs: 5 * MINUTE_MS }],
    [{ minute: [minuteOf(middle)] }, { duration: 'PT10M', durationMs: 10 * MINUTE_MS }],
    [{ hour: [hourOf(middle)] }, { duration: 'PT30S', durationMs: 30_000 }],
    [
      { minute: [0], hour: [22], weekday: dayOf(low - DAY_MS).weekday },
      { duration: 'PT8H', durationMs: 8 * HOUR_MS },
    ],
    [
      { ...at(middle), weekday: dayOf(middle).weekday, which: whichOf(middle) },
      { duration: 'PT26H', durationMs: 26 * HOUR_MS },
    ],
    [{ ...at(middle), weekday: dayOf(middle).weekday, which: 'L' }, MINUTES_45],
    [
      { ...at(low), dayOfMonth: dayOfMonth(low) },
      { duration: 'P1D', durationMs: DAY_MS },
    ],
    [
      { ...at(low), dayOfMonth: dayOfMonth(low - DAY_MS) },
      { duration: 'P1D', durationMs: DAY_MS },
    ],
    [{ ...at(middle), dayOfMonth: 'L' }, MINUTES_45],
    [
      { ...at(high), dayOfMonth: dayOfMonth(low - 28 * DAY_MS) },
      { duration: 'P4W', durationMs: 28 * DAY_MS },
    ],
  ];
  return [
    ...clocked.flatMap(([startMs, endMs]) => {
      const times = { start: timeOf(startMs), end: timeOf(endMs) };
      return [weekly(zone, [dayOf(startMs).weekday], times), byDate(zone, [dayOf(startMs).date], times)];
    }),
    weekly(zone, ['mon', 'tue', 'wed', 'thu', 'fri'], { start: '07:00', end: '22:00' }),
    weekly(zone, ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], { start: timeOf(middle), end: timeOf(low) }),
    ...scheduled.map(([schedule, length]) => cron(zone, schedule, length, span)),
  ];
}

const MINUTES_45: CronLength = { duration: 'PT45M', durationMs: 45 * MINUTE_MS };

/** Every day at that wall time. */
function at(wallMs: number): Schedule {
  return { minute: [minuteOf(wallMs)], hour: [hourOf(wallMs)] };
}

function minuteOf(wallMs: number): number {
  return new Date(wallMs).getUTCMinutes();
}

function hourOf(wallMs: number): number {
  return new Date(wallMs).getUTCHours();
}

function dayOfMonth(wallMs: number): number {
  return new Date(wallMs).getUTCDate();
}

/** Whether it is the first, second, … such weekday of its month. */
function whichOf(wallMs: number): number {
  return Math.ceil(dayOfMonth(wallMs) / 7);
}

function midnight(wallMs: number): number {
  return Math.floor(wallMs / DAY_MS) * DAY_MS;
}
