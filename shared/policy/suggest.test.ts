/** The nearest accepted word. */
import { describe, expect, it } from '@jest/globals';
import { nearest, suggester } from './suggest.ts';

describe('the nearest word', () => {
  it.each([
    ['user', ['users', 'groups'], 'users'],
    ['usres', ['users', 'groups'], 'users'],
    ['source-ips', ['sourceIps'], 'sourceIps'],
    ['SOURCEIP', ['sourceIps', 'source'], 'sourceIps'],
    ['leavres-2025', ['leavers-2026', 'leavers-2025'], 'leavers-2025'],
    ['no', ['on', 'off'], 'on'],
    ['commonName', ['identities', 'commonNames', 'commonNamesX'], 'commonNames'],
    ['abcdefgh', ['xbcdefg', 'abcdefghijk'], 'xbcdefg'],
    ['zzz', ['users'], undefined],
    ['users', ['groups'], undefined],
    ['ab', ['cd'], undefined],
    ['same', ['same'], undefined],
    ['a'.repeat(65), ['a'.repeat(64)], undefined],
  ])('of %j among %j is %j', (word, accepted, expected) => {
    expect(nearest(word, accepted)).toBe(expected);
  });

  it('is looked for until that has cost enough', () => {
    const suggest = suggester(3);
    expect([suggest('user', ['users']), suggest('user', ['users', 'x']), suggest('user', ['users'])]).toEqual([
      ' (did you mean "users"?)',
      ' (did you mean "users"?)',
      '',
    ]);
  });
});
