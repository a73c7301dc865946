/** Connect events as Client VPN sends them, and everything else that could be handed to the function in their place. */
import fc from 'fast-check';
import type { PolicyDocument } from '../../../shared/engine/index.ts';
import {
  ADDRESSES,
  BAD_ADDRESSES,
  BAD_VERSIONS,
  GROUPS,
  NAMES,
  VERSIONS,
} from '../../../shared/engine/reference/value-pools.ts';
import { spelledAddress } from './address-spellings.ts';
import type { EventSpec, FieldSpec, Fields } from './event-spec.ts';
import { anyText, hostileText } from './hostile-text.ts';

/** Real events: mutual authentication, Active Directory, SAML with groups (shapes from AWS's documentation). */
export const REAL_EVENTS: readonly Readonly<Record<string, unknown>>[] = [
  {
    'endpoint-id': 'cvpn-endpoint-05e3cd01fe10ad9ee',
    'connection-id': 'cvpn-connection-0cf828dc9f63cd328',
    'common-name': 'client1.domain.tld',
    username: null,
    platform: null,
    'platform-version': null,
    'public-ip': '203.0.113.10',
    'client-openvpn-version': null,
    'schema-version': 'v1',
  },
  {
    'endpoint-id': 'cvpn-endpoint-0b359ceb0b7e702ca',
    'connection-id': 'cvpn-connection-081b8badf6850d907',
    'common-name': null,
    username: 'Batchi',
    platform: null,
    'platform-version': null,
    'public-ip': '203.0.113.10',
    'client-openvpn-version': null,
    'schema-version': 'v2',
  },
  {
    'endpoint-id': 'cvpn-endpoint-0a1b2c3d4e5f67890',
    'connection-id': 'cvpn-connection-0aa11bb22cc33dd44',
    'common-name': null,
    username: 'batchi@corp.example.com',
    platform: 'win',
    'platform-version': '10.0.22631',
    'public-ip': '2001:db8:40:1::25',
    'client-openvpn-version': '2.6.12',
    'aws-client-version': '5.2.1',
    groups: ['staff', 'vpn-admins'],
    'schema-version': 'v3',
  },
];

/** Events that have to do with the policy: its endpoints and names occur in them, and what is nearly those. */
export function hostileEvent(document: PolicyDocument): fc.Arbitrary<EventSpec> {
  const values = fieldValues(document);
  const json = fields(values, fieldOf);
  const inProcess = fields(values, hostileFieldOf);
  return fc.oneof(
    { weight: 30, arbitrary: json.map((of): EventSpec => ({ made: 'json', fields: of })) },
    {
      weight: 8,
      arbitrary: fc
        .tuple(fc.constantFrom('object', 'without-prototype', 'inherited', 'frozen', 'proxy' as const), inProcess)
        .map(([made, of]): EventSpec => ({ made, fields: of })),
    },
    { weight: 1, arbitrary: noEvent() },
  );
}

type FieldValues = Readonly<Record<string, fc.Arbitrary<unknown>>>;

/** A real event (or an empty one) with some of its fields changed, missing or added. */
function fields(
  values: FieldValues,
  toField: (value: fc.Arbitrary<unknown>) => fc.Arbitrary<FieldSpec | undefined>,
): fc.Arbitrary<Fields> {
  const real = fc.constantFrom(...REAL_EVENTS, {}).map(asFields);
  // Keys such as `toString` are asked for, too.
  const known = new Map(Object.entries(values));
  const changed = (key: string) => fc.tuple(fc.constant(key), toField(known.get(key) ?? anything()));
  const change = fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...DECISIVE, ...DECISIVE, ...Object.keys(values)).chain(changed) },
    { weight: 1, arbitrary: fc.constantFrom(...OTHER_KEYS).chain(changed) },
    { weight: 1, arbitrary: anyText(8).chain(changed) },
  );
  // With few changes one of them often decides, with many they meet.
  const changes = fc.oneof(
    { weight: 3, arbitrary: fc.array(change, { maxLength: 3 }) },
    { weight: 2, arbitrary: fc.array(change, { minLength: 4, maxLength: 10 }) },
  );
  return fc.tuple(real, changes).map(([of, all]) => {
    const entries = new Map(Object.entries(of));
    for (const [key, field] of all) {
      if (field === undefined) entries.delete(key);
      else entries.set(key, field);
    }
    return Object.fromEntries(entries);
  });
}

/** What policies speak of most. */
const DECISIVE = ['username', 'public-ip', 'groups', 'endpoint-id'];

function asFields(event: Readonly<Record<string, unknown>>): Fields {
  return Object.fromEntries(Object.entries(event).map(([key, value]) => [key, { value }]));
}

function fieldOf(value: fc.Arbitrary<unknown>): fc.Arbitrary<FieldSpec | undefined> {
  return fc.oneof(
    { weight: 15, arbitrary: value.map((of): FieldSpec => ({ value: of })) },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );
}

/** Also what no text can hold. */
function hostileFieldOf(value: fc.Arbitrary<unknown>): fc.Arbitrary<FieldSpec | undefined> {
  return fc.oneof(
    { weight: 6, arbitrary: fieldOf(value) },
    { weight: 2, arbitrary: notInJson().map((of): FieldSpec => ({ value: of })) },
    { weight: 2, arbitrary: value.map((of): FieldSpec => ({ value: of, behind: 'getter' })) },
    { weight: 1, arbitrary: fc.constant<FieldSpec>({ throws: true }) },
  );
}

/** What each of the service's fields may hold. */
function fieldValues(document: PolicyDocument): FieldValues {
  const endpoints = Object.entries(document.endpoints ?? {}).flatMap(([id, { name }]) => [id, id, id, name ?? id]);
  const names = or(fc.constantFrom(...NAMES), namesOf(document));
  const text = (known: fc.Arbitrary<string>) => mostly(hostileText(known));
  return {
    'connection-id': text(fc.constantFrom('cvpn-connection-0aa11bb22cc33dd44', '{rule}', '../1', 'DECISION')),
    'endpoint-id': text(
      fc.constantFrom(...endpoints, ...endpoints, 'cvpn-endpoint-0000000000000beef', 'CVPN-ENDPOINT-0A1B2C3D4E5F67890'),
    ),
    username: text(names),
    'common-name': text(names),
    platform: text(fc.constantFrom('win', 'WIN', 'mac', 'linux', 'ios', 'android', 'w\u00edn')),
    'platform-version': text(fc.constantFrom('10.0.22631', '14.4', '??')),
    'public-ip': mostly(
      fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom(...ADDRESSES) },
        { weight: 1, arbitrary: fc.constantFrom(...BAD_ADDRESSES) },
        { weight: 5, arbitrary: spelledAddress() },
        { weight: 1, arbitrary: hostileText(fc.constantFrom(...ADDRESSES)) },
      ),
    ),
    'client-openvpn-version': mostly(version()),
    'aws-client-version': mostly(version()),
    groups: groupList(document),
    'schema-version': fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom('v1', 'v2', 'v3') },
      { weight: 3, arbitrary: fc.constantFrom(...SCHEMA_VERSIONS) },
      { weight: 1, arbitrary: hostileText(fc.constantFrom('v1', 'v2', 'v3')) },
      { weight: 1, arbitrary: anything() },
    ),
  };
}

/** What the policy's own entries say, wildcards and all. */
function namesOf(document: PolicyDocument): readonly string[] {
  const entries = Object.values(document.sets ?? {}).flatMap((set) => (set.kind === 'ip' ? [] : set.entries));
  return entries.map((entry) => (typeof entry === 'string' ? entry : entry.value));
}

function or(one: fc.Arbitrary<string>, others: readonly string[]): fc.Arbitrary<string> {
  if (others.length === 0) return one;
  return fc.oneof({ weight: 5, arbitrary: one }, { weight: 1, arbitrary: fc.constantFrom(...others) });
}

function mostly(value: fc.Arbitrary<string>): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 14, arbitrary: value },
    { weight: 2, arbitrary: fc.constantFrom(null, '') },
    { weight: 1, arbitrary: anything() },
  );
}

function version(): fc.Arbitrary<string> {
  const parts = fc.array(fc.oneof(fc.nat(12), fc.nat(1_000_000_000)), { minLength: 1, maxLength: 5 });
  return fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...VERSIONS) },
    { weight: 1, arbitrary: fc.constantFrom(...BAD_VERSIONS) },
    { weight: 2, arbitrary: parts.map((numbers) => numbers.join('.')) },
    { weight: 1, arbitrary: hostileText(fc.constantFrom(...VERSIONS)) },
  );
}

function groupList(document: PolicyDocument): fc.Arbitrary<unknown> {
  const group = or(fc.constantFrom(...GROUPS), namesOf(document));
  const element = fc.oneof(
    { weight: 40, arbitrary: hostileText(group) },
    { weight: 4, arbitrary: fc.constantFrom(null, '') },
    { weight: 1, arbitrary: anything() },
  );
  return fc.oneof(
    { weight: 6, arbitrary: fc.array(group, { maxLength: 5 }) },
    { weight: 6, arbitrary: fc.array(element, { maxLength: 8 }) },
    // AWS passes on at most 200. Many of few, so that generating them is not all that is done.
    {
      weight: 1,
      arbitrary: fc
        .tuple(
          fc.array(fc.oneof(group, hostileText(group)), { minLength: 1, maxLength: 4 }),
          fc.integer({ min: 40, max: 400 }),
        )
        .map(([few, count]) => Array.from({ length: count }, (_, index) => `${few[index % few.length]}${index}`)),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(null, '', 'vpn-admins', '["vpn-admins"]', {}, { 0: 'vpn-admins', length: 1 }),
    },
    { weight: 1, arbitrary: fc.array(group, { maxLength: 2 }).map((list) => [list]) },
    { weight: 1, arbitrary: anything() },
  );
}

/** Values that JSON has, of every type and shape. Made once: it takes fast-check some time. */
function anything(): fc.Arbitrary<unknown> {
  madeAnything ??= fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...OF_OTHER_TYPES) },
    { weight: 2, arbitrary: fc.double({ noDefaultInfinity: true, noNaN: true }) },
    { weight: 1, arbitrary: fc.integer() },
    { weight: 2, arbitrary: fc.jsonValue() },
    { weight: 1, arbitrary: fc.constantFrom(100, 100, 1_000, 3_000).map(nested) },
  );
  return madeAnything;
}

let madeAnything: fc.Arbitrary<unknown> | undefined;

const OF_OTHER_TYPES: readonly unknown[] = [
  true,
  false,
  0,
  1,
  -0,
  3405803785, // 203.0.113.9 as a number
  2.6,
  [],
  ['batchi'],
  ['203.0.113.9'],
  [[]],
  {},
  { malformed: 'batchi' },
  { value: 'batchi' },
  { toString: 'batchi' },
  { length: 6, 0: 'b' },
  { S: 'batchi' },
  JSON.parse('{"__proto__":{"username":"oncall"}}'),
];

function nested(levels: number): unknown {
  let value: unknown = 'batchi';
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { username: value };
  return value;
}

/** Values that only a caller in the same process can hand in. */
function notInJson(): fc.Arbitrary<unknown> {
  return fc.constantFrom<unknown[]>(
    undefined,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    10n ** 40n,
    Symbol('batchi'),
    () => 'batchi',
    new Date(Number.NaN),
    new String('batchi'),
    /batchi/,
    new Map([['batchi', 1]]),
    new Uint8Array(8),
    Object.create(null),
    circular(),
    new Proxy(['vpn-admins'], {}),
    Object.freeze(['vpn-admins']),
    { toString: () => 'batchi', toJSON: () => 'batchi' },
    { [Symbol.toPrimitive]: () => 'batchi' },
    new Array(3),
    Object.assign(['vpn-admins'], { extra: 1 }),
  );
}

function circular(): object {
  const value: Record<string, unknown> = {};
  value.self = value;
  return value;
}

/** Events that are none. */
function noEvent(): fc.Arbitrary<EventSpec> {
  return fc.oneof(
    {
      weight: 3,
      arbitrary: fc
        .oneof(
          fc.constantFrom<unknown[]>(
            null,
            undefined,
            true,
            0,
            Number.NaN,
            '',
            'v1',
            '{"username":"oncall"}',
            [],
            [REAL_EVENTS[2]],
          ),
          fc.constantFrom<unknown[]>(5n, Symbol('event'), () => REAL_EVENTS[2]),
          anyText(20),
          fc.array(fc.jsonValue()),
          fc.double(),
        )
        .map((value): EventSpec => ({ made: 'as-is', value })),
    },
    { weight: 1, arbitrary: fc.constantFrom<EventSpec[]>({ made: 'revoked-proxy' }, { made: 'proxy-that-throws' }) },
  );
}

const SCHEMA_VERSIONS = [
  'v4',
  'v10',
  'v999999999999999999999',
  `v${'9'.repeat(511)}`,
  `v${'9'.repeat(512)}`,
  'v0',
  'v00',
  'v01',
  'v03',
  'v-1',
  'v+1',
  'v1.0',
  'v3.1',
  'v 3',
  'v3 ',
  ' v3',
  'v3\n',
  'v',
  'V1',
  'V3',
  'ｖ３',
  'v３',
  'v٣',
  'v1e1',
  '3',
  '1',
  '',
  'latest',
  'constructor',
  '__proto__',
];

/** Keys that the service does not have; some are others' own. */
const OTHER_KEYS = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'valueOf',
  'hasOwnProperty',
  'toJSON',
  'then',
  'Username',
  'user-name',
  'userName',
  'publicIp',
  'public_ip',
  'commonName',
  'malformed',
  'allow',
  'mode',
  'requestContext',
  'Records',
  'source',
  'device-ip',
];
