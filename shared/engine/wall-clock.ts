/**
 * The local wall clock: times of day, calendar days. A wall time is kept as the milliseconds that a clock in UTC would
 * show, so that arithmetic on it knows no daylight saving.
 */
import { PolicyValueError, shown } from './errors.ts';
import { isCalendarDay, utcMs } from './instant.ts';

const TIME_OF_DAY = /^([01]\d|2[0-3]):([0-5]\d)$/;
const CALENDAR_DATE = /^(\d{4})-(\d{2})-(\d{2})$/;

/** Minutes since midnight of `HH:MM`, 00:00 to 23:59. Throws `invalid-time-of-day`. */
export function parseTimeOfDay(text: string): number {
  const parts = TIME_OF_DAY.exec(text);
  if (parts === null) {
    const hint = text === '24:00' ? ' (midnight at the end of a day is 00:00)' : '';
    throw new PolicyValueError(
      'invalid-time-of-day',
      `${shown(text)} is no time of day${hint}; accepted: HH:MM from 00:00 to 23:59`,
    );
  }
  return Number(parts[1]) * 60 + Number(parts[2]);
}

/** The wall time at which the day `2026-12-29` begins. Throws `invalid-date`. */
export function parseCalendarDate(text: string): number {
  const [, year, month, day] = (CALENDAR_DATE.exec(text) ?? []).map(Number);
  if (year === undefined || month === undefined || day === undefined || !isCalendarDay(year, month, day)) {
    throw new PolicyValueError('invalid-date', `${shown(text)} is no calendar day; accepted: a day such as 2026-12-29`);
  }
  return utcMs(year, month, day);
}
