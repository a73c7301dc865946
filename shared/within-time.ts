/** Work for which somebody waits: bounded, and nothing of it goes on when its time is over. */
import { setMaxListeners } from 'node:events';

/**
 * What the work comes to, or `tooLate()` where that takes longer than `limitMs` (milliseconds; less than 0 counts as 0). The signal is aborted as soon
 * as either has come: nothing may be left when the sandbox freezes. What has ended is not touched by it.
 */
export async function withinTime<T>(
  limitMs: number,
  work: (signal: AbortSignal) => Promise<T>,
  tooLate: () => T,
): Promise<T> {
  const controller = new AbortController();
  // Every request of the work listens to it: that is no leak.
  setMaxListeners(0, controller.signal);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<T>((resolve) => {
    timer = setTimeout(() => resolve(tooLate()), Math.max(0, limitMs));
  });
  try {
    return await Promise.race([work(controller.signal), late]);
  } finally {
    clearTimeout(timer);
    controller.abort();
  }
}
