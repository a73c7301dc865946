import { describe, expect, it } from '@jest/globals';
import { refusedRatios } from './ratios.ts';

describe('refusedRatios', () => {
  it('lets pass what is up to half again as bad as committed', () => {
    expect(refusedRatios({ growth: 3 }, { growth: 2 })).toEqual([]);
  });

  it('names what is worse, with its limit', () => {
    expect(refusedRatios({ growth: 3.1, garbage: 10 }, { growth: 2, garbage: 10 })).toEqual([
      { name: 'growth', ratio: 3.1, limit: 3 },
    ]);
  });

  it('refuses a ratio of which nothing is committed', () => {
    expect(refusedRatios({ growth: 1 }, {})).toEqual([{ name: 'growth', ratio: 1, limit: 0 }]);
  });
});
