/** Which connections a rule that is not there yet would end, as far as the enforcer tells of them. */
import { readRequest } from '../../../../shared/client-vpn/index.ts';
import type { StandingConnection } from '../../../../shared/enforcement/index.ts';
import { judgeStanding } from '../../../../shared/engine/index.ts';
import type { EnforcerAccess } from '../../access/enforcer-access.ts';
import { EXIT } from '../../exit-code.ts';
import { connectionTable } from '../../print/report-connections.ts';
import type { Surroundings } from '../../surroundings.ts';
import { counted, paintFor } from '../../terminal/output.ts';
import { tableLines } from '../../terminal/table.ts';
import type { CallerClock } from '../../time/caller-zone.ts';
import type { AskedPolicy } from '../../verbs/standing.ts';
import type { Afterwards } from './run-verb.ts';

/** Of a dry run. @param ruleIds of deny rules of the policy, none of which is about groups: the list does not tell those */
export async function wouldEnd(
  enforcer: EnforcerAccess,
  { compiled }: AskedPolicy,
  ruleIds: readonly string[],
  clock: CallerClock,
  { stdout, env }: Pick<Surroundings, 'stdout' | 'env'>,
): Promise<Afterwards> {
  const list = await enforcer.list({});
  const refused = list.connections.filter((connection) => {
    // The enforcer ends nobody of whom it knows no event.
    if (connection.standing.verdict === 'unknown') return false;
    const verdict = judgeStanding(compiled, requestOf(connection), connection.admitted?.rules ?? [], clock.nowMs);
    return verdict.outcome === 'refused' && verdict.by.some(({ rule }) => ruleIds.includes(rule));
  });
  const table = tableLines(connectionTable(refused, clock), paintFor(stdout, env), stdout.columns);
  return {
    lines: [...(refused.length === 0 ? [] : table), `Would end ${counted(refused.length, 'connection')}.`],
    notes: [],
    data: { disconnect: { ...list, connections: refused } },
    exitCode: EXIT.ok,
  };
}

function requestOf({ endpoint, username, commonName, publicIp, platform }: StandingConnection) {
  return readRequest({
    'endpoint-id': endpoint,
    username,
    'common-name': commonName,
    'public-ip': publicIp,
    platform,
  });
}
