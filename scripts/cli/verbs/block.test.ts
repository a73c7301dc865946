import { describe, expect, it } from '@jest/globals';
import type { DenyRule, PolicyDocument, Rule } from '../../../shared/engine/index.ts';
import { itemHash } from '../../../shared/policy/index.ts';
import { type BlockRequest, planBlock } from './block.ts';
import { readSubjects, type TypedSubjects } from './subject.ts';

const zone = 'Asia/Tokyo';
const nowMs = Date.parse('2026-11-24T10:00:00+09:00');
const AT_NOON = '2026-11-24T12:00:00+09:00';
const AT_18 = '2026-11-24T18:00:00+09:00';

function policy(...rules: Rule[]): PolicyDocument {
  return {
    version: 1,
    defaultEffect: 'deny',
    endpoints: { 'cvpn-endpoint-0a1b2c3d4e5f67890': { name: 'frankfurt' } },
    rules,
  };
}

function plan(
  document: PolicyDocument,
  typed: TypedSubjects,
  request: Partial<BlockRequest> & { until?: string } = {},
) {
  const { until, ...others } = request;
  return planBlock(document, {
    subjects: readSubjects(typed, 'refuse'),
    endpoints: [],
    endMs: until === undefined ? undefined : Date.parse(until),
    message: undefined,
    final: false,
    id: undefined,
    replace: false,
    everybody: false,
    disconnect: false,
    clock: { nowMs, zone },
    ...others,
  });
}

const blockBatchi = (more: Partial<DenyRule> = {}): DenyRule => ({
  id: 'block-batchi',
  effect: 'deny',
  match: { identities: ['batchi'] },
  ...more,
});

describe('planBlock', () => {
  it('makes a rule for each name, in no rule together with others', () => {
    expect(plan(policy(), { names: ['batchi', 'user*'] }, { until: AT_NOON })).toMatchObject({
      ok: true,
      operations: [
        { op: 'put-rule', rule: blockBatchi({ expiresAt: AT_NOON }), ifNoneMatch: '*' },
        {
          op: 'put-rule',
          rule: { id: 'block-user', effect: 'deny', match: { identities: ['user\\*'] }, expiresAt: AT_NOON },
          ifNoneMatch: '*',
        },
      ],
      done: [{ deed: 'added' }, { deed: 'added' }],
    });
  });

  it.each<[string, TypedSubjects, Partial<BlockRequest>, Partial<DenyRule>]>([
    [
      'addresses',
      { ips: ['203.0.113.0/24'] },
      {},
      { id: 'block-203-0-113-0-24', match: { sourceIps: ['203.0.113.0/24'] } },
    ],
    ['a group', { groups: ['staff'] }, {}, { id: 'block-group-staff', match: { groups: ['staff'] } }],
    [
      'somebody at an endpoint',
      { names: ['batchi'] },
      { endpoints: ['frankfurt'] },
      { id: 'block-batchi-frankfurt', match: { endpoints: ['frankfurt'], identities: ['batchi'] } },
    ],
    [
      'somebody with a message, for good',
      { names: ['batchi'] },
      { message: 'Call 1234.', final: true },
      { id: 'block-batchi', match: { identities: ['batchi'] }, message: 'Call 1234.', final: true },
    ],
    [
      'somebody by an id of its own',
      { names: ['batchi'] },
      { id: 'hr-77' },
      { id: 'hr-77', match: { identities: ['batchi'] } },
    ],
  ])('refuses %s', (_, typed, request, expected) => {
    const rule = { effect: 'deny', ...expected };
    expect(plan(policy(), typed, request)).toMatchObject({ operations: [{ op: 'put-rule', rule, ifNoneMatch: '*' }] });
  });

  it('leaves a block that is still to begin as it is', () => {
    const toCome = blockBatchi({ notBefore: AT_NOON, expiresAt: AT_18 });
    for (const until of ['2026-11-24T11:00:00+09:00', AT_18]) {
      expect(plan(policy(toCome), { names: ['batchi'] }, { until })).toMatchObject({
        operations: [{ op: 'put-rule', rule: { id: 'block-batchi-2', expiresAt: until } }],
        done: [{ deed: 'added' }],
      });
    }
    expect(plan(policy(toCome), { names: ['batchi'] }, { id: 'block-batchi' })).toMatchObject({
      notDone: [{ code: 'other-rule' }],
    });
  });

  it('overwrites no rule of others that has the id', () => {
    const other: Rule = { id: 'block-batchi', effect: 'deny', match: { identities: ['batchi', 'other'] } };
    expect(plan(policy(other), { names: ['batchi', 'Batchi.'] })).toMatchObject({
      operations: [{ rule: { id: 'block-batchi-2' } }, { rule: { id: 'block-batchi-3' } }],
    });
    expect(plan(policy(other), { names: ['batchi'] }, { id: 'block-batchi' })).toEqual({
      ok: false,
      notDone: [
        {
          ok: false,
          code: 'other-rule',
          message: 'the rule block-batchi is another: refuse batchi or other, everywhere; accepted: another --id',
        },
      ],
    });
  });

  it.each<[string, Rule, Partial<BlockRequest> & { until?: string }, object, string]>([
    ['goes on longer', blockBatchi({ expiresAt: AT_NOON }), { until: AT_18 }, { expiresAt: AT_18 }, 'extended'],
    ['goes on for good', blockBatchi({ expiresAt: AT_NOON }), {}, { expiresAt: null }, 'extended'],
    ['stays as it is', blockBatchi({ expiresAt: AT_NOON }), { until: AT_NOON }, {}, 'unchanged'],
    ['stays without end', blockBatchi(), {}, {}, 'unchanged'],
    [
      'stays as it is, its end written in another offset',
      blockBatchi({ expiresAt: '2026-11-24T03:00:00Z' }),
      { until: AT_NOON },
      {},
      'unchanged',
    ],
    [
      'is known whatever its id, and however it is written',
      { id: 'hr-1', effect: 'deny', match: [{ identities: ['BÀTCHI'] }], description: 'HR', expiresAt: AT_NOON },
      { until: AT_18 },
      { expiresAt: AT_18 },
      'extended',
    ],
    [
      'ends sooner where that is meant',
      blockBatchi({ expiresAt: AT_18 }),
      { until: AT_NOON, replace: true },
      { expiresAt: AT_NOON },
      'shortened',
    ],
    [
      'is renewed where it has expired',
      blockBatchi({ expiresAt: '2026-11-24T10:00:00+09:00' }),
      { until: AT_NOON },
      { expiresAt: AT_NOON },
      'renewed',
    ],
    [
      'is renewed where it is switched off, however long it would last',
      blockBatchi({ enabled: false }),
      { until: AT_NOON },
      { enabled: null, expiresAt: AT_NOON },
      'renewed',
    ],
    ['gets another message', blockBatchi(), { message: 'Call 1.' }, { message: 'Call 1.' }, 'changed'],
    ['becomes final', blockBatchi({ message: 'x' }), { final: true }, { final: true }, 'changed'],
  ])('the rule that refuses just them already %s', (_, rule, request, patch, deed) => {
    expect(plan(policy(rule), { names: ['batchi'] }, request)).toMatchObject({
      ok: true,
      operations: [{ op: 'patch-rule', id: rule.id, patch, ifMatch: itemHash(rule) }],
      done: [{ deed }],
    });
  });

  it('does not end a block sooner by accident', () => {
    expect(plan(policy(blockBatchi({ expiresAt: AT_18 })), { names: ['batchi', 'x'] }, { until: AT_NOON })).toEqual({
      ok: false,
      notDone: [
        {
          ok: false,
          code: 'shorter-end',
          message:
            'the rule block-batchi says so already and lasts until 2026-11-24 18:00 (Asia/Tokyo, UTC+09:00); accepted: --replace to end it sooner',
        },
      ],
    });
    expect(plan(policy(blockBatchi()), { names: ['batchi'] }, { until: AT_NOON })).toMatchObject({
      notDone: [{ message: expect.stringContaining('says so already and has no end') }],
    });
  });

  it('goes on with the one of several that lasts longest', () => {
    const document = policy(
      blockBatchi({ id: 'a', expiresAt: AT_NOON }),
      blockBatchi({ id: 'b', expiresAt: AT_18 }),
      blockBatchi({ id: 'c', enabled: false }),
    );
    expect(plan(document, { names: ['batchi'] }, { until: '2026-11-25T00:00:00+09:00' })).toMatchObject({
      operations: [{ op: 'patch-rule', id: 'b' }],
    });
  });

  it.each<[string, Rule]>([
    ['one in report mode', blockBatchi({ mode: 'report' })],
    ['one with exceptions', blockBatchi({ except: { groups: ['vpn-admins'] } })],
    ['one under further conditions', blockBatchi({ match: { identities: ['batchi'], platforms: ['win'] } })],
    ['one at an endpoint', blockBatchi({ match: { identities: ['batchi'], endpoints: ['frankfurt'] } })],
    ['one by user name alone', blockBatchi({ match: { users: ['batchi'] } })],
    ['a wildcard', blockBatchi({ match: { identities: ['batch?'] } })],
    ['one that admits', { id: 'block-batchi', effect: 'allow', match: { groups: ['batchi'] } }],
  ])('makes its own rule beside %s', (_, rule) => {
    expect(plan(policy(rule), { names: ['batchi'] })).toMatchObject({
      operations: [{ op: 'put-rule', rule: { id: 'block-batchi-2', match: { identities: ['batchi'] } } }],
    });
  });

  it('knows an endpoint by its name and by its id', () => {
    const rule = blockBatchi({ match: { endpoints: ['frankfurt'], identities: ['batchi'] } });
    const request = { endpoints: ['cvpn-endpoint-0a1b2c3d4e5f67890'] };
    expect(plan(policy(rule), { names: ['batchi'] }, request)).toMatchObject({ done: [{ deed: 'unchanged' }] });
    expect(() => plan(policy(rule), { names: ['batchi'] }, { endpoints: ['frankfrut'] })).toThrow(
      '--vpn-endpoint: "frankfrut" is no endpoint (did you mean "frankfurt"?); accepted: cvpn-endpoint-… or a name (the policy names frankfurt)',
    );
  });

  it('refuses everybody only where that is meant', () => {
    expect(plan(policy(), { ips: ['203.0.113.9', '0.0.0.0/0'] })).toEqual({
      ok: false,
      notDone: [
        {
          ok: false,
          code: 'everybody',
          message: '0.0.0.0/0 is every address of its family; if that is meant: --confirm lockout',
        },
      ],
    });
    expect(plan(policy(), { names: ['*'], pattern: true })).toMatchObject({
      notDone: [{ message: 'every name fits *; if that is meant: --confirm lockout' }],
    });
    expect(plan(policy(), { ips: ['0.0.0.0/0'] }, { everybody: true })).toMatchObject({ ok: true });
  });
});
