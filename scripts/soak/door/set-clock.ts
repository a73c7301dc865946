/** A wall clock that is set by hand. */

export interface SetClock {
  nowMs: number;
}

/** From now on `Date.now` is what the clock says. Before the handler is loaded: it keeps the function that it finds. */
export function setClock(startMs: number): SetClock {
  const clock = { nowMs: startMs };
  Date.now = () => clock.nowMs;
  return clock;
}
