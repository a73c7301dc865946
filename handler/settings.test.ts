/** Settings: defaults, limits, and wrong values that fall back to what is safe. */
import { describe, expect, it } from '@jest/globals';
import { readSettings } from './settings.ts';

const DEFAULTS = {
  rulesTable: undefined,
  policyTtlMs: 10_000,
  maxStaleMs: 3_600_000,
  onPolicyUnavailable: 'deny',
  decisionsTable: undefined,
  decisionLog: 'all',
  decisionLogTimeoutMs: 150,
  decisionRetentionDays: 90,
  sessionsTable: undefined,
  sessionsTimeoutMs: 300,
  names: { names: 'clear' },
};
const KEY = 'k'.repeat(32);

describe('readSettings', () => {
  it('has a default for everything but the table', () => {
    expect(readSettings({})).toEqual({ settings: DEFAULTS, errors: [] });
  });

  it('counts an empty variable as not set', () => {
    const empty = { RULES_TABLE: '', POLICY_TTL_SECONDS: '', MAX_STALE_SECONDS: '', ON_POLICY_UNAVAILABLE: '' };
    expect(readSettings(empty)).toEqual({ settings: DEFAULTS, errors: [] });
  });

  it.each([
    ['RULES_TABLE', 'client-vpn-policy-prod-rules', { rulesTable: 'client-vpn-policy-prod-rules' }],
    [
      'RULES_TABLE',
      'arn:aws:dynamodb:ap-northeast-1:123456789012:table/vpn-rules',
      { rulesTable: 'arn:aws:dynamodb:ap-northeast-1:123456789012:table/vpn-rules' },
    ],
    ['POLICY_TTL_SECONDS', '1', { policyTtlMs: 1_000 }],
    ['POLICY_TTL_SECONDS', '3600', { policyTtlMs: 3_600_000 }],
    ['MAX_STALE_SECONDS', '0', { maxStaleMs: 0 }],
    ['MAX_STALE_SECONDS', '604800', { maxStaleMs: 604_800_000 }],
    ['ON_POLICY_UNAVAILABLE', 'allow', { onPolicyUnavailable: 'allow' }],
    ['ON_POLICY_UNAVAILABLE', 'deny', { onPolicyUnavailable: 'deny' }],
    ['DECISIONS_TABLE', 'client-vpn-policy-prod-decisions', { decisionsTable: 'client-vpn-policy-prod-decisions' }],
    ['DECISION_LOG', 'all', { decisionLog: 'all' }],
    ['DECISION_LOG', 'refused', { decisionLog: 'refused' }],
    ['DECISION_LOG', 'off', { decisionLog: 'off' }],
    ['DECISION_LOG_TIMEOUT_MS', '10', { decisionLogTimeoutMs: 10 }],
    ['DECISION_LOG_TIMEOUT_MS', '2000', { decisionLogTimeoutMs: 2_000 }],
    ['DECISION_RETENTION_DAYS', '1', { decisionRetentionDays: 1 }],
    ['DECISION_RETENTION_DAYS', '3650', { decisionRetentionDays: 3_650 }],
    ['SESSIONS_TABLE', 'client-vpn-policy-prod-sessions', { sessionsTable: 'client-vpn-policy-prod-sessions' }],
    ['SESSIONS_TIMEOUT_MS', '10', { sessionsTimeoutMs: 10 }],
    ['SESSIONS_TIMEOUT_MS', '2000', { sessionsTimeoutMs: 2_000 }],
    ['PSEUDONYMIZE', 'false', { names: { names: 'clear' } }],
    ['PSEUDONYM_KEY', KEY, { names: { names: 'clear' } }],
  ])('takes %s=%s', (variable, value, expected) => {
    expect(readSettings({ [variable]: value })).toEqual({ settings: { ...DEFAULTS, ...expected }, errors: [] });
  });

  it.each([
    ['RULES_TABLE', 'no spaces please', 'none'],
    ['RULES_TABLE', 'ab', 'none'],
    ['RULES_TABLE', 'x'.repeat(256), 'none'],
    ['RULES_TABLE', 'arn:aws:s3:::bucket', 'none'],
    ['POLICY_TTL_SECONDS', '0', '10'],
    ['POLICY_TTL_SECONDS', '3601', '10'],
    ['POLICY_TTL_SECONDS', '-1', '10'],
    ['POLICY_TTL_SECONDS', '1.5', '10'],
    ['POLICY_TTL_SECONDS', ' 10', '10'],
    ['POLICY_TTL_SECONDS', '1e3', '10'],
    ['POLICY_TTL_SECONDS', '0x10', '10'],
    ['POLICY_TTL_SECONDS', '010', '10'],
    ['POLICY_TTL_SECONDS', 'PT10S', '10'],
    ['POLICY_TTL_SECONDS', 'Infinity', '10'],
    ['MAX_STALE_SECONDS', '604801', '3600'],
    ['MAX_STALE_SECONDS', 'forever', '3600'],
    ['ON_POLICY_UNAVAILABLE', 'Allow', 'deny'],
    ['ON_POLICY_UNAVAILABLE', 'true', 'deny'],
    ['ON_POLICY_UNAVAILABLE', 'allow ', 'deny'],
    ['DECISIONS_TABLE', 'no spaces please', 'none'],
    ['DECISION_LOG', 'none', 'all'],
    ['DECISION_LOG_TIMEOUT_MS', '9', '150'],
    ['DECISION_LOG_TIMEOUT_MS', '2001', '150'],
    ['SESSIONS_TABLE', 'no spaces please', 'none'],
    ['SESSIONS_TIMEOUT_MS', '9', '300'],
    ['SESSIONS_TIMEOUT_MS', '2001', '300'],
    ['DECISION_RETENTION_DAYS', '0', '90'],
    ['DECISION_RETENTION_DAYS', '3651', '90'],
  ])('reports %s=%p and uses %s', (variable, value, used) => {
    const { settings, errors } = readSettings({ [variable]: value });
    expect(settings).toEqual(DEFAULTS);
    expect(errors).toEqual([{ variable, value: value.slice(0, 100), accepted: expect.any(String), used }]);
  });

  it('makes pseudonyms with the key', () => {
    const { settings, errors } = readSettings({ PSEUDONYMIZE: 'true', PSEUDONYM_KEY: KEY });
    expect([settings.names.names, errors]).toEqual(['pseudonyms', []]);
  });

  it.each([
    [{ PSEUDONYMIZE: 'true' }, [{ variable: 'PSEUDONYM_KEY', value: '' }]],
    [{ PSEUDONYMIZE: 'true', PSEUDONYM_KEY: 'too short' }, [{ variable: 'PSEUDONYM_KEY', value: '(a secret)' }]],
    [{ PSEUDONYMIZE: 'yes' }, [{ variable: 'PSEUDONYMIZE', used: 'true' }, { variable: 'PSEUDONYM_KEY' }]],
  ])('never keeps names where %j asks for pseudonyms that it cannot have', (environment, expected) => {
    const { settings, errors } = readSettings(environment);
    expect(settings.names).toEqual({ names: 'left-out' });
    expect(errors).toMatchObject(expected);
  });

  it('reports all wrong values at once', () => {
    const { errors } = readSettings({ RULES_TABLE: '?', MAX_STALE_SECONDS: '?', ON_POLICY_UNAVAILABLE: '?' });
    expect(errors.map((error) => error.variable)).toEqual([
      'RULES_TABLE',
      'MAX_STALE_SECONDS',
      'ON_POLICY_UNAVAILABLE',
    ]);
  });
});
