/** Puts decisions on record and tells where that fails; neither ever changes a decision. */
import { randomUUID } from 'node:crypto';
import type { Logger } from '@aws-lambda-powertools/logger';
import { type DecisionLog, decisionRecord, type KeptNames, type PutFailure } from '../shared/decision-log/index.ts';
import { errorFields, type Verdict } from './decision-line.ts';
import type { DecisionMetrics } from './decision-metrics.ts';
import { paceLines } from './paced-lines.ts';
import type { Settings } from './settings.ts';

export interface RecorderParts {
  readonly log: DecisionLog;
  /** Which decisions are put on record. */
  readonly which: Exclude<Settings['decisionLog'], 'off'>;
  readonly logger: Pick<Logger, 'error'>;
  readonly metrics: Pick<DecisionMetrics, 'count'>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export interface Recorder {
  /**
   * Begins at once and resolves within the log's time-out, or `atMostMs` where that is less. A failure is counted; the error line
   * comes with the first of its cause and then once a minute.
   */
  record(kept: KeptNames, verdict: Verdict, occasion: Occasion): Promise<void>;
}

export interface Occasion {
  /** Milliseconds since the epoch. */
  readonly decidedAtMs: number;
  /** The id of Lambda's request, where it is known. */
  readonly lambdaRequestId: string | undefined;
  readonly atMostMs: number;
}

export function createRecorder({ log, which, logger, metrics, now }: RecorderParts): Recorder {
  const due = paceLines(now);

  const tell = (failure: PutFailure, id?: string): void => {
    metrics.count('DecisionLogFailures');
    const { cause, error } = failure;
    const untold = due(cause);
    if (untold === undefined) return;
    logger.error('decision could not be put on record', { cause, id, ...untold, error: errorFields(error) });
  };

  return {
    async record(kept, verdict, { decidedAtMs, lambdaRequestId, atMostMs }) {
      if (which === 'refused' && isPlainAdmission(verdict)) return;
      try {
        const record = decisionRecord({
          decidedAtMs,
          lambdaRequestId: lambdaRequestId || randomUUID(),
          request: kept.request,
          names: kept.names,
          message: kept.message,
          outcome: verdict.outcome,
          ...ofVerdict(verdict),
        });
        const result = await log.put(record, { atMostMs });
        if (!result.written) tell(result, record.id);
      } catch (error) {
        tell({ written: false, cause: 'internal', error: error instanceof Error ? error : new Error(String(error)) });
      }
    },
  };
}

/** An admission that nothing spoke against, no report rule either. */
function isPlainAdmission(verdict: Verdict): boolean {
  return verdict.outcome === 'admitted' && verdict.decision.reported.length === 0;
}

function ofVerdict(verdict: Verdict) {
  if (!('decision' in verdict)) return { cause: verdict.cause, ...verdict.outdated };
  const { decision, revision, policyAgeMs } = verdict;
  return { decision, revision, policyAgeMs };
}
