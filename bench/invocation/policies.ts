/** The policies that are read from DynamoDB in benchmarks of the handler and of the store, and connections to decide by them. */
import type { ConnectRequestV3 } from '../../shared/client-vpn/index.ts';
import type { PolicyDocument } from '../../shared/engine/index.ts';
import { type PlainConnection, toDocument } from '../plain-policy.ts';
import { mixedWorkload, setWorkload } from '../workloads.ts';

export interface StoredPolicy {
  readonly name: string;
  readonly document: PolicyDocument;
  readonly connections: readonly PlainConnection[];
}

/** Rules on users, addresses, groups and windows, deny rules with messages; where `setEntries` is given, half of them users and half CIDRs in two sets. */
export function storedPolicy(ruleCount: number, setEntries = 0): StoredPolicy {
  const mixed = mixedWorkload(ruleCount);
  const ofSets = setEntries === 0 ? [] : setWorkload(setEntries).rules.filter(({ effect }) => effect === 'deny');
  const document = toDocument([...ofSets, ...mixed.rules]);
  const rules = (document.rules ?? []).map((rule) =>
    rule.effect === 'deny'
      ? { ...rule, message: 'Not allowed. Call the help desk on 1234 and quote {connectionId}.' }
      : rule,
  );
  const count = (number: number) => number.toLocaleString('en-US');
  const name = `${count(ruleCount)} rules${setEntries === 0 ? '' : `, ${count(setEntries)} set entries`}`;
  return { name, document: { ...document, rules }, connections: mixed.connections };
}

/** The event of a connection, as Client VPN sends it. */
export function connectEvent({ username, groups, address }: PlainConnection, number: number): ConnectRequestV3 {
  return {
    'connection-id': `cvpn-connection-${number.toString(16).padStart(17, '0')}`,
    'endpoint-id': 'cvpn-endpoint-0a1b2c3d4e5f67890',
    'common-name': null,
    username,
    platform: 'win',
    'platform-version': '10.0.22631',
    'public-ip': address,
    'client-openvpn-version': '2.6.12',
    'aws-client-version': '5.2.1',
    groups: [...groups],
    'schema-version': 'v3',
  };
}
