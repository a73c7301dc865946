import { describe, expect, it } from '@jest/globals';
import { parseGraceMs } from '../../../shared/engine/index.ts';
import { plusDuration, readDuration, readGrace } from './duration.ts';
import { storedMoment } from './read-moment.ts';

function later(start: string, text: string, zone: string): string {
  return storedMoment(plusDuration(Date.parse(start), readDuration(text, '--for'), zone), zone);
}

describe('readDuration', () => {
  it.each([
    ['2h', 0, 120],
    ['90m', 0, 90],
    ['90min', 0, 90],
    ['1h30m', 0, 90],
    ['1h 30m', 0, 90],
    ['3d', 3, 0],
    ['2w', 14, 0],
    ['1w2d3h4m', 9, 184],
    ['PT4H', 0, 240],
    ['P1D', 1, 0],
    ['P1DT12H', 1, 720],
    ['P2W', 14, 0],
    ['PT90M', 0, 90],
  ])('takes %s for %i days and %i minutes', (text, days, minutes) => {
    expect(readDuration(text, '--for')).toEqual({ days, minutes });
  });

  it.each([
    ['', 'is no duration'],
    ['2', 'is no duration'],
    ['h', 'is no duration'],
    ['1.5h', 'is no duration'],
    ['-2h', 'is no duration'],
    ['30s', 'is no duration'],
    ['1M', 'is no duration'],
    ['P1M', 'is no duration'],
    ['PT', 'is no duration'],
    ['30m1h', 'is no duration'],
    ['0h', 'is no time at all'],
    ['P0D', 'is no time at all'],
  ])('refuses %j', (text, reason) => {
    expect(() => readDuration(text, '--for')).toThrow(
      `--for: ${JSON.stringify(text)} ${reason}; accepted: such as 2h, 90m, 1h30m, 3d, 2w, or ISO 8601 (PT4H, P1D)`,
    );
  });
});

describe('plusDuration', () => {
  it.each([
    ['2026-11-24T10:00:00+09:00', '2h', 'Asia/Tokyo', '2026-11-24T12:00:00+09:00'],
    // The day on which the clocks are turned back has 25 hours, the one on which they are turned forward 23.
    ['2026-10-24T12:00:00+02:00', '1d', 'Europe/Berlin', '2026-10-25T12:00:00+01:00'],
    ['2026-10-24T12:00:00+02:00', '24h', 'Europe/Berlin', '2026-10-25T11:00:00+01:00'],
    ['2026-03-07T12:00:00-05:00', 'P1D', 'America/New_York', '2026-03-08T12:00:00-04:00'],
    ['2026-03-07T12:00:00-05:00', 'PT24H', 'America/New_York', '2026-03-08T13:00:00-04:00'],
    ['2026-03-28T02:30:00+01:00', '1d', 'Europe/Berlin', '2026-03-29T03:30:00+02:00'],
    ['2026-10-25T02:30:00+02:00', '1h', 'Europe/Berlin', '2026-10-25T02:30:00+01:00'],
    ['2026-10-25T01:00:00+02:00', '1d1h', 'Europe/Berlin', '2026-10-26T02:00:00+01:00'],
  ])('from %s, %s later in %s, is %s', (start, text, zone, expected) => {
    expect(later(start, text, zone)).toBe(expected);
  });
});

describe('readGrace', () => {
  it.each([
    ['10m', 'PT10M'],
    ['90m', 'PT1H30M'],
    ['2h', 'PT2H'],
    ['1d', 'PT24H'],
    ['PT5M', 'PT5M'],
  ])('writes %s as a rule does: %s', (text, grace) => {
    expect(readGrace(text, '--grace')).toBe(grace);
    expect(parseGraceMs(grace)).toBeGreaterThan(0);
  });

  it.each(['25h', '1441m', '2d'])('refuses %s, which no connection lasts', (text) => {
    expect(() => readGrace(text, '--grace')).toThrow(
      `--grace: "${text}" is over 24 hours, after which a connection ends anyway; accepted: such as 10m, 1h`,
    );
  });
});
