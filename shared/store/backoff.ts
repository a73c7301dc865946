/** Full-jitter backoff (AWS Architecture Blog, "Exponential Backoff And Jitter"). */
import { setTimeout as sleep } from 'node:timers/promises';
import { StoreUnreachableError } from './errors.ts';

export interface Backoff {
  /** The bound of the first pause, in milliseconds; it doubles each time … */
  readonly firstMs: number;
  /** … up to this one. */
  readonly maxMs: number;
}

/** Milliseconds to wait after so many failed tries (0 after the first one). */
export function backoffMs({ firstMs, maxMs }: Backoff, tries: number, random: () => number): number {
  return random() * Math.min(maxMs, firstMs * 2 ** tries);
}

/** @throws StoreUnreachableError when the signal ends the wait */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, signal ? { signal } : undefined);
  } catch (cause) {
    throw new StoreUnreachableError('Given up while waiting for the store', { cause });
  }
}
