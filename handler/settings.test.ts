/** Settings: defaults, limits, and wrong values that fall back to what is safe. */
import { describe, expect, it } from '@jest/globals';
import { readSettings } from './settings.ts';

const DEFAULTS = { rulesTable: undefined, policyTtlMs: 10_000, maxStaleMs: 3_600_000, onPolicyUnavailable: 'deny' };

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
  ])('reports %s=%p and uses %s', (variable, value, used) => {
    const { settings, errors } = readSettings({ [variable]: value });
    expect(settings).toEqual(DEFAULTS);
    expect(errors).toEqual([{ variable, value: value.slice(0, 100), accepted: expect.any(String), used }]);
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
