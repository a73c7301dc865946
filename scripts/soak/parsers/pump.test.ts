import { describe, expect, it } from '@jest/globals';
import { Random } from '../../fuzz/random.ts';
import type { FuzzTarget } from './guided-fuzz.ts';
import { pump } from './pump.ts';

/** Nothing is counted here: regular expressions have no blocks. */
const COVERAGE = { take: () => ({ blocks: [], steps: 0 }) };

function target(check: (text: string) => void): FuzzTarget {
  return { name: 'x', seeds: [], mutate: (_, text) => text, check: (text) => void check(text), maxSteps: () => 0 };
}

describe('long inputs', () => {
  it('find a regular expression that goes back on its steps', () => {
    // Quadratic in the blanks.
    const { failures } = pump(
      target((text) => / +$/.test(text)),
      ['  x'],
      {
        inputs: 6,
        length: 12_000,
        random: new Random(1),
        coverage: COVERAGE,
      },
    );
    expect(failures[0]).toMatch(/takes \d+ ms, half of it \d+ ms$/);
  });

  it('find nothing in one that does not', () => {
    const options = { inputs: 5, length: 40_000, random: new Random(1), coverage: COVERAGE };
    expect(
      pump(
        target((text) => /^ +x/.test(text)),
        ['  x'],
        options,
      ).failures,
    ).toEqual([]);
  });

  it('find what takes too many steps', () => {
    const coverage = { take: () => ({ blocks: [], steps: 1 }) };
    const options = { inputs: 5, length: 10, random: new Random(1), coverage };
    expect(
      pump(
        target(() => {}),
        ['x'],
        options,
      ).failures[0],
    ).toMatch(/takes 1 steps$/);
  });
});
