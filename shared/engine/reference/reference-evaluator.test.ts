/** Cases worked out by hand from docs/policy-language.md: the judge is judged first, and the engine by the same cases. */
import { describe, expect, it } from '@jest/globals';
import {
  type Block,
  type Connection,
  compile,
  type Decision,
  decide,
  namesAttribute,
  type PolicyDocument,
  textAttribute,
  type Window,
} from '../index.ts';
import { referenceDecide } from './reference-evaluator.ts';
import { momentOf, momentsShowing } from './reference-windows.ts';

type Evaluator = (document: PolicyDocument, connection: Connection, nowMs: number) => Decision;

const EVALUATORS: readonly (readonly [string, Evaluator])[] = [
  ['the reference evaluator', referenceDecide],
  ['the engine', (document, connection, nowMs) => decide(compile(document), connection, nowMs)],
];

const NOON = Date.parse('2026-11-24T12:00:00+09:00');
const ENDPOINT = 'cvpn-endpoint-0a1b2c3d4e5f67890';

interface Given {
  readonly endpoint?: unknown;
  readonly username?: unknown;
  readonly commonName?: unknown;
  readonly publicIp?: unknown;
  readonly version?: unknown;
  readonly groups?: unknown;
}

function connection(given: Given): Connection {
  return {
    connectionId: 'cvpn-connection-1',
    endpointId: textAttribute(given.endpoint),
    username: textAttribute(given.username),
    commonName: textAttribute(given.commonName),
    publicIp: textAttribute(given.publicIp),
    platform: undefined,
    platformVersion: undefined,
    openvpnVersion: textAttribute(given.version),
    awsClientVersion: undefined,
    groups: namesAttribute(given.groups),
  };
}

const SETS: PolicyDocument['sets'] = {
  gone: { kind: 'group', entries: [{ value: 'admins', expiresAt: '2026-01-01T00:00Z' }] },
};

/** True when the block holds, in the place where it refuses or in the one where it grants. */
function holds(evaluate: Evaluator, place: string, match: Block, given: Given): boolean {
  const document: PolicyDocument =
    place === 'refusing'
      ? { version: 1, defaultEffect: 'allow', sets: SETS, rules: [{ id: 'r', effect: 'deny', match }] }
      : { version: 1, defaultEffect: 'deny', sets: SETS, rules: [{ id: 'r', effect: 'allow', match }] };
  return evaluate(document, connection(given), NOON).decidedBy === 'rule';
}

/** The policy in docs/policy-language.md and DESIGN.md, with the rule that an admin is needed for. */
const EXAMPLE: PolicyDocument = {
  version: 1,
  defaultEffect: 'deny',
  defaultMessage: 'Not allowed from here. Call the help desk on 1234 and quote {connectionId}.',
  endpoints: { [ENDPOINT]: { name: 'frankfurt', defaultEffect: 'allow', mode: 'observe' } },
  sets: {
    offices: {
      kind: 'ip',
      entries: ['203.0.113.0/24', '2001:db8:40::/44', '198.51.100.7', '198.51.100.20-198.51.100.29'],
    },
    leavers: { kind: 'user', entries: ['batchi', { value: 'user-0481', expiresAt: '2026-12-31T00:00:00+09:00' }] },
  },
  rules: [
    {
      id: 'block-leavers',
      effect: 'deny',
      match: { users: ['@leavers', '*@contractor.example.com'] },
      message: 'This user is not permitted.',
    },
    {
      id: 'patch-night',
      effect: 'deny',
      match: { windows: [{ cron: '0 2 * * TUE#2', duration: 'PT4H', timezone: 'Asia/Tokyo' }] },
      except: [{ groups: ['vpn-admins'] }, { users: ['oncall'] }],
      message: 'Maintenance, {username}.',
    },
    {
      id: 'late-shift-tonight',
      effect: 'exempt',
      from: ['patch-night'],
      match: { users: ['late-shift'] },
      expiresAt: '2026-12-08T03:00:00+09:00',
    },
    {
      id: 'offices-only-in-hours',
      effect: 'allow',
      match: {
        sourceIps: ['@offices'],
        windows: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], start: '02:00', end: '22:00', timezone: 'Asia/Tokyo' }],
      },
      postureStatuses: ['compliant'],
    },
    {
      id: 'try-new-minimum',
      effect: 'deny',
      mode: 'report',
      match: [{ openvpnVersion: '<2.6.0' }, { missing: ['openvpnVersion'] }],
    },
  ],
};

const HELP_DESK = 'Not allowed from here. Call the help desk on 1234 and quote cvpn-connection-1.';
const REPORTED = { reported: ['try-new-minimum'] };

describe.each(EVALUATORS)('%s decides the example', (_, evaluate) => {
  it.each<[what: string, given: Given, at: string, expected: Partial<Decision>]>([
    [
      'leavers stay out, even from the office',
      { username: 'Batchi', publicIp: '203.0.113.9' },
      '2026-11-24T10:00:00+09:00',
      {
        allow: false,
        rules: ['block-leavers'],
        message: 'This user is not permitted.',
        postureStatuses: [],
        ...REPORTED,
      },
    ],
    [
      'a common name from the office comes in',
      { commonName: 'site-1', publicIp: '::ffff:203.0.113.9', version: '2.6.12' },
      '2026-11-24T10:00:00+09:00',
      {
        allow: true,
        decidedBy: 'rule',
        rules: ['offices-only-in-hours'],
        postureStatuses: ['compliant'],
        reported: [],
      },
    ],
    [
      'not from elsewhere',
      { commonName: 'site-1', publicIp: '198.51.100.30' },
      '2026-11-24T10:00:00+09:00',
      { allow: false, decidedBy: 'default', rules: [], message: HELP_DESK },
    ],
    [
      'not at night',
      { publicIp: '198.51.100.29' },
      '2026-11-24T22:00:00+09:00',
      { allow: false, decidedBy: 'default' },
    ],
    [
      'an entry counts until it expires',
      { username: 'user-0481', publicIp: '203.0.113.9' },
      '2026-12-30T23:59:59.999+09:00',
      { allow: false, rules: ['block-leavers'] },
    ],
    [
      'and no longer from then on',
      { username: 'user-0481', publicIp: '203.0.113.9' },
      '2026-12-31T02:00:00+09:00',
      { allow: true, rules: ['offices-only-in-hours'] },
    ],
    [
      'the maintenance begins on the second Tuesday',
      { username: 'x', publicIp: '203.0.113.9' },
      '2026-12-08T02:00:00+09:00',
      { allow: false, rules: ['patch-night'], message: 'Maintenance, x.' },
    ],
    [
      'and its end does not belong to it',
      { username: 'x', publicIp: '203.0.113.9' },
      '2026-12-08T06:00:00+09:00',
      { allow: true, rules: ['offices-only-in-hours'] },
    ],
    [
      'admins work on',
      { username: 'x', publicIp: '203.0.113.9', groups: ['VPN-Admins'] },
      '2026-12-08T03:30:00+09:00',
      { allow: true },
    ],
    [
      'the late shift is exempt',
      { username: 'late-shift', publicIp: '203.0.113.9' },
      '2026-12-08T02:59:59+09:00',
      { allow: true },
    ],
    [
      'until the exemption expires',
      { username: 'late-shift', publicIp: '203.0.113.9' },
      '2026-12-08T03:00:00+09:00',
      { allow: false, rules: ['patch-night'] },
    ],
    [
      'a name with an accent is none of the exempt',
      { username: 'làte-shift', publicIp: '203.0.113.9' },
      '2026-12-08T02:30:00+09:00',
      { allow: false, rules: ['patch-night'] },
    ],
    [
      'an endpoint that only observes lets a leaver in and says what was decided',
      { username: 'ｂａｔｃｈｉ', endpoint: ENDPOINT },
      '2026-11-24T10:00:00+09:00',
      { allow: true, effect: 'deny', observed: true, endpoint: 'frankfurt', rules: ['block-leavers'] },
    ],
    [
      'and has a default of its own',
      { username: 'x', endpoint: ENDPOINT },
      '2026-11-24T10:00:00+09:00',
      { allow: true, effect: 'allow', decidedBy: 'default', observed: false },
    ],
  ])('%s', (_what, given, at, expected) => {
    expect(evaluate(EXAMPLE, connection(given), Date.parse(at))).toMatchObject(expected);
  });
});

describe.each(EVALUATORS)('%s reads conditions', (_, evaluate) => {
  it.each<[what: string, place: string, block: Block, given: Given, expected: boolean]>([
    ['absent matches nothing where it refuses', 'refusing', { users: ['*'] }, { username: '' }, false],
    ['absent matches nothing where it grants', 'granting', { users: ['*'] }, {}, false],
    ['missing matches absence', 'granting', { missing: ['groups'] }, { groups: ['', null] }, true],
    ['malformed refuses', 'refusing', { users: ['zoe'] }, { username: 17 }, true],
    ['malformed grants nothing', 'granting', { users: ['*'] }, { username: 17 }, false],
    ['a malformed address is malformed', 'refusing', { sourceIps: ['::1'] }, { publicIp: '010.0.0.1' }, true],
    ['a malformed address is not missing', 'granting', { missing: ['publicIp'] }, { publicIp: '1.2.3.4 ' }, false],
    ['but refuses as if it were', 'refusing', { missing: ['publicIp'] }, { publicIp: '1.2.3.4 ' }, true],
    ['one malformed group spoils the list', 'granting', { groups: ['a'] }, { groups: ['a', 7] }, false],
    ['all groups are wanted', 'granting', { allGroups: ['a', 'b'] }, { groups: ['a'] }, false],
    ['all groups are there', 'granting', { allGroups: ['a', 'b'] }, { groups: ['B', 'A'] }, true],
    ['expired entries are not wanted', 'granting', { allGroups: ['a', '@gone'] }, { groups: ['a'] }, true],
    ['with all entries expired nobody is in', 'granting', { allGroups: ['@gone'] }, { groups: ['admins'] }, false],
    ['a shorter prefix is IPv6 only', 'refusing', { sourceIps: ['::/0'] }, { publicIp: '::ffff:1.2.3.4' }, false],
    ['the mapped block is IPv4', 'refusing', { sourceIps: ['::ffff:0:0/96'] }, { publicIp: '1.2.3.4' }, true],
    ['host bits are ignored', 'granting', { sourceIps: ['203.0.113.200/25'] }, { publicIp: '203.0.113.128' }, true],
    [
      'a range ends with its last address',
      'granting',
      { sourceIps: ['1.1.1.1-1.1.1.3'] },
      { publicIp: '1.1.1.3' },
      true,
    ],
    ['NAT64 is IPv6', 'refusing', { sourceIps: ['0.0.0.0/0'] }, { publicIp: '64:ff9b::1.2.3.4' }, false],
    ['an escaped star is a star', 'granting', { users: ['a\\*b'] }, { username: 'axb' }, false],
    ['a wide star in a name is a star', 'refusing', { users: ['a\\*b'] }, { username: 'a＊b' }, true],
    ['a backslash is itself', 'granting', { users: ['CORP\\batchi'] }, { username: 'corp\\BATCHI' }, true],
    ['a question mark is one character', 'granting', { users: ['?'] }, { username: '😀' }, true],
    ['blanks go where it refuses', 'refusing', { users: ['* '] }, { username: ' x ' }, true],
    ['blanks stay where it grants', 'granting', { users: ['x'] }, { username: 'x ' }, false],
    ['sharp s in capitals', 'refusing', { users: ['strasse'] }, { username: 'STRAẞE' }, true],
    ['final sigma is sigma', 'granting', { users: ['ΣΊΣΥΦΟΣ'] }, { username: 'σίσυφος' }, true],
    ['an identity by common name', 'refusing', { identities: ['batchi'] }, { commonName: 'CORP\\ Bàtchi @x@y' }, true],
    ['no identity before the domain', 'refusing', { identities: ['batchi'] }, { username: 'batchi\\zoe' }, false],
    ['64 ways to split', 'refusing', { identities: ['zoe'] }, { username: `a${'@'.repeat(63)}` }, false],
    ['65 ways to split', 'refusing', { identities: ['zoe'] }, { username: `a${'@'.repeat(64)}` }, true],
    ['missing parts of a version are 0', 'granting', { openvpnVersion: '=2.6' }, { version: '2.6.0.0' }, true],
    ['several comparisons hold together', 'granting', { openvpnVersion: '>=2.5 <2.6' }, { version: '2.6' }, false],
    ['numbers are compared as numbers', 'granting', { openvpnVersion: '>2.9' }, { version: '2.10' }, true],
    ['five numbers are malformed', 'refusing', { openvpnVersion: '<1' }, { version: '1.2.3.4.5' }, true],
  ])('%s (%s)', (_what, place, block, given, expected) => {
    expect(holds(evaluate, place, block, given)).toBe(expected);
  });
});

describe.each(EVALUATORS)('%s reads windows', (_, evaluate) => {
  const night = (timezone: string): Window => ({ days: ['sun'], start: '01:30', end: '02:30', timezone });
  const cron = (text: string, duration: string, timezone: string): Window => ({ cron: text, duration, timezone });

  it.each<[what: string, window: Window, at: string, expected: boolean]>([
    ['an absolute window holds at its start', { from: '2026-01-01T00:00Z' }, '2026-01-01T00:00:00Z', true],
    ['and no longer at its end', { until: '2026-01-01T00:00Z' }, '2026-01-01T00:00:00Z', false],
    ['a skipped hour is not inside: before the gap', night('America/New_York'), '2026-03-08T06:59:59Z', true],
    ['after the gap it is 03:00', night('America/New_York'), '2026-03-08T07:00:00Z', false],
    ['an hour that comes twice is inside twice: first 01:30', night('America/New_York'), '2026-11-01T05:30:00Z', true],
    ['outside at the second 01:00', night('America/New_York'), '2026-11-01T06:00:00Z', false],
    ['inside at the second 01:30', night('America/New_York'), '2026-11-01T06:30:00Z', true],
    [
      'a night belongs to the day it started on',
      { days: ['mon'], start: '22:00', end: '06:00', timezone: 'Asia/Tokyo' },
      '2026-11-24T05:59:59+09:00',
      true,
    ],
    [
      'and not to the day it ends on',
      { days: ['tue'], start: '22:00', end: '06:00', timezone: 'Asia/Tokyo' },
      '2026-11-24T05:59:59+09:00',
      false,
    ],
    [
      'midnight to midnight is a whole day',
      { dates: ['2026-11-24'], start: '00:00', end: '00:00', timezone: 'Asia/Kathmandu' },
      '2026-11-24T23:59:59+05:45',
      true,
    ],
    [
      'the night after a day that never came',
      { dates: ['2011-12-30'], start: '22:00', end: '06:00', timezone: 'Pacific/Apia' },
      '2011-12-31T05:00:00+14:00',
      true,
    ],
    [
      'a cron start in the gap moves to its end',
      cron('30 2 * * *', 'PT1H', 'America/New_York'),
      '2026-03-08T07:00:00Z',
      true,
    ],
    ['and lasts its duration', cron('30 2 * * *', 'PT1H', 'America/New_York'), '2026-03-08T08:00:00Z', false],
    ['a gap of half an hour', cron('15 2 * * *', 'PT1M', 'Australia/Lord_Howe'), '2026-10-03T15:30:00Z', true],
    [
      'a start that comes twice counts the first time',
      cron('30 1 * * *', 'PT1H', 'America/New_York'),
      '2026-11-01T05:30:00Z',
      true,
    ],
    ['and not the second time', cron('30 1 * * *', 'PT1H', 'America/New_York'), '2026-11-01T06:30:00Z', false],
    ['nor for every hour', cron('30 * * * *', 'PT1M', 'America/New_York'), '2026-11-01T06:30:00Z', false],
    ['the duration is elapsed time', cron('0 0 * * *', 'PT4H', 'America/New_York'), '2026-11-01T07:59:59Z', true],
    [
      'and ends an hour early by the clock',
      cron('0 0 * * *', 'PT4H', 'America/New_York'),
      '2026-11-01T08:00:00Z',
      false,
    ],
    ['the last day of February', cron('0 12 L * *', 'PT1M', 'UTC'), '2028-02-29T12:00:00Z', true],
    [
      'a day that never came starts at the end of the gap',
      cron('0 9 30 12 *', 'PT1H', 'Pacific/Apia'),
      '2011-12-30T10:30:00Z',
      true,
    ],
  ])('%s', (_what, window, at, expected) => {
    const document: PolicyDocument = {
      version: 1,
      defaultEffect: 'allow',
      rules: [{ id: 'r', effect: 'deny', match: { windows: [window] } }],
    };
    expect(evaluate(document, connection({}), Date.parse(at)).effect === 'deny').toBe(expected);
  });
});

describe.each(EVALUATORS)('%s writes messages', (_, evaluate) => {
  const refused = (defaultMessage: string | undefined, given: Given) =>
    evaluate({ version: 1, defaultEffect: 'deny', defaultMessage }, connection(given), NOON).message;

  it.each<[what: string, template: string | undefined, given: Given, expected: string]>([
    ['has a message of its own', undefined, {}, "Refused by the VPN's policy. Connection cvpn-connection-1."],
    ['shows an absent value as a dash', '{username} {rule}', {}, '- default'],
    ['inserts once', '{username}', { username: '{rule} $&' }, '{rule} $&'],
    ['removes control and format characters', '{username}', { username: 'a\u202eb\u0007c\u200b' }, 'abc'],
    [
      'cuts a value to 64 units, no character in two',
      '{username}',
      { username: `${'x'.repeat(63)}😀` },
      'x'.repeat(63),
    ],
    ['cuts the message to 255 units', `${'x'.repeat(254)}😀`, {}, 'x'.repeat(254)],
  ])('%s', (_what, template, given, expected) => {
    expect(refused(template, given)).toBe(expected);
  });
});

describe('momentOf', () => {
  it.each([
    ['an ordinary time', '2026-12-08T06:00Z', 'Asia/Tokyo', '2026-12-07T21:00:00.000Z'],
    ['a time in a gap', '2026-03-08T02:30Z', 'America/New_York', '2026-03-08T07:00:00.000Z'],
    ['a time that comes twice', '2026-11-01T01:30Z', 'America/New_York', '2026-11-01T05:30:00.000Z'],
    ['a day that never came', '2011-12-30T02:00Z', 'Pacific/Apia', '2011-12-30T10:00:00.000Z'],
    ['a gap at midnight', '2018-11-04T00:30Z', 'America/Sao_Paulo', '2018-11-04T03:00:00.000Z'],
  ])('finds %s', (_, local, zone, expected) => {
    expect(new Date(momentOf(Date.parse(local), zone)).toISOString()).toBe(expected);
  });

  it('knows both moments of an hour that comes twice', () => {
    expect(momentsShowing('2026-11-01 01:30', 'America/New_York').map((ms) => new Date(ms).toISOString())).toEqual([
      '2026-11-01T05:30:00.000Z',
      '2026-11-01T06:30:00.000Z',
    ]);
  });
});

describe.each(EVALUATORS)('%s takes an endpoint’s name for its id', (_, evaluate) => {
  const document: PolicyDocument = {
    version: 1,
    defaultEffect: 'deny',
    endpoints: { [ENDPOINT]: { name: 'frankfurt' } },
    rules: [{ id: 'r', effect: 'allow', match: { endpoints: ['frankfurt'] } }],
  };

  it.each([
    [ENDPOINT, true],
    ['frankfurt', false],
  ])('so that a request of %s is admitted: %s', (endpoint, admitted) => {
    expect(evaluate(document, connection({ endpoint }), NOON).allow).toBe(admitted);
  });
});
