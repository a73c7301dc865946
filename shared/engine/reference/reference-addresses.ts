/** The reference's reading of "Addresses" in docs/policy-language.md: whole addresses as BigInt, ranges as first and last. */

interface Address {
  readonly family: 4 | 6;
  readonly value: bigint;
}

interface AddressRange {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
}

/** The block of the IPv4-mapped addresses, `::ffff:0:0/96`. */
const MAPPED_FIRST = 0xffff_0000_0000n;
const MAPPED_LAST = 0xffff_ffff_ffffn;

/** True when the text is an address as the language wants it. */
export function isAddress(text: string): boolean {
  return parseAddress(text) !== undefined;
}

/** True when the address lies in the entry (an address, a CIDR block or a range `a-b`). Throws for an entry that is none. */
export function addressMatches(entry: string, text: string): boolean {
  const address = parseAddress(text);
  if (address === undefined) return false;
  const range = parseEntry(entry);
  return range.family === address.family && range.first <= address.value && address.value <= range.last;
}

function parseEntry(entry: string): AddressRange {
  const range = entry.includes('/') ? parseBlock(entry) : parseRange(entry);
  if (range === undefined) throw new Error(`no address, CIDR block or range: ${entry}`);
  return range;
}

function parseRange(entry: string): AddressRange | undefined {
  const [from, to = from, ...more] = entry.split('-');
  if (from === undefined || to === undefined || more.length > 0) return undefined;
  const first = parseAddress(from);
  const last = parseAddress(to);
  if (first === undefined || last === undefined) return undefined;
  if (first.family !== last.family || first.value > last.value) return undefined;
  return { family: first.family, first: first.value, last: last.value };
}

function parseBlock(entry: string): AddressRange | undefined {
  const [text, prefixText, ...more] = entry.split('/');
  if (text === undefined || prefixText === undefined || more.length > 0) return undefined;
  if (!/^(0|[1-9][0-9]*)$/.test(prefixText)) return undefined;
  const prefix = Number(prefixText);
  const four = parseFour(text);
  if (four !== undefined) return prefix <= 32 ? block(4, 32, four, prefix) : undefined;
  const six = parseSix(text);
  if (six === undefined || prefix > 128) return undefined;
  // A block within the mapped addresses is IPv4; a shorter prefix speaks of IPv6 only.
  if (prefix >= 96 && isMapped(six)) return block(4, 32, six - MAPPED_FIRST, prefix - 96);
  return block(6, 128, six, prefix);
}

/** Host bits after the prefix are ignored. */
function block(family: 4 | 6, bits: number, value: bigint, prefix: number): AddressRange {
  const size = 1n << BigInt(bits - prefix);
  const first = (value / size) * size;
  return { family, first, last: first + size - 1n };
}

function parseAddress(text: string): Address | undefined {
  const four = parseFour(text);
  if (four !== undefined) return { family: 4, value: four };
  const six = parseSix(text);
  if (six === undefined) return undefined;
  return isMapped(six) ? { family: 4, value: six - MAPPED_FIRST } : { family: 6, value: six };
}

function isMapped(value: bigint): boolean {
  return MAPPED_FIRST <= value && value <= MAPPED_LAST;
}

/** Four decimal octets without leading zeros. */
function parseFour(text: string): bigint | undefined {
  const octets = text.split('.');
  if (octets.length !== 4) return undefined;
  let value = 0n;
  for (const octet of octets) {
    if (!/^(0|[1-9][0-9]{0,2})$/.test(octet) || Number(octet) > 255) return undefined;
    value = value * 256n + BigInt(octet);
  }
  return value;
}

/** IPv6 as in RFC 4291, section 2.2: eight groups, `::` for one group or more, an IPv4 address for the last two. */
function parseSix(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head = '', tail] = halves;
  const before = parseGroups(head, tail === undefined);
  const after = tail === undefined ? [] : parseGroups(tail, true);
  if (before === undefined || after === undefined) return undefined;
  const given = before.length + after.length;
  if (tail === undefined ? given !== 8 : given > 7) return undefined;
  const groups = [...before, ...Array.from({ length: 8 - given }, () => 0n), ...after];
  return groups.reduce((value, group) => value * 65536n + group, 0n);
}

function parseGroups(text: string, atEnd: boolean): bigint[] | undefined {
  if (text === '') return [];
  const groups: bigint[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    const four = atEnd && index === parts.length - 1 ? parseFour(part) : undefined;
    if (four !== undefined) groups.push(four / 65536n, four % 65536n);
    else if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(BigInt(`0x${part}`));
    else return undefined;
  }
  return groups;
}
