import { describe, expect, it } from '@jest/globals';
import { readRequest } from '../../../shared/client-vpn/index.ts';
import { compile, type PolicyDocument } from '../../../shared/engine/index.ts';
import { decisionChanges } from './decision-changes.ts';

const AT_MS = Date.parse('2026-11-24T10:00:00+09:00');

const BEFORE: PolicyDocument = {
  version: 1,
  defaultEffect: 'deny',
  defaultMessage: 'Call 1234.',
  endpoints: { 'cvpn-endpoint-0a1b2c3d4e5f67890': { name: 'lab', mode: 'observe' } },
  rules: [
    { id: 'office', effect: 'allow', match: { sourceIps: ['203.0.113.0/24'] } },
    { id: 'block-late', effect: 'deny', match: { users: ['late'] }, notBefore: '2026-11-24T11:00:00+09:00' },
  ],
};

const AFTER: PolicyDocument = {
  ...BEFORE,
  defaultMessage: 'Call 5678.',
  rules: [
    { id: 'block-batchi', effect: 'deny', match: { identities: ['batchi'] } },
    { id: 'home', effect: 'allow', match: { sourceIps: ['198.51.100.0/24'] } },
    ...(BEFORE.rules ?? []),
  ],
};

const connection = (username: string, publicIp: string, more: object = {}) =>
  readRequest({ username, 'public-ip': publicIp, ...more });

const SAMPLE = [
  connection('batchi', '203.0.113.9'),
  connection('tanaka', '203.0.113.9'),
  connection('tanaka', '198.51.100.7'),
  connection('tanaka', '192.0.2.1'),
  connection('late', '203.0.113.9'),
  connection('batchi', '203.0.113.9', { 'endpoint-id': 'cvpn-endpoint-0a1b2c3d4e5f67890' }),
];

describe('decisionChanges', () => {
  it('tells who is newly refused and newly admitted, by which rules, and how many are told otherwise', () => {
    const changes = decisionChanges(SAMPLE, { before: compile(BEFORE), after: compile(AFTER), atMs: AT_MS });
    expect(changes).toMatchObject({
      total: 6,
      newlyRefused: [
        { connection: { username: 'batchi' }, before: { rules: ['office'] }, after: { rules: ['block-batchi'] } },
      ],
      newlyAdmitted: [
        { connection: { publicIp: '198.51.100.7' }, before: { decidedBy: 'default' }, after: { rules: ['home'] } },
      ],
      toldOtherwise: 1,
    });
    expect([changes.newlyRefused, changes.newlyAdmitted].map((list) => list.length)).toEqual([1, 1]);
  });

  it('decides at the moment that it is told', () => {
    const policies = { before: compile({ ...BEFORE, rules: BEFORE.rules?.slice(0, 1) }), after: compile(BEFORE) };
    const refusedAt = (atMs: number) =>
      decisionChanges(SAMPLE, { ...policies, atMs }).newlyRefused.map(({ connection: { username } }) => username);
    expect(refusedAt(AT_MS)).toEqual([]);
    expect(refusedAt(AT_MS + 2 * 3_600_000)).toEqual(['late']);
  });

  it('counts everybody whom a first policy admits: until then the handler refuses them', () => {
    const changes = decisionChanges(SAMPLE, { before: undefined, after: compile(BEFORE), atMs: AT_MS });
    expect(changes.newlyAdmitted.map(({ before }) => before)).toEqual([undefined, undefined, undefined, undefined]);
    expect([changes.newlyRefused.length, changes.toldOtherwise]).toEqual([0, 0]);
  });

  it('is empty where the policies are the same', () => {
    const policy = compile(BEFORE);
    expect(decisionChanges(SAMPLE, { before: policy, after: policy, atMs: AT_MS })).toEqual({
      total: 6,
      newlyRefused: [],
      newlyAdmitted: [],
      toldOtherwise: 0,
    });
  });
});
