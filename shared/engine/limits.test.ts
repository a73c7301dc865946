import { describe, expect, it } from '@jest/globals';
import { compile } from './compile.ts';
import { decide } from './decide.ts';
import type { Limit, PolicyDocument } from './document.ts';
import { limitsOf, refusedByLimit } from './limits.ts';
import { connectionOf, type GivenAttributes } from './testing/connection-of.ts';

const ENDPOINT = 'cvpn-endpoint-0a1b2c3d4e5f67890';
const NOW = Date.parse('2026-11-24T10:00:00+09:00');
const LIMIT: Limit = { id: 'one-each', match: 'everyone', maxConnections: 1 };

function policy(more: Partial<PolicyDocument>) {
  return compile({ version: 1, defaultEffect: 'allow', ...more });
}

describe('limitsOf', () => {
  const ids = (limit: Partial<Limit>, attributes: GivenAttributes, nowMs = NOW) =>
    limitsOf(policy({ limits: [{ ...LIMIT, ...limit }] }), connectionOf(attributes), nowMs).map(({ id }) => id);

  it.each<[what: string, limit: Partial<Limit>, attributes: GivenAttributes]>([
    ['everyone', {}, {}],
    ['a user, as refusing conditions fold names', { match: { users: ['batchi'] } }, { username: 'Bàtchi' }],
    ['a person however they log in', { match: { identities: ['batchi'] } }, { commonName: 'batchi@example.com' }],
    ['one block of several', { match: [{ users: ['x'] }, { groups: ['temps'] }] }, { groups: ['Temps'] }],
    ['who is not excepted', { except: { groups: ['oncall'] } }, { groups: ['staff'] }],
    ['in doubt who sends a malformed attribute', { match: { groups: ['temps'] } }, { groups: [17] }],
    ['in doubt whose malformed attribute would except', { except: { groups: ['oncall'] } }, { groups: [17] }],
    ['whose exception is spelled otherwise', { except: { users: ['batchi'] } }, { username: 'bàtchi' }],
  ])('has %s', (_, limit, attributes) => {
    expect(ids(limit, attributes)).toEqual(['one-each']);
  });

  it.each<[what: string, limit: Partial<Limit>, attributes: GivenAttributes]>([
    ['who is another', { match: { users: ['batchi'] } }, { username: 'mori' }],
    ['who sends no such attribute', { match: { users: ['batchi'] } }, {}],
    ['who is excepted', { except: { groups: ['oncall'] } }, { groups: ['oncall'] }],
    ['anybody while it is switched off', { enabled: false }, {}],
  ])('has not %s', (_, limit, attributes) => {
    expect(ids(limit, attributes)).toEqual([]);
  });

  it('looks at the moment', () => {
    const match = { windows: [{ until: '2026-11-24T10:00:00+09:00' }] };
    expect(ids({ match }, {}, NOW - 1)).toEqual(['one-each']);
    expect(ids({ match }, {}, NOW)).toEqual([]);
  });

  it('tells all of them, in document order, with what counts', () => {
    const limits: Limit[] = [
      { ...LIMIT, id: 'b', maxConnections: 3, whenExceeded: 'endOldest' },
      { ...LIMIT, id: 'x', match: { users: ['nobody'] } },
      { ...LIMIT, id: 'a' },
    ];
    expect(limitsOf(policy({ limits }), connectionOf({}), NOW)).toMatchObject([
      { id: 'b', maxConnections: 3, whenExceeded: 'endOldest' },
      { id: 'a', maxConnections: 1, whenExceeded: 'refuse' },
    ]);
  });

  it('knows of none where the policy has none', () => {
    expect(limitsOf(policy({}), connectionOf({}), NOW)).toEqual([]);
  });
});

describe('refusedByLimit', () => {
  function refused(more: Partial<PolicyDocument>, attributes: GivenAttributes) {
    const compiled = policy(more);
    const about = connectionOf({ connectionId: 'cvpn-connection-1', ...attributes });
    return refusedByLimit(compiled, about, decide(compiled, about, NOW), 'one-each');
  }

  it('turns an admission into a refusal that names the limit, without the posture statuses of the rules', () => {
    const rules = [
      { id: 'in', effect: 'allow', match: 'everyone', postureStatuses: ['compliant'] },
      { id: 'try', effect: 'deny', mode: 'report', match: 'everyone' },
    ] as const;
    expect(refused({ rules, limits: [{ ...LIMIT, message: 'Once is enough.' }] }, {})).toEqual({
      allow: false,
      effect: 'deny',
      decidedBy: 'limit',
      rules: ['one-each'],
      message: 'Once is enough.',
      postureStatuses: [],
      reported: ['try'],
      observed: false,
    });
  });

  it('fills in placeholders', () => {
    const message = '{username} {connectionId} {rule} {endpoint} {until}';
    const endpoints = { [ENDPOINT]: { name: 'frankfurt' } };
    const told = refused({ endpoints, limits: [{ ...LIMIT, message }] }, { username: 'batchi', endpointId: ENDPOINT });
    expect(told.message).toBe('batchi cvpn-connection-1 one-each frankfurt further notice');
  });

  it("tells the endpoint's message where it has none of its own, else the document's, else the built-in one", () => {
    const limits = [LIMIT];
    const endpoints = { [ENDPOINT]: { defaultMessage: 'Nein.' } };
    const more = { limits, endpoints, defaultMessage: 'No.' };
    expect(refused(more, { endpointId: ENDPOINT }).message).toBe('Nein.');
    expect(refused(more, { endpointId: 'cvpn-endpoint-11111111111111111' }).message).toBe('No.');
    expect(refused(more, { endpointId: 17 }).message).toBe('No.');
    expect(refused({ limits }, {}).message).toBe("Refused by the VPN's policy. Connection cvpn-connection-1.");
  });

  it('lets everybody in where the endpoint only observes, and says so', () => {
    const endpoints = { [ENDPOINT]: { mode: 'observe' as const } };
    expect(refused({ limits: [LIMIT], endpoints }, { endpointId: ENDPOINT })).toMatchObject({
      allow: true,
      effect: 'deny',
      decidedBy: 'limit',
      observed: true,
    });
  });
});
