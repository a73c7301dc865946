/** Sees whether the policy that refused connections is still the one in force while they are being ended: an operator may have undone it. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Policies, PolicyInForce } from '../judging/policies.ts';

export interface PolicyWatch {
  /** True from the first look that did not find the same revision in force, for whatever reason. */
  readonly isOver: () => boolean;
  stop(): void;
}

const LOOK_EVERY_MS = 2_000;

export function watchPolicy(policies: Policies, { revision }: PolicyInForce, signal: AbortSignal): PolicyWatch {
  const stopped = new AbortController();
  const either = AbortSignal.any([signal, stopped.signal]);
  let over = false;
  const look = async () => {
    while (!over) {
      await delay(LOOK_EVERY_MS, undefined, { signal: either });
      over = !(await policies.isInForce(revision, either));
    }
  };
  look().catch(() => {
    over = true;
  });
  return { isOver: () => over, stop: () => stopped.abort() };
}
