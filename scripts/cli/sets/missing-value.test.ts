import { describe, expect, it } from '@jest/globals';
import type { PolicySet } from '../../../shared/engine/index.ts';
import { missingValue } from './missing-value.ts';

const OFFICES: PolicySet = {
  kind: 'ip',
  entries: ['10.0.0.1-10.0.0.9', { value: '203.0.113.0/24', note: 'Osaka' }, '2001:db8::/32', '192.0.2.4'],
};

describe('missingValue', () => {
  it.each([
    ['203.0.113.9', '"203.0.113.9" (it is part of 203.0.113.0/24)'],
    ['203.0.113.128/25', '"203.0.113.128/25" (it is part of 203.0.113.0/24)'],
    ['10.0.0.1', '"10.0.0.1" (it is part of 10.0.0.1-10.0.0.9)'],
    ['10.0.0.10', '"10.0.0.10"'],
    ['203.0.112.0/23', '"203.0.112.0/23"'],
    ['2001:db8:40::1', '"2001:db8:40::1" (it is part of 2001:db8::/32)'],
    ['2001:db9::1', '"2001:db9::1"'],
    ['::ffff:203.0.113.9', '"::ffff:203.0.113.9" (it is part of 203.0.113.0/24)'],
  ])('looks for the range around %s', (value, told) => {
    expect(missingValue(OFFICES, value)).toBe(told);
  });

  it('suggests the name that is near', () => {
    const set: PolicySet = { kind: 'user', entries: ['batchi', { value: 'sato' }] };
    expect(missingValue(set, 'satu')).toBe('"satu" (did you mean "sato"?)');
    expect(missingValue(set, 'yamamoto')).toBe('"yamamoto"');
  });
});
