import { describe, expect, it } from '@jest/globals';
import type { PolicyDocument, Rule } from '../../../shared/engine/index.ts';
import { itemHash } from '../../../shared/policy/index.ts';
import { type AdmitRequest, planAdmit } from './admit.ts';
import { readSubjects, type TypedSubjects } from './subject.ts';

const AT_18 = '2026-11-24T18:00:00+09:00';
const AT_19 = '2026-11-24T19:00:00+09:00';
const PATCH_NIGHT: Rule = { id: 'patch-night', effect: 'deny', match: 'everyone', enabled: false };
const FINAL: Rule = { id: 'leavers', effect: 'deny', match: { identities: ['batchi'] }, final: true };
const OFFICES: Rule = { id: 'offices', effect: 'allow', match: { sourceIps: ['203.0.113.0/24'] } };

function plan(rules: readonly Rule[], typed: TypedSubjects, request: Partial<AdmitRequest> = {}) {
  const document: PolicyDocument = { version: 1, defaultEffect: 'deny', rules };
  return planAdmit(document, {
    subjects: readSubjects(typed, 'grant'),
    endpoints: [],
    endMs: Date.parse(AT_18),
    from: undefined,
    id: undefined,
    replace: false,
    clock: { nowMs: Date.parse('2026-11-24T10:00:00+09:00'), zone: 'Asia/Tokyo' },
    ...request,
  });
}

describe('planAdmit', () => {
  it.each<[string, TypedSubjects, Partial<AdmitRequest>, object]>([
    ['a user', { names: ['b*'] }, {}, { id: 'admit-b', effect: 'allow', match: { users: ['b\\*'] }, expiresAt: AT_18 }],
    [
      'a certificate',
      { commonNames: ['client1.domain.tld'] },
      {},
      { id: 'admit-client1-domain-tld', effect: 'allow', match: { commonNames: ['client1.domain.tld'] } },
    ],
    ['a group', { groups: ['staff'] }, {}, { id: 'admit-group-staff', effect: 'allow', match: { groups: ['staff'] } }],
    ['addresses', { ips: ['203.0.113.9'] }, {}, { effect: 'allow', match: { sourceIps: ['203.0.113.9'] } }],
    [
      'a user past a deny rule',
      { names: ['batchi'] },
      { from: ['patch-night'] },
      { id: 'admit-batchi', effect: 'exempt', from: ['patch-night'], match: { users: ['batchi'] }, expiresAt: AT_18 },
    ],
    [
      'a user past all of them, at an endpoint',
      { names: ['batchi'] },
      { from: '*', endpoints: ['cvpn-endpoint-0a1b2c3d4e5f67890'] },
      {
        effect: 'exempt',
        from: '*',
        match: { endpoints: ['cvpn-endpoint-0a1b2c3d4e5f67890'], users: ['batchi'] },
      },
    ],
  ])('lets in %s', (_, typed, request, rule) => {
    expect(plan([PATCH_NIGHT], typed, request)).toMatchObject({
      ok: true,
      operations: [{ op: 'put-rule', rule, ifNoneMatch: '*' }],
      done: [{ deed: 'added' }],
    });
  });

  it('has no end where none is meant', () => {
    expect(plan([], { names: ['batchi'] }, { endMs: undefined })).toMatchObject({
      operations: [{ rule: { id: 'admit-batchi', effect: 'allow', match: { users: ['batchi'] } } }],
    });
  });

  const admission = (more: Partial<Rule> = {}): Rule =>
    ({ id: 'a', effect: 'allow', match: { users: ['Batchi'] }, expiresAt: AT_18, ...more }) as Rule;
  const exemption: Rule = {
    id: 'e',
    effect: 'exempt',
    from: ['patch-night', 'offhours'],
    match: { users: ['batchi'] },
    expiresAt: AT_18,
  };

  it('goes on with the rule that says the same', () => {
    expect(plan([admission()], { names: ['batchi'] }, { endMs: Date.parse(AT_19) })).toMatchObject({
      operations: [{ op: 'patch-rule', id: 'a', patch: { expiresAt: AT_19 }, ifMatch: itemHash(admission()) }],
      done: [{ deed: 'extended' }],
    });
    const offHours: Rule = { id: 'offhours', effect: 'deny', match: 'everyone' };
    const request = { from: ['offhours', 'patch-night'] };
    expect(plan([PATCH_NIGHT, offHours, exemption], { names: ['batchi'] }, request)).toMatchObject({
      done: [{ deed: 'unchanged' }],
    });
  });

  it.each<[string, Rule, Partial<AdmitRequest>]>([
    ['an admission of a name that only looks like theirs', admission({ match: { users: ['bàtchi'] } }), {}],
    ['an exemption, where an admission is asked for', exemption, {}],
    ['an exemption from other rules', exemption, { from: ['patch-night'] }],
    ['an admission, where an exemption is asked for', admission(), { from: '*' }],
  ])('makes its own rule beside %s', (_, rule, request) => {
    expect(plan([PATCH_NIGHT, rule], { names: ['batchi'] }, request)).toMatchObject({ done: [{ deed: 'added' }] });
  });

  it('does not end an admission sooner by accident', () => {
    expect(plan([admission({ expiresAt: AT_19 })], { names: ['batchi'] })).toMatchObject({
      ok: false,
      notDone: [{ code: 'shorter-end' }],
    });
  });

  it('says why a rule cannot be lifted', () => {
    const request = { from: ['patch-nigth', 'offices', 'leavers'] };
    expect(plan([PATCH_NIGHT, FINAL, OFFICES], { names: ['batchi'] }, request)).toEqual({
      ok: false,
      notDone: [
        {
          ok: false,
          code: 'unknown-rule',
          message:
            '--from: there is no rule "patch-nigth" (did you mean "patch-night"?); accepted: deny rules that are not final, see vpn-policy rules --effect deny',
        },
        {
          ok: false,
          code: 'wrong-effect',
          message: '--from: offices is an allow rule, which refuses nobody; accepted: deny rules',
        },
        {
          ok: false,
          code: 'final-rule',
          message: '--from: leavers is final: no exempt rule lifts it; to let somebody pass, change the rule itself',
        },
      ],
    });
  });
});
