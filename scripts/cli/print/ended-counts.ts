/** How many connections became what, those included that a report does not name: it names the first thousand. */
import type { EndedConnection, EndpointReport, PassReport } from '../../../shared/enforcement/index.ts';

/** `unnamed`: not ended, and whether they are held, left or failed the report does not tell. */
export type EndedCounts = Readonly<Record<EndedConnection['outcome'] | 'unnamed', number>>;

/** How many were to be ended. */
export function countOf({
  connections,
  connectionsCount,
}: Pick<PassReport, 'connections' | 'connectionsCount'>): number {
  return connectionsCount ?? connections.length;
}

export function endedCounts(report: PassReport): EndedCounts {
  const counts = { ended: 0, 'would-end': 0, gone: 0, held: 0, left: 0, failed: 0, unnamed: 0 };
  for (const { outcome } of report.connections) counts[outcome] += 1;
  for (const endpoint of report.endpoints) {
    const named = report.connections.filter((connection) => connection.endpoint === endpoint.endpoint);
    const ended = endpoint.ended - named.filter(({ outcome }) => outcome === 'ended').length;
    counts.ended += ended;
    counts[becameOfOthers(endpoint, named, report)] += endpoint.refused - named.length - ended;
  }
  return counts;
}

/** Those that were to be ended, and are not. */
export function undoneCount({ held, left, failed, unnamed }: EndedCounts): number {
  return held + left + failed + unnamed;
}

/**
 * What became of those that are not named and not ended. The report has them in the order in which they are ended, those that are held last
 * of their endpoint: once no time is left none of the later ones is tried.
 */
function becameOfOthers(
  { held }: EndpointReport,
  named: readonly EndedConnection[],
  report: PassReport,
): keyof EndedCounts {
  if (held) return named.some(({ outcome }) => outcome === 'held') ? 'held' : 'unnamed';
  if (endsNobody(report)) return 'would-end';
  return report.connections.findLast(({ outcome }) => outcome !== 'held')?.outcome === 'left' ? 'left' : 'unnamed';
}

function endsNobody({ dryRun, mode, connections, endpoints }: PassReport): boolean {
  if (dryRun) return true;
  // An operator's word ends them also where the enforcer observes.
  const isUntouched = connections.every(({ outcome }) => outcome === 'would-end' || outcome === 'held');
  return mode === 'observe' && isUntouched && endpoints.every(({ ended }) => ended === 0);
}
