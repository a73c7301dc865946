/** One attempt at a time that all concurrent callers share, with an end that does not depend on the work's manners. */
import { StoreUnreachableError } from './errors.ts';

export interface SharedAttempts {
  /**
   * Joins the attempt under way or starts one, and waits for it for at most `waitMs`. Never rejects.
   *
   * An attempt ends when its work does, when the time of the caller that started it is up, or when nobody waits for it any
   * more; in the last two cases it is aborted and forgotten, so that nothing of it is left when a sandbox freezes.
   */
  join(waitMs: number, signal?: AbortSignal): Promise<void>;
}

export interface Attempt<T> {
  readonly work: (signal: AbortSignal) => Promise<T>;
  /** Exactly one of the two is called, once, for each attempt. */
  readonly succeeded: (result: T) => void;
  readonly failed: (error: unknown) => void;
}

export function sharedAttempts<T>(begin: () => Attempt<T>): SharedAttempts {
  let underWay: { readonly ended: Promise<void>; readonly abort: (why: string) => void; waiting: number } | undefined;

  function start(limitMs: number) {
    const attempt = begin();
    const controller = new AbortController();
    let resolveEnded = () => {};
    const ended = new Promise<void>((resolve) => {
      resolveEnded = resolve;
    });
    const end = (tell: () => void) => {
      if (underWay !== mine) return;
      underWay = undefined;
      clearTimeout(timer);
      tell();
      resolveEnded();
    };
    const abort = (why: string) => {
      const error = new StoreUnreachableError(why);
      end(() => attempt.failed(error));
      controller.abort(error);
    };
    const timer = setTimeout(abort, limitMs, `No answer from the policy store within ${Math.round(limitMs)} ms`);
    const mine = { ended, abort, waiting: 0 };
    underWay = mine;
    attempt.work(controller.signal).then(
      (result) => end(() => attempt.succeeded(result)),
      (error: unknown) => end(() => attempt.failed(error)),
    );
    return mine;
  }

  return {
    async join(waitMs, signal) {
      const attempt = underWay ?? start(waitMs);
      attempt.waiting++;
      try {
        await firstOf(attempt.ended, waitMs, signal);
      } finally {
        attempt.waiting--;
        if (attempt.waiting === 0) attempt.abort('Given up: nobody waits for the policy store any more');
      }
    },
  };
}

/** Waits for a promise, a time or a signal, whichever is first; leaves no timer and no listener behind. */
async function firstOf(ended: Promise<void>, ms: number, signal: AbortSignal | undefined): Promise<void> {
  if (signal?.aborted) return;
  let timer: NodeJS.Timeout | undefined;
  let giveUp = () => {};
  const givenUp = new Promise<void>((resolve) => {
    giveUp = resolve;
    timer = setTimeout(giveUp, ms);
    signal?.addEventListener('abort', giveUp, { once: true });
  });
  await Promise.race([ended, givenUp]);
  clearTimeout(timer);
  signal?.removeEventListener('abort', giveUp);
}
