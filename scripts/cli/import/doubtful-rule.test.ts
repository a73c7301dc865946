/** Rules that recur by days, weeks, months and years, against a walk along the days: whatever is not refused gives the days that the rule names. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readCalendar } from './read-calendar.ts';

const DAY_MS = 86_400_000;
const WEEKDAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'] as const;

interface Rule {
  readonly freq: 'YEARLY' | 'MONTHLY' | 'WEEKLY' | 'DAILY';
  readonly interval: number;
  readonly months: readonly number[];
  readonly monthDays: readonly number[];
  readonly weekday: { readonly nth: number; readonly day: number } | undefined;
}

function read(startMs: number, rule: string) {
  const start = iso(startMs).replaceAll('-', '');
  const event = ['BEGIN:VEVENT', 'SUMMARY:x', `DTSTART;VALUE=DATE:${start}`, `RRULE:${rule}`, 'END:VEVENT'];
  const text = ['BEGIN:VCALENDAR', ...event, 'END:VCALENDAR'].join('\r\n');
  return readCalendar(text, { nowMs: Date.parse('2026-11-24T01:00:00Z'), years: 4 });
}

function written({ freq, interval, months, monthDays, weekday }: Rule): string {
  const nth = weekday === undefined || weekday.nth === 0 ? '' : weekday.nth;
  return [
    `FREQ=${freq}`,
    ...(interval > 1 ? [`INTERVAL=${interval}`] : []),
    ...(months.length > 0 ? [`BYMONTH=${months}`] : []),
    ...(monthDays.length > 0 ? [`BYMONTHDAY=${monthDays}`] : []),
    ...(weekday === undefined ? [] : [`BYDAY=${nth}${WEEKDAYS[weekday.day]}`]),
  ].join(';');
}

/** The start, and each later day that the rule names. */
function walked(startMs: number, rule: Rule): string[] {
  const start = new Date(startMs);
  /** How many of its years, months, weeks (from Monday on) or days have begun since. */
  const passedUntil = (ms: number): number => {
    const years = new Date(ms).getUTCFullYear() - start.getUTCFullYear();
    const days = (ms - startMs) / DAY_MS;
    if (rule.freq === 'YEARLY') return years;
    if (rule.freq === 'MONTHLY') return years * 12 + new Date(ms).getUTCMonth() - start.getUTCMonth();
    return rule.freq === 'WEEKLY' ? Math.floor((days + ((start.getUTCDay() + 6) % 7)) / 7) : days;
  };
  const named = (ms: number): boolean => {
    const date = new Date(ms);
    const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
    const length = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
    if (passedUntil(ms) % rule.interval !== 0) return false;
    if (rule.months.length > 0 && !rule.months.includes(month + 1)) return false;
    if (rule.monthDays.length > 0 && !rule.monthDays.some((n) => n === day || n === day - length - 1)) return false;
    if (rule.weekday !== undefined) {
      const nths = [0, Math.ceil(day / 7), -Math.ceil((length - day + 1) / 7)];
      return rule.weekday.day === date.getUTCDay() && nths.includes(rule.weekday.nth);
    }
    if (rule.monthDays.length > 0) return true;
    if (rule.freq === 'DAILY') return true;
    if (rule.freq === 'WEEKLY') return date.getUTCDay() === start.getUTCDay();
    const isItsMonth = rule.freq === 'MONTHLY' || rule.months.length > 0 || month === start.getUTCMonth();
    return isItsMonth && day === start.getUTCDate();
  };
  const days = [startMs];
  for (let ms = startMs + DAY_MS; ms <= Date.UTC(2030, 10, 24); ms += DAY_MS) if (named(ms)) days.push(ms);
  return days.map(iso);
}

function iso(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

const rules: fc.Arbitrary<Rule> = fc
  .record<Rule>({
    freq: fc.constantFrom('YEARLY', 'MONTHLY', 'WEEKLY', 'DAILY'),
    interval: fc.constantFrom(1, 1, 2),
    months: fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { maxLength: 2 }),
    monthDays: fc.uniqueArray(
      fc.oneof({ weight: 3, arbitrary: fc.integer({ min: 1, max: 31 }) }, fc.integer({ min: -31, max: -1 })),
      { maxLength: 2 },
    ),
    weekday: fc.option(fc.record({ nth: fc.integer({ min: -4, max: 4 }), day: fc.integer({ min: 0, max: 6 }) }), {
      nil: undefined,
    }),
  })
  // The fourth Thursday of a year is another thing, and with days of the month as well it is none that anybody writes.
  .map((rule) => (rule.freq === 'WEEKLY' ? { ...rule, monthDays: [] } : rule))
  .map((rule) => {
    const isOfMonth =
      (rule.freq === 'MONTHLY' || (rule.freq === 'YEARLY' && rule.months.length > 0)) && rule.monthDays.length === 0;
    return isOfMonth || rule.weekday === undefined ? rule : { ...rule, weekday: { ...rule.weekday, nth: 0 } };
  });

describe('a rule that recurs', () => {
  it('gives the days that it names, or is refused', () => {
    const starts = fc.integer({ min: 0, max: 364 }).map((day) => Date.UTC(2026, 0, 1) + day * DAY_MS);
    let understood = 0;
    fc.assert(
      fc.property(starts, rules, (startMs, rule) => {
        const found = read(startMs, written(rule));
        if (!found.ok) {
          expect(found.issues[0]?.message).toMatch(/its rule is not understood|finds no next day/);
          return;
        }
        understood++;
        expect(found.entries.map(({ value }) => value)).toEqual(walked(startMs, rule));
      }),
      { numRuns: 400 },
    );
    expect(understood).toBeGreaterThan(100);
  });

  it.each([
    ['2026-01-31', 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31', 'day 31 of month 2, which not every year has'],
    ['2026-01-31', 'FREQ=YEARLY;BYMONTH=2,3', 'day 31 of month 2, which not every year has'],
    ['2026-01-01', 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-30', 'day -30 of month 2, which not every year has'],
    [
      '2026-09-28',
      'FREQ=WEEKLY;BYMONTH=10;BYDAY=SA,WE',
      'FREQ=WEEKLY with BYMONTH and BYDAY; accepted: FREQ=DAILY with both',
    ],
    ['2026-01-01', 'FREQ=DAILY;BYMONTHDAY=-1', 'FREQ=DAILY with a BYMONTHDAY below zero; accepted: FREQ=MONTHLY'],
    ['2024-02-29', 'FREQ=YEARLY;COUNT=3', 'each 29 February with COUNT; accepted: BYMONTH=2;BYMONTHDAY=29'],
    ['2026-01-31', 'FREQ=YEARLY;BYMONTHDAY=31', 'FREQ=YEARLY with BYMONTHDAY; accepted: FREQ=MONTHLY'],
    [
      '2026-01-30',
      'FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30',
      'FREQ=MONTHLY with BYMONTH; accepted: FREQ=YEARLY with BYMONTH',
    ],
    [
      '2026-01-01',
      'FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=31',
      'FREQ=MONTHLY with INTERVAL or BYDAY and a day that not every month has',
    ],
    ['2026-01-01', 'FREQ=MONTHLY;BYMONTHDAY=-11;BYDAY=TU', 'a BYMONTHDAY below zero with BYDAY'],
    [
      '2026-01-01',
      'FREQ=YEARLY;BYMONTH=4,12;BYMONTHDAY=-12',
      'a BYMONTHDAY below zero with several months; accepted: one event for each',
    ],
  ])('from %s on is refused: %s', (start, rule, why) => {
    expect(read(Date.parse(start), rule)).toEqual({
      ok: false,
      issues: [{ line: 2, message: `the event "x": its rule is not understood: ${why}` }],
    });
  });

  it.each([
    'FREQ=YEARLY',
    'FREQ=YEARLY;BYMONTH=2',
    'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29',
    'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;COUNT=2',
  ])('on each 29 February is understood: %s', (rule) => {
    const found = read(Date.parse('2024-02-29'), rule);
    expect(found.ok && found.entries.map(({ value }) => value)).toEqual(['2028-02-29']);
  });

  it('on an American election day is understood', () => {
    const rule = 'FREQ=YEARLY;INTERVAL=2;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8';
    const found = read(Date.parse('2026-11-03'), rule);
    expect(found.ok && found.entries.map(({ value }) => value)).toEqual(['2026-11-03', '2028-11-07', '2030-11-05']);
  });
});
