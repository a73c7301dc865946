import { describe, expect, it } from '@jest/globals';
import { byDate, cron, MINUTE_MS, type NaiveWindow, readClock, weekly } from './naive-windows.ts';
import { STORED, type ZoneHistory, zoneHistories } from './zone-data.ts';

const ZONE_NAME = 'Europe/Berlin';
const [BERLIN] = zoneHistories({
  ...STORED,
  zones: { [ZONE_NAME]: STORED.zones[ZONE_NAME] ?? { offset: '+00:00', changes: {} } },
}) as [ZoneHistory];
const FORWARD = { fromMs: Date.parse('2026-03-28T12:00Z'), untilMs: Date.parse('2026-03-29T12:00Z') };
const BACK = { fromMs: Date.parse('2026-10-24T12:00Z'), untilMs: Date.parse('2026-10-25T12:00Z') };
const HOUR = { duration: 'PT1H', durationMs: 60 * MINUTE_MS };
const AT_HALF_PAST_TWO = { minute: [30], hour: [2] };

/** The stretches that are inside, to the minute, written by hand in the cases below. */
function stretches(window: NaiveWindow, { fromMs, untilMs }: typeof FORWARD): string[] {
  const edges: string[] = [];
  for (let atMs = fromMs, inside = false; atMs < untilMs; atMs += MINUTE_MS) {
    if (window.contains(readClock(BERLIN, atMs)) === inside) continue;
    inside = !inside;
    edges.push(new Date(atMs).toISOString().slice(5, 16));
  }
  return edges;
}

describe('windows by the naive reading', () => {
  it.each<[string, NaiveWindow, typeof FORWARD, string[]]>([
    [
      'by weekday, on the night that the clocks go forward',
      weekly(BERLIN, ['sat'], { start: '22:00', end: '06:00' }),
      FORWARD,
      ['03-28T21:00', '03-29T04:00'],
    ],
    [
      'by date, twice in the hour that comes twice',
      byDate(BERLIN, ['2026-10-25'], { start: '02:15', end: '02:45' }),
      BACK,
      ['10-25T00:15', '10-25T00:45', '10-25T01:15', '10-25T01:45'],
    ],
    ['by weekday, in the hour that is skipped', weekly(BERLIN, ['sun'], { start: '02:15', end: '02:45' }), FORWARD, []],
    [
      'a whole day',
      byDate(BERLIN, ['2026-03-28'], { start: '00:00', end: '00:00' }),
      FORWARD,
      ['03-28T12:00', '03-28T23:00'],
    ],
    [
      'cron, a start that is skipped',
      cron(BERLIN, AT_HALF_PAST_TWO, HOUR, FORWARD),
      FORWARD,
      ['03-29T01:00', '03-29T02:00'],
    ],
    [
      'cron, a start that comes twice',
      cron(BERLIN, AT_HALF_PAST_TWO, HOUR, BACK),
      BACK,
      ['10-25T00:30', '10-25T01:30'],
    ],
    [
      'cron, the last Sunday of the month',
      cron(BERLIN, { minute: [0], hour: [10], weekday: 'sun', which: 'L' }, HOUR, BACK),
      BACK,
      ['10-25T09:00', '10-25T10:00'],
    ],
  ])('%s', (_, window, span, edges) => {
    expect(stretches(window, span)).toEqual(edges);
  });
});
