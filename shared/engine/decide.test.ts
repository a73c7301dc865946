import { describe, expect, it } from '@jest/globals';
import { compile } from './compile.ts';
import { decide } from './decide.ts';
import type { PolicyDocument, Rule } from './document.ts';
import { explain } from './explain.ts';
import { connectionOf, type GivenAttributes } from './testing/connection-of.ts';

const ENDPOINT = 'cvpn-endpoint-0a1b2c3d4e5f67890';
const NOW = Date.parse('2026-11-24T10:00:00+09:00');

function decideBy(rules: Rule[], attributes: GivenAttributes, more: Partial<PolicyDocument> = {}, nowMs = NOW) {
  return decide(compile({ version: 1, defaultEffect: 'allow', rules, ...more }), connectionOf(attributes), nowMs);
}

describe('decide: the algorithm', () => {
  const blockBatchi: Rule = {
    id: 'block-batchi',
    effect: 'deny',
    match: { users: ['batchi'] },
    message: 'Not you.',
    postureStatuses: ['blocked'],
  };
  const admitStaff: Rule = {
    id: 'admit-staff',
    effect: 'allow',
    match: { groups: ['staff'] },
    postureStatuses: ['compliant'],
  };
  const liftAll: Rule = { id: 'lift', effect: 'exempt', from: '*', match: { groups: ['oncall'] } };

  it('refuses by a deny rule, whatever allows', () => {
    expect(decideBy([admitStaff, blockBatchi], { username: 'Batchi', groups: ['staff'] })).toEqual({
      allow: false,
      effect: 'deny',
      decidedBy: 'rule',
      rules: ['block-batchi'],
      message: 'Not you.',
      postureStatuses: ['blocked'],
      reported: [],
      observed: false,
    });
  });

  it('admits by an allow rule where no deny rule applies', () => {
    expect(decideBy([admitStaff, blockBatchi], { groups: ['staff'] }, { defaultEffect: 'deny' })).toEqual({
      allow: true,
      effect: 'allow',
      decidedBy: 'rule',
      rules: ['admit-staff'],
      postureStatuses: ['compliant'],
      reported: [],
      observed: false,
    });
  });

  it('falls back to the default of the document, or of the endpoint', () => {
    const endpoints = { [ENDPOINT]: { name: 'frankfurt', defaultEffect: 'allow', defaultMessage: 'Nein.' } } as const;
    expect(decideBy([], {}, { defaultEffect: 'deny', endpoints })).toMatchObject({
      allow: false,
      decidedBy: 'default',
      rules: [],
    });
    expect(decideBy([], { endpointId: ENDPOINT }, { defaultEffect: 'deny', endpoints })).toMatchObject({
      allow: true,
      decidedBy: 'default',
      endpoint: 'frankfurt',
    });
    expect(
      decideBy(
        [blockBatchi].map(({ ...rule }) => {
          delete (rule as { message?: string }).message;
          return rule;
        }),
        { endpointId: ENDPOINT, username: 'batchi' },
        { endpoints },
      ).message,
    ).toBe('Nein.');
  });

  it('lifts a deny rule by an exempt rule, unless it is final', () => {
    const attributes = { username: 'batchi', groups: ['oncall'] };
    expect(decideBy([blockBatchi, liftAll], attributes)).toMatchObject({ allow: true, decidedBy: 'default' });
    expect(decideBy([{ ...blockBatchi, final: true }, liftAll], attributes)).toMatchObject({
      allow: false,
      rules: ['block-batchi'],
    });
    const other: Rule = { id: 'other', effect: 'deny', match: { users: ['nobody'] } };
    expect(decideBy([blockBatchi, other, { ...liftAll, from: ['other'] }], attributes)).toMatchObject({ allow: false });
    expect(decideBy([blockBatchi, { ...liftAll, mode: 'report' }], attributes)).toMatchObject({
      allow: false,
      reported: ['lift'],
    });
  });

  it('only reports what is in report mode', () => {
    expect(decideBy([{ ...blockBatchi, mode: 'report' }], { username: 'batchi' })).toMatchObject({
      allow: true,
      reported: ['block-batchi'],
      postureStatuses: [],
    });
    expect(
      decideBy([{ ...admitStaff, mode: 'report' }], { groups: ['staff'] }, { defaultEffect: 'deny' }),
    ).toMatchObject({ allow: false, reported: ['admit-staff'] });
    expect(
      decideBy([{ ...blockBatchi, mode: 'report' }, liftAll], { username: 'batchi', groups: ['oncall'] }),
    ).toMatchObject({ reported: [] });
  });

  it('lets everybody in where the endpoint only observes, and says what it would have done', () => {
    const endpoints = { [ENDPOINT]: { mode: 'observe' } } as const;
    expect(decideBy([blockBatchi], { endpointId: ENDPOINT, username: 'batchi' }, { endpoints })).toMatchObject({
      allow: true,
      effect: 'deny',
      observed: true,
      rules: ['block-batchi'],
      message: 'Not you.',
      endpoint: ENDPOINT,
    });
  });

  it('names every rule that decided, and their posture statuses once each, ten at most', () => {
    const many = Array.from(
      { length: 12 },
      (_, n): Rule => ({ id: `r-${n}`, effect: 'deny', match: 'everyone', postureStatuses: ['same', `s-${n}`] }),
    );
    const decision = decideBy(many, {});
    expect(decision.rules).toHaveLength(12);
    expect(decision.postureStatuses).toEqual(['same', ...Array.from({ length: 9 }, (_, n) => `s-${n}`)]);
  });

  it('counts a rule from notBefore until expiresAt, and not while it is disabled', () => {
    const rule: Rule = {
      ...blockBatchi,
      notBefore: '2026-11-24T10:00:00+09:00',
      expiresAt: '2026-11-24T11:00:00+09:00',
    };
    const at = (offsetMs: number) => decideBy([rule], { username: 'batchi' }, {}, NOW + offsetMs).allow;
    expect([-1, 0, 3_599_999, 3_600_000].map(at)).toEqual([true, false, false, true]);
    expect(decideBy([{ ...rule, enabled: false }], { username: 'batchi' }).allow).toBe(true);
  });
});

describe('decide: in doubt, out', () => {
  const long = 'x'.repeat(513);
  it.each<[string, Rule['match'], GivenAttributes, { refuses: boolean; admits: boolean }]>([
    ['a name that matches', { users: ['batchi'] }, { username: 'BATCHI' }, { refuses: true, admits: true }],
    [
      'a name that another script only looks like',
      { users: ['batchi'] },
      { username: 'bаtchi' },
      { refuses: false, admits: false },
    ],
    ['a name with an accent', { users: ['batchi'] }, { username: 'bàtchi' }, { refuses: true, admits: false }],
    ['an absent name', { users: ['*'] }, { username: null }, { refuses: false, admits: false }],
    ['an empty name', { users: ['*'] }, { username: '' }, { refuses: false, admits: false }],
    ['a name that is too long', { users: ['nobody'] }, { username: long }, { refuses: true, admits: false }],
    ['a name that is a number', { users: ['nobody'] }, { username: 42 }, { refuses: true, admits: false }],
    ['the longest name', { users: ['x*'] }, { username: long.slice(1) }, { refuses: true, admits: true }],
    [
      'groups: one suffices',
      { groups: ['admins', 'staff'] },
      { groups: ['Staff', 'other'] },
      { refuses: true, admits: true },
    ],
    [
      'groups: all of them',
      { allGroups: ['admins', 'staff'] },
      { groups: ['staff'] },
      { refuses: false, admits: false },
    ],
    [
      'groups: all are there',
      { allGroups: ['admins', 'st*'] },
      { groups: ['staff', 'ADMINS'] },
      { refuses: true, admits: true },
    ],
    ['groups: no list', { groups: ['nobody'] }, { groups: 'staff' }, { refuses: true, admits: false }],
    ['groups: one that is no name', { groups: ['staff'] }, { groups: ['staff', 7] }, { refuses: true, admits: false }],
    ['groups: an empty list', { groups: ['*'] }, { groups: [] }, { refuses: false, admits: false }],
    [
      'an address',
      { sourceIps: ['203.0.113.0/24'] },
      { publicIp: '::ffff:203.0.113.9' },
      { refuses: true, admits: true },
    ],
    [
      'an address that does not parse',
      { sourceIps: ['10.0.0.0/8'] },
      { publicIp: '203.0.113.09' },
      { refuses: true, admits: false },
    ],
    ['a version', { openvpnVersion: ['<2.6', '=3'] }, { openvpnVersion: '3.0.0' }, { refuses: true, admits: true }],
    [
      'a version that does not parse',
      { openvpnVersion: '<2.6' },
      { openvpnVersion: '2.7_rc1' },
      { refuses: true, admits: false },
    ],
    ['an absent version', { openvpnVersion: '<2.6' }, {}, { refuses: false, admits: false }],
    [
      'what is missing',
      { missing: ['openvpnVersion', 'username'] },
      { username: 'batchi' },
      { refuses: true, admits: true },
    ],
    ['what is not missing', { missing: ['username'] }, { username: 'batchi' }, { refuses: false, admits: false }],
    [
      'what is missing, or malformed',
      { missing: ['openvpnVersion', 'username'] },
      { username: 42 },
      { refuses: true, admits: false },
    ],
    ['an endpoint', { endpoints: [ENDPOINT] }, { endpointId: ENDPOINT }, { refuses: true, admits: true }],
    [
      'an endpoint of a wrong type',
      { endpoints: [ENDPOINT] },
      { endpointId: [ENDPOINT] },
      { refuses: true, admits: false },
    ],
    [
      'all conditions of a block',
      { users: ['batchi'], sourceIps: ['10.0.0.0/8'] },
      { username: 'batchi', publicIp: '203.0.113.9' },
      { refuses: false, admits: false },
    ],
    [
      'any block of a list',
      [{ users: ['batchi'] }, { sourceIps: ['10.0.0.0/8'] }],
      { publicIp: '10.1.1.1' },
      { refuses: true, admits: true },
    ],
    ['everyone', 'everyone', {}, { refuses: true, admits: true }],
  ])('%s', (_, match, attributes, expected) => {
    const refused = !decideBy([{ id: 'r', effect: 'deny', match }], attributes).allow;
    const admitted = decideBy([{ id: 'r', effect: 'allow', match }], attributes, { defaultEffect: 'deny' }).allow;
    expect({ refuses: refused, admits: admitted }).toEqual(expected);
    // An except turns the direction round: a doubt must lead to a refusal all the same.
    if (match === 'everyone') return;
    const excepted = decideBy([{ id: 'r', effect: 'deny', match: 'everyone', except: match }], attributes).allow;
    const keptOut = !decideBy([{ id: 'r', effect: 'allow', match: 'everyone', except: match }], attributes, {
      defaultEffect: 'deny',
    }).allow;
    expect({ refuses: keptOut, admits: excepted }).toEqual(expected);
  });

  it.each([
    ['batchi', { username: 'batchi' }, true],
    ['batchi', { username: 'CORP\\Batchi' }, true],
    ['batchi', { username: 'batchi@corp.example.com' }, true],
    ['batchi', { username: 'CORP\\batchi@corp.example.com' }, true],
    ['batchi', { commonName: 'BATCHI@corp.example.com' }, true],
    ['batchi@corp.example.com', { username: 'batchi@corp.example.com@idp' }, true],
    ['bat*', { username: 'CORP\\batchi' }, true],
    ['batchi', { username: 'batchi2@corp.example.com' }, false],
    ['batchi', { username: 'corp@batchi' }, false],
    ['batchi', { username: 'other', commonName: 7 }, true],
    ['nobody', { username: '@'.repeat(64) }, true],
    ['nobody', { username: '@'.repeat(60) }, false],
  ])('identities: %s catches %j: %s', (entry, attributes, refused) => {
    expect(!decideBy([{ id: 'r', effect: 'deny', match: { identities: [entry] } }], attributes).allow).toBe(refused);
  });

  it('lets a set of groups that has expired hold for nobody', () => {
    const sets = { old: { kind: 'group', entries: [{ value: 'staff', expiresAt: '2026-01-01T00:00Z' }] } } as const;
    expect(
      decideBy([{ id: 'r', effect: 'deny', match: { allGroups: ['@old'] } }], { groups: ['staff'] }, { sets }).allow,
    ).toBe(true);
  });
});

describe('decide: {until}', () => {
  const window = { cron: '0 2 * * *', duration: 'PT4H', timezone: 'Asia/Tokyo' };
  const maintenance: Rule = {
    id: 'm',
    effect: 'deny',
    match: { windows: [window] },
    message: 'Maintenance until {until}.',
  };
  const night = Date.parse('2026-11-24T03:00:00+09:00');

  it('is the end of the window, in its zone', () => {
    expect(decideBy([maintenance], {}, {}, night).message).toBe('Maintenance until 2026-11-24 06:00 (Asia/Tokyo).');
  });
  it('looks past what goes on refusing', () => {
    const also: Rule = {
      id: 'n',
      effect: 'deny',
      match: { windows: [{ from: '2026-11-24T05:00:00+09:00', until: '2026-11-24T08:30:15+09:00' }] },
    };
    expect(decideBy([maintenance, also], {}, {}, night).message).toBe(
      'Maintenance until 2026-11-24 08:30:15 (Asia/Tokyo).',
    );
  });
  it('is the end of the rule or of the entry, in the offset it was written with', () => {
    const rule: Rule = {
      id: 'b',
      effect: 'deny',
      match: { users: ['batchi'] },
      expiresAt: '2026-11-27T18:00:00+09:00',
      message: '{until}',
    };
    expect(decideBy([rule], { username: 'batchi' }).message).toBe('2026-11-27 18:00 (UTC+09:00)');
    const sets = {
      leavers: { kind: 'user', entries: [{ value: 'batchi', expiresAt: '2026-12-31T00:00:00+09:00' }] },
    } as const;
    const bySet: Rule = { id: 'b', effect: 'deny', match: { users: ['@leavers'] }, message: '{until}' };
    expect(decideBy([bySet], { username: 'batchi' }, { sets }).message).toBe('2026-12-30 15:00 (UTC)');
  });
  it('is not lost among the windows of rules that have nothing to do with this user', () => {
    const rules: Rule[] = [
      { id: 'a', effect: 'deny', match: 'everyone', expiresAt: '2027-11-24T00:00:00Z', message: '{until}' },
      {
        id: 'b',
        effect: 'deny',
        match: { users: ['zoe'], windows: [{ cron: '* * * * *', duration: 'PT30S', timezone: 'UTC' }] },
      },
      {
        id: 'c',
        effect: 'deny',
        match: { windows: [{ cron: '*/2 * * * *', duration: 'PT1M', timezone: 'UTC' }] },
        expiresAt: '2027-11-24T00:00:00Z',
      },
    ];
    expect(decideBy(rules, { username: 'batchi' }).message).toBe('2027-11-24 00:00 (UTC)');
  });
  it('is the moment at which an exemption or an allow rule begins', () => {
    const exempt: Rule = {
      id: 'e',
      effect: 'exempt',
      from: ['m'],
      match: { users: ['oncall'] },
      notBefore: '2026-11-24T04:00:00+09:00',
    };
    expect(decideBy([maintenance, exempt], { username: 'oncall' }, {}, night).message).toContain('2026-11-24 04:00');
    expect(decideBy([maintenance, exempt], { username: 'other' }, {}, night).message).toContain('2026-11-24 06:00');
    const hours = { days: ['tue'], start: '07:00', end: '22:00', timezone: 'Asia/Tokyo' } as const;
    const allow: Rule = { id: 'h', effect: 'allow', match: { groups: ['staff'], windows: [hours] } };
    const closed = { defaultEffect: 'deny', defaultMessage: 'From {until}.' } as const;
    expect(decideBy([allow, maintenance], { groups: ['staff'] }, closed, night).message).toContain('2026-11-24 07:00');
    expect(decideBy([allow], { groups: ['guests'] }, closed, night).message).toBe('From further notice.');
  });
  it('is the end of the last of the entries that go on matching', () => {
    const at = (hour: string) => `2026-11-24T${hour}:00:00+09:00`;
    const sets = {
      people: {
        kind: 'user',
        entries: [
          { value: 'batchi', expiresAt: at('11') },
          { value: 'bat*', expiresAt: at('12') },
          { value: 'other', expiresAt: at('13') },
        ],
      },
      nets: { kind: 'ip', entries: [{ value: '203.0.113.0/24', expiresAt: at('14') }] },
      all: { kind: 'group', entries: [{ value: 'staff', expiresAt: at('15') }, 'vpn'] },
    } as const;
    const until = (match: Rule['match'], effect: 'deny' | 'allow', attributes: GivenAttributes) =>
      decideBy([{ id: 'r', effect, match }], attributes, {
        sets,
        defaultMessage: '{until}',
        defaultEffect: effect === 'deny' ? 'allow' : 'deny',
      }).message;
    expect(until({ users: ['@people'] }, 'deny', { username: 'batchi' })).toBe('2026-11-24 03:00 (UTC)');
    expect(until({ sourceIps: ['@nets'] }, 'deny', { publicIp: '203.0.113.9' })).toBe('2026-11-24 05:00 (UTC)');
    expect(until({ allGroups: ['@all'] }, 'allow', { groups: ['vpn'] })).toBe('2026-11-24 06:00 (UTC)');
  });
  it('is further notice where no end is in sight', () => {
    expect(decideBy([], {}, { defaultEffect: 'deny', defaultMessage: 'Until {until}.' }).message).toBe(
      'Until further notice.',
    );
    expect(decideBy([maintenance], {}, { defaultEffect: 'deny' }, night).message).toBe(
      'Maintenance until further notice.',
    );
  });
});

describe('explain', () => {
  it('says of every rule what it did and why', () => {
    const rules: Rule[] = [
      { id: 'block', effect: 'deny', match: { users: ['batchi'], sourceIps: ['203.0.113.0/24'] } },
      { id: 'lifted', effect: 'deny', match: { users: ['batchi'] } },
      { id: 'lift', effect: 'exempt', from: ['lifted'], match: { users: ['batchi'] } },
      { id: 'admit', effect: 'allow', match: 'everyone' },
      { id: 'try', effect: 'deny', mode: 'report', match: { missing: ['openvpnVersion'] } },
      { id: 'off', effect: 'deny', enabled: false, match: 'everyone' },
      { id: 'gone', effect: 'deny', expiresAt: '2026-01-01T00:00Z', match: 'everyone' },
      { id: 'soon', effect: 'deny', notBefore: '2027-01-01T00:00Z', match: 'everyone' },
      { id: 'other', effect: 'deny', match: [{ users: ['batchi'], groups: ['x'] }, { commonNames: ['y'] }] },
      { id: 'except', effect: 'deny', match: 'everyone', except: { users: ['batchi'] } },
    ];
    const policy = compile({ version: 1, defaultEffect: 'deny', rules });
    const { decision, rules: trace } = explain(
      policy,
      connectionOf({ username: 'batchi', publicIp: '203.0.113.9' }),
      NOW,
    );
    expect(decision.rules).toEqual(['block']);
    expect(trace.map((rule) => [rule.rule, rule.outcome, rule.notInForce ?? rule.liftedBy])).toEqual([
      ['block', 'decided', undefined],
      ['lifted', 'lifted', ['lift']],
      ['lift', 'lifts', undefined],
      ['admit', 'outranked', undefined],
      ['try', 'reported', undefined],
      ['off', 'not-in-force', 'disabled'],
      ['gone', 'not-in-force', 'expired'],
      ['soon', 'not-in-force', 'not-yet'],
      ['other', 'not-matched', undefined],
      ['except', 'excepted', undefined],
    ]);
    expect(trace[8]?.match).toEqual([
      {
        holds: false,
        conditions: [
          { condition: 'users', holds: true, finding: 'match' },
          { condition: 'groups', holds: false, finding: 'absent' },
        ],
      },
      { holds: false, conditions: [{ condition: 'commonNames', holds: false, finding: 'absent' }] },
    ]);
  });
});
