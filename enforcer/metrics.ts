/** Metrics in CloudWatch's embedded metric format, a line for each request; all with the dimension `service` alone. */
import type { Metrics } from '@aws-lambda-powertools/metrics';

export type Count =
  /** A pass that judged everybody; what it could not end is counted beside. */
  | 'PassesDone'
  /** A request that could not be carried out: the policy, EC2 or the decision log did not answer. */
  | 'PassesFailed'
  /** Endpoints where more connections were to be ended than may be at once. */
  | 'PassesHeld'
  | 'ConnectionsActive'
  | 'ConnectionsRefused'
  | 'ConnectionsUnknown'
  | 'ConnectionsEnded'
  /** Were to be ended, and there was no time, or no reason any more. */
  | 'ConnectionsLeft'
  | 'TerminationsFailed'
  | 'EndsNotRecorded'
  | 'SessionsNotCounted'
  | 'SettingErrors';

export interface EnforcerMetrics {
  /** Keeps count; a count of 0 is told, too. */
  count(name: Count, by?: number): void;
  /** Writes the line, where anything was counted. */
  publish(): void;
}

export function createEnforcerMetrics(metrics: Metrics): EnforcerMetrics {
  const counts = new Map<Count, number>();
  return {
    count(name, by = 1) {
      counts.set(name, (counts.get(name) ?? 0) + by);
    },
    publish() {
      if (counts.size === 0) return;
      for (const [name, count] of counts) metrics.addMetric(name, 'Count', count);
      counts.clear();
      metrics.publishStoredMetrics();
    },
  };
}
