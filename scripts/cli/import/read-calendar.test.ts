import { describe, expect, it } from '@jest/globals';
import { type CalendarOptions, readCalendar } from './read-calendar.ts';

const OPTIONS: CalendarOptions = { nowMs: Date.parse('2026-11-24T01:00:00Z'), years: 2 };

function calendar(...events: readonly string[][]): string {
  const lines = events.flatMap((event) => ['BEGIN:VEVENT', ...event, 'END:VEVENT']);
  return ['BEGIN:VCALENDAR', 'VERSION:2.0', ...lines, 'END:VCALENDAR', ''].join('\r\n');
}

function days(text: string, options: Partial<CalendarOptions> = {}): string[] {
  const read = readCalendar(text, { ...OPTIONS, ...options });
  if (!read.ok) throw new Error(JSON.stringify(read.issues));
  return read.entries.map(({ value }) => value);
}

describe('readCalendar', () => {
  it.each<[what: string, event: string[], days: string[]]>([
    ['a day', ['DTSTART;VALUE=DATE:20261229', 'DTEND;VALUE=DATE:20261230'], ['2026-12-29']],
    ['a day without an end', ['DTSTART;VALUE=DATE:20261229'], ['2026-12-29']],
    [
      'days up to the end',
      ['DTSTART;VALUE=DATE:20261231', 'DTEND;VALUE=DATE:20270103'],
      ['2026-12-31', '2027-01-01', '2027-01-02'],
    ],
    ['days by a duration', ['DTSTART;VALUE=DATE:20261231', 'DURATION:P2D'], ['2026-12-31', '2027-01-01']],
    ['days of long ago that do not recur', ['DTSTART;VALUE=DATE:19991231'], ['1999-12-31']],
    [
      'a time on the clock that it names',
      ['DTSTART;TZID=Asia/Tokyo:20261229T013000', 'DTEND;TZID=Asia/Tokyo:20261229T030000'],
      ['2026-12-29'],
    ],
    ['a time on no clock', ['DTSTART:20261229T233000', 'DTEND:20261230T003000'], ['2026-12-29', '2026-12-30']],
    ['a time that ends at midnight', ['DTSTART:20261229T200000', 'DTEND:20261230T000000'], ['2026-12-29']],
    ['a time without an end', ['DTSTART:20261229T200000'], ['2026-12-29']],
    ['nothing of what is cancelled', ['DTSTART;VALUE=DATE:20261229', 'STATUS:CANCELLED'], []],
    [
      'what recurs every year, from this year on',
      ['DTSTART;VALUE=DATE:19700101', 'RRULE:FREQ=YEARLY'],
      ['2026-01-01', '2027-01-01', '2028-01-01'],
    ],
    [
      'what recurs until it ends',
      ['DTSTART;VALUE=DATE:20261005', 'RRULE:FREQ=MONTHLY;BYDAY=1MO;UNTIL=20261231'],
      ['2026-10-05', '2026-11-02', '2026-12-07'],
    ],
    [
      'what recurs, but for its exceptions',
      [
        'DTSTART;VALUE=DATE:20261201',
        'RRULE:FREQ=DAILY;COUNT=5',
        'EXDATE;VALUE=DATE:20261202',
        'EXDATE;VALUE=DATE:20261203,20261204',
      ],
      ['2026-12-01', '2026-12-05'],
    ],
    [
      'listed days, and the start with them',
      ['DTSTART;VALUE=DATE:20261201', 'RDATE;VALUE=DATE:20261210,20261220'],
      ['2026-12-01', '2026-12-10', '2026-12-20'],
    ],
    ['a leap day in leap years alone', ['DTSTART;VALUE=DATE:20240229', 'RRULE:FREQ=YEARLY'], ['2028-02-29']],
    [
      'the last day of February, leap day or not',
      ['DTSTART;VALUE=DATE:20240229', 'RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1'],
      ['2026-02-28', '2027-02-28', '2028-02-29'],
    ],
    [
      'the exception of an event that was not exported with it',
      ['RECURRENCE-ID;VALUE=DATE:20261123', 'DTSTART;VALUE=DATE:20261124'],
      ['2026-11-24'],
    ],
    [
      'stretches that recur',
      ['DTSTART;VALUE=DATE:20261230', 'DTEND;VALUE=DATE:20270102', 'RRULE:FREQ=YEARLY;COUNT=2'],
      ['2026-12-30', '2026-12-31', '2027-01-01', '2027-12-30', '2027-12-31', '2028-01-01'],
    ],
  ])('gives %s', (_, event, expected) => {
    expect(days(calendar(['UID:1', ...event]))).toEqual(expected);
  });

  it('knows what an exception of an event that recurs has become', () => {
    const text = calendar(
      ['UID:other', 'DTSTART;VALUE=DATE:20261101', 'RRULE:FREQ=YEARLY;COUNT=1', 'SUMMARY:Other'],
      ['UID:1', 'DTSTART;VALUE=DATE:20261123', 'RRULE:FREQ=YEARLY;COUNT=3', 'SUMMARY:Labour'],
      ['UID:1', 'RECURRENCE-ID;VALUE=DATE:20271123', 'DTSTART;VALUE=DATE:20271124', 'SUMMARY:Moved'],
      ['UID:1', 'RECURRENCE-ID;VALUE=DATE:20281123', 'DTSTART;VALUE=DATE:20281123', 'STATUS:CANCELLED'],
    );
    expect(readCalendar(text, OPTIONS)).toEqual({
      ok: true,
      kind: 'date',
      entries: [
        { value: '2026-11-01', note: 'Other', line: 3 },
        { value: '2026-11-23', note: 'Labour', line: 9 },
        { value: '2027-11-24', note: 'Moved', line: 9 },
      ],
      remarks: ['of 2 events that recur the days from 2026-01-01 to 2028-11-24 count'],
    });
  });

  it('reads names as they were meant, on one line', () => {
    const text = calendar(['DTSTART;VALUE=DATE:20261103', 'SUMMARY:文化の日\\, Culture\\n D', ' ay']);
    const read = readCalendar(text, OPTIONS);
    expect(read.ok && read.entries).toEqual([{ value: '2026-11-03', note: '文化の日, Culture Day', line: 3 }]);
  });

  describe('a time in UTC', () => {
    const EVENT = ['DTSTART:20261228T150000Z', 'DTEND:20261229T150000Z', 'SUMMARY:Closed'];
    const named = (zone: string) => calendar(EVENT).replace('VERSION:2.0', `X-WR-TIMEZONE:${zone}`);

    it('has its day in the zone that the calendar names, or the caller', () => {
      expect(days(named('Asia/Tokyo'))).toEqual(['2026-12-29']);
      expect(days(named('Asia/Tokyo'), { timezone: 'UTC' })).toEqual(['2026-12-28', '2026-12-29']);
    });

    it.each([calendar(EVENT), named('Tokyo Standard Time')])('wants a zone to be named', (text) => {
      expect(() => days(text)).toThrow(
        'on which day 2026-12-28T15:00:00Z is depends on the time zone, and the calendar names none: say --timezone, such as Asia/Tokyo',
      );
    });
  });

  it('ends and excludes by the zone that the calendar describes', () => {
    const zone =
      'BEGIN:VTIMEZONE\r\nTZID:Tokyo Standard Time\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0900\r\nTZOFFSETTO:+0900\r\nEND:STANDARD\r\nEND:VTIMEZONE';
    const text = calendar([
      'DTSTART;TZID=Tokyo Standard Time:20261201T080000',
      'RRULE:FREQ=DAILY;UNTIL=20261203T230000Z',
      'EXDATE:20261201T230000Z',
    ]).replace('VERSION:2.0', zone);
    expect(days(text)).toEqual(['2026-12-01', '2026-12-03', '2026-12-04']);
  });

  it('reads several calendars of one file', () => {
    const day = (text: string) => calendar([`DTSTART;VALUE=DATE:${text}`]);
    expect(days(`${day('20261229')}${day('20261230')}`)).toEqual(['2026-12-29', '2026-12-30']);
  });

  it.each<[what: string, event: string[], message: string]>([
    [
      'a day that there is not',
      ['DTSTART;VALUE=DATE:20260230'],
      'the event "x": "2026-02-30" is no calendar day; accepted: a day such as 2026-12-29',
    ],
    ['an event without a start', ['DTEND:20260101T000000Z'], 'the event "x": it has no DTSTART'],
    [
      'an event of many years',
      ['DTSTART;VALUE=DATE:20260101', 'DTEND;VALUE=DATE:99990101'],
      'the event "x": it lasts 2912078 days; accepted: at most 366',
    ],
    [
      'a rule without its first part',
      ['DTSTART;VALUE=DATE:20260101', 'RRULE:COUNT=3'],
      'the event "x": it is not as iCalendar has it',
    ],
    ...['DAILY', 'HOURLY', 'MINUTELY', 'SECONDLY'].map((frequency): [string, string[], string] => [
      `what never recurs, looked for ${frequency}`,
      ['DTSTART;VALUE=DATE:20260101', `RRULE:FREQ=${frequency};BYMONTH=2;BYMONTHDAY=30`],
      'the event "x": its rule finds no next day',
    ]),
    [
      'what would recur on a day of the week that its interval never meets',
      ['DTSTART;VALUE=DATE:20260101', 'RRULE:FREQ=DAILY;INTERVAL=7;BYDAY=MO'],
      'the event "x": its rule finds no next day',
    ],
    [
      'what recurs too often',
      ['DTSTART:20260101T000000', 'RRULE:FREQ=SECONDLY'],
      'the event "x": it recurs more than 30000 times until then',
    ],
  ])('refuses %s', (_, event, message) => {
    expect(
      readCalendar(calendar(['SUMMARY:y', 'DTSTART;VALUE=DATE:20260101'], ['SUMMARY:x', ...event]), OPTIONS),
    ).toEqual({
      ok: false,
      issues: [{ line: 7, message }],
    });
  });

  it.each([
    ['', /^not iCalendar: /],
    ['BEGIN:VCALENDAR\nhello', /^not iCalendar: .*hello/],
    [
      'BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20260101\nRRULE:FREQ=X\nEND:VEVENT\nEND:VCALENDAR',
      /frequency/,
    ],
  ])('refuses %j', (text, message) => {
    expect(readCalendar(text, OPTIONS)).toEqual({
      ok: false,
      issues: [expect.objectContaining({ message: expect.stringMatching(message) })],
    });
  });
});
