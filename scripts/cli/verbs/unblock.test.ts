import { describe, expect, it } from '@jest/globals';
import type { DenyRule, PolicyDocument, Rule } from '../../../shared/engine/index.ts';
import { itemHash } from '../../../shared/policy/index.ts';
import { readSubjects, type TypedSubjects } from './subject.ts';
import { planUnblock, type UnblockRequest } from './unblock.ts';

function plan(rules: readonly Rule[], typed: TypedSubjects, request: Partial<UnblockRequest> = {}) {
  const endpoints = { 'cvpn-endpoint-0a1b2c3d4e5f67890': { name: 'frankfurt' } };
  const document: PolicyDocument = { version: 1, defaultEffect: 'deny', endpoints, rules };
  return planUnblock(document, { subjects: readSubjects(typed, 'refuse'), endpoints: [], ids: [], ...request });
}

const deny = (id: string, match: DenyRule['match'], more: Partial<DenyRule> = {}): DenyRule => ({
  id,
  effect: 'deny',
  match,
  ...more,
});
const deletes = (...rules: Rule[]) =>
  rules.map((rule) => ({ op: 'delete-rule', id: rule.id, ifMatch: itemHash(rule) }));

describe('planUnblock', () => {
  it.each<[string, TypedSubjects, DenyRule]>([
    ['what block has made', { names: ['batchi'] }, deny('block-batchi', { identities: ['batchi'] })],
    ['whatever its id and its case', { names: ['Batchi'] }, deny('hr-77', [{ identities: ['BATCHI'] }])],
    ['one by user name', { names: ['batchi'] }, deny('x', { users: ['batchi'] })],
    ['one by common name', { names: ['batchi'] }, deny('x', { commonNames: ['batchi'] })],
    ['one at an endpoint', { names: ['batchi'] }, deny('x', { identities: ['batchi'], endpoints: ['frankfurt'] })],
    ['a final one', { names: ['batchi'] }, deny('x', { identities: ['batchi'] }, { final: true })],
    ['one that is switched off', { names: ['batchi'] }, deny('x', { identities: ['batchi'] }, { enabled: false })],
    ['addresses', { ips: ['203.0.113.0/24'] }, deny('x', { sourceIps: ['203.0.113.0-203.0.113.255'] })],
    ['a group', { groups: ['staff'] }, deny('x', { groups: ['Staff'] })],
    ['a pattern', { names: ['*@x.example'], pattern: true }, deny('x', { identities: ['*@x.example'] })],
  ])('takes away %s', (_, typed, rule) => {
    expect(plan([rule], typed)).toEqual({
      ok: true,
      operations: deletes(rule),
      removed: [rule],
      removedExemptions: [],
      notBlocked: [],
    });
  });

  it.each<[string, TypedSubjects, Rule]>([
    ['a list of several', { names: ['batchi'] }, deny('x', { identities: ['batchi', 'other'] })],
    ['a set', { names: ['batchi'] }, deny('x', { identities: ['@leavers'] })],
    ['a wildcard', { names: ['batchi'] }, deny('x', { identities: ['batch?'] })],
    ['a name that only looks like a wildcard', { names: ['batch?'] }, deny('x', { identities: ['batch?'] })],
    ['one under further conditions', { names: ['batchi'] }, deny('x', { identities: ['batchi'], platforms: ['win'] })],
    [
      'one with exceptions',
      { names: ['batchi'] },
      deny('x', { identities: ['batchi'] }, { except: { groups: ['a'] } }),
    ],
    ['several blocks', { names: ['batchi'] }, deny('x', [{ identities: ['batchi'] }, { groups: ['a'] }])],
    ['one for everyone', { names: ['batchi'] }, deny('x', 'everyone')],
    ['a wider range', { ips: ['203.0.113.9'] }, deny('x', { sourceIps: ['203.0.113.0/24'] })],
    ['an allow rule', { names: ['batchi'] }, { id: 'x', effect: 'allow', match: { users: ['batchi'] } }],
  ])('leaves %s', (_, typed, rule) => {
    expect(plan([rule], typed)).toMatchObject({ ok: true, operations: [], notBlocked: readSubjects(typed, 'refuse') });
  });

  it('takes away all that is about them, and says who was not blocked', () => {
    const rules = [
      deny('a', { identities: ['batchi'] }),
      deny('b', { identities: ['other'] }),
      deny('c', { users: ['batchi'], endpoints: ['frankfurt'] }),
    ];
    expect(plan(rules, { names: ['batchi', 'nobody'] })).toMatchObject({
      removed: [{ id: 'a' }, { id: 'c' }],
      notBlocked: [{ typed: 'nobody' }],
    });
    expect(plan(rules, { names: ['batchi'] }, { endpoints: ['frankfurt'] })).toMatchObject({ removed: [{ id: 'c' }] });
  });

  it('takes a deny rule away by its id, whomever it refuses', () => {
    const rules: Rule[] = [deny('night', 'everyone'), { id: 'office', effect: 'allow', match: 'everyone' }];
    expect(plan(rules, {}, { ids: ['night'] })).toMatchObject({ removed: [{ id: 'night' }] });
    expect(plan(rules, {}, { ids: ['nigth', 'office'] })).toMatchObject({
      ok: false,
      notDone: [
        {
          code: 'unknown-rule',
          message: '--id: there is no rule "nigth" (did you mean "night"?); see vpn-policy rules --effect deny',
        },
        {
          code: 'wrong-effect',
          message: '--id: office is an allow rule, which refuses nobody; accepted: deny rules',
        },
      ],
    });
  });

  it('takes exemptions from what is gone along, since a policy must not have them', () => {
    const [gone, other] = [deny('block-batchi', { identities: ['batchi'] }), deny('other', { groups: ['a'] })];
    const alone: Rule = { id: 'alone', effect: 'exempt', from: ['block-batchi'], match: 'everyone' };
    const both: Rule = { id: 'both', effect: 'exempt', from: ['other', 'block-batchi'], match: 'everyone' };
    const all: Rule = { id: 'all', effect: 'exempt', from: '*', match: 'everyone' };
    expect(plan([gone, other, alone, both, all], { names: ['batchi'] })).toMatchObject({
      operations: [
        ...deletes(gone, alone),
        { op: 'patch-rule', id: 'both', patch: { from: ['other'] }, ifMatch: itemHash(both) },
      ],
      removed: [gone],
      removedExemptions: [alone],
    });
  });
});
