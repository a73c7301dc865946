/** Puts ended connections on record, and tells of each in the log. */
import type { Logger } from '@aws-lambda-powertools/logger';
import { type DecisionLog, endedRecord } from '../../shared/decision-log/index.ts';
import type { AskedBy } from '../../shared/enforcement/index.ts';
import type { EnforcerMetrics } from '../metrics.ts';
import type { Settings } from '../settings.ts';
import type { ToEnd } from './plan-ends.ts';

export interface EndRecorder {
  /** Never rejects: a record that could not be put is told in the log, and counted. */
  record(ended: ToEnd): Promise<void>;
}

export interface EndRecorderParts {
  readonly log: DecisionLog;
  readonly settings: Pick<Settings, 'names'>;
  readonly logger: Pick<Logger, 'info' | 'error'>;
  readonly metrics: Pick<EnforcerMetrics, 'count'>;
  readonly now: () => number;
}

/** @param by the operator who ends them; undefined where the policy does */
export function createEndRecorder(
  parts: EndRecorderParts,
  revision: number | undefined,
  by: AskedBy | undefined,
): EndRecorder {
  const { log, settings, logger, metrics, now } = parts;
  return {
    async record({ active, known, why }) {
      const { id, endpoint, username, commonName, establishedMs } = active;
      const { decidedBy, rules } = why;
      const record = endedRecord({
        endedAtMs: now(),
        connection: { id, endpointId: endpoint, username, commonName, sinceMs: establishedMs },
        admission: known?.record,
        names: settings.names,
        refusal: decidedBy === 'operator' ? undefined : { decidedBy, rules },
        revision,
        by: decidedBy === 'operator' ? 'operator' : 'policy',
        asked: by,
      });
      // Before the record: whatever becomes of it, the log has the same.
      logger.info('connection ended', { decision: record });
      const result = await log.put(record);
      if (result.written) return;
      metrics.count('EndsNotRecorded');
      logger.error('the end of a connection could not be put on record', {
        cause: result.cause,
        reason: result.error.message,
        // Here as well: the line above may be below the log level.
        decision: record,
      });
    },
  };
}
