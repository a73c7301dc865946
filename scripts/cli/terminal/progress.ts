/** Tells people what is going on where it takes its time. */
import type { Surroundings } from '../surroundings.ts';
import { printable } from './output.ts';

const EVERY_MS = 1_000;
/** On a terminal: takes away what stands in the line. */
export const CLEAR_LINE = '\r\u001b[K';

/**
 * Does the work; on a terminal, and once it takes over a second, stderr shows what is being done (which may change) and for
 * how long.
 */
export async function withProgress<T>(
  { stderr, now, progressAfterMs = 1_000 }: Surroundings,
  doing: string | (() => string),
  work: () => Promise<T>,
): Promise<T> {
  if (stderr.isTTY !== true) return work();
  const startedAt = now();
  let shown = false;
  const show = () => {
    shown = true;
    const told = typeof doing === 'string' ? doing : doing();
    stderr.write(`${CLEAR_LINE}${printable(told)} … ${Math.round((now() - startedAt) / 1_000)} s`);
    timer = setTimeout(show, EVERY_MS);
  };
  let timer = setTimeout(show, progressAfterMs);
  try {
    return await work();
  } finally {
    clearTimeout(timer);
    if (shown) stderr.write(CLEAR_LINE);
  }
}

/** As `withProgress`, for work that lets no timer run: told at once, where it is known to be long. */
export function withNotice<T>({ stderr }: Surroundings, doing: string, isLong: boolean, work: () => T): T {
  if (stderr.isTTY !== true || !isLong) return work();
  stderr.write(`${printable(doing)} …`);
  try {
    return work();
  } finally {
    stderr.write(CLEAR_LINE);
  }
}
