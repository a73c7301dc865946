/** A store that falters: every few seconds its answers are late, get lost, or none come, for a second or two. */
import { setTimeout as delay } from 'node:timers/promises';
import type { TcpProxy } from '../../../shared/store/testing/tcp-proxy.ts';
import type { Random } from '../../fuzz/random.ts';

/**
 * `late`: every answer. `cut`: connections break in the middle of a request, or after it was carried out. `refused`: nobody listens.
 * `silent`: requests arrive nowhere and are never answered.
 */
export const FAULT_KINDS = ['late', 'cut', 'refused', 'silent'] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export interface Fault {
  readonly kind: FaultKind;
  /** Milliseconds since 1970. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** From … to, in milliseconds. */
export interface Rhythm {
  /** Between two faults. */
  readonly pauseMs: readonly [number, number];
  /** How long one lasts. */
  readonly lastMs: readonly [number, number];
}

const CUT_EVERY_MS = 50;

/** Until that moment; resolves with what was done. The store is sound again when it does. */
export async function falter(
  proxy: TcpProxy,
  random: Random,
  untilMs: number,
  { pauseMs, lastMs }: Rhythm,
): Promise<readonly Fault[]> {
  const faults: Fault[] = [];
  let kinds: readonly FaultKind[] = [];
  for (;;) {
    await delay(random.integer(...pauseMs));
    const lastsMs = random.integer(...lastMs);
    if (Date.now() + lastsMs >= untilMs) return faults;
    // Each kind once, in random order, before one comes again: also a short run has seen them all.
    if (kinds.length === 0) kinds = [...FAULT_KINDS].sort(() => random.next() - 0.5);
    const [kind = 'late', ...others] = kinds;
    kinds = others;
    const fromMs = Date.now();
    await suffer(proxy, random, kind, fromMs + lastsMs);
    faults.push({ kind, fromMs, toMs: Date.now() });
  }
}

async function suffer(proxy: TcpProxy, random: Random, kind: FaultKind, untilMs: number): Promise<void> {
  switch (kind) {
    case 'late':
      proxy.roundTripMs = random.integer(100, 400);
      await delay(untilMs - Date.now());
      proxy.roundTripMs = 0;
      return;
    case 'cut':
      while (Date.now() < untilMs) {
        // Of any request.
        if (random.chance(0.5)) proxy.loseAnswers('', 1);
        else proxy.loseRequests('', 1);
        await delay(CUT_EVERY_MS);
      }
      return;
    case 'refused':
    case 'silent':
      proxy.mode = kind === 'refused' ? 'refuse' : 'stall';
      await delay(untilMs - Date.now());
      proxy.mode = 'pass';
      return;
  }
}
