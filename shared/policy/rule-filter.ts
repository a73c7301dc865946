/** Which rules a list shows: by what stands in them, and by whom their conditions fit as the engine compares. */
import { type CompiledPolicy, type Connection, explain, type Rule, type RuleTrace } from '../engine/index.ts';

export interface RuleFilter {
  readonly effect?: Rule['effect'] | undefined;
  readonly mode?: 'enforce' | 'report' | undefined;
  readonly enabled?: boolean | undefined;
  /** A user name or common name. */
  readonly user?: string | undefined;
  /** An address, as `parseAddress` reads it. */
  readonly ip?: string | undefined;
}

/**
 * Makes the test of rules by their place in the document.
 * @param compiled the policy that they stand in; looked at only where `user` or `ip` asks for it
 */
export function ruleFilter(
  filter: RuleFilter,
  compiled: () => CompiledPolicy,
  nowMs: number,
): (rule: Rule, place: number) => boolean {
  const { effect, mode, enabled, user, ip } = filter;
  const traces = user === undefined && ip === undefined ? [] : explain(compiled(), connectionOf(user, ip), nowMs).rules;
  return (rule, place) =>
    (effect === undefined || rule.effect === effect) &&
    (mode === undefined || (rule.mode ?? 'enforce') === mode) &&
    (enabled === undefined || (rule.enabled ?? true) === enabled) &&
    (user === undefined || matches(traces[place], ['users', 'identities', 'commonNames'])) &&
    (ip === undefined || matches(traces[place], ['sourceIps']));
}

/** True where a block of the rule's `match` has such a condition, and the connection fits it; the block's others may fail. */
function matches(trace: RuleTrace | undefined, conditions: readonly string[]): boolean {
  return (trace?.match ?? []).some((block) =>
    block.conditions.some(({ condition, finding }) => finding === 'match' && conditions.includes(condition)),
  );
}

function connectionOf(user: string | undefined, ip: string | undefined): Connection {
  return {
    connectionId: undefined,
    endpointId: undefined,
    username: user,
    commonName: user,
    publicIp: ip,
    platform: undefined,
    platformVersion: undefined,
    openvpnVersion: undefined,
    awsClientVersion: undefined,
    groups: undefined,
  };
}
