/**
 * Random policies of the part of the language that Cedar can express, and connections that run into them: few names, groups,
 * addresses and moments, so that conditions often hold and often just fail to. Every document is valid by docs/policy-language.md.
 */
import fc from 'fast-check';
import type {
  Block,
  Blocks,
  EndpointSettings,
  PolicyDocument,
  PolicySet,
  Rule,
  SetEntry,
} from '../../../shared/engine/index.ts';
import { addressNumber, addressText } from './address-blocks.ts';
import type { CaseConnection, Sent } from './case-connection.ts';

export interface CedarCase {
  readonly document: PolicyDocument;
  readonly questions: readonly CaseQuestion[];
}

export interface CaseQuestion {
  readonly connection: CaseConnection;
  readonly nowMs: number;
}

/** A policy, and so many connections, each at its moment. */
export function cedarCase(questions: number): fc.Arbitrary<CedarCase> {
  const question = fc.record({ connection: connection(), nowMs: moment() }, PLAIN);
  return fc.record(
    { document: policyDocument(), questions: fc.array(question, { minLength: questions, maxLength: questions }) },
    PLAIN,
  );
}

const PLAIN = { noNullPrototype: true } as const;

// Moments: quarters of an hour around one anchor, and the milliseconds beside them

const ANCHOR_MS = Date.parse('2026-11-24T01:00:00Z');
const QUARTER_MS = 15 * 60_000;
const REACH = 6;

function moment(): fc.Arbitrary<number> {
  return fc
    .tuple(fc.integer({ min: -REACH, max: REACH }), fc.constantFrom(0, 0, -1, 1, 500))
    .map(([quarters, by]) => ANCHOR_MS + quarters * QUARTER_MS + by);
}

const OFFSETS = ['Z', '+09:00', '-03:30', '+05:45', '+00:00', '-11:00'];

function time(min = -REACH, max = REACH): fc.Arbitrary<string> {
  return fc
    .tuple(fc.integer({ min, max }), fc.constantFrom(...OFFSETS), fc.constantFrom('', ':00', ':00.5', ':00.001'))
    .map(([quarters, offset, seconds]) => timeText(ANCHOR_MS + quarters * QUARTER_MS, offset, seconds));
}

function timeText(ms: number, offset: string, seconds: string): string {
  const [hours = 0, minutes = 0] = offset === 'Z' ? [] : offset.slice(1).split(':').map(Number);
  const ahead = (hours * 60 + minutes) * (offset.startsWith('-') ? -60_000 : 60_000);
  return `${new Date(ms + ahead).toISOString().slice(0, 16)}${seconds}${offset}`;
}

/** Two times in order, or one of them. */
function span<From extends string, Until extends string>(from: From, until: Until) {
  const between = fc.integer({ min: 1 - REACH, max: REACH - 1 });
  return between.chain((middle) => {
    const [early, late] = [time(-REACH, middle - 1), time(middle, REACH)];
    return fc.oneof(
      fc.record({ [from]: early, [until]: late } as Record<From | Until, fc.Arbitrary<string>>, PLAIN),
      fc.record({ [from]: early } as Record<From, fc.Arbitrary<string>>, PLAIN),
      fc.record({ [until]: late } as Record<Until, fc.Arbitrary<string>>, PLAIN),
    );
  });
}

// Documents

const ENDPOINTS = [
  'cvpn-endpoint-0a1b2c3d4e5f67890',
  'cvpn-endpoint-0123456789abcdef0',
  'cvpn-endpoint-0fedcba9876543210',
];
const [FRANKFURT, TOKYO, UNNAMED] = ENDPOINTS as [string, string, string];
const NAMES_OF_ENDPOINTS = ['frankfurt', 'tokyo'];

function policyDocument(): fc.Arbitrary<PolicyDocument> {
  return fc.record(
    {
      version: fc.constant(1 as const),
      defaultEffect: fc.constantFrom('allow', 'deny'),
      endpoints: fc.record(
        {
          [FRANKFURT]: settings('frankfurt'),
          [TOKYO]: settings('tokyo'),
        },
        PLAIN,
      ),
      sets: sets(),
      rules: rules(),
    },
    PLAIN,
  );
}

function settings(name: string): fc.Arbitrary<EndpointSettings> {
  return fc.record(
    { name: fc.constant(name), defaultEffect: fc.constantFrom('allow', 'deny') },
    { requiredKeys: ['name'], ...PLAIN },
  );
}

function sets(): fc.Arbitrary<Record<string, PolicySet>> {
  const ofKind = (kind: PolicySet['kind'], value: fc.Arbitrary<string>): fc.Arbitrary<PolicySet> => {
    const entry: fc.Arbitrary<SetEntry> = fc.oneof(value, fc.record({ value, expiresAt: time() }, PLAIN));
    const entries = fc.oneof(
      { weight: 9, arbitrary: fc.array(entry, { maxLength: 4 }) },
      { weight: 1, arbitrary: fc.array(entry, { minLength: 10, maxLength: 60, size: 'max' }) },
    );
    return fc.record({ kind: fc.constant(kind), entries }, PLAIN);
  };
  return fc.record(
    {
      offices: ofKind('ip', addressEntry()),
      leavers: ofKind('user', namePattern(USERS)),
      certificates: ofKind('commonName', namePattern(COMMON_NAMES)),
      admins: ofKind('group', groupEntry()),
    },
    PLAIN,
  );
}

type RuleBody = Rule extends infer One ? (One extends Rule ? Omit<One, 'id'> : never) : never;

function rules(): fc.Arbitrary<Rule[]> {
  const body = fc.oneof(
    { weight: 4, arbitrary: rule('deny') },
    { weight: 4, arbitrary: rule('allow') },
    { weight: 3, arbitrary: rule('exempt') },
  );
  const bodies = fc.oneof(
    { weight: 19, arbitrary: fc.array(body, { minLength: 1, maxLength: 7, size: 'max' }) },
    { weight: 1, arbitrary: fc.array(body, { minLength: 10, maxLength: 40, size: 'max' }) },
  );
  return bodies.map((chosen) => {
    const all = chosen.map((one, index): Rule => ({ ...one, id: `r${index}` }));
    const denyIds = all.filter(({ effect }) => effect === 'deny').map(({ id }) => id);
    return all.map((one) => (one.effect === 'exempt' ? { ...one, from: existing(one.from, denyIds) } : one));
  });
}

/** The generated places in the list, turned into ids of deny rules that are there. */
function existing(from: '*' | readonly string[], denyIds: readonly string[]): '*' | readonly string[] {
  if (from === '*' || denyIds.length === 0) return '*';
  return [...new Set(from.map((place) => denyIds[Number(place) % denyIds.length] ?? ''))];
}

function rule(effect: Rule['effect']): fc.Arbitrary<RuleBody> {
  const refuses = effect === 'deny';
  const base = fc.record(
    {
      match: fc.oneof(
        { weight: 1, arbitrary: fc.constant('everyone' as const) },
        { weight: 7, arbitrary: blocks(refuses) },
      ),
      except: blocks(!refuses),
      enabled: fc.constantFrom(true, true, true, false),
      mode: fc.constantFrom('enforce' as const, 'enforce' as const, 'enforce' as const, 'report' as const),
    },
    { requiredKeys: ['match'], ...PLAIN },
  );
  const life = fc.oneof(
    { weight: 3, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: span('notBefore', 'expiresAt') },
  );
  const from = fc.oneof(fc.constant('*' as const), fc.array(fc.nat(6).map(String), { minLength: 1, maxLength: 3 }));
  return fc
    .tuple(base, life, fc.boolean(), fc.boolean(), from)
    .map(([{ except, ...rest }, lifetime, keeps, final, lifted]) => {
      // An exception in every rule would leave little to except from.
      const common = { ...rest, ...(keeps && except !== undefined ? { except } : {}), ...lifetime };
      if (effect === 'allow') return { ...common, effect };
      if (effect === 'deny') return { ...common, effect, ...(final ? { final } : {}) };
      return { ...common, effect, from: lifted };
    });
}

// Conditions

function blocks(refuses: boolean): fc.Arbitrary<Blocks> {
  const one = block(refuses);
  return fc.oneof(
    { weight: 2, arbitrary: one },
    { weight: 1, arbitrary: fc.array(one, { minLength: 1, maxLength: 3 }) },
  );
}

/** One condition most of the time: several seldom hold together. */
function block(refuses: boolean): fc.Arbitrary<Block> {
  const entries = (value: fc.Arbitrary<string>, ...sets: string[]) =>
    fc.array(fc.oneof({ weight: 3, arbitrary: value }, { weight: 1, arbitrary: fc.constantFrom(...sets) }), {
      minLength: 1,
      maxLength: 3,
    });
  const named = namePattern([...USERS, ...COMMON_NAMES]);
  const conditions = {
    endpoints: fc.uniqueArray(fc.constantFrom(...ENDPOINTS, ...NAMES_OF_ENDPOINTS), { minLength: 1, maxLength: 2 }),
    users: entries(namePattern(USERS), '@leavers'),
    commonNames: entries(namePattern(COMMON_NAMES), '@certificates'),
    identities: entries(named, '@leavers', '@certificates'),
    groups: entries(groupEntry(), '@admins'),
    allGroups: entries(groupEntry(), '@admins'),
    sourceIps: entries(addressEntry(), '@offices'),
    platforms: fc.array(namePattern(PLATFORMS), { minLength: 1, maxLength: 2 }),
    windows: fc.array(span('from', 'until'), { minLength: 1, maxLength: 2 }),
    missing: fc.uniqueArray(fc.constantFrom('username', 'commonName', 'groups', 'publicIp', 'platform'), {
      minLength: 1,
      maxLength: 2,
    }),
  } as const satisfies Record<string, fc.Arbitrary<unknown>>;
  const all = fc.record(conditions, PLAIN);
  const keys = Object.keys(conditions).filter((key) => refuses || key !== 'identities');
  const some = fc.oneof(
    { weight: 4, arbitrary: fc.subarray(keys, { minLength: 1, maxLength: 1 }) },
    { weight: 2, arbitrary: fc.subarray(keys, { minLength: 2, maxLength: 2 }) },
    { weight: 1, arbitrary: fc.subarray(keys, { minLength: 3, maxLength: 3 }) },
  );
  return fc
    .tuple(all, some)
    .map(([every, kept]): Block => Object.fromEntries(Object.entries(every).filter(([key]) => kept.includes(key))));
}

// Names: ASCII without blanks

const USERS = [
  'batchi',
  'user-0481',
  'ops-anna',
  'ops-bert',
  'CORP\\anna',
  'anna@example.com',
  'Corp\\bert@example.com',
  '*',
  'back\\',
];
const COMMON_NAMES = ['laptop-17', 'laptop-18', 'batchi', 'anna', 'server.example.com'];
const PLATFORMS = ['win', 'mac', 'mac-silicon', 'linux'];
const GROUPS = ['vpn-admins', 'late-shift', 'S-1-5-21-1001', 'temps', 'admins*'];

/** A name as a pattern, in any case: as it is, without its head or its tail, or shorn down to a part of it. */
function namePattern(names: readonly string[]): fc.Arbitrary<string> {
  return fc.tuple(fc.constantFrom(...names), fc.nat(9), fc.nat(4), fc.nat(4)).map(([name, way, head, tail]) => {
    if (way === 0) return `*${asPattern(name.slice(head))}`;
    if (way === 1) return `${asPattern(name.slice(0, name.length - tail))}*`;
    if (way === 2) return `${asPattern(name.slice(0, head))}*${asPattern(name.slice(name.length - tail))}`;
    if (way === 3) return asPattern(name.toUpperCase());
    // Logins, without and with their domains.
    if (way === 4) return asPattern(name.replace(/^.*\\/, '').replace(/@.*$/, '') || name);
    return asPattern(name);
  });
}

/** The pattern that matches just this text. A backslash needs doubling only where it could be read together with what follows. */
function asPattern(name: string): string {
  return name.replaceAll(/\\(?=[*?\\]|$)/g, '\\\\').replaceAll('*', '\\*');
}

function groupEntry(): fc.Arbitrary<string> {
  return fc.constantFrom(...GROUPS.map(asPattern), 'VPN-Admins');
}

// Addresses: some near one another, in both families, IPv4 in IPv6's words too

const ADDRESSES = [
  '203.0.113.9',
  '203.0.113.10',
  '203.0.113.128',
  '198.51.100.7',
  '0.0.0.0',
  '255.255.255.255',
  '2001:db8:40::1',
  '2001:DB8:40:0:0:0:0:2',
  '2001:db8:40:ffff::9',
  '64:ff9b::192.0.2.1',
  '::',
  '::ffff:203.0.113.9',
  '::FFFF:c633:6407',
];

function addressEntry(): fc.Arbitrary<string> {
  const address = fc.constantFrom(...ADDRESSES.filter((one) => !one.startsWith('64:ff9b')));
  const near = fc.constantFrom(0n, 0n, 1n, 2n, 100n);
  const block = fc.tuple(address, fc.constantFrom(0, 1, 2, 3, 4, 7, 8, 12, 24)).map(([text, host]) => {
    const bits = text.includes(':') ? 128 : 32;
    return `${text}/${bits - host}`;
  });
  const wide = fc.constantFrom('0.0.0.0/0', '::/0', '2001:db8::/32', '203.0.0.0/9', '::ffff:0:0/96', '::/64');
  const range = fc.tuple(address, near, near).map(([text, before, after]) => {
    const { bits, value } = addressNumber(text);
    const [most, first, last] = [(1n << BigInt(bits)) - 1n, value - before, value + after];
    return `${addressText({ bits, value: first < 0n ? 0n : first })}-${addressText({ bits, value: last > most ? most : last })}`;
  });
  return fc.oneof(address, { weight: 2, arbitrary: block }, wide, { weight: 2, arbitrary: range });
}

// Connections

function connection(): fc.Arbitrary<CaseConnection> {
  return fc.record(
    {
      endpointId: attribute(fc.constantFrom(FRANKFURT, TOKYO, UNNAMED, FRANKFURT.toUpperCase()), WRONG_TEXTS),
      username: attribute(inAnyCase(USERS), WRONG_TEXTS),
      commonName: attribute(inAnyCase(COMMON_NAMES), WRONG_TEXTS),
      platform: attribute(inAnyCase(PLATFORMS), WRONG_TEXTS),
      publicIp: attribute(address(), [...WRONG_TEXTS, ...WRONG_ADDRESSES]),
      groups: attribute(fc.uniqueArray(inAnyCase(GROUPS), { minLength: 1, maxLength: 4 }), WRONG_GROUPS, [
        [],
        [null],
        ['', null],
      ]).map(withNothingBetween),
    },
    PLAIN,
  );
}

const WRONG_TEXTS: readonly unknown[] = [0, 4711, true, ['batchi'], { name: 'batchi' }, 'x'.repeat(513)];
const WRONG_ADDRESSES = [
  '010.0.0.1',
  '203.0.113.9 ',
  '203.0.113',
  '203.0.113.256',
  '0xcb007109',
  'fe80::1%eth0',
  '2001:db8:::1',
  '203.0.113.0/24',
  'batchi',
];
const WRONG_GROUPS: readonly unknown[] = [
  'vpn-admins',
  7,
  ['vpn-admins', 7],
  [['vpn-admins']],
  ['vpn-admins', 'x'.repeat(513)],
];

/** Null and empty text in a list are nothing. */
function withNothingBetween(groups: Sent<readonly string[]>): Sent<readonly string[]> {
  if (groups.means !== 'value' || groups.value.length !== 3) return groups;
  const [first, ...others] = groups.value;
  return { ...groups, sent: [null, first, '', ...others] };
}

/** Mostly a value, sometimes absent, sometimes malformed. */
function attribute<T>(
  values: fc.Arbitrary<T>,
  wrong: readonly unknown[],
  nothing: readonly unknown[] = [],
): fc.Arbitrary<Sent<T>> {
  return fc.oneof(
    { weight: 16, arbitrary: values.map((value): Sent<T> => ({ means: 'value', sent: value, value })) },
    {
      weight: 3,
      arbitrary: fc.constantFrom(undefined, null, '', ...nothing).map((sent): Sent<T> => ({ means: 'absent', sent })),
    },
    { weight: 1, arbitrary: fc.constantFrom(...wrong).map((sent): Sent<T> => ({ means: 'malformed', sent })) },
  );
}

function inAnyCase(names: readonly string[]): fc.Arbitrary<string> {
  return fc.tuple(fc.constantFrom(...names), fc.nat(3)).map(([name, way]) => (way === 0 ? name.toUpperCase() : name));
}

function address(): fc.Arbitrary<string> {
  const beside = fc.tuple(fc.constantFrom(...ADDRESSES), fc.constantFrom(-1n, 1n, 3n, 120n)).map(([text, by]) => {
    const { bits, value } = addressNumber(text);
    return addressText({ bits, value: (value + by) & ((1n << BigInt(bits)) - 1n) });
  });
  return fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...ADDRESSES) }, { weight: 1, arbitrary: beside });
}
