import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DateTime } from 'luxon';
import { compileWindow } from './compile-window.ts';
import { parseCron } from './cron.ts';
import type { Window } from './document.ts';
import { PolicyValueError } from './errors.ts';
import { Path } from './reading.ts';
import { compileSet } from './sets.ts';
import type { CompiledWindow } from './window.ts';
import { parseZone } from './zone.ts';

const holidays = compileSet(
  { kind: 'date', entries: ['2026-12-29', { value: '2026-12-31', expiresAt: '2026-12-31T12:00:00Z' }] },
  Path.root,
);

function compiled(window: Window): CompiledWindow {
  return compileWindow(window, Path.root, { zone: parseZone, schedule: parseCron, set: () => holidays });
}

/** The stretches of [from, until) that are inside, to the minute. */
function insideBetween(window: CompiledWindow, from: string, until: string): string[] {
  const stretches: string[] = [];
  let start: string | undefined;
  for (let atMs = Date.parse(from); atMs <= Date.parse(until); atMs += 60_000) {
    const inside = atMs < Date.parse(until) && window.contains(atMs);
    const at = new Date(atMs).toISOString().slice(0, 16);
    if (inside) start ??= at;
    else if (start !== undefined) {
      stretches.push(`${start} ${at}`);
      start = undefined;
    }
  }
  return stretches;
}

const OFFICE_HOURS: Window = {
  days: ['mon', 'tue', 'wed', 'thu', 'fri'],
  start: '07:00',
  end: '22:00',
  timezone: 'Asia/Tokyo',
};

describe('windows', () => {
  it.each<[string, Window, string, string, string[]]>([
    [
      'an absolute window is half-open',
      { from: '2026-11-24T10:00:00+09:00', until: '2026-11-24T12:00:00+09:00' },
      '2026-11-24T00:00Z',
      '2026-11-24T06:00Z',
      ['2026-11-24T01:00 2026-11-24T03:00'],
    ],
    [
      'an absolute window may have no start',
      { until: '2026-11-24T01:00Z' },
      '2026-11-24T00:00Z',
      '2026-11-24T06:00Z',
      ['2026-11-24T00:00 2026-11-24T01:00'],
    ],
    [
      'an absolute window may have no end',
      { from: '2026-11-24T01:00Z' },
      '2026-11-24T00:00Z',
      '2026-11-24T06:00Z',
      ['2026-11-24T01:00 2026-11-24T06:00'],
    ],
    [
      'office hours skip the weekend',
      OFFICE_HOURS,
      '2026-11-27T00:00Z',
      '2026-11-30T00:00Z',
      ['2026-11-27T00:00 2026-11-27T13:00', '2026-11-29T22:00 2026-11-30T00:00'],
    ],
    [
      'a night belongs to the day it starts on',
      { days: ['fri'], start: '22:00', end: '06:00', timezone: 'UTC' },
      '2026-11-26T00:00Z',
      '2026-11-30T00:00Z',
      ['2026-11-27T22:00 2026-11-28T06:00'],
    ],
    [
      'equal ends are a whole day',
      { days: ['sat'], start: '00:00', end: '00:00', timezone: 'UTC' },
      '2026-11-26T00:00Z',
      '2026-12-01T00:00Z',
      ['2026-11-28T00:00 2026-11-29T00:00'],
    ],
    [
      'on the night that the clocks go back a window lasts as long as the clock shows it',
      { days: ['sat'], start: '22:00', end: '06:00', timezone: 'Europe/Berlin' },
      '2026-10-24T12:00Z',
      '2026-10-25T12:00Z',
      ['2026-10-24T20:00 2026-10-25T05:00'],
    ],
    [
      'on the night that they go forward too',
      { days: ['sat'], start: '22:00', end: '06:00', timezone: 'Europe/Berlin' },
      '2026-03-28T12:00Z',
      '2026-03-29T12:00Z',
      ['2026-03-28T21:00 2026-03-29T04:00'],
    ],
    [
      'an hour that the clock shows twice counts twice',
      { days: ['sun'], start: '02:15', end: '02:45', timezone: 'Europe/Berlin' },
      '2026-10-25T00:00Z',
      '2026-10-25T12:00Z',
      ['2026-10-25T00:15 2026-10-25T00:45', '2026-10-25T01:15 2026-10-25T01:45'],
    ],
    [
      'an hour that it skips does not count',
      { days: ['sun'], start: '02:15', end: '02:45', timezone: 'Europe/Berlin' },
      '2026-03-29T00:00Z',
      '2026-03-29T12:00Z',
      [],
    ],
    [
      'a window by date',
      { dates: ['2026-12-25'], start: '18:00', end: '02:00', timezone: 'America/New_York' },
      '2026-12-24T00:00Z',
      '2026-12-28T00:00Z',
      ['2026-12-25T23:00 2026-12-26T07:00'],
    ],
    [
      'a window by a set of dates ends when the entry expires',
      { dates: ['@holidays'], start: '00:00', end: '00:00', timezone: 'UTC' },
      '2026-12-28T00:00Z',
      '2027-01-02T00:00Z',
      ['2026-12-29T00:00 2026-12-30T00:00', '2026-12-31T00:00 2026-12-31T12:00'],
    ],
    [
      'the second Tuesday',
      { cron: '0 2 * * TUE#2', duration: 'PT4H', timezone: 'Asia/Tokyo' },
      '2026-12-01T00:00Z',
      '2026-12-31T00:00Z',
      ['2026-12-07T17:00 2026-12-07T21:00'],
    ],
    [
      'cron: a start in the gap moves to its end, and lasts its whole duration',
      { cron: '30 2 * * *', duration: 'PT1H', timezone: 'Europe/Berlin' },
      '2026-03-28T12:00Z',
      '2026-03-29T12:00Z',
      ['2026-03-29T01:00 2026-03-29T02:00'],
    ],
    [
      'cron: a start that comes twice counts the first time',
      { cron: '30 2 * * *', duration: 'PT30M', timezone: 'Europe/Berlin' },
      '2026-10-24T12:00Z',
      '2026-10-25T12:00Z',
      ['2026-10-25T00:30 2026-10-25T01:00'],
    ],
    [
      'cron: windows that overlap are one',
      { cron: '0 * * * *', duration: 'PT90M', timezone: 'UTC' },
      '2026-11-24T00:00Z',
      '2026-11-24T06:00Z',
      ['2026-11-24T00:00 2026-11-24T06:00'],
    ],
    [
      'cron: elapsed time, whatever the clocks do',
      { cron: '0 22 * * SAT', duration: 'PT8H', timezone: 'Europe/Berlin' },
      '2026-10-24T12:00Z',
      '2026-10-25T12:00Z',
      ['2026-10-24T20:00 2026-10-25T04:00'],
    ],
    [
      'cron: thirty-one days',
      { cron: '0 0 1 12 *', duration: 'P31D', timezone: 'UTC' },
      '2026-11-30T00:00Z',
      '2027-01-03T00:00Z',
      ['2026-12-01T00:00 2027-01-01T00:00'],
    ],
  ])('%s', (_, window, from, until, expected) => {
    expect(insideBetween(compiled(window), from, until)).toEqual(expected);
  });

  it('agrees with the wall clock itself on weekly windows, around changes of offset, in whatever order it is asked', () => {
    const zone = fc.constantFrom(
      'Europe/Berlin',
      'America/New_York',
      'Australia/Lord_Howe',
      'Asia/Tokyo',
      'Africa/Casablanca',
      'America/Sao_Paulo',
      'Pacific/Apia',
      'UTC',
    );
    const time = fc
      .tuple(fc.nat(23), fc.constantFrom(0, 15, 30, 59))
      .map(([h, m]) => `${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}`);
    const days = fc.uniqueArray(fc.constantFrom('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'), { minLength: 1 });
    // Near the changes of these zones in 2026, and anywhere else.
    const near = fc.constantFrom(
      '2026-03-29T01:00Z',
      '2026-10-25T01:00Z',
      '2026-03-08T07:00Z',
      '2026-11-01T06:00Z',
      '2026-04-04T15:00Z',
      '2026-10-03T15:30Z',
      '2026-02-15T02:00Z',
      '2026-03-22T02:00Z',
    );
    const moment = fc.oneof(
      fc
        .tuple(near, fc.integer({ min: -36 * 60, max: 36 * 60 }))
        .map(([at, minutes]) => Date.parse(at) + minutes * 60_000),
      fc.integer({ min: Date.parse('2024-01-01'), max: Date.parse('2031-01-01') }),
    );
    fc.assert(
      fc.property(
        zone,
        days,
        time,
        time,
        fc.array(moment, { minLength: 5, maxLength: 20 }),
        (timezone, onDays, start, end, moments) => {
          const window = compiled({ days: onDays, start, end, timezone } as Window); // days are weekdays, see above
          for (const atMs of moments) {
            const local = DateTime.fromMillis(atMs, { zone: timezone });
            const clock = local.toFormat('HH:mm');
            const isChosen = (day: DateTime) => (onDays as string[]).includes(day.toFormat('ccc').toLowerCase()); // days are texts
            const today = isChosen(local);
            const yesterday = isChosen(local.minus({ days: 1 }));
            const expected =
              start < end
                ? today && clock >= start && clock < end
                : (today && clock >= start) || (yesterday && clock < end);
            expect([new Date(atMs).toISOString(), window.contains(atMs)]).toEqual([
              new Date(atMs).toISOString(),
              expected,
            ]);
          }
        },
      ),
      { numRuns: 600 },
    );
  });

  it('tells a stretch around a moment in which nothing changes, and which it is inside of', () => {
    const window = compiled(OFFICE_HOURS);
    const atMs = Date.parse('2026-11-27T00:00Z');
    expect(window.span(atMs)).toEqual({
      inside: true,
      fromMs: Date.parse('2026-11-26T22:00Z'),
      untilMs: Date.parse('2026-11-27T13:00Z'),
    });
  });

  it.each<[unknown, string]>([
    [{}, 'neither from nor until'],
    [{ from: '2026-11-24T10:00Z', until: '2026-11-24T10:00Z' }, 'not after its start'],
    [{ days: [], start: '07:00', end: '22:00', timezone: 'UTC' }, 'not empty'],
    [{ days: ['monday'], start: '07:00', end: '22:00', timezone: 'UTC' }, 'mon, tue'],
    [{ days: ['mon'], start: '07:00', timezone: 'UTC' }, 'not understood'],
    [{ days: ['mon'], start: '07:00', end: '22:00' }, 'not understood'],
    [{ days: ['mon'], dates: ['2026-01-01'], start: '07:00', end: '22:00', timezone: 'UTC' }, 'not known here'],
    [{ cron: '0 2 * * *', duration: 'PT4H' }, 'not understood'],
    [{ cron: '0 2 * * *', duration: 'PT4H', timezone: 'UTC', until: '2026-11-24T10:00Z' }, 'not known here'],
    ['tonight', 'an object'],
  ])('refuses %j', (window, reason) => {
    expect(() => compiled(window as Window)).toThrow(PolicyValueError);
    expect(() => compiled(window as Window)).toThrow(reason);
  });
});
