/** Ends connections, as fast as EC2 lets, and puts each on record. */
import type { Logger } from '@aws-lambda-powertools/logger';
import type { EndedConnection } from '../../shared/enforcement/index.ts';
import type { ClientVpnConnections } from '../ec2/index.ts';
import type { EndRecorder } from './end-recorder.ts';
import type { ToEnd } from './plan-ends.ts';

export interface Ending {
  readonly connections: ClientVpnConnections;
  readonly recorder: EndRecorder;
  readonly logger: Pick<Logger, 'error'>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Ends everything that is under way. */
  readonly signal: AbortSignal;
  /** True as soon as no further connection is to be ended: time is up, or the policy that refused them is not in force any more. */
  readonly isOver: () => boolean;
}

export type EndOutcome = Pick<EndedConnection, 'outcome' | 'error'>;

/** Terminations under way at a time; how fast they begin is for `ClientVpnConnections` to say. */
const AT_A_TIME = 8;

/** After so many failures in a row at an endpoint EC2 is not asked further there: the next pass tries again. */
const FAILURES_IN_A_ROW = 5;

/** What became of each of them, by connection; never rejects. */
export async function endConnections(
  toEnd: readonly ToEnd[],
  ending: Ending,
): Promise<ReadonlyMap<string, EndOutcome>> {
  const { connections, recorder, logger, now, signal, isOver } = ending;
  const outcomes = new Map<string, EndOutcome>();
  const waiting = [...toEnd];
  const failures = new Map<string, number>();

  async function end(one: ToEnd): Promise<EndOutcome> {
    const { id, endpoint } = one.active;
    try {
      const outcome = await connections.terminate(endpoint, id, { signal });
      failures.set(endpoint, 0);
      if (outcome === 'ended') await recorder.record(one);
      return { outcome };
    } catch (error) {
      // It waited for its turn, or EC2 has not answered in the seconds that were left.
      if (signal.aborted) return { outcome: 'left' };
      failures.set(endpoint, (failures.get(endpoint) ?? 0) + 1);
      const reason = error instanceof Error ? error.message : String(error);
      logger.error('a connection could not be ended', { id, endpoint, reason });
      return { outcome: 'failed', error: reason };
    }
  }

  async function work(): Promise<void> {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { id, endpoint } = next.active;
      const goesOn = (failures.get(endpoint) ?? 0) < FAILURES_IN_A_ROW && !signal.aborted && !isOver();
      // Much may have passed since it was judged: a window may be over.
      outcomes.set(id, goesOn && next.isStillDue(now()) ? await end(next) : { outcome: 'left' });
    }
  }

  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  return outcomes;
}
