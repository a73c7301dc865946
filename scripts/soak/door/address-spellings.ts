/** Addresses in every spelling that somebody may think of, right and wrong ones. */
import fc from 'fast-check';

/** Mostly what policies speak of, so that a spelling that is read otherwise decides otherwise. */
export function spelledAddress(): fc.Arbitrary<string> {
  const good = fc.oneof({ weight: 3, arbitrary: spelledIpv4() }, { weight: 5, arbitrary: spelledIpv6() });
  return fc.oneof(
    { weight: 4, arbitrary: good },
    { weight: 1, arbitrary: fc.tuple(good, fc.constantFrom(...NOISE)).map(([address, noise]) => noise(address)) },
  );
}

const V4_WORDS = [0xcb007109, 0xcb007100, 0xcb0071ff, 0xc6336414, 0xc633641d, 0xc633641e, 0x0a000001, 0, 0xffffffff];

const V6_GROUPS: readonly (readonly number[])[] = [
  [0x2001, 0xdb8, 0x40, 0, 0, 0, 0, 1],
  [0x2001, 0xdb8, 0x40, 1, 0, 0, 0, 0x25],
  [0x2001, 0xdb8, 0x4f, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff],
  [0x2001, 0xdb8, 0x50, 0, 0, 0, 0, 0],
  [0, 0, 0, 0, 0, 0, 0, 0],
  [0, 0, 0, 0, 0, 0, 0, 1],
  [0, 0, 0, 0, 0, 0xffff, 0xcb00, 0x7109],
  [0, 0, 0, 0, 0, 0xffff, 0xc633, 0x6414],
  [0, 0, 0, 0, 0, 0xfffe, 0xcb00, 0x7109],
  [0, 0, 0, 0, 0, 0, 0xcb00, 0x7109],
  [0, 0, 0, 0, 0xffff, 0, 0xcb00, 0x7109],
  [0x64, 0xff9b, 0, 0, 0, 0, 0xcb00, 0x7109],
  [0x2002, 0xcb00, 0x7109, 0, 0, 0, 0, 0],
  [0xfe80, 0, 0, 0, 0, 0, 0, 1],
];

function spelledIpv4(): fc.Arbitrary<string> {
  const word = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...V4_WORDS) }, fc.nat(0xffffffff));
  return fc.oneof(
    { weight: 3, arbitrary: word.map(dotted) },
    // One octet in another spelling, or each of them.
    {
      weight: 3,
      arbitrary: fc.tuple(word, fc.nat(3), fc.constantFrom(...OCTETS)).map(([value, place, spell]) =>
        octetsOf(value)
          .map((octet, at) => (at === place ? spell(octet) : octet))
          .join('.'),
      ),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(word, fc.constantFrom(...OCTETS))
        .map(([value, spell]) => octetsOf(value).map(spell).join('.')),
    },
    // As inet_aton takes them: fewer parts, the last of which fills the rest.
    { weight: 1, arbitrary: fc.tuple(word, fc.constantFrom(...WHOLES)).map(([value, spell]) => spell(value)) },
  );
}

function octetsOf(word: number): number[] {
  return [word >>> 24, (word >>> 16) & 255, (word >>> 8) & 255, word & 255];
}

function dotted(word: number): string {
  return octetsOf(word).join('.');
}

const OCTETS: readonly ((octet: number) => string)[] = [
  String,
  String,
  String,
  (octet) => `0${octet}`,
  (octet) => `00${octet}`,
  (octet) => `0${octet.toString(8)}`,
  (octet) => `0o${octet.toString(8)}`,
  (octet) => `0x${octet.toString(16)}`,
  (octet) => `0X${octet.toString(16).toUpperCase()}`,
  (octet) => String(octet + 256),
  (octet) => `${octet}.0`,
  (octet) => `-${octet}`,
  (octet) => `+${octet}`,
  (octet) => `${octet}e0`,
  (octet) => fullWidth(String(octet)),
  (octet) => arabicDigits(String(octet)),
  () => '',
];

const WHOLES: readonly ((word: number) => string)[] = [
  String,
  (word) => `0x${word.toString(16)}`,
  (word) => `0${word.toString(8)}`,
  (word) => `${word >>> 24}.${word & 0xffffff}`,
  (word) => `${word >>> 24}.${(word >>> 16) & 255}.${word & 0xffff}`,
  (word) => octetsOf(word).reverse().join('.'),
];

function spelledIpv6(): fc.Arbitrary<string> {
  const group = fc.oneof({ weight: 2, arbitrary: fc.constantFrom(0, 0, 1, 0xffff, 0xdb8, 0x2001) }, fc.nat(0xffff));
  const groups: fc.Arbitrary<readonly number[]> = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...V6_GROUPS) },
    { weight: 1, arbitrary: fc.array(group, { minLength: 8, maxLength: 8 }) },
  );
  return fc
    .record({
      groups,
      dottedEnd: fc.boolean(),
      // Where "::" is put and how many groups it takes; where those are not all zero the address is another.
      gapAt: fc.nat(8),
      gapLength: fc.nat(8),
      gapOnlyOfZeros: fc.constantFrom(true, true, true, false),
      digits: fc.constantFrom<((hex: string) => string)[]>(
        (hex) => hex,
        (hex) => hex.padStart(4, '0'),
        (hex) => hex.padStart(5, '0'),
        (hex) => `0${hex}`,
        (hex) => hex.toUpperCase(),
        (hex) => fullWidth(hex),
      ),
    })
    .map(({ groups: all, dottedEnd, gapAt, gapLength, gapOnlyOfZeros, digits }) => {
      const head = dottedEnd ? all.slice(0, 6) : all;
      const written = head.map((value) => digits(value.toString(16)));
      const ending = dottedEnd ? [dotted((all[6] ?? 0) * 0x10000 + (all[7] ?? 0))] : [];
      const from = Math.min(gapAt, head.length);
      const to = Math.min(from + gapLength, head.length);
      const isZeros = head.slice(from, to).every((value) => value === 0);
      if (to === from || (gapOnlyOfZeros && !isZeros)) return [...written, ...ending].join(':');
      return `${written.slice(0, from).join(':')}::${[...written.slice(to), ...ending].join(':')}`;
    });
}

const NOISE: readonly ((address: string) => string)[] = [
  (address) => `${address}%eth0`,
  (address) => `${address}%25eth0`,
  (address) => `[${address}]`,
  (address) => `[${address}]:443`,
  (address) => `${address}:443`,
  (address) => `${address}/32`,
  (address) => `${address}/0`,
  (address) => `${address}-${address}`,
  (address) => `${address}, 203.0.113.9`,
  (address) => ` ${address}`,
  (address) => `${address} `,
  (address) => `${address}\n`,
  (address) => `\ufeff${address}`,
  (address) => `${address}\u0000`,
  (address) => `${address}.`,
  (address) => `:${address}`,
  (address) => `${address}:`,
  (address) => `${address}::`,
  (address) => `::ffff:${address}`,
  (address) => `::${address}`,
  (address) => `0:${address}`,
  (address) => fullWidth(address),
  (address) => address.replaceAll('.', '。'),
  (address) => address.replaceAll(':', '：'),
  (address) => address.repeat(20),
];

/** The compatibility forms of ASCII that NFKD takes for it. */
export function fullWidth(text: string): string {
  return text.replace(/[!-~]/g, (character) => String.fromCharCode(character.charCodeAt(0) + 0xfee0));
}

function arabicDigits(text: string): string {
  return text.replace(/[0-9]/g, (digit) => String.fromCharCode(0x660 + Number(digit)));
}
