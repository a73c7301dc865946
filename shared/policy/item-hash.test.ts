import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sameData } from './diff.ts';
import { ITEM_HASH, itemHash } from './item-hash.ts';

describe('itemHash', () => {
  it('is the beginning of the SHA-256 of the canonical JSON', () => {
    // printf '{"a":"x","b":[1,2]}' | openssl dgst -sha256 -binary | basenc --base64url
    expect(itemHash({ b: [1, 2], a: 'x' })).toBe('ch74Ly1sCZe_-3qKs_QPj7RbC1L');
  });

  it.each([
    [
      { id: 'a', effect: 'deny' },
      { effect: 'deny', id: 'a' },
    ],
    [{ a: { b: 1, c: 2 } }, { a: { c: 2, b: 1 } }],
    [{ a: 1, b: undefined }, { a: 1 }],
  ])('is the same for %j and %j', (one, other) => {
    expect(itemHash(one)).toBe(itemHash(other));
  });

  it.each([
    [
      ['a', 'b'],
      ['b', 'a'],
    ],
    [{ a: '1' }, { a: 1 }],
    [{ a: null }, {}],
    [['ab'], ['a', 'b']],
    ['bàtchi', 'bàtchi'.normalize('NFD')],
  ])('tells %j from %j', (one, other) => {
    expect(itemHash(one)).not.toBe(itemHash(other));
  });

  it('fits an ETag, and is the same for the same data only', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        // JSON knows no negative zero.
        const [a, b]: unknown[] = JSON.parse(JSON.stringify([one, other]));
        expect(itemHash(a)).toMatch(ITEM_HASH);
        expect(itemHash(a) === itemHash(b)).toBe(sameData(a, b));
      }),
    );
  });

  it('refuses what JSON cannot hold', () => {
    expect(() => itemHash({ at: new Date(0) })).toThrow(TypeError);
  });
});
