/** A clock that goes on as soon as somebody waits: waits cost no time, and it tells how long they would have been. */

export interface SteppingClock {
  /** Milliseconds since its start. */
  now(): number;
  sleep(ms: number): Promise<void>;
}

/** Time stands still while `busy` says that something begun is not done. */
export function steppingClock(busy: () => boolean = () => false): SteppingClock {
  let nowMs = 0;
  return {
    now: () => nowMs,
    async sleep(ms) {
      // Whoever can begin does so before time goes on.
      do await new Promise(setImmediate);
      while (busy());
      nowMs += ms;
    },
  };
}
