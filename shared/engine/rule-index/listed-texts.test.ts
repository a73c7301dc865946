import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ListedTexts } from './listed-texts.ts';

describe('ListedTexts', () => {
  it('tells texts of one hash apart', () => {
    const texts = new ListedTexts();
    for (const [list, text] of ['ann', 'bob', 'cyd'].entries()) texts.add(text, 7, list);
    expect(['ann', 'bob', 'cyd', 'dan'].map((text) => texts.find(text, 0, 3, 7))).toEqual([0, 1, 2, undefined]);
  });

  it('finds a part of a text, whatever the case of its letters', () => {
    const texts = new ListedTexts();
    texts.add('bob', 7, 1);
    expect(texts.find('x-BoB@y', 2, 3, 7)).toBe(1);
    expect(texts.find('x-bob@y', 1, 3, 7)).toBeUndefined();
    // Only the letters A to Z have another case: `[` and `{` differ by the same bit.
    texts.add('{', 9, 2);
    expect(texts.find('[', 0, 1, 9)).toBeUndefined();
  });

  it('keeps a list once that has the text often', () => {
    const texts = new ListedTexts();
    for (const list of [0, 1, 1, 1]) texts.add('ann', 7, list);
    expect(texts.find('ann', 0, 3, 7)).toEqual([0, 1]);
  });

  it('finds each of thousands of texts of one hash, whatever their case', () => {
    const texts = new ListedTexts();
    for (let number = 0; number < 5000; number++) texts.add(`user-${number}`, 7, number);
    for (const number of [0, 63, 64, 4999])
      expect(texts.find(`USER-${number}`, 0, `user-${number}`.length, 7)).toBe(number);
    expect(texts.find('user-9999', 0, 9, 7)).toBeUndefined();
  });

  it('keeps every list of a text, as many as there come', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'ü'), maxLength: 4 });
    fc.assert(
      fc.property(fc.array(fc.tuple(text, fc.nat(5))), fc.nat(3), (added, hashes) => {
        const hash = (of: string) => (hashes === 0 ? 0 : of.length % hashes); // many of the same
        const texts = new ListedTexts();
        const expected = new Map<string, Set<number>>();
        for (const [each, list] of [...added].sort((a, b) => a[1] - b[1])) {
          texts.add(each, hash(each), list);
          expected.set(each, (expected.get(each) ?? new Set()).add(list));
        }
        for (const [each, lists] of expected) {
          const found = texts.find(each, 0, each.length, hash(each));
          expect(new Set(typeof found === 'number' ? [found] : found)).toEqual(lists);
        }
        expect(texts.find('none', 0, 4, hash('none'))).toBeUndefined();
      }),
    );
  });
});
