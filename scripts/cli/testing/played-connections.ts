/** Connections of a test, judged by a policy as the enforcer judges those that stand. */
import { readRequest } from '../../../shared/client-vpn/index.ts';
import type { StandingConnection } from '../../../shared/enforcement/index.ts';
import { compile, judgeStanding, type PolicyDocument } from '../../../shared/engine/index.ts';

/** One that stands; `groups` are those of its event. With `standing` no policy judges it: its event is not on record. */
export type PlayedConnection = Omit<StandingConnection, 'standing'> & {
  readonly groups?: readonly string[];
  readonly standing?: StandingConnection['standing'];
};

export interface JudgedConnection {
  readonly connection: StandingConnection;
  /** The rules that refuse it. */
  readonly by: readonly string[];
  readonly endsAll: boolean;
}

/** A grace is counted from that moment on: the history is the real enforcer's to read. */
export function judgeConnections(
  all: readonly PlayedConnection[],
  document: PolicyDocument,
  nowMs: number,
): JudgedConnection[] {
  const policy = compile(document);
  return all.map(({ groups, ...played }) => {
    const endpointName = document.endpoints?.[played.endpoint]?.name;
    const connection = { ...played, ...(endpointName !== undefined && { endpointName }) };
    const { standing } = played;
    if (standing !== undefined) return { connection: { ...connection, standing }, by: [], endsAll: false };
    const event = readRequest({
      'endpoint-id': played.endpoint,
      username: played.username,
      'common-name': played.commonName,
      'public-ip': played.publicIp,
      groups,
    });
    const verdict = judgeStanding(policy, event, played.admitted?.rules ?? [], nowMs);
    if (verdict.outcome !== 'refused') {
      const rules = verdict.outcome === 'kept' ? verdict.rules : [];
      return { connection: { ...connection, standing: { verdict: verdict.outcome, rules } }, by: [], endsAll: false };
    }
    const by = verdict.by.map(({ rule }) => rule);
    const graceMs = Math.min(...verdict.by.map((reason) => reason.graceMs));
    const endsAt = new Date(nowMs + graceMs).toISOString();
    return {
      connection: {
        ...connection,
        standing: graceMs > 0 ? { verdict: 'grace', rules: by, endsAt } : { verdict: 'refused', rules: by },
      },
      by: graceMs > 0 ? [] : by,
      endsAll: verdict.by.some((reason) => reason.endsAll),
    };
  });
}
