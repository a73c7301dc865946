/** Schemas of the four kinds of window. A window's kind shows in its keys. */
import { z } from 'zod';
import { WEEKDAYS } from '../engine/index.ts';
import { cron, datesOrSet, duration, instant, listOf, timeOfDay, timezone } from './value-schema.ts';

export const absoluteWindow = z
  .strictObject({
    from: instant.optional().describe('The window begins here; left out: it always has.'),
    until: instant.optional().describe('The window ends just before; left out: it never does.'),
  })
  .meta({
    id: 'AbsoluteWindow',
    title: 'Absolute window',
    description: 'Between two moments, one of which may be left out.',
    minProperties: 1,
    examples: [{ from: '2026-12-01T22:00:00+09:00', until: '2026-12-02T02:00:00+09:00' }],
  });

const clockTimes = {
  start: timeOfDay,
  end: timeOfDay.describe('Just before this the window ends; at or before the start: on the next day.'),
  timezone,
};

export const weeklyWindow = z
  .strictObject({
    days: listOf(z.enum(WEEKDAYS), 7).describe('Days of the week on which the window begins.'),
    ...clockTimes,
  })
  .meta({
    id: 'WeeklyWindow',
    title: 'Weekly window',
    description: 'On days of the week, from a time to a time on the local wall clock.',
    examples: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], start: '07:00', end: '22:00', timezone: 'Asia/Tokyo' }],
  });

export const dateWindow = z
  .strictObject({
    dates: listOf(datesOrSet).describe('Calendar days on which the window begins, or sets of kind date.'),
    ...clockTimes,
  })
  .meta({
    id: 'DateWindow',
    title: 'Window by date',
    description: 'On calendar days, from a time to a time on the local wall clock.',
    examples: [{ dates: ['2026-12-29', '@jp-holidays'], start: '00:00', end: '00:00', timezone: 'Asia/Tokyo' }],
  });

export const cronWindow = z.strictObject({ cron, duration, timezone }).meta({
  id: 'CronWindow',
  title: 'Cron window',
  description: 'Begins by a cron schedule, lasts a duration of elapsed time.',
  examples: [{ cron: '0 2 * * TUE#2', duration: 'PT4H', timezone: 'Asia/Tokyo' }],
});

/** Each kind with the keys that tell it from the others. */
export const WINDOW_KINDS = [
  { name: 'absolute', schema: absoluteWindow, tell: ['from', 'until'] },
  { name: 'weekly', schema: weeklyWindow, tell: ['days'] },
  { name: 'by date', schema: dateWindow, tell: ['dates'] },
  { name: 'cron', schema: cronWindow, tell: ['cron', 'duration'] },
] as const;

export const window = z.union([absoluteWindow, weeklyWindow, dateWindow, cronWindow]).meta({
  id: 'Window',
  description: 'A stretch of time: absolute (from, until), weekly (days), by date (dates) or by cron.',
});
