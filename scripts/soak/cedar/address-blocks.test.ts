import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { type AddressNumber, addressNumber, addressText, blocksOf } from './address-blocks.ts';

describe('a range in CIDR blocks', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7', ['203.0.113.7/32']],
    ['203.0.113.0', '203.0.113.255', ['203.0.113.0/24']],
    ['203.0.113.7', '203.0.113.12', ['203.0.113.7/32', '203.0.113.8/30', '203.0.113.12/32']],
    ['0.0.0.0', '255.255.255.255', ['0.0.0.0/0']],
    ['255.255.255.254', '255.255.255.255', ['255.255.255.254/31']],
    ['2001:db8::ffff', '2001:db8::1:0', ['2001:db8:0:0:0:0:0:ffff/128', '2001:db8:0:0:0:0:1:0/128']],
    ['::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', ['0:0:0:0:0:0:0:0/0']],
    ['::ffff:203.0.113.0', '::ffff:cb00:7101', ['203.0.113.0/31']],
    ['64:ff9b::192.0.2.1', '64:ff9b::c000:201', ['64:ff9b:0:0:0:0:c000:201/128']],
  ])('%s-%s', (first, last, blocks) => {
    expect(blocksOf(addressNumber(first), addressNumber(last))).toEqual(blocks);
  });

  it('holds its addresses and not their neighbours, as ipaddr.js reads the blocks', () => {
    const ipv4 = fc.record({ bits: fc.constant(32 as const), value: fc.bigInt(0n, 0xffffffffn) });
    const length = fc.integer({ min: 0, max: 5000 }).map(BigInt);
    fc.assert(
      fc.property(ipv4, length, fc.nat(5000), (first, more, place) => {
        const last: AddressNumber = { bits: 32, value: minimum(first.value + more, 0xffffffffn) };
        const blocks = blocksOf(first, last).map((block) => ipaddr.IPv4.parseCIDR(block));
        const holds = (value: bigint) =>
          blocks.some((block) => ipaddr.IPv4.parse(addressText({ bits: 32, value })).match(block));
        const inside = minimum(first.value + BigInt(place), last.value);
        expect([first.value, inside, last.value].map(holds)).toEqual([true, true, true]);
        if (first.value > 0n) expect(holds(first.value - 1n)).toBe(false);
        if (last.value < 0xffffffffn) expect(holds(last.value + 1n)).toBe(false);
      }),
    );
  });

  it('reads IPv6 as ipaddr.js does', () => {
    // But for `::1.2.3.4`, which ipaddr.js takes for `::ffff:1.2.3.4`.
    const withoutOctets = fc.ipV6().filter((text) => !text.includes('.'));
    fc.assert(
      fc.property(withoutOctets, (text) => {
        const { bits, value } = addressNumber(text);
        const read = ipaddr.IPv6.parse(text);
        const wanted = read.isIPv4MappedAddress() ? read.toIPv4Address() : read;
        const number = wanted.toByteArray().reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
        expect([bits, value]).toEqual([wanted.toByteArray().length * 8, number]);
      }),
    );
  });
});

function minimum(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
