import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PolicyValueError } from './errors.ts';
import { foldNarrow, foldWide } from './folding.ts';
import { foldPattern, globMatches, parseNamePattern } from './name-pattern.ts';

function matches(pattern: string, name: string, folding: 'wide' | 'narrow'): boolean {
  const folded = foldPattern(parseNamePattern(pattern), folding);
  const text = folding === 'wide' ? foldWide(name) : foldNarrow(name);
  return folded.kind === 'exact' ? folded.name === text : globMatches(folded.tokens, text);
}

describe('name patterns', () => {
  it.each([
    ['batchi', 'Batchi', true],
    ['BATCHI', 'batchi', true],
    ['batchi', 'batchi2', false],
    ['*', 'anybody', true],
    ['*@contractor.example.com', 'a@Contractor.Example.COM', true],
    ['*@contractor.example.com', 'a@contractor.example.com.evil', false],
    ['user-????', 'user-0481', true],
    ['user-????', 'user-048', false],
    ['a*b*c', 'aXbXbc', true],
    ['a*b*c', 'acb', false],
    ['CORP\\batchi', 'corp\\batchi', true],
    ['CORP\\*', 'corp\\batchi', false],
    ['CORP\\*', 'corp*', true],
    ['CORP\\\\*', 'corp\\batchi', true],
    ['what\\?', 'what?', true],
    ['what\\?', 'whatx', false],
    ['*.*', 'a.b', true],
    ['(a+)+$', '(a+)+$', true],
    ['?', '🙂', true],
    ['??', '🙂', false],
    ['?', '한', true],
    ['*Σ', 'ΟΔΟΣ', true],
    ['ΟΔΟ*Σ', 'οδος', true],
  ])('%j matches %j, wide and narrow: %s', (pattern, name, expected) => {
    expect(matches(pattern, name, 'wide')).toBe(expected);
    expect(matches(pattern, name, 'narrow')).toBe(expected);
  });

  it.each([
    ['bàtchi', 'batchi'],
    ['batchi', 'ｂａｔｃｈｉ'],
    [' batchi ', 'batchi'],
    ['bat*', ' bat\u200bchi'],
    [' bat*', 'batchi'],
  ])('%j matches %j where it refuses, not where it grants', (pattern, name) => {
    expect(matches(pattern, name, 'wide')).toBe(true);
    expect(matches(pattern, name, 'narrow')).toBe(false);
  });

  it('takes a full-width star for a star that is meant, never for a wildcard', () => {
    expect(matches('a＊', 'a*', 'wide')).toBe(true);
    expect(matches('a＊', 'abc', 'wide')).toBe(false);
  });

  it.each([
    ['', 'empty'],
    ['x'.repeat(257), '257 characters'],
    ['\u200b\u0301', 'no visible character'],
    ['  ', 'no visible character'],
  ])('refuses %j', (pattern, reason) => {
    expect(() => parseNamePattern(pattern)).toThrow(PolicyValueError);
    expect(() => parseNamePattern(pattern)).toThrow(reason);
  });

  it('matches as the definition of wildcards does', () => {
    const naive = (tokens: readonly string[], name: readonly string[]): boolean => {
      const [token, ...rest] = tokens;
      if (token === undefined) return name.length === 0;
      if (token === 'any') return naive(rest, name) || (name.length > 0 && naive(tokens, name.slice(1)));
      return name.length > 0 && (token === 'one' || token === name[0]) && naive(rest, name.slice(1));
    };
    // A pair of surrogates is one character, and half of one is one, too.
    const characters = ['a', 'b', '\u{1f642}', '\ud83d'];
    const tokens = fc.array(fc.constantFrom('any', 'one', ...characters), { maxLength: 7 });
    const name = fc.array(fc.constantFrom(...characters), { maxLength: 8 }).map((each) => each.join(''));
    fc.assert(
      fc.property(tokens, name, (t, n) => {
        expect(globMatches(t, n)).toBe(naive(t, [...n]));
      }),
      { numRuns: 5000 },
    );
  });

  it('takes a bounded number of steps for a pattern made to be slow', () => {
    const pattern = `${'*a'.repeat(120)}b`;
    // 2 × 120 tokens on 512 characters; a matcher that tries every way would never come back.
    expect(matches(pattern, 'a'.repeat(512), 'wide')).toBe(false);
  });
});
