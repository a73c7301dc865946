/** What does not belong into a request: values, keys, texts and bytes that have broken other programs. */
import { gzipSync } from 'node:zlib';
import type { Random } from './random.ts';

const TEXTS: readonly string[] = [
  '',
  ' ',
  'null',
  '*',
  '**************************************************a',
  '@',
  '@@leavers',
  '@nowhere',
  '\\',
  '\u0000',
  'a\u0000b',
  '\ud800',
  '\udc00\ud800',
  '\ufeffbatchi',
  '\u202ebatchi',
  '\u200b',
  'é'.normalize('NFD'),
  'ｂａｔｃｈｉ',
  'ﬁ'.repeat(300),
  '𝔘𝔫𝔦',
  '👩‍👩‍👧‍👦'.repeat(40),
  'ﷺ'.repeat(200),
  `a${'\u0301'.repeat(2_000)}`,
  'x'.repeat(257),
  'x'.repeat(70_000),
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'default',
  'everyone',
  '{until}',
  '{'.repeat(500),
  '{username}{username}{nobody}',
  '$(id)',
  "'; DROP TABLE rules; --",
  '<script>alert(1)</script>',
  '../../etc/passwd',
  '%00',
  '%2e%2e%2f',
  '0.0.0.0/0',
  '::/0',
  '010.0.0.1',
  '10/8',
  '1.2.3.4/33',
  '255.255.255.255-0.0.0.0',
  '::ffff:1.2.3.4',
  'fe80::1%eth0',
  '1.2.3.4\n',
  '0000-00-00',
  '2026-02-30',
  '2026-11-24T10:00:00',
  '2026-11-24T10:00:60Z',
  '9999-12-31T23:59:59.999+14:00',
  '0001-01-01T00:00:00Z',
  '+275760-09-13T00:00:00.000Z',
  '2026-11-24T24:00:00+99:99',
  '24:00',
  '* * * * *',
  '* * * * * *',
  '0 0 31 2 *',
  '*/0 * * * *',
  '0-99999999 * * * *',
  '@reboot',
  '0 2 * * TUE#9',
  'PT0S',
  'P9999999W',
  'P1Y',
  'Mars/Olympus',
  '../Asia/Tokyo',
  'GMT+9',
  '>=',
  '>=1.2.3.4.5 <2',
  '999999999999.1',
  'cvpn-endpoint-',
  'Infinity',
  'NaN',
  '1e999',
  '-1',
  '0x10',
];

const VALUES: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -0,
  -1,
  1,
  1.5,
  1e308,
  2 ** 53,
  -(2 ** 63),
  4_294_967_296,
  [],
  {},
  [[]],
  [null],
  [{}],
  { '': '' },
  { $ref: '#/components/schemas/Rule' },
  { $ne: null },
  { toJSON: 'x' },
  { length: 1e9 },
];

export const HOSTILE_KEYS: readonly string[] = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'valueOf',
  'hasOwnProperty',
  '__defineGetter__',
  'then',
  'toJSON',
  'length',
  '',
  ' ',
  '0',
  '-1',
  '$schema',
  'ID',
  'Effect',
  'ifMatch',
  'x'.repeat(5_000),
  '\u0000',
  '\ud800',
  '👾',
];

export function hostileText(random: Random): string {
  return random.pick(TEXTS);
}

export function hostileValue(random: Random): unknown {
  return random.choose<unknown>([
    [5, () => hostileText(random)],
    [5, () => structuredClone(random.pick(VALUES))],
    [1, () => nested(random.integer(5, 60), random.chance(0.5))],
    [1, () => Array.from({ length: random.integer(2, 1_500) }, (_, index) => (random.chance(0.5) ? 'a' : index))],
    [1, () => Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`k${index}`, index]))],
  ]);
}

/** An object with an own key, `__proto__` too: assignment would set its prototype. */
export function withKey(object: object, key: string, value: unknown): Record<string, unknown> {
  const copy: Record<string, unknown> = { ...object };
  Object.defineProperty(copy, key, { value, enumerable: true, configurable: true, writable: true });
  return copy;
}

function nested(depth: number, lists: boolean): unknown {
  let value: unknown = 'deep';
  for (let level = 0; level < depth; level++) value = lists ? [value] : { a: value };
  return value;
}

/** Changes a JSON value in one place or more. */
export function spoil(value: unknown, random: Random): unknown {
  let spoilt = value;
  do spoilt = spoilOnce(spoilt, random);
  while (random.chance(0.3));
  return spoilt;
}

function spoilOnce(value: unknown, random: Random): unknown {
  if (Array.isArray(value) && value.length > 0 && random.chance(0.75)) {
    const place = random.integer(0, value.length - 1);
    const item = value[place];
    return random.choose<unknown>([
      [6, () => value.with(place, spoilOnce(item, random))],
      [1, () => value.toSpliced(place, 1)],
      [1, () => value.toSpliced(place, 0, item)],
      [1, () => [...value, hostileValue(random)]],
      [1, () => value.toReversed()],
    ]);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && random.chance(0.85)) {
    const keys = Object.keys(value);
    const key = keys.length === 0 ? undefined : random.pick(keys);
    if (key === undefined || random.chance(0.2)) {
      return withKey(value, random.pick(HOSTILE_KEYS), hostileValue(random));
    }
    const inside: unknown = Reflect.get(value, key);
    const { [key]: _, ...rest }: Record<string, unknown> = { ...value };
    return random.choose<unknown>([
      [6, () => withKey(value, key, spoilOnce(inside, random))],
      [1, () => rest],
      [1, () => withKey(rest, random.chance(0.5) ? key.toUpperCase() : `${key} `, inside)],
    ]);
  }
  if (typeof value === 'string' && random.chance(0.3)) {
    return random.choose<unknown>([
      [1, () => value.toUpperCase()],
      [1, () => `${value}${hostileText(random)}`.slice(0, 5_000)],
      [1, () => value.slice(1)],
      [1, () => [value]],
      [1, () => ({ value })],
    ]);
  }
  return hostileValue(random);
}

const MEGABYTE = 1024 * 1024;

/** Bytes that are no good JSON, or are in a way that programs trip over. `text` is a body that would do. */
export function hostileBytes(text: string, random: Random): Buffer {
  const bytes = Buffer.from(text);
  return random.choose<Buffer>([
    [2, () => bytes.subarray(0, random.integer(0, Math.max(0, bytes.length - 1)))],
    [2, () => Buffer.from(text.replace('{', '{"id":"a","id":"b",'))],
    [1, () => Buffer.from(text.replace('{', '{"__proto__":{"admin":true},'))],
    [1, () => Buffer.from(text.replace('{', '{"\\u005f_proto__":1,"\\u0069d":"twice",'))],
    [1, () => Buffer.from(`\ufeff${text}`)],
    [1, () => Buffer.from(text, 'utf16le')],
    [1, () => Buffer.concat([bytes.subarray(0, 5), Buffer.from([0xc3, 0x28, 0xff, 0xfe, 0xed, 0xa0, 0x80]), bytes])],
    [1, () => gzipSync(bytes)],
    [1, () => Buffer.from(text.replaceAll('"', "'"))],
    [1, () => Buffer.from(text.replace(/}$/, ',}'))],
    [1, () => Buffer.from(`/* */ ${text}`)],
    [1, () => Buffer.from(`${text}\n${text}`)],
    [1, () => Buffer.from(random.pick(['', ' ', 'null', '[]', '""', '0', '1e999', '-', 'undefined', 'NaN', '{', '}']))],
    [1, () => Buffer.from('[1e999,-1e999,1e-999,0.1e1,-0,123456789012345678901234567890]')],
    [1, () => Buffer.from(`"${'\\ud800'.repeat(20)}"`)],
    [1, () => Buffer.from(`${'['.repeat(random.pick([31, 32, 33, 1_000, 200_000]))}`)],
    [1, () => Buffer.from('['.repeat(40_000) + ']'.repeat(40_000))],
    [1, () => Buffer.from(`${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`)],
    [0.15, () => Buffer.from(`{${Array.from({ length: 100_000 }, (_, index) => `"k${index}":0`).join(',')}}`)],
    [0.15, () => Buffer.from(`{"add":[${Array.from({ length: 60_000 }, (_, index) => `"user-${index}"`).join(',')}]}`)],
    [0.15, () => Buffer.from(`{"add":[${'"x",'.repeat(150_000)}"x"]}`)],
    [0.15, () => Buffer.alloc(5 * MEGABYTE, ' ')],
    [0.15, () => Buffer.from(`"${'x'.repeat(4 * MEGABYTE - 2)}"`)],
    [0.15, () => Buffer.from(`"${'x'.repeat(4 * MEGABYTE - 1)}"`)],
  ]);
}
