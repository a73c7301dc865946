/** Answers of an enforcer, small and whole. */
import type { ConnectionList, PassReport, StandingConnection } from '../protocol.ts';

export const FRANKFURT = 'cvpn-endpoint-0a1b2c3d4e5f67890';

/** The `number`-th connection that stands: each began a second after the one before. */
export function standingConnection(number: number, facts: Partial<StandingConnection> = {}): StandingConnection {
  return {
    id: `cvpn-connection-${String(number).padStart(17, '0')}`,
    endpoint: FRANKFURT,
    username: `user-${number}`,
    clientIp: '10.8.0.2',
    since: new Date(Date.UTC(2026, 10, 24, 1) + number * 1_000).toISOString(),
    standing: { verdict: 'admitted', rules: ['staff'] },
    ...facts,
  };
}

export function connectionList(
  connections: readonly StandingConnection[],
  facts: Partial<ConnectionList> = {},
): ConnectionList {
  return { at: '2026-11-24T03:00:00.000Z', revision: 1, mode: 'observe', connections, ...facts };
}

/** Of a pass that ended one connection of two. */
export function passReport(facts: Partial<PassReport> = {}): PassReport {
  return {
    at: '2026-11-24T03:00:00.000Z',
    revision: 1,
    mode: 'enforce',
    dryRun: false,
    endpoints: [
      { endpoint: FRANKFURT, active: 2, unknown: 0, kept: 0, grace: 0, refused: 1, ended: 1, cap: 5, held: false },
    ],
    connections: [
      { id: standingConnection(1).id, endpoint: FRANKFURT, username: 'user-1', rules: [], outcome: 'ended' },
    ],
    ...facts,
  };
}
