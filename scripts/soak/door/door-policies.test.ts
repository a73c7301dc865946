import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CONDITIONS } from '../../../shared/engine/index.ts';
import { scene } from '../../../shared/engine/reference/arbitraries.ts';
import { validatePolicy } from '../../../shared/policy/index.ts';
import { doorPolicies, wholeLanguage } from './door-policies.ts';

describe('the policies at the door', () => {
  it('are valid, each of them, and the same for the same seed', async () => {
    const policies = await doorPolicies(60, 7);
    expect(policies.map(({ document }) => validatePolicy(document)).filter(({ ok }) => !ok)).toEqual([]);
    expect(JSON.stringify(await doorPolicies(60, 7))).toBe(JSON.stringify(policies));
  });

  it('use the whole language, around any night', () => {
    fc.assert(
      fc.property(scene(), (place) => {
        const document = wholeLanguage(place);
        expect(validatePolicy(document)).toEqual({ ok: true, document });
        const text = JSON.stringify(document);
        const words = [
          ...CONDITIONS,
          'observe',
          'report',
          'exempt',
          'final',
          'enabled',
          'notBefore',
          'cron',
          'dates',
          'days',
        ];
        expect(words.filter((word) => !text.includes(`"${word}"`))).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });
});
