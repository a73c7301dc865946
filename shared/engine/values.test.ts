/** The small value parsers: durations, moments, times of day, days, versions, zones, schedules, messages. */
import { describe, expect, it } from '@jest/globals';
import { parseCron } from './cron.ts';
import { parseDurationMs } from './duration.ts';
import { PolicyValueError } from './errors.ts';
import { parseInstant } from './instant.ts';
import { fillMessage, parseMessage } from './message.ts';
import { parseVersion, parseVersionRange, versionInRanges } from './version.ts';
import { parseCalendarDate, parseTimeOfDay } from './wall-clock.ts';
import { parseZone } from './zone.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function refuses(parse: () => unknown, reason: string): void {
  expect(parse).toThrow(PolicyValueError);
  expect(parse).toThrow(reason);
}

describe('durations', () => {
  it.each([
    ['PT4H', 4 * HOUR],
    ['PT90M', 90 * MINUTE],
    ['P1DT12H', 36 * HOUR],
    ['P1W', 7 * 24 * HOUR],
    ['P31D', 31 * 24 * HOUR],
    ['PT1S', 1000],
  ])('reads %s', (text, durationMs) => {
    expect(parseDurationMs(text)).toBe(durationMs);
  });
  it.each([
    ['', 'no duration'],
    ['P', 'no duration'],
    ['PT', 'no duration'],
    ['P1DT', 'no duration'],
    ['4h', 'no duration'],
    ['P1M', 'no duration'],
    ['P1Y', 'no duration'],
    ['PT1.5H', 'no duration'],
    ['-PT1H', 'no duration'],
    ['PT0S', 'no time at all'],
    ['P0D', 'no time at all'],
    ['P32D', 'over 31 days'],
    ['P31DT1S', 'over 31 days'],
  ])('refuses %j: %s', (text, reason) => refuses(() => parseDurationMs(text), reason));
});

describe('moments', () => {
  it.each([
    ['2026-12-31T00:00:00+09:00', '2026-12-30T15:00:00.000Z', 540],
    ['2026-12-31T00:00Z', '2026-12-31T00:00:00.000Z', 0],
    ['2026-12-31T00:00:00.5-03:30', '2026-12-31T03:30:00.500Z', -210],
    ['2028-02-29T23:59:59z', '2028-02-29T23:59:59.000Z', 0],
  ])('reads %s', (text, iso, offsetMinutes) => {
    expect(parseInstant(text)).toEqual({ ms: Date.parse(iso), offsetMinutes });
  });
  it.each([
    ['2026-12-31T00:00:00', 'no offset'],
    ['2026-12-31', 'no time'],
    ['tomorrow', 'no time'],
    ['2026-02-29T00:00:00Z', 'day that does not exist'],
    ['2026-13-01T00:00:00Z', 'day that does not exist'],
    ['2026-12-31T24:00:00Z', 'hour that does not exist'],
    ['2026-12-31T00:00:60Z', 'hour that does not exist'],
    ['2026-12-31T00:00:00+24:00', 'offset that does not exist'],
    ['2026-12-31 00:00:00Z', 'no time'],
    ['1767139200', 'no time'],
    ['2026-12-31T00:00:00+0900', 'no time'],
  ])('refuses %s: %s', (text, reason) => refuses(() => parseInstant(text), reason));
});

describe('times of day and days', () => {
  it.each([
    ['00:00', 0],
    ['07:30', 450],
    ['23:59', 1439],
  ])('reads %s', (text, minutes) => {
    expect(parseTimeOfDay(text)).toBe(minutes);
  });
  it.each(['24:00', '7:00', '07:60', '0700', '07:00:00', '7am', ''])('refuses %j', (text) =>
    refuses(() => parseTimeOfDay(text), 'HH:MM'),
  );
  it('says how midnight is written', () => refuses(() => parseTimeOfDay('24:00'), '00:00'));
  it('reads a day', () => expect(parseCalendarDate('2026-12-29')).toBe(Date.UTC(2026, 11, 29)));
  it.each(['2026-02-30', '2026-1-1', '29.12.2026', ''])('refuses the day %j', (text) =>
    refuses(() => parseCalendarDate(text), 'calendar day'),
  );
});

describe('versions', () => {
  it.each([
    ['2.6.0', '<2.6.0', false],
    ['2.5.9', '<2.6.0', true],
    ['2.6', '=2.6.0', true],
    ['2.6.0.0', '2.6', true],
    ['2.10.0', '>2.9.9', true],
    ['2.6.12', '>=2.5 <2.6', false],
    ['2.5.4', '>=2.5 <2.6', true],
    ['3', '<=3.0.0.0', true],
    ['3.0.0.1', '<=3', false],
    ['3.0.0.1', '>3', true],
    ['3', '>=3.0.0.1', false],
  ])('%s is in %s: %s', (version, range, expected) => {
    const parsed = parseVersion(version);
    expect(parsed && versionInRanges(parsed, [parseVersionRange(range)])).toBe(expected);
  });
  it.each(['', '2.', '.2', 'v2.6', '2.6.0-beta1', '2.6_rc1', '1.2.3.4.5', '1234567890', '2.6 ', '٢.٦'])(
    'reads no version into %j',
    (text) => {
      expect(parseVersion(text)).toBeUndefined();
    },
  );
  it.each(['', '<', '<>2', '=>2.6', '^2.6', '2.6 || 2.7', '< 2.6', '2.x'])('refuses the comparison %j', (text) =>
    refuses(() => parseVersionRange(text), 'comparisons of one to four numbers'),
  );
});

describe('time zones', () => {
  it.each(['Asia/Tokyo', 'America/Argentina/Buenos_Aires', 'UTC', 'Etc/GMT+9'])('takes %s', (name) => {
    expect(parseZone(name).name).toBe(name);
  });
  it.each(['', 'local', 'system', 'JST', 'Tokyo', 'Asia/Tokio', '+09:00', 'UTC+9', 'Europe/Berlin '])(
    'refuses %j',
    (name) => refuses(() => parseZone(name), 'IANA'),
  );

  it.each([
    // [zone, wall clock, the first moment at which it shows that]
    ['Asia/Tokyo', '2026-11-24T10:00', '2026-11-24T01:00Z'],
    ['Europe/Berlin', '2026-03-29T02:30', '2026-03-29T01:00Z'], // skipped: the end of the gap
    ['Europe/Berlin', '2026-10-25T02:30', '2026-10-25T00:30Z'], // twice: the first
    ['America/New_York', '2026-03-08T02:00', '2026-03-08T07:00Z'],
    ['America/New_York', '2026-11-01T01:59', '2026-11-01T05:59Z'],
    ['Australia/Lord_Howe', '2026-10-04T02:15', '2026-10-03T15:30Z'], // a gap of half an hour
    ['Pacific/Apia', '2011-12-30T12:00', '2011-12-30T10:00Z'], // a day that never was
    ['Asia/Kathmandu', '2026-01-01T00:00', '2025-12-31T18:15Z'],
  ])('in %s the clock first shows %s at %s', (zone, wall, moment) => {
    expect(new Date(parseZone(zone).firstMoment(Date.parse(`${wall}Z`))).toISOString()).toBe(
      new Date(moment).toISOString(),
    );
  });

  it('knows the stretch of one offset around a moment', () => {
    const zone = parseZone('Europe/Berlin');
    const DAY = 24 * HOUR;
    const span = zone.span(Date.parse('2026-03-28T12:00Z'), 8 * DAY);
    expect(span.untilMs).toBe(Date.parse('2026-03-29T01:00Z'));
    expect(span.offsetMs).toBe(HOUR);
    expect(span.fromMs).toBeLessThanOrEqual(Date.parse('2026-03-20T12:00Z'));
    const after = zone.span(Date.parse('2026-03-29T01:00Z'), 8 * DAY);
    expect(after).toMatchObject({ fromMs: Date.parse('2026-03-29T01:00Z'), offsetMs: 2 * HOUR });
  });
});

describe('what is too long', () => {
  it('a schedule', () => refuses(() => parseCron(`${'1,'.repeat(200)}1 * * * *`), 'over 256'));
  it('a comparison of versions', () => refuses(() => parseVersionRange('<2 '.repeat(100)), 'at most 256'));
});

describe('cron schedules', () => {
  it.each([
    ['0 2 * * TUE#2', '2026-11-24T00:00Z', '2026-12-08T02:00Z'],
    ['*/15 9-17 * * MON-FRI', '2026-11-27T17:45Z', '2026-11-30T09:00Z'],
    ['0 0 L * *', '2026-11-24T00:00Z', '2026-11-30T00:00Z'],
    ['0 0 29 2 *', '2026-11-24T00:00Z', '2028-02-29T00:00Z'],
  ])('%s starts after %s at %s', (cron, after, start) => {
    const schedule = parseCron(cron);
    expect(schedule.next(Date.parse(after))).toBe(Date.parse(start));
    expect(schedule.latest(Date.parse(start))).toBe(Date.parse(start));
    expect(schedule.latest(Date.parse(start) - 1)).toBeLessThan(Date.parse(start));
  });
  it.each([
    ['* * * * * *', '6 fields'],
    ['0 2 * *', '4 fields'],
    ['@daily', '1 fields'],
    ['0 2  * * *', '6 fields'],
    ['0 2 1 * MON', 'TUE#2'],
    ['0 2 */2 * MON', 'TUE#2'],
    ['0 0 31 2 *', 'never fires'],
    ['0 0 30 FEB *', 'never fires'],
    ['60 * * * *', 'not valid'],
    ['0 0 * * MON#6', 'not valid'],
    ['0 0 ? * *', 'not of cron'],
    ['0 0 * * +1', 'not of cron'],
    ['', '1 fields'],
  ])('refuses %j: %s', (cron, reason) => refuses(() => parseCron(cron), reason));
});

describe('messages', () => {
  const fill = (text: string, values: Record<string, string | undefined> = {}) =>
    fillMessage(parseMessage(text), (name) => values[name]);

  it('fills in placeholders once', () => {
    expect(fill('{username}, quote {connectionId}', { username: '{rule}', connectionId: 'c-1' })).toBe(
      '{rule}, quote c-1',
    );
  });
  it('shows an absent value as a dash', () => expect(fill('{username}.')).toBe('-.'));
  it.each(['a { b', 'a } b', '}{'])('leaves lone braces alone: %s', (text) => expect(fill(text)).toBe(text));
  it('drops control and bidirectional characters from values', () => {
    expect(fill('{username}', { username: 'a\u202eb\u0000\r\nc\u2028d\ud800' })).toBe('abcd');
  });
  it('cuts values at 64 and messages at 255 UTF-16 units without splitting a character', () => {
    expect(fill('{username}', { username: `${'x'.repeat(63)}🙂` })).toBe('x'.repeat(63));
    expect(fill(`${'x'.repeat(254)}🙂`)).toBe('x'.repeat(254));
    expect(fill('x'.repeat(300))).toHaveLength(255);
  });
  it.each(['{user}', '{ username }', '{}', 'a {until} {Until}'])('refuses %j', (text) =>
    refuses(() => parseMessage(text), 'no placeholder'),
  );
});
