/** Whether a pass has left something to end. */
import type { PassReport } from './protocol.ts';

/** Of all connections, also those that the report does not name: some were to be ended, and are not. */
export function isUnfinished({ mode, dryRun, endpoints }: PassReport): boolean {
  return mode === 'enforce' && !dryRun && endpoints.some(({ held, refused, ended }) => !held && ended < refused);
}
