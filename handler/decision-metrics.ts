/** Metrics in CloudWatch's embedded metric format: one line a decision, with whatever happened since the last one. */
import type { Metrics } from '@aws-lambda-powertools/metrics';
import { type Attribute, ENDPOINT_ID } from '../shared/engine/index.ts';
import type { Outcome, Verdict } from './decision-line.ts';

/** What happens beside decisions: a failed refresh, an item in the rules table that is not ours, a wrong setting. */
export type Incident = 'RefreshFailures' | 'ForeignItems' | 'SettingErrors';

export interface DecisionMetrics {
  /** Keeps count; told with the next decision. */
  count(incident: Incident, by?: number): void;
  /** Writes the line. */
  publish(endpointId: Attribute<string>, verdict: Verdict): void;
}

/**
 * Each metric is told twice, for the service as a whole (dimension `service`: alarms) and for each endpoint (`service,
 * endpoint`: dashboards). CloudWatch bills every metric and pair of dimensions that occurs, so an outcome is a metric of
 * its own that exists only if it occurs, endpoints that are not Client VPN's are told as `other`, and there is no
 * cold-start metric: every log line says `cold_start`, and Lambda reports the time that init took.
 */
export function createDecisionMetrics(metrics: Metrics): DecisionMetrics {
  const pending = new Map<Incident, number>();
  const endpoints = new Set<string>();

  const endpointDimension = (endpointId: Attribute<string>): string => {
    if (typeof endpointId !== 'string' || !ENDPOINT_ID.test(endpointId)) return 'other';
    if (!endpoints.has(endpointId) && endpoints.size >= MAX_ENDPOINTS) return 'other';
    endpoints.add(endpointId);
    return endpointId;
  };

  return {
    count(incident, by = 1) {
      pending.set(incident, (pending.get(incident) ?? 0) + by);
    },
    publish(endpointId, verdict) {
      metrics.addDimensions({});
      metrics.addDimensions({ endpoint: endpointDimension(endpointId) });
      metrics.addMetric(OUTCOME_METRICS[verdict.outcome], 'Count', 1);
      if ('decision' in verdict) {
        metrics.addMetric('PolicyAge', 'Milliseconds', verdict.policyAgeMs);
        if (verdict.stale) metrics.addMetric('StaleDecisions', 'Count', 1);
        if (verdict.decision.reported.length > 0) metrics.addMetric('ReportedDecisions', 'Count', 1);
      } else if (verdict.cause === 'internal') {
        metrics.addMetric('InternalFaults', 'Count', 1);
      }
      for (const [incident, count] of pending) metrics.addMetric(incident, 'Count', count);
      pending.clear();
      metrics.publishStoredMetrics();
    },
  };
}

/** More than an account has by default (5 a Region); a bound for a handler that is invoked with made-up ids. */
const MAX_ENDPOINTS = 50;

const OUTCOME_METRICS: Readonly<Record<Outcome, string>> = {
  admitted: 'Admitted',
  refused: 'Refused',
  observed: 'Observed',
  'failed-closed': 'FailedClosed',
  'failed-open': 'FailedOpen',
};
