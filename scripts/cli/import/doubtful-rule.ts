/** Recurrence rules (RFC 5545) of which ical.js makes days that the rule does not mean: they are refused. */
import ICAL from 'ical.js';

/** Why nobody should trust the days of a rule; undefined where they are right. @param start of the event */
export function whyDoubtful(rule: ICAL.Recur, start: ICAL.Time): string | undefined {
  const { freq, interval } = rule;
  const [months, monthDays] = [numbers(rule, 'BYMONTH'), numbers(rule, 'BYMONTHDAY')];
  const hasWeekdays = rule.getComponent('BYDAY').length > 0;
  if (freq === 'WEEKLY' && months.length > 0 && hasWeekdays) {
    return 'FREQ=WEEKLY with BYMONTH and BYDAY; accepted: FREQ=DAILY with both';
  }
  const countsBack = monthDays.some((day) => day < 0);
  if (freq !== 'YEARLY' && freq !== 'MONTHLY') {
    return countsBack ? `FREQ=${freq} with a BYMONTHDAY below zero; accepted: FREQ=MONTHLY` : undefined;
  }
  if (countsBack && hasWeekdays) return 'a BYMONTHDAY below zero with BYDAY';
  if (countsBack && months.length > 1)
    return 'a BYMONTHDAY below zero with several months; accepted: one event for each';
  if (freq === 'MONTHLY') {
    if (months.length > 0) return 'FREQ=MONTHLY with BYMONTH; accepted: FREQ=YEARLY with BYMONTH';
    const isInEach = monthDays.every((day) => Math.abs(day) <= SHORTEST_MONTH);
    if (isInEach || (interval === 1 && !hasWeekdays)) return undefined;
    return 'FREQ=MONTHLY with INTERVAL or BYDAY and a day that not every month has';
  }
  if (monthDays.length > 0 && months.length === 0) return 'FREQ=YEARLY with BYMONTHDAY; accepted: FREQ=MONTHLY';
  if (rule.getComponent('BYYEARDAY').length > 0 || rule.getComponent('BYWEEKNO').length > 0) return undefined;
  const ownDay = hasWeekdays ? [] : [start.day];
  const isLeapDay = start.month === 2 && start.day === 29 && months.every((month) => month === 2);
  if (isLeapDay && monthDays.every((day) => day === 29)) {
    const isSpelledOut = monthDays.length > 0;
    return rule.count && !isSpelledOut ? 'each 29 February with COUNT; accepted: BYMONTH=2;BYMONTHDAY=29' : undefined;
  }
  for (const month of months.length > 0 ? months : [start.month]) {
    const missing = (monthDays.length > 0 ? monthDays : ownDay).find((day) => Math.abs(day) > daysOf(month));
    if (missing !== undefined) return `day ${missing} of month ${month}, which not every year has`;
  }
  return undefined;
}

const SHORTEST_MONTH = 28;

/** In the shortest year. */
function daysOf(month: number): number {
  return ICAL.Time.daysInMonth(month, 2023);
}

function numbers(rule: ICAL.Recur, part: string): readonly number[] {
  return rule.getComponent(part).map(Number);
}
