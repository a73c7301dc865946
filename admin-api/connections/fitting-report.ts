/** Reports of what was done are always answered: what is too large is cut. */
import type { PassReport } from '../../shared/enforcement/index.ts';

/** Well under what an answer may have (`http/json-answer.ts`), however much of it must be escaped. */
const MAX_BYTES = 2 * 1024 * 1024;

/** The report with as many of its connections as fit; `connectionsCount` tells how many there are. */
export function fitting(report: PassReport): PassReport {
  let shown = report;
  while (shown.connections.length > 0 && Buffer.byteLength(JSON.stringify(shown)) > MAX_BYTES) {
    const connections = report.connections.slice(0, Math.floor(shown.connections.length / 2));
    shown = { ...report, connections, connectionsCount: report.connectionsCount ?? report.connections.length };
  }
  return shown;
}
