/** A token bucket: how many calls may begin, and when. */
import { setMaxListeners } from 'node:events';
import { setTimeout as sleepFor } from 'node:timers/promises';

export interface Pace {
  /** Waits for a turn, first come first served; rejects with the signal's reason as soon as that aborts, and then uses up no turn. */
  take(signal?: AbortSignal): Promise<void>;
}

export interface PaceOptions {
  /** Turns a second, lastingly. */
  readonly perSecond: number;
  /** Turns at once after a rest, and at the start. */
  readonly burst: number;
  /** Milliseconds of a clock that never runs backwards. */
  readonly now?: () => number;
  /** Rejects as soon as the signal aborts: nobody waits any more. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

/** `perSecond` must be more than 0, `burst` at least 1. */
export function createPace({
  perSecond,
  burst,
  now = () => performance.now(),
  sleep = (ms, signal) => sleepFor(ms, undefined, { signal }),
}: PaceOptions): Pace {
  let tokens = burst;
  let filledAtMs = now();
  const waiting = new Set<() => void>();
  let serving = false;
  let nap = new AbortController();

  const fill = () => {
    const atMs = now();
    tokens = Math.min(burst, tokens + ((atMs - filledAtMs) * perSecond) / 1_000);
    filledAtMs = atMs;
  };

  const serve = async () => {
    serving = true;
    for (const begin of waiting) {
      for (fill(); tokens < 1 && waiting.size > 0; fill()) {
        nap = new AbortController();
        await sleep(Math.ceil(((1 - tokens) * 1_000) / perSecond), nap.signal).catch(() => {});
      }
      // Whoever waited may have given up meanwhile.
      if (!waiting.delete(begin)) continue;
      tokens -= 1;
      begin();
    }
    serving = false;
  };

  return {
    take: (signal) =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted();
        // Hundreds may wait under the signal of one pass, and Node would take more than ten listeners for a leak.
        if (signal !== undefined) setMaxListeners(0, signal);
        const begin = () => {
          signal?.removeEventListener('abort', giveUp);
          resolve();
        };
        const giveUp = () => {
          waiting.delete(begin);
          if (waiting.size === 0) nap.abort();
          reject(signal?.reason);
        };
        signal?.addEventListener('abort', giveUp, { once: true });
        waiting.add(begin);
        if (!serving) void serve();
      }),
  };
}
