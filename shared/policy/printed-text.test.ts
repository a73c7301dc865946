import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { printedText } from './printed-text.ts';

describe('printedText', () => {
  it.each([
    ['batchi', 'batchi'],
    ['*@contractor.example.com', '*@contractor.example.com'],
    ['CORP\\batchi', 'CORP\\batchi'],
    ['bàtchi', 'bàtchi'],
    ['two words', '"two words"'],
    ['a,b', '"a,b"'],
    ['', '""'],
    ['none', '"none"'],
    ['a"b', '"a\\"b"'],
    ['\u001B[31m', '"\\u001b[31m"'],
    ['a\u202Eb', '"a\\u202eb"'],
    ['x'.repeat(30), `"${'x'.repeat(24)}…"`],
  ])('shows %j as %s', (text, shown) => {
    expect(printedText(text, 25)).toBe(shown);
  });

  it('never lets through what moves a cursor or ends a line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(printedText(text, 1_000)).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});
