/** The words of the policy language: one list each, shared by the compiler, the schemas and the docs' tests. */
import type { AttributeName, Block, SetKind, Weekday } from './document.ts';

export const LANGUAGE_VERSION = 1;

export const RULE_ID = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** The most connections per user that a limit can allow: who needs more needs no limit. */
export const MAX_CONNECTIONS = 100;

/** What `decision.rules` cannot name: the word for "no rule decided". */
export const DEFAULT_RULE = 'default';

/** Monday first, as ISO 8601 numbers them from 1. */
export const WEEKDAYS: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

export const ATTRIBUTE_NAMES: readonly AttributeName[] = [
  'username',
  'commonName',
  'groups',
  'publicIp',
  'platform',
  'platformVersion',
  'openvpnVersion',
  'awsClientVersion',
];

export type ConditionName = keyof Block;

export const CONDITIONS: readonly ConditionName[] = [
  'endpoints',
  'users',
  'commonNames',
  'identities',
  'groups',
  'allGroups',
  'sourceIps',
  'platforms',
  'openvpnVersion',
  'awsClientVersion',
  'windows',
  'missing',
];

/** The kinds of set that a condition may refer to; a condition that is not listed takes none. */
export const CONDITION_SET_KINDS: Readonly<Partial<Record<ConditionName, readonly SetKind[]>>> = {
  users: ['user'],
  commonNames: ['commonName'],
  identities: ['user', 'commonName'],
  groups: ['group'],
  allGroups: ['group'],
  sourceIps: ['ip'],
};

/** The name behind an entry's `@`, or undefined for an entry that refers to no set. */
export function setReference(entry: string): string | undefined {
  return entry.startsWith('@') ? entry.slice(1) : undefined;
}

/** As EC2 writes the ids of Client VPN endpoints. */
export const ENDPOINT_ID = /^cvpn-endpoint-[0-9a-z]{8,40}$/;
