import { describe, expect, it } from '@jest/globals';
import type { Rule } from '../../../shared/engine/index.ts';
import { type RuleState, ruleState } from './rule-state.ts';

const NOW_MS = Date.parse('2026-11-24T10:00:00+09:00');
const [BEFORE, NOW, AFTER] = ['2026-11-24T00:59:00Z', '2026-11-24T01:00:00Z', '2026-11-24T01:01:00Z'];

describe('ruleState', () => {
  it.each<[Partial<Rule>, RuleState]>([
    [{}, 'in-force'],
    [{ enabled: false }, 'off'],
    [{ mode: 'report' }, 'report'],
    [{ notBefore: NOW, expiresAt: AFTER }, 'in-force'],
    [{ notBefore: AFTER }, 'not-yet'],
    [{ notBefore: AFTER, mode: 'report' }, 'not-yet'],
    [{ expiresAt: NOW }, 'expired'],
    [{ notBefore: BEFORE, expiresAt: BEFORE, enabled: false }, 'expired'],
  ])('of %j is %s', (lifetime, state) => {
    const rule = { id: 'r', effect: 'allow', match: 'everyone', ...lifetime } as Rule;
    expect(ruleState(rule, NOW_MS)).toBe(state);
  });
});
