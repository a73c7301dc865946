import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { compareWords, ipv4Block, parseAddress, parseAddressRange } from './address.ts';
import { PolicyValueError } from './errors.ts';

describe('parseAddress', () => {
  it.each([
    ['0.0.0.0', 4, [0]],
    ['203.0.113.9', 4, [0xcb007109]],
    ['255.255.255.255', 4, [0xffffffff]],
    ['::', 6, [0, 0, 0, 0]],
    ['::1', 6, [0, 0, 0, 1]],
    ['2001:DB8:40:1::25', 6, [0x20010db8, 0x00400001, 0, 0x25]],
    ['1:2:3:4:5:6:7:8', 6, [0x00010002, 0x00030004, 0x00050006, 0x00070008]],
    ['1:2:3:4:5:6:7::', 6, [0x00010002, 0x00030004, 0x00050006, 0x00070000]],
    ['64:ff9b::203.0.113.9', 6, [0x0064ff9b, 0, 0, 0xcb007109]],
    ['2002:cb00:7109::', 6, [0x2002cb00, 0x71090000, 0, 0]],
  ])('reads %s', (text, family, words) => {
    expect(parseAddress(text)).toEqual({ family, words });
  });

  it.each(['::ffff:203.0.113.9', '::ffff:cb00:7109', '0:0:0:0:0:FFFF:203.0.113.9'])('takes %s for IPv4', (text) => {
    expect(parseAddress(text)).toEqual(parseAddress('203.0.113.9'));
  });

  it.each([
    '',
    ' ',
    '010.0.0.1',
    '10',
    '10.1',
    '10.0.0',
    '10.0.0.0.1',
    '256.0.0.1',
    '1.2.3.4 ',
    ' 1.2.3.4',
    '1.2.3.-4',
    '+1.2.3.4',
    '0x10.0.0.1',
    '1e1.0.0.1',
    '١.2.3.4',
    '1.2.3.4/32',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '::1:2:3:4:5:6:7:8',
    '12345::',
    'g::',
    'fe80::1%eth0',
    '::ffff:010.0.0.1',
    '::1.2.3',
    '1.2.3.4::',
    '::1.2.3.4:5',
    '[::1]',
    '::1 ',
    ':1::',
    '1:',
    `${'0'.repeat(60)}1.2.3.4`,
  ])('reads nothing into %j', (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });

  it('agrees with ipaddr.js on every address that both accept', () => {
    const ipv4 = fc.ipV4();
    const ipv6 = fc.ipV6();
    fc.assert(
      fc.property(fc.oneof(ipv4, ipv6), (text) => {
        // It takes the deprecated ::203.0.113.9 (RFC 4291, 2.5.5.1) for IPv4; here it is the IPv6 address that it spells.
        fc.pre(!/^::\d+\./.test(text));
        const expected = ipaddr.process(text).toByteArray();
        const address = parseAddress(text);
        expect(address?.words.flatMap((word) => [24, 16, 8, 0].map((shift) => (word >>> shift) & 0xff))).toEqual(
          expected,
        );
      }),
      { numRuns: 2000 },
    );
  });
});

describe('parseAddressRange', () => {
  it.each([
    ['203.0.113.9', '203.0.113.9', '203.0.113.9', false],
    ['203.0.113.0/24', '203.0.113.0', '203.0.113.255', false],
    ['203.0.113.7/24', '203.0.113.0', '203.0.113.255', true],
    ['0.0.0.0/0', '0.0.0.0', '255.255.255.255', false],
    ['203.0.113.7/32', '203.0.113.7', '203.0.113.7', false],
    ['198.51.100.20-198.51.100.29', '198.51.100.20', '198.51.100.29', false],
    ['2001:db8:40::/44', '2001:db8:40::', '2001:db8:4f:ffff:ffff:ffff:ffff:ffff', false],
    ['2001:db8::1/64', '2001:db8::', '2001:db8::ffff:ffff:ffff:ffff', true],
    ['::/0', '::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', false],
    ['::ffff:203.0.113.0/120', '203.0.113.0', '203.0.113.255', false],
    ['::ffff:0:0/96', '0.0.0.0', '255.255.255.255', false],
    ['::ffff:198.51.100.20-198.51.100.29', '198.51.100.20', '198.51.100.29', false],
  ])('reads %s', (text, first, last, hostBits) => {
    const range = parseAddressRange(text);
    expect(range).toEqual({
      family: parseAddress(first)?.family,
      first: parseAddress(first)?.words,
      last: parseAddress(last)?.words,
      hostBits,
    });
  });

  it('speaks of IPv6 only where a prefix is shorter than that of the mapped block', () => {
    const range = parseAddressRange('::ffff:203.0.113.0/90');
    expect(range.family).toBe(6);
    expect(compareWords(range.first, [0, 0, 0xffc0, 0])).toBe(0);
  });

  it.each([
    ['10/8', 'does not have four octets'],
    ['010.0.0.0/8', 'leading zero'],
    ['10.0.0.0/33', 'prefix length is over 32'],
    ['::/129', 'prefix length is over 128'],
    ['10.0.0.0/08', 'not a plain decimal number'],
    ['10.0.0.0/', 'not a plain decimal number'],
    ['10.0.0.0/255.0.0.0', 'not a plain decimal number'],
    ['10.0.0.0/8/8', 'not a plain decimal number'],
    ['10.0.0.9-10.0.0.1', 'descends'],
    ['10.0.0.1-::1', 'two families'],
    ['10.0.0.1 - 10.0.0.2', 'blanks'],
    ['10.0.0.1-', 'missing'],
    ['-10.0.0.1', 'missing'],
    ['fe80::1%eth0', 'zone'],
    ['office', 'four octets'],
  ])('refuses %s and says why', (text, reason) => {
    expect(() => parseAddressRange(text)).toThrow(PolicyValueError);
    expect(() => parseAddressRange(text)).toThrow(reason);
  });

  it('agrees with ipaddr.js on what a CIDR block contains', () => {
    const cidr = fc.oneof(fc.tuple(fc.ipV4(), fc.nat(32)), fc.tuple(fc.ipV6(), fc.nat(128)));
    fc.assert(
      fc.property(cidr, fc.nat(3), ([base, length], near) => {
        const parsed = ipaddr.parse(base);
        fc.pre(parsed.kind() === 'ipv4' || !(parsed as ipaddr.IPv6).isIPv4MappedAddress());
        const range = parseAddressRange(`${base}/${length}`);
        // Addresses around the edges, where an error would be.
        for (const edge of [range.first, range.last]) {
          const moved = edge.map((word, index) =>
            index === edge.length - 1 ? (word + near - 1 + 2 ** 32) % 2 ** 32 : word,
          );
          const bytes = moved.flatMap((word) => [24, 16, 8, 0].map((shift) => (word >>> shift) & 0xff));
          const inside = compareWords(range.first, moved) <= 0 && compareWords(moved, range.last) <= 0;
          expect(inside).toBe(ipaddr.fromByteArray(bytes).match(parsed, length));
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('ipv4Block', () => {
  it.each([
    '10.0.0.0/08',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/ 8',
    '10.0.0.0/8 ',
    '10.0.0.0/8/8',
    '010.0.0.0/8',
    '10/8',
    '/8',
    '',
  ])('leaves %j to others', (text) => expect(ipv4Block(text)).toBeUndefined());

  it('reads what it reads as parseAddressRange does', () => {
    const spoilt = fc.string({ unit: fc.constantFrom(...'0123456789./-: '), maxLength: 22 });
    const block = fc.tuple(fc.ipV4(), fc.nat(34)).map(([base, length]) => `${base}/${length}`);
    let read = 0;
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), block, spoilt), (text) => {
        const found = ipv4Block(text);
        if (found === undefined) return;
        read++;
        const { family, first, last } = parseAddressRange(text);
        expect({ family, first, last }).toEqual({ family: 4, first: [found.first], last: [found.last] });
      }),
      { numRuns: 3000 },
    );
    expect(read).toBeGreaterThan(1000);
  });
});
