/**
 * What a policy says, in the words that this project and each of its peers have: users, groups and IPv4 ranges by exact
 * look-up, absolute windows, a refusal beats an admission, whoever nothing admits is refused. Each contender translates this
 * into its own form, so that all of them decide by the same policy.
 *
 * Left out for all, since at least one peer has no way to say it: exemptions, weekly and cron windows with time zones,
 * wildcards, letter case and Unicode folding, malformed attributes, IPv6, messages, report mode.
 */
import type { Block, Connection, PolicyDocument, PolicySet, Rule } from '../shared/engine/index.ts';

/** All that is given must hold; of each list one entry. */
export interface PlainRule {
  readonly id: string;
  readonly effect: 'deny' | 'allow';
  readonly users?: readonly string[];
  readonly groups?: readonly string[];
  /** IPv4 CIDR blocks. */
  readonly ranges?: readonly string[];
  /** [fromMs, untilMs), milliseconds since 1970. */
  readonly window?: { readonly fromMs: number; readonly untilMs: number };
}

export interface PlainConnection {
  readonly username: string;
  readonly groups: readonly string[];
  /** IPv4. */
  readonly address: string;
}

/** A policy and the connections to decide by it. */
export interface Workload {
  readonly name: string;
  /** Deny rules first: peers that stop at the first refusal reach it sooner. */
  readonly rules: readonly PlainRule[];
  readonly connections: readonly PlainConnection[];
  readonly nowMs: number;
}

/** Lists longer than this are written as sets. */
const LONGEST_INLINE_LIST = 16;

/** The policy as this project writes it. */
export function toDocument(rules: readonly PlainRule[]): PolicyDocument {
  const sets: Record<string, PolicySet> = {};
  const entries = (rule: PlainRule, kind: PolicySet['kind'], list: readonly string[]) => {
    if (list.length <= LONGEST_INLINE_LIST) return list;
    const name = `${rule.id}-${kind.toLowerCase()}`;
    sets[name] = { kind, entries: list };
    return [`@${name}`];
  };
  const toRule = (rule: PlainRule): Rule => {
    const { id, effect, users, groups, ranges, window } = rule;
    const match: Block = {
      ...(users && { users: entries(rule, 'user', users) }),
      ...(groups && { groups: entries(rule, 'group', groups) }),
      ...(ranges && { sourceIps: entries(rule, 'ip', ranges) }),
      ...(window && { windows: [{ from: toTime(window.fromMs), until: toTime(window.untilMs) }] }),
    };
    return { id, effect, match: Object.keys(match).length === 0 ? 'everyone' : match };
  };
  return { version: 1, defaultEffect: 'deny', rules: rules.map(toRule), sets };
}

/** The connection with all that a real event has. */
export function toConnection({ username, groups, address }: PlainConnection): Connection {
  return {
    connectionId: 'cvpn-connection-0f1e2d3c4b5a69788',
    endpointId: 'cvpn-endpoint-0a1b2c3d4e5f67890',
    username,
    commonName: undefined,
    publicIp: address,
    platform: 'win',
    platformVersion: '10.0.22631',
    openvpnVersion: '2.6.12',
    awsClientVersion: '5.2.1',
    groups,
  };
}

function toTime(ms: number): string {
  return new Date(ms).toISOString();
}
