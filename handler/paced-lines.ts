/** Error lines that do not flood the log: the first of each cause, then one a minute. */

/** What a line says beside its cause; `undefined` where none is due. */
export type Due = { readonly untoldFailures?: number } | undefined;

/** @param now milliseconds since the epoch */
export function paceLines(now: () => number): (cause: string) => Due {
  const told = new Map<string, { atMs: number; untold: number }>();
  return (cause) => {
    const last = told.get(cause);
    if (last !== undefined && Math.abs(now() - last.atMs) < LINE_EVERY_MS) {
      last.untold++;
      return undefined;
    }
    told.set(cause, { atMs: now(), untold: 0 });
    return last === undefined || last.untold === 0 ? {} : { untoldFailures: last.untold };
  };
}

const LINE_EVERY_MS = 60_000;
