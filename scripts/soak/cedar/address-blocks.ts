/**
 * Addresses as numbers, written from "Addresses" in docs/policy-language.md alone: what a range `a-b` is in CIDR blocks,
 * which is all that Cedar knows. Only reads what is well-formed; the cases know by construction what is not.
 */

export interface AddressNumber {
  /** Of an address: 32 of IPv4, 128 of IPv6. */
  readonly bits: 32 | 128;
  readonly value: bigint;
}

/** `::ffff:0:0/96`, IPv4 written as IPv6. */
const MAPPED = 0xffffn << 32n;

/** Reads an address; what is IPv4 in IPv6's words is IPv4. */
export function addressNumber(text: string): AddressNumber {
  if (!text.includes(':')) return { bits: 32, value: fromParts(text.split('.').map(Number), 8n) };
  const value = ipv6Value(text);
  return value >> 32n === MAPPED >> 32n ? { bits: 32, value: value & 0xffffffffn } : { bits: 128, value };
}

/** An address as Cedar takes it: no IPv4 within IPv6. */
export function addressText({ bits, value }: AddressNumber): string {
  const [parts, width, radix, joint] = bits === 32 ? [4, 8n, 10, '.'] : [8, 16n, 16, ':'];
  return Array.from({ length: parts }, (_, part) =>
    ((value >> (BigInt(parts - 1 - part) * width)) & ((1n << width) - 1n)).toString(radix),
  ).join(joint);
}

/** The fewest CIDR blocks that hold exactly the addresses from `first` to `last`. */
export function blocksOf(first: AddressNumber, last: AddressNumber): string[] {
  const blocks: string[] = [];
  let start = first.value;
  while (start <= last.value) {
    let free = 0;
    // The largest block that begins here and does not go beyond the last address.
    while (
      free < first.bits &&
      start % (2n << BigInt(free)) === 0n &&
      start + (2n << BigInt(free)) - 1n <= last.value
    ) {
      free += 1;
    }
    blocks.push(`${addressText({ bits: first.bits, value: start })}/${first.bits - free}`);
    start += 1n << BigInt(free);
  }
  return blocks;
}

function ipv6Value(text: string): bigint {
  const [head = '', tail] = text.split('::');
  const left = groups(head);
  if (tail === undefined) return fromParts(left, 16n);
  const right = groups(tail);
  return fromParts([...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right], 16n);
}

function groups(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
    return [a * 256 + b, c * 256 + d];
  });
}

function fromParts(parts: readonly number[], width: bigint): bigint {
  return parts.reduce((value, part) => (value << width) | BigInt(part), 0n);
}
