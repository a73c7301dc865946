/** The judge is judged: each thing that an answer can be wrong in is found. */
import { describe, expect, it } from '@jest/globals';
import type { PolicyDocument } from '../../../shared/engine/index.ts';
import { textAttribute } from '../../../shared/engine/index.ts';
import { decisionFaults, formatFaults } from './judge-answer.ts';

const REFUSAL = {
  allow: false,
  'error-msg-on-denied-connection': 'Not from here.',
  'posture-compliance-statuses': ['compliant'],
  'schema-version': 'v3',
};

const { allow: _, ...WITHOUT_ALLOW } = REFUSAL;

describe('the format', () => {
  it('takes a refusal and an admission', () => {
    expect(formatFaults(REFUSAL, 'v3')).toEqual([]);
    expect(formatFaults({ ...REFUSAL, allow: true, 'error-msg-on-denied-connection': '' }, 'v3')).toEqual([]);
    const v1 = { allow: false, 'error-msg-on-failed-posture-compliance': 'No.', 'posture-compliance-statuses': [] };
    expect(formatFaults({ ...v1, 'schema-version': 'v1' }, 'v1')).toEqual([]);
  });

  it.each<[what: string, answer: unknown]>([
    ['no answer', undefined],
    ['a list', [REFUSAL]],
    ['another version', { ...REFUSAL, 'schema-version': 'v2' }],
    [
      'the message under the key of v1',
      { ...WITHOUT_ALLOW, allow: false, 'error-msg-on-failed-posture-compliance': 'x' },
    ],
    ['a key too few', WITHOUT_ALLOW],
    ['a key too many', { ...REFUSAL, revision: 1 }],
    ['a key that is a symbol', { ...REFUSAL, [Symbol('x')]: 1 }],
    ['a text for a boolean', { ...REFUSAL, allow: 'false' }],
    ['an admission with a message', { ...REFUSAL, allow: true }],
    ['a refusal without one', { ...REFUSAL, 'error-msg-on-denied-connection': '' }],
    ['a message of 256 units', { ...REFUSAL, 'error-msg-on-denied-connection': 'x'.repeat(256) }],
    ['half a surrogate pair', { ...REFUSAL, 'error-msg-on-denied-connection': 'x\ud83d' }],
    ['a control character', { ...REFUSAL, 'error-msg-on-denied-connection': 'x\u0007' }],
    ['a bidi character', { ...REFUSAL, 'error-msg-on-denied-connection': 'x\u202e' }],
    ['no message', { ...REFUSAL, 'error-msg-on-denied-connection': null }],
    ['eleven statuses', { ...REFUSAL, 'posture-compliance-statuses': Array(11).fill('a') }],
    ['a status of 256 units', { ...REFUSAL, 'posture-compliance-statuses': ['x'.repeat(256)] }],
    ['a status that is no text', { ...REFUSAL, 'posture-compliance-statuses': [1] }],
    ['no list of statuses', { ...REFUSAL, 'posture-compliance-statuses': 'compliant' }],
    ['what JSON makes another answer of', { ...REFUSAL, toJSON: () => ({}) }],
  ])('does not take %s', (_what, answer) => {
    expect(formatFaults(answer, 'v3')).not.toEqual([]);
  });
});

const NOW = Date.parse('2026-11-24T10:00:00Z');
const ENDS = '2026-11-24T12:00:00.500Z';
const POLICY: PolicyDocument = {
  version: 1,
  defaultEffect: 'allow',
  rules: [
    {
      id: 'r',
      effect: 'deny',
      match: { users: ['batchi'] },
      expiresAt: ENDS,
      message: '{username} until {until}',
      postureStatuses: ['a'],
    },
    { id: 'tried', effect: 'deny', match: 'everyone', mode: 'report' },
  ],
};
const CONNECTION = {
  connectionId: undefined,
  endpointId: undefined,
  username: textAttribute('Batchi'),
  commonName: undefined,
  publicIp: undefined,
  platform: undefined,
  platformVersion: undefined,
  openvpnVersion: undefined,
  awsClientVersion: undefined,
  groups: undefined,
};
const RIGHT = {
  allow: false,
  'error-msg-on-denied-connection': 'Batchi until 2026-11-24 12:00:01 (UTC)',
  'posture-compliance-statuses': ['a'],
  'schema-version': 'v2',
};
const LINE = {
  outcome: 'refused',
  effect: 'deny',
  decidedBy: 'rule',
  rules: ['r'],
  reported: ['tried'],
  refusalMessage: RIGHT['error-msg-on-denied-connection'],
};

function faults(answer: object, line: Readonly<Record<string, unknown>>): readonly string[] {
  const request = { connection: CONNECTION, version: 'v2' } as const;
  return decisionFaults(POLICY, POLICY, request, NOW, { answer, line, logsNames: true }).faults;
}

describe('the decision', () => {
  it('is the reference’s, and ends when it says', () => {
    expect(faults(RIGHT, LINE)).toEqual([]);
  });

  const message = 'error-msg-on-denied-connection';
  it.each<[what: string, answer: object, line: object]>([
    ['an admission', { allow: true, [message]: '' }, {}],
    ['another message', { [message]: 'Not from here.' }, {}],
    ['another name', { [message]: 'Zoe until 2026-11-24 12:00:01 (UTC)' }, {}],
    ['an end that is too early', { [message]: 'Batchi until 2026-11-24 11:59 (UTC)' }, {}],
    ['an end that is too late', { [message]: 'Batchi until 2026-11-24 12:00:02 (UTC)' }, {}],
    ['an end that is past', { [message]: 'Batchi until 2026-11-24 09:00 (UTC)' }, {}],
    ['other statuses', { 'posture-compliance-statuses': [] }, {}],
    ['another logged outcome', {}, { outcome: 'observed' }],
    ['another logged effect', {}, { effect: 'allow' }],
    ['other logged rules', {}, { rules: ['r', 'tried'] }],
    ['a rule for a default', {}, { decidedBy: 'default' }],
    ['no reported rule', {}, { reported: [] }],
    ['a logged endpoint', {}, { endpoint: 'tokyo' }],
    ['another logged message', {}, { refusalMessage: 'Refused.' }],
  ])('is not %s', (_what, answer, line) => {
    const logged = message in answer ? { refusalMessage: Reflect.get(answer, message) } : {};
    expect(faults({ ...RIGHT, ...answer }, { ...LINE, ...logged, ...line })).not.toEqual([]);
  });
});
