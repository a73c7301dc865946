/** The decision's log line: what it holds, its bounds, and names that try to forge a line. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type ConnectRequest, readRequest } from '../shared/client-vpn/index.ts';
import { compile, type Decision } from '../shared/engine/index.ts';
import { decisionLine, errorFields, type Verdict } from './decision-line.ts';

const REFUSAL: Decision = {
  allow: false,
  effect: 'deny',
  decidedBy: 'rule',
  rules: ['block-leavers'],
  message: 'This user is not permitted.',
  postureStatuses: [],
  reported: [],
  observed: false,
  endpoint: 'frankfurt',
};

const refused = (decision: Partial<Decision> = {}): Verdict => ({
  outcome: 'refused',
  decidedAtMs: Date.parse('2026-11-24T10:00:00.250Z'),
  decision: { ...REFUSAL, ...decision },
  policy: compile({ version: 1, defaultEffect: 'deny', rules: [] }),
  revision: 42,
  policyAgeMs: 1_200,
  stale: false,
});

/** The line with names as they are. */
function lineOf(request: ConnectRequest, verdict: Verdict, durationMs: number) {
  return decisionLine({ request, message: 'This user is not permitted.' }, verdict, durationMs);
}

describe('decisionLine', () => {
  it('tells connection, outcome, rules, revision, age and duration', () => {
    const request = readRequest({
      'connection-id': 'cvpn-connection-0aa11bb22cc33dd44',
      'endpoint-id': 'cvpn-endpoint-0a1b2c3d4e5f67890',
      username: 'Batchi',
      'public-ip': '203.0.113.9',
      groups: ['staff'],
      'schema-version': 'v3',
    });
    expect(JSON.parse(JSON.stringify(lineOf(request, refused(), 3)))).toEqual({
      outcome: 'refused',
      connectionId: 'cvpn-connection-0aa11bb22cc33dd44',
      endpointId: 'cvpn-endpoint-0a1b2c3d4e5f67890',
      decidedAt: '2026-11-24T10:00:00.250Z',
      endpoint: 'frankfurt',
      username: 'Batchi',
      publicIp: '203.0.113.9',
      groups: ['staff'],
      schemaVersion: 'v3',
      allow: false,
      effect: 'deny',
      decidedBy: 'rule',
      rules: ['block-leavers'],
      reported: [],
      observed: false,
      postureStatuses: [],
      refusalMessage: 'This user is not permitted.',
      revision: 42,
      policyAgeMs: 1_200,
      policyStale: false,
      durationMs: 3,
    });
  });

  it('shows what a malformed attribute looked like, shortened', () => {
    const line = lineOf(readRequest({ username: 1234, 'public-ip': 'x'.repeat(600), groups: {} }), refused(), 0);
    expect(line.username).toEqual({ malformed: '1234' });
    expect(line.publicIp).toEqual({ malformed: `${'x'.repeat(99)}…` });
    expect(line.groups).toEqual({ malformed: '(object)' });
  });

  it('keeps a name with line breaks within its line', () => {
    const forged = 'batchi\n{"level":"INFO","outcome":"admitted"}\r\n';
    const written = JSON.stringify(lineOf(readRequest({ username: forged }), refused(), 0));
    expect(written).not.toMatch(/[\r\n]/);
    expect(JSON.parse(written).username).toBe(forged);
  });

  it('says how many rules and groups there were where it does not list all', () => {
    const many = Array.from({ length: 300 }, (_, n) => `name-${n}`);
    const line = lineOf(readRequest({ groups: many }), refused({ rules: many, reported: many }), 0);
    expect(line).toMatchObject({ rulesCount: 300, reportedCount: 300, groupsCount: 300 });
    expect(line.rules).toHaveLength(50);
    expect(line.groups).toHaveLength(200);
  });

  it('is always JSON of less than 400 KB, whatever the event', () => {
    const field = fc.constantFrom('username', 'common-name', 'public-ip', 'groups', 'platform', 'connection-id');
    const value = fc.oneof(fc.anything(), fc.string({ unit: 'binary', maxLength: 2_000 }), fc.array(fc.string()));
    fc.assert(
      fc.property(fc.dictionary(field, value), (event) => {
        expect(JSON.stringify(lineOf(readRequest(event), refused(), 0)).length).toBeLessThan(400_000);
      }),
    );
    const worst = Object.fromEntries(
      ['connection-id', 'endpoint-id', 'username', 'common-name', 'public-ip', 'platform'].map((key) => [
        key,
        '\u0000'.repeat(512),
      ]),
    );
    const groups = Array.from({ length: 100_000 }, () => '\u0000'.repeat(500));
    const line = lineOf(readRequest({ ...worst, groups }), refused(), 0);
    expect(JSON.stringify(line).length).toBeLessThan(400_000);
  });
});

describe('errorFields', () => {
  it('tells an error’s name, code, text and cause, and nothing else that hangs on it', () => {
    const error = Object.assign(new Error('broken', { cause: new Error('deeper') }), {
      code: 'POLICY_CORRUPT',
      $response: { body: 'x'.repeat(1_000) },
    });
    expect(errorFields(error)).toEqual({
      name: 'Error',
      code: 'POLICY_CORRUPT',
      text: 'broken',
      cause: 'Error: deeper',
      stack: expect.stringContaining('broken'),
    });
  });

  it.each([[undefined], [null], ['text'], [{ an: 'object' }], [Symbol('s')]])('takes %p for an error too', (thrown) => {
    expect(typeof JSON.stringify(errorFields(thrown))).toBe('string');
  });
});
