/** Where the machine stood still: a test that shares its processors with others cannot tell that from a slow program. */

export interface Pause {
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly until: number;
}

const TICK_MS = 20;
const LEAST_MS = 150;

/** Watches from now on; `stop` gives what was seen. */
export function watchPauses(): { stop(): readonly Pause[] } {
  const pauses: Pause[] = [];
  let last = Date.now();
  const look = () => {
    const now = Date.now();
    if (now - last > LEAST_MS) pauses.push({ from: last, until: now });
    last = now;
  };
  const ticking = setInterval(look, TICK_MS);
  return {
    stop() {
      look();
      clearInterval(ticking);
      return pauses;
    },
  };
}
