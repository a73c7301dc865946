import { describe, expect, it } from '@jest/globals';
import { type EndOptions, readEnd } from './end-options.ts';
import { storedMoment } from './read-moment.ts';

const zone = 'Asia/Tokyo';
const nowMs = Date.parse('2026-11-24T10:00:30.500+09:00');

function end(options: EndOptions, startMs?: number): string | undefined {
  const endMs = readEnd(options, { nowMs, zone }, startMs);
  return endMs === undefined ? undefined : storedMoment(endMs, zone);
}

describe('readEnd', () => {
  it('is none where no option is given', () => {
    expect(end({})).toBeUndefined();
  });

  it('is on the full minute after a duration, never too early', () => {
    expect(end({ for: '2h' })).toBe('2026-11-24T12:01:00+09:00');
    expect(end({ for: '4h' }, Date.parse('2026-11-29T22:00:00+09:00'))).toBe('2026-11-30T02:00:00+09:00');
  });

  it('is the time that was typed', () => {
    expect(end({ until: '18:00' })).toBe('2026-11-24T18:00:00+09:00');
    expect(end({ until: '2026-11-24T18:00:07+09:00' })).toBe('2026-11-24T18:00:07+09:00');
  });

  it('is the next such time after the start, where something starts later', () => {
    const startMs = Date.parse('2026-11-29T22:00:00+09:00');
    expect(end({ until: '02:00' }, startMs)).toBe('2026-11-30T02:00:00+09:00');
    expect(end({ until: 'monday 06:00' }, startMs)).toBe('2026-11-30T06:00:00+09:00');
    expect(end({ until: '2026-11-30' }, startMs)).toBe('2026-11-30T00:00:00+09:00');
    expect(() => end({ until: 'tomorrow 02:00' }, startMs)).toThrow(
      '--until: 2026-11-25 02:00 (Asia/Tokyo, UTC+09:00) is not after the start, 2026-11-29 22:00 (Asia/Tokyo, UTC+09:00)',
    );
  });

  it.each([
    [{ until: 'today 09:00' }, '--until: 2026-11-24 09:00 (Asia/Tokyo, UTC+09:00) is past, 1 h ago'],
    [{ until: 'now' }, '--until: 2026-11-24 10:00:30 (Asia/Tokyo, UTC+09:00) is past, less than a minute ago'],
    [{ until: '2126-11-24' }, '--until: that is over 10 years away'],
    [{ for: '99999d' }, '--for: that is over 10 years away'],
    [{ for: '2' }, '--for: "2" is no duration'],
  ])('refuses %j', (options, message) => {
    expect(() => end(options)).toThrow(message);
  });
});
