/** When a refusal ends: what `{until}` shows. */
import { DAY_MS } from './duration.ts';
import type { CompiledPolicy } from './policy.ts';
import type { TimeDisplay } from './window.ts';

/** How far ahead the end of a refusal is looked for, and how many moments are tried on the way. */
const HORIZON_MS = 400 * DAY_MS;
const MAX_MOMENTS = 1000;

/**
 * The first moment after `nowMs` at which `refusedAt` is false, or undefined where there is none in sight. Between two edges (of windows, of the lifetimes of rules and entries) no decision changes, so only edges are tried.
 */
export function refusalEnd(
  policy: CompiledPolicy,
  nowMs: number,
  refusedAt: (momentMs: number) => boolean,
): number | undefined {
  let momentMs = nowMs;
  for (let tried = 0; tried < MAX_MOMENTS; tried++) {
    momentMs = nextEdge(policy, momentMs);
    if (momentMs - nowMs > HORIZON_MS) return undefined;
    if (!refusedAt(momentMs)) return momentMs;
  }
  return undefined;
}

/** The moment as `2026-12-08 06:00 (Asia/Tokyo)`, rounded up to the second. */
export function showTime(momentMs: number | undefined, display: TimeDisplay): string {
  if (momentMs === undefined) return 'further notice';
  const offsetMs = 'zone' in display ? display.zone.offsetMs(momentMs) : display.offsetMinutes * 60_000;
  const wall = new Date(Math.ceil(momentMs / 1000) * 1000 + offsetMs).toISOString();
  const time = wall.slice(17, 19) === '00' ? wall.slice(11, 16) : wall.slice(11, 19);
  return `${wall.slice(0, 10)} ${time} (${'zone' in display ? display.zone.name : showOffset(display.offsetMinutes)})`;
}

function nextEdge(policy: CompiledPolicy, afterMs: number): number {
  let edgeMs = Number.POSITIVE_INFINITY;
  for (const window of policy.windows) edgeMs = Math.min(edgeMs, window.span(afterMs).untilMs);
  const edges = policy.lifetimeEdgesMs;
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((edges[middle] as number) > afterMs)
      high = middle; // in bounds
    else low = middle + 1;
  }
  return Math.min(edgeMs, edges[low] ?? Number.POSITIVE_INFINITY);
}

function showOffset(minutes: number): string {
  if (minutes === 0) return 'UTC';
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60].map((part) =>
    String(part).padStart(2, '0'),
  );
  return `UTC${minutes < 0 ? '-' : '+'}${hours}:${rest}`;
}
