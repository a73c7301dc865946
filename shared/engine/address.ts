/**
 * Addresses, read strictly: four decimal octets, IPv6 without a zone, CIDR blocks, ranges. Nothing is coerced
 * (inet_aton and its heirs read `010.0.0.1` as 8.0.0.1), and IPv4-mapped IPv6 (RFC 4291, 2.5.5.2) is IPv4.
 *
 * An address is its family and its 32-bit words, so that comparing two allocates nothing.
 */
import { PolicyValueError, shown } from './errors.ts';

/** IPv4: `words` has one unsigned 32-bit number, IPv6: four, most significant first. */
export interface Address {
  readonly family: 4 | 6;
  readonly words: readonly number[];
}

/** All addresses from `first` to `last`, both included, of one family. */
export interface AddressRange {
  readonly family: 4 | 6;
  readonly first: readonly number[];
  readonly last: readonly number[];
  /** True for a CIDR block written with bits after the prefix, such as `203.0.113.7/24`. */
  readonly hostBits: boolean;
}

const ACCEPTED =
  'an address (203.0.113.9, 2001:db8::1), a CIDR block (203.0.113.0/24) or a range (203.0.113.1-203.0.113.9)';
const DECIMAL = /^(?:0|[1-9]\d{0,2})$/;
const HEXTET = /^[0-9a-f]{1,4}$/i;
const LONGEST_ADDRESS = 45;

/** The address that `text` is, or undefined where it is none. */
export function parseAddress(text: string): Address | undefined {
  if (text.length > LONGEST_ADDRESS) return undefined;
  if (!text.includes(':')) {
    const word = ipv4Word(text);
    return word === undefined ? undefined : { family: 4, words: [word] };
  }
  const words = ipv6Words(text);
  if (words === undefined) return undefined;
  return isMapped(words) ? { family: 4, words: words.slice(3) } : { family: 6, words };
}

/**
 * The range that an address, a CIDR block or a range `a-b` stands for. Mapped blocks and ranges are IPv4; an IPv6 block that
 * contains the mapped ones among others speaks of IPv6 only. Throws `invalid-address`.
 */
export function parseAddressRange(text: string): AddressRange {
  if (text.includes('/')) return parseBlock(text);
  if (text.includes('-')) return parseSpan(text);
  const address = parseAddress(text);
  if (address === undefined) throw invalid(text, reasonForAddress(text));
  return { family: address.family, first: address.words, last: address.words, hostBits: false };
}

/**
 * As `parseAddressRange`, for what large lists are full of: an IPv4 address or block, its ends as unsigned 32-bit numbers.
 * Undefined for all else, right or wrong.
 */
export function ipv4Block(text: string): { readonly first: number; readonly last: number } | undefined {
  const slash = text.indexOf('/');
  const word = ipv4Word(slash < 0 ? text : text.slice(0, slash));
  if (word === undefined) return undefined;
  if (slash < 0) return { first: word, last: word };
  const length = prefixLength(text, slash + 1);
  if (length === undefined) return undefined;
  const hostMask = length === 0 ? 0xffffffff : (2 ** (32 - length) - 1) >>> 0;
  return { first: (word & ~hostMask) >>> 0, last: (word | hostMask) >>> 0 };
}

/** 0 to 32 in one or two decimal digits, without a leading zero. */
function prefixLength(text: string, start: number): number | undefined {
  const digits = text.length - start;
  const tens = digits === 2 ? text.charCodeAt(start) - 0x30 : 0;
  const ones = text.charCodeAt(text.length - 1) - 0x30;
  const isPlain = digits === 1 || (digits === 2 && tens >= 1 && tens <= 3);
  const length = 10 * tens + ones;
  return isPlain && ones >= 0 && ones <= 9 && length <= 32 ? length : undefined;
}

/** Negative, zero or positive as `a` is lower than, equal to or higher than `b`, which has as many words. */
export function compareWords(a: readonly number[], b: readonly number[]): number {
  for (let index = 0; index < a.length; index++) {
    const difference = (a[index] as number) - (b[index] as number); // in bounds: same length
    if (difference !== 0) return difference;
  }
  return 0;
}

function parseBlock(text: string): AddressRange {
  const slash = text.indexOf('/');
  const base = text.slice(0, slash);
  const suffix = text.slice(slash + 1);
  const address = parseAddress(base);
  if (address === undefined) throw invalid(text, reasonForAddress(base));
  if (!DECIMAL.test(suffix)) throw invalid(text, `the prefix length ${shown(suffix)} is not a plain decimal number`);
  const written = base.includes(':') ? 128 : 32;
  const length = Number(suffix);
  if (length > written) throw invalid(text, `the prefix length is over ${written}`);
  if (address.family === 4 && written === 128) {
    // `::ffff:203.0.113.0/120` is 203.0.113.0/24; a shorter prefix leaves the mapped block and speaks of IPv6.
    if (length >= 96) return block(address, length - 96);
    return block({ family: 6, words: [0, 0, 0xffff, address.words[0] as number] }, length);
  }
  return block(address, length);
}

function block({ family, words }: Address, length: number): AddressRange {
  const first: number[] = [];
  const last: number[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index] as number; // in bounds
    const hostBits = Math.min(32, Math.max(0, 32 * (index + 1) - length));
    const hostMask = hostBits === 32 ? 0xffffffff : 2 ** hostBits - 1;
    first.push((word & ~hostMask) >>> 0);
    last.push((word | hostMask) >>> 0);
  }
  return { family, first, last, hostBits: compareWords(first, words) !== 0 };
}

function parseSpan(text: string): AddressRange {
  const dash = text.indexOf('-');
  const [low, high] = [text.slice(0, dash), text.slice(dash + 1)];
  const first = parseAddress(low);
  const last = parseAddress(high);
  if (first === undefined) throw invalid(text, reasonForAddress(low));
  if (last === undefined) throw invalid(text, reasonForAddress(high));
  if (first.family !== last.family) throw invalid(text, 'its ends are of two families');
  if (compareWords(first.words, last.words) > 0) throw invalid(text, 'it descends');
  return { family: first.family, first: first.words, last: last.words, hostBits: false };
}

/** The IPv4 address that `text` is, as an unsigned 32-bit number. Read unit by unit: policies have 100,000 of them. */
export function ipv4Word(text: string): number | undefined {
  let word = 0;
  let dots = 0;
  let octet = -1; // none yet
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit === 0x2e) {
      if (octet < 0 || ++dots > 3) return undefined;
      word = (word << 8) | octet;
      octet = -1;
    } else {
      const digit = unit - 0x30;
      if (digit < 0 || digit > 9 || octet === 0) return undefined; // no leading zero
      octet = octet < 0 ? digit : octet * 10 + digit;
      if (octet > 255) return undefined;
    }
  }
  return octet < 0 || dots < 3 ? undefined : ((word << 8) | octet) >>> 0;
}

/** RFC 4291, 2.2: eight groups, one `::` for one or more zero groups, the last 32 bits in IPv4 form if wished. */
function ipv6Words(text: string): readonly number[] | undefined {
  const gap = text.indexOf('::');
  const head = hextets(gap < 0 ? text : text.slice(0, gap), gap < 0);
  const tail = gap < 0 ? [] : hextets(text.slice(gap + 2), true);
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (gap < 0 ? missing !== 0 : missing < 1) return undefined;
  const groups = [...head, ...new Array<number>(missing).fill(0), ...tail];
  return [0, 2, 4, 6].map((index) => (groups[index] as number) * 0x10000 + (groups[index + 1] as number));
}

function hextets(text: string, mayEndInIpv4: boolean): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (mayEndInIpv4 && index === parts.length - 1 && part.includes('.')) {
      const word = ipv4Word(part);
      if (word === undefined) return undefined;
      groups.push(Math.floor(word / 0x10000), word % 0x10000);
    } else if (HEXTET.test(part)) {
      groups.push(Number.parseInt(part, 16));
    } else {
      return undefined;
    }
  }
  return groups;
}

function isMapped(words: readonly number[]): boolean {
  return words[0] === 0 && words[1] === 0 && words[2] === 0xffff;
}

function invalid(text: string, reason: string): PolicyValueError {
  return new PolicyValueError(
    'invalid-address',
    `${shown(text)} is no address range: ${reason}; accepted: ${ACCEPTED}`,
  );
}

function reasonForAddress(text: string): string {
  if (text === '') return 'an address is missing';
  if (text.trim() !== text) return 'blanks do not belong there';
  if (text.includes('%')) return 'a zone has no meaning here';
  if (!text.includes(':') && /(?:^|\.)0\d/.test(text)) return `${shown(text)} has an octet with a leading zero`;
  if (!text.includes(':') && text.split('.').length !== 4) return `${shown(text)} does not have four octets`;
  return `${shown(text)} is not an IPv4 or IPv6 address`;
}
