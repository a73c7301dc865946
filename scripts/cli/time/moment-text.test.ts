import { describe, expect, it } from '@jest/globals';
import { echoedMoment, fullMoment, shortMoment, spanText } from './moment-text.ts';

const at = (time: string) => Date.parse(time);

describe('fullMoment', () => {
  it.each([
    ['2026-11-24T09:00:00Z', 'Asia/Tokyo', '2026-11-24 18:00 (Asia/Tokyo, UTC+09:00)'],
    ['2026-11-24T09:00:00Z', 'UTC', '2026-11-24 09:00 (UTC)'],
    ['2026-11-24T02:00:07Z', 'America/New_York', '2026-11-23 21:00:07 (America/New_York, UTC-05:00)'],
    ['2026-11-24T02:00:00Z', 'America/St_Johns', '2026-11-23 22:30 (America/St_Johns, UTC-03:30)'],
    ['2026-11-24T02:00:00Z', 'Europe/London', '2026-11-24 02:00 (Europe/London, UTC+00:00)'],
  ])('tells %s in %s as %s', (time, zone, expected) => {
    expect(fullMoment(at(time), zone)).toBe(expected);
  });
});

describe('shortMoment', () => {
  it.each([
    ['2026-11-24T18:00:00+09:00', '18:00 today'],
    ['2026-11-25T00:00:00+09:00', '00:00 tomorrow'],
    ['2026-11-23T23:59:00+09:00', '23:59 yesterday'],
    ['2026-11-26T00:00:00+09:00', '2026-11-26 00:00'],
    ['2025-11-24T18:00:00+09:00', '2025-11-24 18:00'],
  ])('tells %s on 2026-11-24 in Tokyo as %s', (time, expected) => {
    expect(shortMoment(at(time), { nowMs: at('2026-11-24T10:00:00+09:00'), zone: 'Asia/Tokyo' })).toBe(expected);
  });

  it('tells apart the two hours of one name in which the clocks are turned back', () => {
    const clock = { nowMs: at('2026-10-25T00:00:00+02:00'), zone: 'Europe/Berlin' };
    expect(shortMoment(at('2026-10-25T02:30:00+02:00'), clock)).toBe('02:30 +02:00 today');
    expect(shortMoment(at('2026-10-25T02:30:00+01:00'), clock)).toBe('02:30 +01:00 today');
    expect(shortMoment(at('2026-10-26T00:00:00+01:00'), clock)).toBe('00:00 tomorrow');
  });
});

describe('echoedMoment', () => {
  it('says how far away it is', () => {
    const clock = { nowMs: at('2026-11-24T09:01:00+09:00'), zone: 'Asia/Tokyo' };
    expect(echoedMoment(at('2026-11-24T18:00:00+09:00'), clock)).toBe(
      '2026-11-24 18:00 (Asia/Tokyo, UTC+09:00), in 8 h 59 min',
    );
    expect(echoedMoment(at('2026-11-24T09:00:00+09:00'), clock)).toBe(
      '2026-11-24 09:00 (Asia/Tokyo, UTC+09:00), 1 min ago',
    );
  });
});

describe('spanText', () => {
  it.each([
    [59, 'less than a minute'],
    [60, '1 min'],
    [45 * 60 + 59, '45 min'],
    [3600, '1 h'],
    [25 * 3600, '25 h'],
    [8 * 3600 + 59 * 60, '8 h 59 min'],
    [48 * 3600, '2 days'],
    [76 * 3600 + 60, '3 days 4 h'],
  ])('tells %i seconds as %s', (seconds, expected) => {
    expect(spanText(seconds * 1000)).toBe(expected);
  });
});
