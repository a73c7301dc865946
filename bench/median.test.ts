import { describe, expect, it } from '@jest/globals';
import { median, pairedRatio } from './median.ts';

describe('the median', () => {
  it.each([
    [[3], 3],
    [[3, 1, 2], 2],
    [[4, 1, 3, 2], 2.5],
  ])('of %j is %d', (values, expected) => {
    expect(median(values)).toBe(expected);
  });

  it('of nothing is refused', () => {
    expect(() => median([])).toThrow('nothing was measured');
  });
});

describe('a paired ratio', () => {
  it('compares each measurement with its neighbour, so that a machine that slows down for both changes nothing', () => {
    expect(pairedRatio([13, 26, 130, 13, 39], [10, 20, 100, 10, 30])).toEqual({ median: 1.3, from: 1.3, to: 1.3 });
  });

  it('says between which the middle half lies', () => {
    expect(pairedRatio([1, 2, 3, 4, 100], [1, 1, 1, 1, 1])).toEqual({ median: 3, from: 2, to: 4 });
  });
});
