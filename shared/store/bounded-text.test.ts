import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cutToBytes, cutToUnits } from './bounded-text.ts';

describe('A bounded text', () => {
  it.each([
    ['abc', 3, 'abc'],
    ['abcd', 3, 'abc'],
    ['ab😀', 4, 'ab😀'],
    ['ab😀', 3, 'ab'],
    ['\ud83d', 3, '\ufffd'],
  ])('%j of at most %d units is %j', (text, max, cut) => expect(cutToUnits(text, max)).toBe(cut));

  it.each([
    ['abcd', 4, 'abcd'],
    ['abcdefgh', 6, 'abc…'],
    ['鉄道線路', 9, '鉄道…'],
    ['😀😀', 7, '😀…'],
    ['a\ude00', 9, 'a\ufffd'],
  ])('%j of at most %d bytes is %j', (text, max, cut) => expect(cutToBytes(text, max)).toBe(cut));

  it('keeps its bound and survives UTF-8, whatever it is', () => {
    const texts = fc.string({ unit: fc.constantFrom('a', 'é', '鉄', '😀', '\ud800', '\udc00'), maxLength: 40 });
    fc.assert(
      fc.property(texts, fc.integer({ min: 3, max: 40 }), (text, max) => {
        const cut = [cutToUnits(text, max), cutToBytes(text, max)];
        expect(cut[0]?.length).toBeLessThanOrEqual(max);
        expect(Buffer.byteLength(cut[1] ?? '')).toBeLessThanOrEqual(max);
        for (const one of cut) expect(Buffer.from(one).toString()).toBe(one);
      }),
    );
  });
});
