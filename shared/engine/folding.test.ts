import { describe, expect, it } from '@jest/globals';
import { foldNarrow, foldWide } from './folding.ts';

/** Every code point but the halves of pairs. */
function everyCharacter(visit: (character: string) => void): void {
  for (let code = 0; code < 0x110000; code++) if (code < 0xd800 || code > 0xdfff) visit(String.fromCodePoint(code));
}

describe('foldWide', () => {
  it.each([
    ['BATCHI', 'batchi'],
    ['bàtchi', 'batchi'],
    ['b\u0061\u0300tchi', 'batchi'],
    ['ｂａｔｃｈｉ', 'batchi'],
    ['  batchi\t', 'batchi'],
    ['\u00a0batchi\u3000', 'batchi'],
    ['bat\u200bchi', 'batchi'],
    ['bat\u00adchi', 'batchi'],
    ['\u202ebatchi', 'batchi'],
    ['bat\u0000chi', 'batchi'],
    ['Straße', 'strasse'],
    ['ΟΔΟΣ', 'οδοσ'],
    ['οδος', 'οδοσ'],
    ['Ǆenan', 'dzenan'],
    ['İstanbul', 'istanbul'],
    ['KELVIN', 'kelvin'],
    ['ガ', 'カ'],
    ['한', '한'],
    ['two words', 'two words'],
  ])('folds %j to %j', (name, folded) => {
    expect(foldWide(name)).toBe(folded);
  });

  it('leaves look-alikes of other scripts apart', () => {
    expect(foldWide('bаtchi')).not.toBe('batchi'); // a Cyrillic а
  });

  it('has nothing left to fold in what it folded, for every character', () => {
    const unstable: string[] = [];
    everyCharacter((character) => {
      const folded = foldWide(`x${character}x`);
      if (foldWide(folded) !== folded) unstable.push(character);
    });
    expect(unstable).toEqual([]);
  });
});

describe('foldNarrow', () => {
  it.each([
    ['BATCHI', 'batchi'],
    ['B\u0041\u0300TCHI', 'bàtchi'],
    ['ΟΔΟΣ', 'οδοσ'],
    ['οδος', 'οδοσ'],
    ['ÄÖÜ', 'äöü'],
  ])('folds %j to %j', (name, folded) => {
    expect(foldNarrow(name)).toBe(folded);
  });

  it.each(['bàtchi', 'ｂａｔｃｈｉ', ' batchi', 'bat\u200bchi', 'batchı', 'İatchi'])(
    'keeps %j apart from its plain form',
    (name) => {
      expect(foldNarrow(name)).not.toBe(foldNarrow(foldWide(name)));
    },
  );

  it('never unites two names that the wide folding keeps apart by more than a mark of case, for every character', () => {
    const united: string[] = [];
    everyCharacter((character) => {
      // What is admitted as a name must be refused as that name: narrow equality implies wide equality.
      const narrow = foldNarrow(`x${character}x`);
      if (foldWide(narrow) !== foldWide(`x${character}x`)) united.push(character);
    });
    expect(united).toEqual([]);
  });
});
