/** The stored changes of offset (zone-data.json, written by write-zone-data.ts from zdump's output), and what they say. */
import stored from './zone-data.json' with { type: 'json' };

export interface StoredData {
  /** The release of the tz database. */
  readonly tzdata: string;
  readonly origin: string;
  /** What is stored begins here; it ends where `until` says. */
  readonly from: string;
  readonly until: string;
  readonly zones: Readonly<Record<string, StoredZone>>;
}

export interface StoredZone {
  /** The offset from UTC at the beginning, `+10:30`. */
  readonly offset: string;
  /** By the moment of the change, in UTC: the offset from then on. */
  readonly changes: Readonly<Record<string, string | undefined>>;
  /** Where releases of the tz database begin to disagree, and why. */
  readonly until?: string;
  readonly because?: string;
}

/** A moment at which the clocks are changed. */
export interface Change {
  readonly atMs: number;
  /** Wall clock minus UTC until then. */
  readonly beforeMs: number;
  /** Wall clock minus UTC from then on. */
  readonly afterMs: number;
}

export interface ZoneHistory {
  readonly name: string;
  readonly changes: readonly Change[];
  readonly fromMs: number;
  readonly untilMs: number;
  /** Wall clock minus UTC at a moment between the two. */
  offsetMs(atMs: number): number;
}

export const STORED: StoredData = stored;

/** The zones, by what is stored of them. */
export function zoneHistories({ from, until, zones }: StoredData = STORED): ZoneHistory[] {
  return Object.entries(zones).map(([name, zone]) =>
    zoneHistory(name, zone, { fromMs: Date.parse(from), untilMs: Date.parse(zone.until ?? until) }),
  );
}

interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
}

function zoneHistory(name: string, zone: StoredZone, { fromMs, untilMs }: Span): ZoneHistory {
  const firstMs = offsetOf(zone.offset);
  let beforeMs = firstMs;
  const changes = Object.entries(zone.changes).map(([at, offset = '']): Change => {
    const change = { atMs: Date.parse(at), beforeMs, afterMs: offsetOf(offset) };
    beforeMs = change.afterMs;
    return change;
  });
  return {
    name,
    changes,
    fromMs,
    untilMs,
    offsetMs: (atMs) => {
      if (atMs < fromMs || atMs >= untilMs)
        throw new Error(`${name}: nothing is stored of ${new Date(atMs).toISOString()}`);
      return changes.findLast((change) => change.atMs <= atMs)?.afterMs ?? firstMs;
    },
  };
}

const OFFSET = /^([+-])(\d\d):(\d\d)$/;

/** Milliseconds of `+10:30`. */
export function offsetOf(text: string): number {
  const [, sign, hours, minutes] = OFFSET.exec(text) ?? [];
  if (sign === undefined) throw new Error(`no offset: ${text}`);
  return (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -60_000 : 60_000);
}

/** `+10:30` of milliseconds. */
export function offsetText(offsetMs: number): string {
  const minutes = Math.abs(offsetMs) / 60_000;
  if (!Number.isInteger(minutes)) throw new Error(`an offset of ${offsetMs} ms`);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${offsetMs < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
