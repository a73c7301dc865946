/** When requests of one client meet faults: calm, then a storm of a few kinds, then calm again. */
import { FAULT_KINDS, type Fault, type FaultKind } from '../../../shared/store/testing/fault-proxy.ts';
import type { Random } from '../../fuzz/random.ts';
import { randomFault } from '../random-fault.ts';

export interface Climate {
  /** How long it is calm and how long it storms, in milliseconds: at least, at most. */
  readonly calmMs: readonly [number, number];
  readonly stormMs: readonly [number, number];
  /** How late requests and answers come at most. */
  readonly mostLateMs: number;
}

interface Storm {
  readonly from: number;
  readonly until: number;
  readonly kinds: readonly FaultKind[];
  readonly probability: number;
}

/** @returns the fault of a request that comes at a time (which never runs backwards), in milliseconds */
export function weather(
  random: Random,
  { calmMs, stormMs, mostLateMs }: Climate,
  startsAt: number,
): (at: number) => Fault | undefined {
  const stormAfter = (calmFrom: number): Storm => {
    const from = calmFrom + random.integer(...calmMs);
    const kinds = Array.from({ length: random.integer(1, 3) }, () => random.pick(FAULT_KINDS));
    return { from, until: from + random.integer(...stormMs), kinds, probability: random.pick([0.3, 0.6, 1, 1]) };
  };
  let storm = stormAfter(startsAt);
  return (at) => {
    while (at >= storm.until) storm = stormAfter(storm.until);
    return at >= storm.from && random.chance(storm.probability)
      ? randomFault(random, storm.kinds, mostLateMs)
      : undefined;
  };
}
