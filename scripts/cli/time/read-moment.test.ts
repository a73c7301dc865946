import { describe, expect, it } from '@jest/globals';
import { readMoment, storedMoment } from './read-moment.ts';

/** Reads the text as if it were typed at `now`; gives the moment as it is stored. */
function stored(text: string, now: string, zone: string): string {
  return storedMoment(readMoment(text, { nowMs: Date.parse(now), zone }, '--until'), zone);
}

describe('readMoment', () => {
  // A Tuesday.
  const now = '2026-11-24T10:00:00+09:00';

  it.each([
    ['18:00', '2026-11-24T18:00:00+09:00'],
    ['09:00', '2026-11-25T09:00:00+09:00'],
    ['10:00', '2026-11-25T10:00:00+09:00'],
    ['00:00', '2026-11-25T00:00:00+09:00'],
    ['today 18:00', '2026-11-24T18:00:00+09:00'],
    ['18:00 today', '2026-11-24T18:00:00+09:00'],
    ['today 09:00', '2026-11-24T09:00:00+09:00'],
    ['tomorrow 09:00', '2026-11-25T09:00:00+09:00'],
    ['  Tomorrow   09:00 ', '2026-11-25T09:00:00+09:00'],
    ['friday 18:00', '2026-11-27T18:00:00+09:00'],
    ['Fri 18:00', '2026-11-27T18:00:00+09:00'],
    ['monday 08:00', '2026-11-30T08:00:00+09:00'],
    ['tuesday 18:00', '2026-11-24T18:00:00+09:00'],
    ['tuesday 09:00', '2026-12-01T09:00:00+09:00'],
    ['2026-11-29', '2026-11-29T00:00:00+09:00'],
    ['2026-11-29 22:00', '2026-11-29T22:00:00+09:00'],
    ['2026-11-29T22:00', '2026-11-29T22:00:00+09:00'],
    ['2026-11-29T22:00:00Z', '2026-11-30T07:00:00+09:00'],
    ['2026-11-29 22:00 +01:00', '2026-11-30T06:00:00+09:00'],
    ['2026-11-29t22:00:30.250z', '2026-11-30T07:00:30.250+09:00'],
    ['now', '2026-11-24T10:00:00+09:00'],
  ])('takes %j in Tokyo, typed on Tuesday at 10:00, for %s', (text, expected) => {
    expect(stored(text, now, 'Asia/Tokyo')).toBe(expected);
  });

  it("goes by the zone's day, not by that of UTC", () => {
    expect(stored('today 18:00', '2026-11-24T23:30:00Z', 'Asia/Tokyo')).toBe('2026-11-25T18:00:00+09:00');
    expect(stored('today 18:00', '2026-11-24T03:30:00Z', 'America/New_York')).toBe('2026-11-23T18:00:00-05:00');
    expect(stored('18:00', '2026-11-24T17:59:59.999Z', 'UTC')).toBe('2026-11-24T18:00:00Z');
  });

  it.each([
    ['friday 18:00', '2026-11-27T17:59:59+09:00', 'Asia/Tokyo', '2026-11-27T18:00:00+09:00'],
    ['friday 18:00', '2026-11-27T18:00:00+09:00', 'Asia/Tokyo', '2026-12-04T18:00:00+09:00'],
    ['tomorrow 09:00', '2026-12-31T23:30:00+09:00', 'Asia/Tokyo', '2027-01-01T09:00:00+09:00'],
    ['2028-02-29', '2026-11-27T18:00:00+09:00', 'Asia/Tokyo', '2028-02-29T00:00:00+09:00'],
    // The clocks are turned forward on 2026-03-29 at 02:00 in Berlin, and back on 2026-10-25 at 03:00.
    ['03:00', '2026-03-28T22:00:00+01:00', 'Europe/Berlin', '2026-03-29T03:00:00+02:00'],
    ['01:59', '2026-03-28T22:00:00+01:00', 'Europe/Berlin', '2026-03-29T01:59:00+01:00'],
    ['02:30', '2026-03-29T03:10:00+02:00', 'Europe/Berlin', '2026-03-30T02:30:00+02:00'],
    ['02:30', '2026-10-25T02:30:00+01:00', 'Europe/Berlin', '2026-10-26T02:30:00+01:00'],
    ['03:00', '2026-10-24T22:00:00+02:00', 'Europe/Berlin', '2026-10-25T03:00:00+01:00'],
    ['2026-10-25T02:30+02:00', '2026-10-24T22:00:00+02:00', 'Europe/Berlin', '2026-10-25T02:30:00+02:00'],
    ['2026-10-25T02:30+01:00', '2026-10-24T22:00:00+02:00', 'Europe/Berlin', '2026-10-25T02:30:00+01:00'],
    // On 2026-03-08 at 02:00 forward in New York, on 2026-11-01 at 02:00 back.
    ['sunday 03:00', '2026-03-07T22:00:00-05:00', 'America/New_York', '2026-03-08T03:00:00-04:00'],
    ['sunday 02:00', '2026-10-31T22:00:00-04:00', 'America/New_York', '2026-11-01T02:00:00-05:00'],
    // Midnight itself is skipped in Cairo on 2026-04-24, and comes twice in Havana on 2026-11-01: as the day begins.
    ['2026-04-24', '2026-04-20T12:00:00+02:00', 'Africa/Cairo', '2026-04-24T01:00:00+03:00'],
    ['2026-11-01', '2026-10-20T12:00:00-04:00', 'America/Havana', '2026-11-01T00:00:00-04:00'],
  ])('takes %j, typed at %s in %s, for %s', (text, typedAt, zone, expected) => {
    expect(stored(text, typedAt, zone)).toBe(expected);
  });

  it.each([
    [
      'tomorrow 02:30',
      '2026-03-28T12:00:00+01:00',
      'Europe/Berlin',
      '2026-03-29T02:30 does not come in Europe/Berlin, where the clocks are turned forward; accepted: 2026-03-29T02:30+02:00 (when they show 01:30) or 2026-03-29T02:30+01:00 (03:30)',
    ],
    [
      '02:30',
      '2026-10-25T02:45:00+02:00',
      'Europe/Berlin',
      '2026-10-25T02:30 comes twice in Europe/Berlin, where the clocks are turned back; accepted: 2026-10-25T02:30+02:00 (the first) or 2026-10-25T02:30+01:00 (the second)',
    ],
    [
      '2026-11-01 01:00',
      '2026-10-25T02:45:00-04:00',
      'America/New_York',
      '2026-11-01T01:00 comes twice in America/New_York, where the clocks are turned back; accepted: 2026-11-01T01:00-04:00 (the first) or 2026-11-01T01:00-05:00 (the second)',
    ],
    ['2027-02-29 10:00', now, 'UTC', '"2027-02-29" is no calendar day; accepted: a day such as 2026-12-29'],
    ['2026-11-31', now, 'UTC', '"2026-11-31" is no calendar day; accepted: a day such as 2026-12-29'],
    [
      '24:00',
      now,
      'UTC',
      '"24:00" is no time of day (midnight at the end of a day is 00:00); accepted: HH:MM from 00:00 to 23:59',
    ],
    ['2026-11-29 9:00', now, 'UTC', '"9:00" is no time of day; accepted: HH:MM from 00:00 to 23:59'],
  ])('refuses %j, typed at %s in %s: %s', (text, typedAt, zone, reason) => {
    expect(() => stored(text, typedAt, zone)).toThrow(`--until: ${reason}`);
  });

  it.each([
    '',
    'friday',
    'today',
    'someday 18:00',
    '18:00 19:00',
    'next friday 18:00',
    '6pm',
    '2h',
    '2026/11/29',
    '٢٠٢٦-11-29',
  ])('refuses %j and says what is accepted', (text) => {
    expect(() => stored(text, now, 'Asia/Tokyo')).toThrow(
      `--until: ${JSON.stringify(text)} is no time; accepted: 18:00 (the next one), "today 18:00", `,
    );
  });
});
