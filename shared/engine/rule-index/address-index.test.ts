import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compareWords } from '../address.ts';
import { AddressIndex } from './address-index.ts';

function found(index: AddressIndex, words: readonly number[]): number[] {
  const owners: number[] = [];
  index.find(words, (owner) => owners.push(owner));
  return owners.sort((a, b) => a - b);
}

describe('AddressIndex', () => {
  it.each([1, 4] as const)('finds just the ranges that contain an address, of %i words', (wordCount) => {
    const word = fc.oneof(fc.nat(30), fc.integer({ min: 2 ** 32 - 30, max: 2 ** 32 - 1 }));
    const words = fc.tuple(
      ...Array.from({ length: wordCount }, (_, index) => (index < wordCount - 1 ? fc.nat(1) : word)),
    );
    const range = fc.tuple(words, words).map(([a, b]) => {
      const [first, last] = compareWords(a, b) <= 0 ? [a, b] : [b, a];
      return { family: wordCount === 1 ? 4 : 6, first, last, hostBits: false } as const;
    });
    fc.assert(
      fc.property(fc.array(range, { maxLength: 40 }), fc.array(words, { minLength: 20 }), (ranges, addresses) => {
        const owned = ranges.map((each, owner) => ({ ...each, owner }));
        const stretches = owned.map(({ first, last, owner }) => ({
          firsts: Uint32Array.from(first),
          lasts: Uint32Array.from(last),
          owner,
        }));
        const index = new AddressIndex(stretches, wordCount);
        for (const address of addresses) {
          const expected = owned.filter(
            ({ first, last }) => compareWords(first, address) <= 0 && compareWords(address, last) <= 0,
          );
          expect(found(index, address)).toEqual(expected.map(({ owner }) => owner));
        }
      }),
      { numRuns: 1000 },
    );
  });
});
