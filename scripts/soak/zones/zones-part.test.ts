import { describe, expect, it } from '@jest/globals';
import type { CronWindow, DateWindow, PolicyDocument, WeeklyWindow } from '../../../shared/engine/index.ts';
import { ourEngine, type WindowEngine } from './judge-zone.ts';
import { type ZoneHistory, zoneHistories } from './zone-data.ts';
import { judgeZones } from './zones-part.ts';

const HANDFUL = [
  'Australia/Lord_Howe',
  'America/Havana',
  'America/Nuuk',
  'Europe/Dublin',
  'Africa/Casablanca',
  'Asia/Kathmandu',
];
const ZONES = zoneHistories().filter(({ name }) => HANDFUL.includes(name));
/** In one year the changes of these zones go forward and back. */
const SHORT = { isShort: true, seed: 4 };

describe('the soak of windows', () => {
  it.each([0, 1])('finds the engine right around changes of clocks (%d)', (more) => {
    const { failures, figures } = judgeZones(ZONES, { ...SHORT, seed: SHORT.seed + more });
    expect(failures).toEqual([]);
    expect(figures).toContainEqual({ what: 'changes of clocks, 2024 to 2030', figure: '5' });
    expect(figures).toContainEqual({ what: 'zones whose clocks do not', figure: '1' });
  });

  it.each<[string, WindowEngine]>([
    ['reads clocks in another zone', onWindows((window) => ({ ...window, timezone: 'UTC' }))],
    [
      'lets windows by cron last a second longer',
      onWindows((window) => ('duration' in window ? { ...window, duration: longer(window) } : window)),
    ],
    [
      'ends windows a minute late',
      onWindows((window) => ('end' in window ? { ...window, end: minuteLater(window.end) } : window)),
    ],
    ['is a millisecond late', (document) => later(ourEngine(document), 1)],
    ['is a millisecond early', (document) => later(ourEngine(document), -1)],
    ['keeps the offset of an hour ago', (document) => later(ourEngine(document), -3_600_000)],
  ])('finds an engine wrong that %s', (_, engine) => {
    const { failures } = judgeZones(ZONES.slice(0, 2), { ...SHORT, engine });
    expect(failures[0]).toMatch(
      /^\{.*\} at \S+Z \(\d{4}-\d\d-\d\d \d\d:\d\d [+-]\d\d:\d\d\): (inside|outside), the engine says/,
    );
  });

  it('finds changes wrong that are not stored as they are', () => {
    const shifted = ZONES.slice(0, 1).map(
      (zone): ZoneHistory => ({
        ...zone,
        offsetMs: (atMs) => zone.offsetMs(Math.max(zone.fromMs, atMs - 60_000)),
      }),
    );
    const { failures } = judgeZones(shifted, SHORT);
    expect(failures[0]).toMatch(/^Australia\/Lord_Howe at .* is stored, Node's tz database/);
    expect(failures[1]).toMatch(/the engine says/);
  });
});

type ZonedWindow = WeeklyWindow | DateWindow | CronWindow;

function onWindows(change: (window: ZonedWindow) => ZonedWindow): WindowEngine {
  return (document: PolicyDocument) =>
    ourEngine({
      ...document,
      rules: document.rules?.map((rule) => {
        if (rule.match === 'everyone') return rule;
        const [block = {}] = [rule.match].flat();
        return { ...rule, match: { windows: block.windows?.map((one) => ('timezone' in one ? change(one) : one)) } };
      }),
    });
}

function longer({ duration }: CronWindow): string {
  if (!duration.includes('T')) return `${duration}T1S`;
  return duration.endsWith('S') ? 'PT31S' : `${duration}1S`;
}

function minuteLater(time: string): string {
  return new Date(Date.parse(`2026-01-01T${time}Z`) + 60_000).toISOString().slice(11, 16);
}

function later(applying: (atMs: number) => readonly string[], byMs: number) {
  return (atMs: number) => applying(atMs + byMs);
}
