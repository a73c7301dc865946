import { describe, expect, it } from '@jest/globals';
import { blocksOf } from './country-ranges.ts';
import { ipv4Ends, ipv4Number } from './ipv4.ts';

describe('blocksOf', () => {
  it.each([
    ['1.0.0.0', '1.0.0.255', ['1.0.0.0/24']],
    ['1.0.1.0', '1.0.3.255', ['1.0.1.0/24', '1.0.2.0/23']],
    ['9.9.9.9', '9.9.9.9', ['9.9.9.9/32']],
    ['0.0.0.0', '255.255.255.255', ['0.0.0.0/0']],
    ['223.255.255.254', '224.0.0.0', ['223.255.255.254/31', '224.0.0.0/32']],
  ])('makes the fewest blocks of %s to %s', (first, last, blocks) => {
    expect(blocksOf(ipv4Number(first), ipv4Number(last))).toEqual(blocks);
  });

  it('covers the range and nothing else', () => {
    const ends = blocksOf(ipv4Number('10.0.0.3'), ipv4Number('10.3.7.200')).map(ipv4Ends);
    expect(ends[0]?.[0]).toBe(ipv4Number('10.0.0.3'));
    expect(ends.at(-1)?.[1]).toBe(ipv4Number('10.3.7.200'));
    for (const [index, [first]] of ends.slice(1).entries()) expect(first).toBe((ends[index]?.[1] ?? 0) + 1);
  });
});
