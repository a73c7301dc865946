/** What a zone's clock shows at a moment, and at which moments it shows a time: at one, at none, or at two. */
import { IANAZone } from 'luxon';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** A moment at which a zone's clock shows the asked time. */
export interface ShownAt {
  readonly ms: number;
  /** Wall clock minus UTC. */
  readonly offsetMs: number;
}

export type WallTime =
  | { readonly found: 'once'; readonly at: ShownAt }
  /** The clocks are turned back over it. */
  | { readonly found: 'twice'; readonly first: ShownAt; readonly second: ShownAt }
  /** The clocks are turned forward over it: the moments that it would be by the offset before and by the one after. */
  | { readonly found: 'skipped'; readonly before: ShownAt; readonly after: ShownAt };

/** `wallMs`: the milliseconds since 1970 that a clock in UTC would show. */
export function findWallTime(wallMs: number, zone: string): WallTime {
  // A zone that changes twice within two days has never been seen.
  const before = shownAt(wallMs, offsetMsAt(wallMs - DAY_MS, zone));
  const after = shownAt(wallMs, offsetMsAt(wallMs + DAY_MS, zone));
  const found = before.offsetMs === after.offsetMs ? [before] : [before, after];
  const [first, second] = found.filter(({ ms, offsetMs }) => offsetMsAt(ms, zone) === offsetMs);
  if (first === undefined) return { found: 'skipped', before, after };
  return second === undefined ? { found: 'once', at: first } : { found: 'twice', first, second };
}

/** What the zone's clock shows, as the milliseconds since 1970 that a clock in UTC would show. */
export function wallMsAt(ms: number, zone: string): number {
  return ms + offsetMsAt(ms, zone);
}

/** Wall clock minus UTC at that moment. */
export function offsetMsAt(ms: number, zone: string): number {
  return Math.round(IANAZone.create(zone).offset(ms) * MINUTE_MS);
}

/** `+09:00`, as times in a policy carry it. */
export function offsetText(offsetMs: number): string {
  const minutes = Math.abs(Math.round(offsetMs / MINUTE_MS));
  const [hour, minute] = [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0'));
  return `${offsetMs < 0 ? '-' : '+'}${hour}:${minute}`;
}

function shownAt(wallMs: number, offsetMs: number): ShownAt {
  return { ms: wallMs - offsetMs, offsetMs };
}
