/** Each warning, where it belongs and where it does not. */
import { describe, expect, it } from '@jest/globals';
import type { PolicyDocument } from '../engine/index.ts';
import { type LintCode, lintPolicy } from './lint.ts';
import { readPolicy } from './read-document.ts';

const NOW = Date.UTC(2026, 10, 24);
const P = 'version: 1\ndefaultEffect: deny\n';

function policy(text: string): PolicyDocument {
  const read = readPolicy(text);
  if (!read.ok) throw new Error(JSON.stringify(read.issues));
  return read.document;
}

const deny = (match: string, more = '') => `${P}rules:\n  - { id: d, effect: deny, match: ${match}${more} }\n`;
const allow = (more: string) => `${P}rules:\n  - { id: a, effect: allow, match: everyone, ${more} }\n`;
const ips = (entries: string) =>
  `${P}sets: { a: { kind: ip, entries: [${entries}] } }\nrules: [{ id: r, effect: allow, match: { sourceIps: ["@a"] } }]\n`;
const limit = (match: string, more = '') => `${P}limits:\n  - { id: l, match: ${match}, maxConnections: 1${more} }\n`;
const users = (entries: string) =>
  `${P}sets: { a: { kind: user, entries: [${entries}] } }\nrules: [{ id: r, effect: deny, match: { identities: ["@a"] } }]\n`;
const window = (text: string) => deny(`{ windows: [${text}] }`);

const CASES: Record<LintCode, { warns: [string, string, string[]][]; isSilent: [string, string][] }> = {
  'never-applies': {
    warns: [
      ['a set in which nobody is left', users('{ value: x, expiresAt: 2026-11-24T00:00Z }'), ['rules[0]']],
      ['an empty set', users(''), ['rules[0]']],
      ['a window that is over', window('{ until: 2026-11-24T00:00Z }'), ['rules[0]']],
      [
        'a window that is over before the rule begins',
        deny('{ windows: [{ until: 2026-12-01T00:00Z }] }', ', notBefore: 2026-12-01T00:00Z'),
        ['rules[0]'],
      ],
      [
        'a window that begins when the rule has ended',
        deny('{ windows: [{ from: 2026-12-01T00:00Z }] }', ', expiresAt: 2026-12-01T00:00Z'),
        ['rules[0]'],
      ],
      [
        'days that are over',
        window('{ dates: [2026-11-01, 2026-11-19], start: "00:00", end: "00:00", timezone: UTC }'),
        ['rules[0]'],
      ],
      [
        'versions that exclude each other',
        allow('enabled: true').replace('everyone', '{ openvpnVersion: ">=3 <2" }'),
        ['rules[0]'],
      ],
      [
        'a version below zero',
        allow('enabled: true').replace('everyone', '{ awsClientVersion: ["<0"] }'),
        ['rules[0]'],
      ],
      [
        'an attribute both missing and matched',
        allow('enabled: true').replace('everyone', '{ users: [x], missing: [username] }'),
        ['rules[0]'],
      ],
      [
        'an exemption from final rules alone',
        `${P}rules:\n  - { id: d, effect: deny, match: everyone, final: true }\n  - { id: e, effect: exempt, from: [d], match: { users: [x] } }\n`,
        ['rules[1]'],
      ],
      [
        'an exemption where there is no deny rule',
        `${P}rules:\n  - { id: e, effect: exempt, from: "*", match: { users: [x] } }\n`,
        ['rules[0]'],
      ],
      ['a limit on a window that is over', limit('{ windows: [{ until: 2026-11-24T00:00Z }] }'), ['limits[0]']],
      [
        'a limit on a set in which nobody is left',
        `${P}sets: { a: { kind: group, entries: [] } }\nlimits: [{ id: l, match: { groups: ["@a"] }, maxConnections: 1 }]\n`,
        ['limits[0]'],
      ],
    ],
    isSilent: [
      ['a limit that is switched off', limit('{ windows: [{ until: 2026-11-24T00:00Z }] }', ', enabled: false')],
      ['a limit on everyone', limit('everyone')],
      ['one block of a list that can hold', deny('[{ windows: [{ until: 2026-11-24T00:00Z }] }, { identities: [x] }]')],
      ['a set in which one is left', users('x, { value: y, expiresAt: 2026-11-30T00:00Z }')],
      ['a window that is still open', window('{ until: 2026-11-24T00:01Z }')],
      [
        'a window on days not long ago',
        window('{ dates: [2026-11-23], start: "23:00", end: "22:00", timezone: Pacific/Pago_Pago }'),
      ],
      ['versions that leave one', allow('enabled: true').replace('everyone', '{ openvpnVersion: ">=2.5 <=2.5.0" }')],
      [
        'one attribute missing or another matched',
        allow('enabled: true').replace('everyone', '[{ users: [x] }, { missing: [username] }]'),
      ],
      ['a rule that is switched off', deny('{ windows: [{ until: 2026-11-24T00:00Z }] }', ', enabled: false')],
      [
        'an exemption from rules of which one is not final',
        `${P}rules:\n  - { id: d, effect: deny, match: everyone, final: true }\n  - { id: f, effect: deny, match: everyone }\n  - { id: e, effect: exempt, from: "*", match: { users: [x] } }\n`,
      ],
    ],
  },
  'expired-rule': {
    warns: [['a rule that has expired', deny('everyone', ', expiresAt: 2026-11-24T00:00Z'), ['rules[0]']]],
    isSilent: [
      ['a rule that has not', deny('everyone', ', expiresAt: 2026-11-24T00:00:00.001Z')],
      ['one that is switched off', deny('everyone', ', expiresAt: 2026-11-24T00:00Z, enabled: false')],
    ],
  },
  'expired-entry': {
    warns: [
      ['entries that have expired', users('x, { value: y, expiresAt: 2026-11-24T00:00Z }'), ['sets.a.entries[1]']],
    ],
    isSilent: [['entries that have not', users('x, { value: y, expiresAt: 2026-11-24T00:00:00.001Z }')]],
  },
  'unused-set': {
    warns: [
      [
        'a set that no rule names',
        `${P}sets: { a: { kind: ip, entries: [] }, constructor: { kind: user, entries: [] } }\n`,
        ['sets.a', 'sets.constructor'],
      ],
    ],
    isSilent: [
      ['a set in a match', users('x')],
      [
        'a set in a limit alone',
        `${P}sets: { a: { kind: group, entries: [x] } }\nlimits: [{ id: l, match: everyone, except: { groups: ["@a"] }, maxConnections: 1 }]\n`,
      ],
      [
        'a set in an except',
        `${P}sets: { a: { kind: user, entries: [x] } }\nrules: [{ id: r, effect: deny, match: everyone, except: [{ users: ["@a"] }] }]\n`,
      ],
      [
        'a set of dates in a window',
        `${P}sets: { a: { kind: date, entries: [2099-12-29] } }\nrules: [{ id: r, effect: deny, match: { windows: [{ dates: ["@a"], start: "00:00", end: "00:00", timezone: UTC }] } }]\n`,
      ],
    ],
  },
  'host-bits': {
    warns: [
      [
        'bits after the prefix, in a set',
        ips('203.0.113.7/24, "2001:db8::1/64"'),
        ['sets.a.entries[0]', 'sets.a.entries[1]'],
      ],
      [
        'bits after the prefix, in a condition',
        allow('enabled: true').replace('everyone', '{ sourceIps: [203.0.113.7/24] }'),
        ['rules[0].match.sourceIps[0]'],
      ],
    ],
    isSilent: [
      ['blocks, ranges and addresses', ips('203.0.113.0/24, 198.51.100.7, 192.0.2.3-192.0.2.9, "2001:db8::/64"')],
    ],
  },
  'repeated-entry': {
    warns: [
      ['a name in another case', users('Batchi, BATCHI'), ['sets.a.entries[1]']],
      [
        'a name that expires beside one that stays',
        users('x, { value: x, expiresAt: 2026-11-30T00:00Z }'),
        ['sets.a.entries[1]'],
      ],
      ['an address in another form', ips('203.0.113.9, "::ffff:203.0.113.9"'), ['sets.a.entries[1]']],
      [
        'a day',
        window('{ days: [mon, tue, mon], start: "00:00", end: "00:00", timezone: UTC }'),
        ['rules[0].match.windows[0].days[2]'],
      ],
      ['a group', deny('[{ groups: [temps, TEMPS] }, { missing: [groups] }]'), ['rules[0].match[0].groups[1]']],
      ['a name in a limit', limit('{ identities: [x, X] }'), ['limits[0].match.identities[1]']],
    ],
    isSilent: [
      ['names that differ', users('batchi, batchi2')],
      [
        'a name that stays beside one that has expired',
        users('x, y').replace('y]', '{ value: x, expiresAt: 2026-11-01T00:00Z }]'),
      ],
      [
        'one name in two sets',
        `${P}sets: { a: { kind: user, entries: [x] }, b: { kind: user, entries: [x] } }\nrules: [{ id: r, effect: deny, match: { identities: ["@a", "@b"] } }]\n`,
      ],
    ],
  },
  'overlapping-entry': {
    warns: [
      ['an address within a block', ips('203.0.113.0/24, 203.0.113.9'), ['sets.a.entries[1]']],
      ['a block around an address', ips('203.0.113.9, 203.0.113.0/24'), ['sets.a.entries[1]']],
      ['ranges by one address', ips('192.0.2.1-192.0.2.9, 192.0.2.9-192.0.2.20'), ['sets.a.entries[1]']],
      [
        'what is far apart but within a wide one',
        ips('10.0.0.0/8, 10.1.0.0/16, 10.200.0.0/16'),
        ['sets.a.entries[1]', 'sets.a.entries[2]'],
      ],
      [
        'entries of a condition',
        allow('enabled: true').replace('everyone', '{ sourceIps: ["::/0", "2001:db8::/32"] }'),
        ['rules[0].match.sourceIps[1]'],
      ],
    ],
    isSilent: [
      ['neighbours', ips('192.0.2.1-192.0.2.9, 192.0.2.10-192.0.2.20, 203.0.113.0/25, 203.0.113.128/25')],
      ['two families', ips('0.0.0.0/0, "::/0"')],
      ['what has expired', ips('203.0.113.0/24, { value: 203.0.113.9, expiresAt: 2026-11-01T00:00Z }')],
    ],
  },
  'deny-passes-missing': {
    warns: [
      ['a version', deny('{ openvpnVersion: "<2.6" }'), ['rules[0].match.openvpnVersion']],
      ['users', deny('{ users: [x] }'), ['rules[0].match.users']],
      [
        'groups and a platform',
        deny('{ allGroups: [x], platforms: [ios] }'),
        ['rules[0].match.allGroups', 'rules[0].match.platforms'],
      ],
      [
        'a version with the missing of another attribute beside it',
        deny('[{ awsClientVersion: "<5" }, { missing: [openvpnVersion] }]'),
        ['rules[0].match[0].awsClientVersion'],
      ],
    ],
    isSilent: [
      ['a version with its missing beside it', deny('[{ openvpnVersion: "<2.6" }, { missing: [openvpnVersion] }]')],
      ['identities', deny('{ identities: [x] }')],
      [
        'an endpoint and addresses',
        deny('{ endpoints: [cvpn-endpoint-0a1b2c3d4e5f67890], sourceIps: [192.0.2.1, "2001:db8::1"] }'),
      ],
      [
        'a version whose absence another rule refuses',
        `${P}rules:\n  - { id: d, effect: deny, match: { openvpnVersion: "<2.6" } }\n  - { id: e, effect: deny, match: { missing: [openvpnVersion] } }\n`,
      ],
      ['an allow rule', allow('enabled: true').replace('everyone', '{ users: [x] }')],
    ],
  },
  'except-passes-missing': {
    warns: [
      ['users', allow('except: { users: [x] }'), ['rules[0].except.users']],
      ['groups', allow('except: [{ groups: [temps] }, { missing: [username] }]'), ['rules[0].except[0].groups']],
    ],
    isSilent: [
      ['groups with their missing beside it', allow('except: [{ groups: [temps] }, { missing: [groups] }]')],
      ['identities', allow('except: { identities: [x] }')],
      ['a deny rule', deny('everyone', ', except: { groups: [vpn-admins] }')],
    ],
  },
  'except-on-claims': {
    warns: [
      ['a platform', allow('except: { platforms: [ios] }'), ['rules[0].except.platforms']],
      [
        'versions, even with their missing beside it',
        allow(
          'except: [{ openvpnVersion: "<2.6" }, { awsClientVersion: "<5" }, { missing: [openvpnVersion, awsClientVersion] }]',
        ),
        ['rules[0].except[0].openvpnVersion', 'rules[0].except[1].awsClientVersion'],
      ],
    ],
    isSilent: [
      ['a version that is required', allow('enabled: true').replace('everyone', '{ openvpnVersion: ">=2.6" }')],
      ['a deny rule', deny('everyone', ', except: { openvpnVersion: ">=2.6" }')],
    ],
  },
  'except-is-and': {
    warns: [
      [
        'two conditions in a block',
        deny('everyone', ', except: { groups: [vpn-admins], users: [oncall] }'),
        ['rules[0].except'],
      ],
      [
        'two conditions in a limit',
        limit('everyone', ', except: { groups: [vpn-admins], users: [oncall] }'),
        ['limits[0].except'],
      ],
      [
        'two conditions in a block of a list',
        allow('except: [{ identities: [x] }, { identities: [y], sourceIps: [192.0.2.1] }]'),
        ['rules[0].except[1]'],
      ],
    ],
    isSilent: [
      ['a list of blocks', deny('everyone', ', except: [{ groups: [vpn-admins] }, { users: [oncall] }]')],
      ['two conditions in a match', deny('{ identities: [x], windows: [{ from: 2026-11-24T00:00Z }] }')],
    ],
  },
  'limit-passes-missing': {
    warns: [
      ['users', limit('{ users: [x] }'), ['limits[0].match.users']],
      [
        'groups and platforms without their missing',
        limit('[{ groups: [temps] }, { platforms: [ios] }, { missing: [platform] }]'),
        ['limits[0].match[0].groups'],
      ],
    ],
    isSilent: [
      ['identities', limit('{ identities: [x] }')],
      ['an except', limit('everyone', ', except: { groups: [staff] }')],
      [
        'what a deny rule refuses anyway',
        `${deny('{ missing: [groups] }')}limits: [{ id: l, match: { groups: [temps] }, maxConnections: 1 }]\n`,
      ],
      ['a deny rule', deny('{ users: [x] }')],
    ],
  },
  'no-effect': {
    warns: [
      [
        'standing and grace in report mode',
        deny('everyone', ', mode: report, standing: end, grace: PT10M'),
        ['rules[0].standing', 'rules[0].grace'],
      ],
      [
        'an allow rule that keeps where everybody is let in by default',
        allow('standing: keep').replace('defaultEffect: deny', 'defaultEffect: allow'),
        ['rules[0].standing'],
      ],
      [
        'a message that nobody reads',
        limit('everyone', ', whenExceeded: endOldest, message: No.'),
        ['limits[0].message'],
      ],
    ],
    isSilent: [
      ['an enforced deny rule', deny('everyone', ', standing: endAll, grace: PT10M')],
      ['an allow rule where the default refuses', allow('standing: keep')],
      [
        'an allow rule where one endpoint refuses',
        `${allow('grace: PT10M').replace('defaultEffect: deny', 'defaultEffect: allow')}endpoints: { cvpn-endpoint-0a1b2c3d4e5f67890: { defaultEffect: deny } }\n`,
      ],
      ['a rule that is switched off', deny('everyone', ', mode: report, enabled: false, standing: keep')],
      ['a message of a limit that refuses', limit('everyone', ', whenExceeded: refuse, message: No.')],
    ],
  },
  'one-address-family': {
    warns: [
      ['IPv4 alone', deny('{ sourceIps: [192.0.2.1, 198.51.100.0/24] }'), ['rules[0].match.sourceIps']],
      ['IPv4 alone in a limit', limit('{ sourceIps: [192.0.2.1] }'), ['limits[0].match.sourceIps']],
      [
        'IPv6 alone, in a set',
        `${P}sets: { a: { kind: ip, entries: ["2001:db8::/32", { value: 192.0.2.1, expiresAt: 2026-11-01T00:00Z }] } }\nrules: [{ id: r, effect: deny, match: [{ identities: [x] }, { sourceIps: ["@a"] }] }]\n`,
        ['rules[0].match[1].sourceIps'],
      ],
    ],
    isSilent: [
      ['both in a limit', limit('{ sourceIps: [192.0.2.1, "2001:db8::/32"] }')],
      ['both', deny('{ sourceIps: [192.0.2.1, "2001:db8::/32"] }')],
      ['both, in two blocks', deny('[{ sourceIps: [192.0.2.1] }, { sourceIps: ["2001:db8::/32"] }]')],
      ['an allow list', allow('enabled: true').replace('everyone', '{ sourceIps: [192.0.2.1] }')],
      ['an except', deny('everyone', ', except: { sourceIps: [192.0.2.1] }')],
    ],
  },
};

describe.each(Object.entries(CASES))('lint, %s', (code, { warns, isSilent }) => {
  const places = (text: string) =>
    lintPolicy(policy(text), NOW)
      .filter((warning) => warning.code === code)
      .map(({ where }) => where);

  it.each(warns)('warns of %s', (_name, text, expected) => {
    expect(places(text)).toEqual(expected);
  });

  it.each(isSilent)('is silent about %s', (_name, text) => {
    expect(places(text)).toEqual([]);
  });
});

describe('lint', () => {
  it('tells its warnings in document order, in words', () => {
    const text = `${P}sets:
  offices: { kind: ip, entries: [203.0.113.7/24, 203.0.113.9] }
  spare: { kind: user, entries: [x] }
rules:
  - { id: old, effect: deny, match: everyone, expiresAt: 2026-01-01T00:00Z }
  - { id: versions, effect: deny, match: { openvpnVersion: "<2.6" } }
  - { id: in, effect: allow, match: { sourceIps: ["@offices"] }, except: { users: [x], platforms: [ios] } }
`;
    expect(lintPolicy(policy(text), NOW).map(({ where, message }) => `${where}: ${message}`)).toEqual([
      'sets.offices.entries[0]: "203.0.113.7/24" has bits after its prefix, which are ignored',
      'sets.offices.entries[1]: "203.0.113.9" overlaps "203.0.113.7/24" at sets.offices.entries[0]',
      'sets.spare: nothing refers to @spare',
      'rules[0]: the rule expired at 2026-01-01T00:00Z and no longer counts',
      'rules[1].match.openvpnVersion: who sends no openvpnVersion passes; add a block { missing: [openvpnVersion] }',
      'rules[2].except: only who fits users and platforms together is excepted; for either, write a list of blocks',
      'rules[2].except.users: who sends no username is not excepted, so gets in; add a block { missing: [username] }',
      'rules[2].except.platforms: clients claim their platform themselves, and may leave it out: put what is admitted under match',
    ]);
  });

  it('has nothing to say about a policy without rules', () => {
    expect(lintPolicy({ version: 1, defaultEffect: 'deny' }, NOW)).toEqual([]);
  });

  it('takes the largest set in its stride', () => {
    const entries = Array.from(
      { length: 250_000 },
      (_, index) => `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`,
    );
    const document: PolicyDocument = {
      version: 1,
      defaultEffect: 'deny',
      sets: { a: { kind: 'ip', entries } },
      rules: [{ id: 'r', effect: 'allow', match: { sourceIps: ['@a'] } }],
    };
    expect(lintPolicy(document, NOW)).toEqual([]);
  });
});
