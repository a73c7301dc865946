import { describe, expect, it } from '@jest/globals';
import { validatePolicy } from '../../../shared/policy/index.ts';
import { wholeLanguage } from './door-policies.ts';
import { smallestPolicy } from './smallest-policy.ts';

const POLICY = wholeLanguage({ zone: 'Europe/London', anchorMs: Date.parse('2026-10-25T01:00:00Z') });

describe('the smallest policy that fails', () => {
  it('keeps what the failure needs, and stays a policy', async () => {
    const smallest = await smallestPolicy(POLICY, async (smaller) => {
      const patchNight = smaller.rules?.find(({ id }) => id === 'patch-night');
      return JSON.stringify(patchNight ?? '').includes('30 1 * * *') && validatePolicy(smaller).ok;
    });
    expect(smallest.rules).toEqual([
      {
        id: 'patch-night',
        effect: 'deny',
        match: [{ windows: [{ cron: '30 1 * * *', duration: 'PT45M', timezone: 'Europe/London' }] }],
      },
    ]);
    expect([smallest.sets, smallest.endpoints]).toEqual([{}, {}]);
  });

  it('asks no more often than it may', async () => {
    let asked = 0;
    await smallestPolicy(POLICY, async () => ++asked < 0, 7);
    expect(asked).toBe(7);
  });
});
