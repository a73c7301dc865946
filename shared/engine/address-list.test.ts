import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type AddressRange, compareWords, parseAddress } from './address.ts';
import { AddressEntries, AddressList } from './address-list.ts';
import { AddressRanges } from './address-ranges.ts';

type AddressEntry = AddressRange & { readonly expiresAtMs: number };

const FOREVER = Number.POSITIVE_INFINITY;

function list(...entries: (string | [string, number])[]): AddressList {
  const read = new AddressEntries();
  for (const entry of entries) {
    const [text, expiresAtMs] = typeof entry === 'string' ? ([entry, FOREVER] as const) : entry;
    read.add(text, expiresAtMs);
  }
  return read.toList();
}

function matches(addresses: AddressList, text: string, nowMs = 0): boolean {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(`${text} is no address`);
  return addresses.matches(address, nowMs);
}

describe('AddressList', () => {
  it.each([
    ['203.0.113.0', true],
    ['203.0.113.255', true],
    ['203.0.112.255', false],
    ['203.0.114.0', false],
    ['198.51.100.20', true],
    ['198.51.100.30', false],
    ['::ffff:203.0.113.9', true],
    ['2001:db8:4f:ffff::', true],
    ['2001:db8:50::', false],
    ['255.255.255.255', true],
    ['ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', true],
  ])('%s is in the list: %s', (address, expected) => {
    const addresses = list(
      '203.0.113.0/24',
      '198.51.100.20-198.51.100.29',
      '2001:db8:40::/44',
      '255.255.255.255',
      'ffff::/16',
    );
    expect(matches(addresses, address)).toBe(expected);
  });

  it('keeps the families apart', () => {
    expect(matches(list('::/0'), '203.0.113.9')).toBe(false);
    expect(matches(list('0.0.0.0/0'), '::1')).toBe(false);
  });

  it('holds nothing when it is empty', () => expect(matches(list(), '203.0.113.9')).toBe(false));

  it('forgets an entry from the moment it expires, not what else covers the address', () => {
    const addresses = list(['203.0.113.9', 1000], ['203.0.113.0/24', 2000]);
    expect([999, 1000, 1999, 2000].map((now) => matches(addresses, '203.0.113.9', now))).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect(matches(list(['203.0.113.9', 1000]), '203.0.113.9', 1000)).toBe(false);
  });

  it('agrees with asking every entry in turn', () => {
    const word = fc.oneof(fc.nat(40), fc.integer({ min: 2 ** 32 - 40, max: 2 ** 32 - 1 }));
    const words = (family: number) =>
      family === 4 ? fc.tuple(word) : fc.tuple(fc.nat(1), fc.constant(0), fc.nat(1), word);
    const family = fc.constantFrom<4 | 6>(4, 6);
    const entryWith = (expiry: fc.Arbitrary<number>) =>
      family.chain((f) =>
        fc
          .record({ ends: fc.tuple(words(f), words(f)), expiresAtMs: expiry })
          .map(({ ends, expiresAtMs }): AddressEntry => {
            const [a, b] = ends;
            const [first, last] = compareWords(a, b) <= 0 ? [a, b] : [b, a];
            return { family: f, first, last, hostBits: false, expiresAtMs };
          }),
      );
    const expiry = fc.constantFrom(1, 2, 3, FOREVER);
    const entries = fc.oneof(
      fc.array(entryWith(expiry), { maxLength: 12 }),
      // Lists whose entries all end at once, or never, are compiled another way.
      expiry.chain((one) => fc.array(entryWith(fc.constant(one)), { maxLength: 12 })),
    );
    const address = family.chain((f) => words(f).map((w) => ({ family: f, words: w })));
    fc.assert(
      fc.property(entries, fc.array(address, { minLength: 20 }), fc.nat(4), (ranges, addresses, nowMs) => {
        const families = [new AddressRanges(1), new AddressRanges(4)] as const;
        for (const { family: f, first, last, expiresAtMs } of ranges) {
          families[f === 4 ? 0 : 1].add(first, last, expiresAtMs);
        }
        const compiled = new AddressList(...families);
        for (const each of addresses) {
          const expected = ranges.some(
            (range) =>
              nowMs < range.expiresAtMs &&
              range.family === each.family &&
              compareWords(range.first, each.words) <= 0 &&
              compareWords(each.words, range.last) <= 0,
          );
          expect(compiled.matches(each, nowMs)).toBe(expected);
        }
      }),
      { numRuns: 3000 },
    );
  });
});
