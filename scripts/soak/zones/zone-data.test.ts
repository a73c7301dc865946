import { describe, expect, it } from '@jest/globals';
import { nodeDifference } from './node-zones.ts';
import { CHOSEN_ZONES } from './zone-choice.ts';
import { offsetOf, offsetText, STORED, type StoredData, zoneHistories } from './zone-data.ts';

const CHANGES_IN_2024_TO_2030 = zoneHistories().map(({ name, changes }) => {
  const judged = changes.filter(({ atMs }) => atMs >= Date.UTC(2024) && atMs < Date.UTC(2031));
  return { name, count: judged.length };
});

describe('the stored changes of clocks', () => {
  it('are those of the chosen zones, forty and more of which change', () => {
    expect(Object.keys(STORED.zones)).toEqual(CHOSEN_ZONES.map(({ name }) => name));
    expect(CHANGES_IN_2024_TO_2030.filter(({ count }) => count > 0).length).toBeGreaterThan(40);
  });

  it('end early only where it is told why', () => {
    const cut = Object.entries(STORED.zones).filter(([, { until }]) => until !== undefined);
    expect(cut.map(([name, { because }]) => [name, because])).toEqual(
      CHOSEN_ZONES.flatMap(({ name, because }) => (because === undefined ? [] : [[name, because]])),
    );
  });

  it.each(zoneHistories().map((zone) => [zone.name, zone] as const))('say what Node says of %s', (_, zone) => {
    expect(nodeDifference(zone)).toBeUndefined();
  });

  it('tell the offset to the millisecond, and nothing beyond their ends', () => {
    const [zone] = zoneHistories(CAIRO);
    if (zone === undefined) throw new Error('no zone');
    const change = Date.parse('2026-04-23T22:00Z');
    expect([change - 1, change].map(zone.offsetMs).map(offsetText)).toEqual(['+02:00', '+03:00']);
    expect(() => zone.offsetMs(Date.parse('2026-12-01T00:00Z'))).toThrow('nothing is stored');
    expect(() => zone.offsetMs(Date.parse('2025-12-31T23:59Z'))).toThrow('nothing is stored');
  });

  it('that differ from what Node says are told with the first moment', () => {
    const [zone] = zoneHistories(CAIRO);
    if (zone === undefined) throw new Error('no zone');
    // The change is a minute late.
    expect(
      nodeDifference({ ...zone, offsetMs: (atMs) => zone.offsetMs(Math.max(zone.fromMs, atMs - 60_000)) }),
    ).toMatch(/^Africa\/Cairo at 2026-04-23T22:00:00\.000Z: \+02:00 is stored, Node's tz database \S+ says \+03:00$/);
  });
});

const CAIRO: StoredData = {
  ...STORED,
  from: '2026-01-01T00:00Z',
  until: '2026-10-01T00:00Z',
  zones: { 'Africa/Cairo': { offset: '+02:00', changes: { '2026-04-23T22:00Z': '+03:00' } } },
};

describe('an offset', () => {
  it.each(['+00:00', '+05:45', '-03:30', '-11:00', '+14:00'])('%s comes back as it was', (text) => {
    expect(offsetText(offsetOf(text))).toBe(text);
  });
});
