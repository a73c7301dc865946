/** Counts what has become of connections that were to be ended. */
import type { EndOutcome } from '../ending/end-connections.ts';
import type { EnforcerMetrics } from '../metrics.ts';

export function countOutcomes(
  metrics: Pick<EnforcerMetrics, 'count'>,
  outcomes: ReadonlyMap<string, EndOutcome>,
): void {
  const countOf = (wanted: EndOutcome['outcome']) =>
    [...outcomes.values()].filter(({ outcome }) => outcome === wanted).length;
  metrics.count('ConnectionsEnded', countOf('ended'));
  metrics.count('ConnectionsLeft', countOf('left'));
  metrics.count('TerminationsFailed', countOf('failed'));
}
