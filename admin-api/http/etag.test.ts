/** Entity tags as RFC 9110 writes and compares them. */
import { describe, expect, it } from '@jest/globals';
import { matchesStrongly, matchesWeakly, readTagCondition } from './etag.ts';

describe('readTagCondition', () => {
  it.each([
    ['*', '*'],
    [' * ', '*'],
    ['"a"', [{ weak: false, value: 'a' }]],
    ['W/"a"', [{ weak: true, value: 'a' }]],
    [
      '"a", W/"b" ,"c"',
      [
        { weak: false, value: 'a' },
        { weak: true, value: 'b' },
        { weak: false, value: 'c' },
      ],
    ],
    [', "a",,', [{ weak: false, value: 'a' }]],
    ['""', [{ weak: false, value: '' }]],
    ['"a,b"', [{ weak: false, value: 'a,b' }]],
  ])('reads %s', (header, expected) => {
    expect(readTagCondition('If-Match', header)).toEqual(expected);
  });

  it.each(['', ' ', ',', 'a', '"a', 'w/"a"', '"a" "b"', '*, "a"', '"a"; "b"', 'W/ "a"'])('refuses %j', (header) => {
    expect(() => readTagCondition('If-Match', header)).toThrow(/neither "\*" nor a list/);
  });

  it('reads a header of 100,000 commas in no time', () => {
    expect(() => readTagCondition('If-Match', ','.repeat(100_000))).toThrow();
  });
});

describe('comparison', () => {
  const [strong, weak] = [[{ weak: false, value: 'a' }], [{ weak: true, value: 'a' }]];
  it.each([
    [strong, 'a', true, true],
    [weak, 'a', false, true],
    [strong, 'b', false, false],
    ['*' as const, 'a', true, true],
    ['*' as const, undefined, false, false],
    [strong, undefined, false, false],
  ])('of %j with %s is strongly %s, weakly %s', (condition, value, strongly, weakly) => {
    expect([matchesStrongly(condition, value), matchesWeakly(condition, value)]).toEqual([strongly, weakly]);
  });
});
