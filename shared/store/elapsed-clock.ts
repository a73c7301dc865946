/** Elapsed time from a wall clock that may be set: it never runs backwards, and tells when the wall clock did. */

export interface ElapsedClock {
  /** Reads the wall clock; milliseconds that have gone by since the start, as far as it ran forwards. */
  read(): number;
  /** How often it was seen to step back. */
  readonly steps: number;
}

/**
 * A sandbox that was frozen has no other clock: monotonic ones may stand still meanwhile.
 * @param now milliseconds since 1970
 */
export function elapsedClock(now: () => number): ElapsedClock {
  let last = now();
  let elapsed = 0;
  let steps = 0;
  return {
    read() {
      const at = now();
      if (at < last) steps++;
      else elapsed += at - last;
      last = at;
      return elapsed;
    },
    get steps() {
      return steps;
    },
  };
}
