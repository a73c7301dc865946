/** What a way to the policy needs of the process: nobody reads what it prints. */
import type { Surroundings } from '../../surroundings.ts';

const SILENT = { write: () => {} };

export function surroundingsAt(now: () => number, more: Partial<Surroundings> = {}): Surroundings {
  return {
    stdout: SILENT,
    stderr: SILENT,
    readStdin: async () => new Uint8Array(),
    env: {},
    now,
    timezone: 'Asia/Tokyo',
    user: 'tanaka@laptop',
    ...more,
  };
}
