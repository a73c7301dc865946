/** Asks whether a connection that the rules let in is one too many for its user. What it cannot find out refuses nobody. */
import type { Logger } from '@aws-lambda-powertools/logger';
import type { ConnectRequest } from '../shared/client-vpn/index.ts';
import { keepNames, type NameKeeping, userPartition } from '../shared/decision-log/index.ts';
import { type Decision, isMalformed, limitsOf, refusedByLimit } from '../shared/engine/index.ts';
import type { Admission, SessionCounter } from '../shared/sessions/index.ts';
import { type DecidedVerdict, errorFields } from './decision-line.ts';
import type { DecisionMetrics } from './decision-metrics.ts';
import { paceLines } from './paced-lines.ts';

export interface LimitKeeperParts {
  /** `undefined` where no sessions table is configured. */
  readonly counter: SessionCounter | undefined;
  /** What is done with people's names before anything of them is kept. */
  readonly names: NameKeeping;
  readonly logger: Pick<Logger, 'error'>;
  readonly metrics: Pick<DecisionMetrics, 'count'>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** What the rules say, before any limit. */
export type AdmittedVerdict = DecidedVerdict & { readonly decision: Decision };

export interface LimitKeeper {
  /**
   * The verdict, or the refusal by a limit. Never rejects; resolves within the counter's time-out, or `atMostMs` where that is less, and asks
   * nothing of the table where no limit applies that refuses. A count that is not known is counted; the error line comes with the first of
   * its cause and then once a minute.
   */
  keep(admission: AdmittedVerdict, request: ConnectRequest, atMostMs: number): Promise<DecidedVerdict>;
}

/** `unnamed`: the event does not say whose connection it is, which one or where, or names are left out. */
type UnknownCause = Extract<Admission, { outcome: 'unknown' }>['cause'] | 'not-configured' | 'unnamed' | 'internal';

export function createLimitKeeper({ counter, names, logger, metrics, now }: LimitKeeperParts): LimitKeeper {
  const due = paceLines(now);

  const tellUnknown = (cause: UnknownCause, request: ConnectRequest, error?: unknown): void => {
    metrics.count('LimitsNotKnown');
    const untold = due(cause);
    if (untold === undefined) return;
    const { connectionId } = request;
    logger.error("a user's sessions are not known, so that no limit refuses", {
      cause,
      connectionId: isMalformed(connectionId) ? undefined : connectionId?.slice(0, MAX_ID),
      ...untold,
      error: error === undefined ? undefined : errorFields(error),
    });
  };

  async function exceededLimit(
    { policy, decidedAtMs }: DecidedVerdict,
    request: ConnectRequest,
    atMostMs: number,
  ): Promise<string | undefined> {
    const limits = limitsOf(policy, request, decidedAtMs).filter(({ whenExceeded }) => whenExceeded === 'refuse');
    if (limits.length === 0) return undefined;
    if (counter === undefined) return void tellUnknown('not-configured', request);
    const { connectionId, endpointId } = request;
    const userKey = userKeyOf(names, request);
    if (userKey === undefined || typeof connectionId !== 'string' || typeof endpointId !== 'string') {
      return void tellUnknown('unnamed', request);
    }
    const wanted = { userKey, connectionId, endpoint: endpointId, limits, nowMs: decidedAtMs, atMostMs };
    const admission = await counter.admit(wanted);
    if (admission.outcome === 'unknown') tellUnknown(admission.cause, request, admission.error);
    return admission.outcome === 'exceeded' ? admission.limit : undefined;
  }

  return {
    async keep(admission, request, atMostMs) {
      try {
        const limit = await exceededLimit(admission, request, atMostMs);
        if (limit === undefined) return admission;
        const decision = refusedByLimit(admission.policy, request, admission.decision, limit);
        return { ...admission, outcome: decision.observed ? 'observed' : 'refused', decision };
      } catch (error) {
        try {
          tellUnknown('internal', request, error);
        } catch {}
        return admission;
      }
    },
  };
}

const MAX_ID = 100;

/** Under whose key sessions are counted: the name by which the decision log finds the user, kept as that keeps it. */
function userKeyOf(names: NameKeeping, request: ConnectRequest): string | undefined {
  const { username, commonName } = keepNames(names, request, undefined).request;
  const name = [username, commonName].find((one) => typeof one === 'string');
  return name === undefined ? undefined : userPartition(name);
}
