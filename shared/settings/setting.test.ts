/** Settings: what is not set, empty or wrong gives the fallback; what is wrong is told. */
import { describe, expect, it } from '@jest/globals';
import { DECISIONS_TABLE, ENFORCER_FUNCTION, PSEUDONYM_KEY, RULES_TABLE, settingReader } from './index.ts';

describe('settingReader', () => {
  it.each([
    [undefined, undefined, 0],
    ['', undefined, 0],
    ['vpn-rules', 'vpn-rules', 0],
    [
      'arn:aws:dynamodb:us-east-1:123456789012:table/vpn-rules',
      'arn:aws:dynamodb:us-east-1:123456789012:table/vpn-rules',
      0,
    ],
    ['a b', undefined, 1],
    ['x'.repeat(300), undefined, 1],
  ])('reads RULES_TABLE=%j as %j', (value, expected, wrong) => {
    const { read, errors } = settingReader({ RULES_TABLE: value });
    expect([read(RULES_TABLE), errors.length]).toEqual([expected, wrong]);
  });

  it('tells what was wrong, cut short, what is accepted and what is used instead', () => {
    const { read, errors } = settingReader({ RULES_TABLE: '!'.repeat(300) });
    read(RULES_TABLE);
    expect(errors).toEqual([
      {
        variable: 'RULES_TABLE',
        value: '!'.repeat(100),
        accepted: expect.stringContaining('DynamoDB table'),
        used: 'none',
      },
    ]);
  });

  it.each([
    'client-vpn-policy-enforcer-prod',
    'arn:aws:lambda:eu-central-1:123456789012:function:enforcer',
    'arn:aws-cn:lambda:cn-north-1:123456789012:function:enforcer:live',
  ])('reads ENFORCER_FUNCTION=%s', (value) => {
    const { read, errors } = settingReader({ ENFORCER_FUNCTION: value });
    expect([read(ENFORCER_FUNCTION), errors]).toEqual([value, []]);
  });

  it.each(['an enforcer', 'x'.repeat(65), 'arn:aws:dynamodb:eu-central-1:123456789012:table/enforcer'])(
    'takes ENFORCER_FUNCTION=%s for none, and says so',
    (value) => {
      const { read, errors } = settingReader({ ENFORCER_FUNCTION: value });
      expect([read(ENFORCER_FUNCTION), errors.length]).toEqual([undefined, 1]);
    },
  );

  it('never tells a secret, even one that is wrong', () => {
    const { read, errors } = settingReader({ PSEUDONYM_KEY: 'too short', DECISIONS_TABLE: 'vpn-decisions' });
    expect([read(PSEUDONYM_KEY), read(DECISIONS_TABLE)]).toEqual([undefined, 'vpn-decisions']);
    expect(errors).toEqual([
      { variable: 'PSEUDONYM_KEY', value: '(a secret)', accepted: expect.stringContaining('32'), used: 'none' },
    ]);
    expect(settingReader({ PSEUDONYM_KEY: 'k'.repeat(32) }).read(PSEUDONYM_KEY)).toBe('k'.repeat(32));
  });
});
