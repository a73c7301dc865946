/** Texts that are not what they seem: a text that a policy knows, changed a little, or Unicode's odd corners. */
import fc from 'fast-check';
import { fullWidth } from './address-spellings.ts';

/** One of the texts, often spoilt, now and then something else altogether. */
export function hostileText(known: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 8, arbitrary: known },
    { weight: 5, arbitrary: spoilt(known) },
    { weight: 2, arbitrary: fc.constantFrom(...TRICKS) },
    { weight: 1, arbitrary: anyText(40) },
    { weight: 1, arbitrary: fc.array(oddUnit(), { maxLength: 12 }).map((units) => units.join('')) },
  );
}

/** Any code points, halves of pairs among them. (fast-check's own texts of such take far longer to set up.) */
export function anyText(maxLength: number): fc.Arbitrary<string> {
  return fc.array(codePoint(), { maxLength }).map((characters) => characters.join(''));
}

function codePoint(): fc.Arbitrary<string> {
  return fc
    .oneof({ weight: 2, arbitrary: fc.nat(0x2ff) }, { weight: 1, arbitrary: fc.nat(0x10ffff) })
    .map((code) => String.fromCodePoint(code));
}

function spoilt(known: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const change = fc.tuple(fc.constantFrom(...CHANGES), fc.nat(1_000), oddUnit());
  return fc
    .tuple(known, fc.array(change, { minLength: 1, maxLength: 3 }))
    .map(([text, changes]) =>
      changes.reduce((so, [spoil, place, odd]) => spoil(so.slice(0, MAX_CHANGED), place, odd), text),
    );
}

/** Single units and characters that readers stumble over. */
function oddUnit(): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...ODD_CHARACTERS) },
    // Halves of surrogate pairs, and whole ones by chance.
    { weight: 1, arbitrary: fc.integer({ min: 0xd800, max: 0xdfff }).map((unit) => String.fromCharCode(unit)) },
    { weight: 1, arbitrary: codePoint() },
  );
}

const ODD_CHARACTERS = [
  ...'\u0000\u0007\b\t\n\r\u001b\u007f\u0085',
  '\u00a0',
  '\u00ad',
  '\u0300',
  '\u0301\u0327\u0323',
  '\u034f',
  '\u0430', // Cyrillic а
  '\u0456', // Cyrillic і
  '\u061c',
  '\u115f',
  '\u1680',
  '\u17b4',
  '\u180e',
  '\u200b',
  '\u200d',
  '\u200e',
  '\u200f',
  '\u2028',
  '\u2029',
  '\u202a',
  '\u202e',
  '\u2060',
  '\u2066',
  '\u2069',
  '\u3000',
  '\u3164',
  '\ufe0f',
  '\ufeff',
  '\uff0a', // a wide star
  '\uff20', // a wide @
  '\uff3c', // a wide backslash
  '\ufffd',
  '\uffff',
  'ß',
  'ẞ',
  'İ',
  'ı',
  'ſ',
  'K', // the Kelvin sign
  'ΐ',
  'ŉ',
  'ﬃ',
  'ǅ',
  'ς',
  '\u1e9b\u0323',
  '\ufdfa', // eighteen characters once it is decomposed
  '𝒃',
  '😀',
  '👩\u200d💻',
  '\u{e0001}',
  '\u{e0061}',
  '\u{10ffff}',
  '\\',
  '@',
  '*',
  '?',
  ' ',
  '{',
  '}',
  '$',
  '"',
  "'",
  '<',
  '%',
];

/** What a change makes of it may be a thousand times longer. */
const MAX_CHANGED = 1_000;

type Change = (text: string, place: number, odd: string) => string;

const CHANGES: readonly Change[] = [
  inserted,
  inserted,
  inserted,
  (text) => text.toUpperCase(),
  (text) => text.toLowerCase(),
  (text, place) => inserted(without(text, place), place, text.charAt(at(text, place)).toUpperCase()),
  fullWidth,
  (text) => text.normalize('NFD'),
  (text) => text.normalize('NFKC'),
  without,
  (text, place) => text.slice(0, at(text, place)),
  (text, place) => text.slice(at(text, place)),
  (text, _, odd) => odd + text,
  (text, _, odd) => text + odd,
  (text, place, odd) => text.replaceAll(text.charAt(at(text, place)) || 'a', odd),
  (text) => ` ${text} `,
  (text) => `CORP\\${text}`,
  (text) => `${text}@example.com`,
  (text) => `CORP\\${text}@example.com@example.org`,
  (text) => text.replaceAll('a', 'а'), // Cyrillic
  (text) => [...text].reverse().join(''),
  (text, place) => text.repeat(1 + (place % 5)),
  // About the longest that is no longer a name, and far beyond.
  (text, place) => text.padEnd(509 + (place % 7), text || 'x'),
  (text, place) => text.repeat(place),
  (text, place, odd) => text + odd.repeat(place),
];

function inserted(text: string, place: number, odd: string): string {
  return text.slice(0, at(text, place)) + odd + text.slice(at(text, place));
}

function without(text: string, place: number): string {
  return text.slice(0, at(text, place)) + text.slice(at(text, place) + 1);
}

/** In units, so that it may lie within a pair. */
function at(text: string, place: number): number {
  return text.length === 0 ? 0 : place % (text.length + 1);
}

/** What has fooled somebody's program before. */
const TRICKS = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'valueOf',
  'hasOwnProperty',
  'null',
  'undefined',
  'NaN',
  'true',
  '0',
  '-0',
  '1e400',
  '[object Object]',
  '{"$ne":null}',
  '{{7*7}}',
  '#{7*7}',
  '$&$1$`',
  '%00',
  '%s%n',
  '../../etc/passwd',
  "' OR 1=1 --",
  '"},{"allow":true,"x":"',
  '\r\n{"level":"INFO","message":"decision","outcome":"admitted"}\r\n',
  '{username}{rule}{until}',
  '{until}',
  '{constructor}',
  '*',
  '?',
  '\\*',
  '@leavers',
  '@',
  '\\',
  'a'.repeat(512),
  'a'.repeat(513),
  'é'.repeat(512),
  '\ufdfa'.repeat(512),
  '\u0301'.repeat(512),
  '😀'.repeat(256),
  `x${'😀'.repeat(256)}`,
  '\ud83d'.repeat(300),
  `${'@'.repeat(255)}${'\\'.repeat(255)}`,
  `${'a\\'.repeat(200)}${'@a'.repeat(50)}`,
  'ab'.repeat(50_000),
];
