/** Moments and stretches of time as people read them, on the caller's clock. */
import type { CallerClock } from './caller-zone.ts';
import { findWallTime, offsetMsAt, offsetText, wallMsAt } from './wall-time.ts';

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;
const DAY_MS = DAY_MINUTES * MINUTE_MS;

/** In full: `2026-11-24 18:00 (Asia/Tokyo, UTC+09:00)`, `2026-11-24 09:00 (UTC)`. */
export function fullMoment(ms: number, zone: string): string {
  return `${dayText(ms, zone)} ${timeText(ms, zone)} (${zoneText(ms, zone)})`;
}

/** Where brackets would be too many: `2026-11-24 18:00 +09:00`. */
export function momentWithOffset(ms: number, zone: string): string {
  return `${dayText(ms, zone)} ${timeText(ms, zone)} ${offsetText(offsetMsAt(ms, zone))}`;
}

/** In short, for lists that name the zone once: `18:00 today`, `09:00 tomorrow`, else `2026-11-29 22:00`. */
export function shortMoment(ms: number, { nowMs, zone }: CallerClock): string {
  const wallMs = wallMsAt(ms, zone);
  // On the night on which the clocks are turned back, a time alone could be either.
  const offset = findWallTime(wallMs, zone).found === 'twice' ? ` ${offsetText(offsetMsAt(ms, zone))}` : '';
  const time = `${timeText(ms, zone)}${offset}`;
  switch (dayOf(wallMs) - dayOf(wallMsAt(nowMs, zone))) {
    case -1:
      return `${time} yesterday`;
    case 0:
      return `${time} today`;
    case 1:
      return `${time} tomorrow`;
    default:
      return `${dayText(ms, zone)} ${time}`;
  }
}

/** `2026-11-24 18:00 (Asia/Tokyo, UTC+09:00), in 8 h`: what an end or a start that was typed has been taken for. */
export function echoedMoment(ms: number, { nowMs, zone }: CallerClock): string {
  const distance = ms < nowMs ? `${spanText(nowMs - ms)} ago` : `in ${spanText(ms - nowMs)}`;
  return `${fullMoment(ms, zone)}, ${distance}`;
}

/** Elapsed time, without its seconds: `45 min`, `8 h 59 min`, `25 h`, `3 days 4 h`. */
export function spanText(spanMs: number): string {
  const minutes = Math.floor(spanMs / MINUTE_MS);
  if (minutes < 1) return 'less than a minute';
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return hours % 24 === 0 ? `${hours / 24} days` : `${Math.floor(hours / 24)} days ${hours % 24} h`;
}

/** `Asia/Tokyo, UTC+09:00`: a zone and its offset at that moment. */
export function zoneText(ms: number, zone: string): string {
  return zone === 'UTC' ? zone : `${zone}, UTC${offsetText(offsetMsAt(ms, zone))}`;
}

function dayText(ms: number, zone: string): string {
  return new Date(wallMsAt(ms, zone)).toISOString().slice(0, 10);
}

/** Seconds are shown where there are any. */
function timeText(ms: number, zone: string): string {
  const wall = new Date(wallMsAt(ms, zone)).toISOString();
  return wall.slice(17, 19) === '00' ? wall.slice(11, 16) : wall.slice(11, 19);
}

function dayOf(wallMs: number): number {
  return Math.floor(wallMs / DAY_MS);
}
