/** The parsers of single values, and what must hold of whatever text they are given. */
import ipaddr from 'ipaddr.js';
import { DateTime } from 'luxon';
import { readRequest } from '../../../shared/client-vpn/index.ts';
import {
  compile,
  decide,
  type PolicyValueCode,
  PolicyValueError,
  parseAddress,
  parseAddressRange,
  parseCalendarDate,
  parseCron,
  parseDurationMs,
  parseInstant,
  parseMessage,
  parseNamePattern,
  parseTimeOfDay,
  parseVersionRange,
  parseZone,
} from '../../../shared/engine/index.ts';
import { nameMatches } from '../../../shared/engine/reference/reference-names.ts';
import {
  ADDRESSES,
  BAD_ADDRESSES,
  BAD_VERSIONS,
  NAMES,
  VERSIONS,
} from '../../../shared/engine/reference/value-pools.ts';
import type { FuzzTarget } from './guided-fuzz.ts';
import { textMutator } from './mutate-text.ts';

/** What the parser makes of the text; undefined where it refuses it, in the way that is documented. */
export function accepted<T>(parse: (text: string) => T, text: string, code: PolicyValueCode): T | undefined {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof PolicyValueError && error.code === code && error.path.length === 0 && error.message !== '') {
      return undefined;
    }
    throw error;
  }
}

const ADDRESS_WORDS = [
  '::',
  ':',
  '.',
  '-',
  '/',
  '0',
  '255',
  '256',
  '32',
  '128',
  '96',
  'ffff',
  '::ffff:',
  '0x',
  '%',
  '1.2.3.4',
  '::/0',
];

export const ADDRESS: FuzzTarget = {
  name: 'address',
  seeds: [
    '203.0.113.9',
    '203.0.113.0/24',
    '198.51.100.20-198.51.100.29',
    '2001:db8:40::/44',
    '::ffff:203.0.113.0/120',
    '::1',
    '2001:db8::a-2001:db8::f',
    ...ADDRESSES,
    ...BAD_ADDRESSES,
  ],
  mutate: textMutator(ADDRESS_WORDS, 100),
  check: (text) => addressFault(text, parseAddress, parseAddressRange),
  maxSteps: linear(600, 60),
};

type Words = readonly number[];

/** Compared with ipaddr.js, which takes more: what it takes and a strict reading does not is left out by its form. */
export function addressFault(
  text: string,
  parse: typeof parseAddress,
  parseRange: typeof parseAddressRange,
): string | undefined {
  const address = parse(text);
  const wanted = byIpaddr(text);
  const found = address === undefined ? undefined : bytesOf(address.words).join('.');
  if (found !== wanted) return `parseAddress gives ${found}, ipaddr.js ${wanted}`;
  const range = accepted(parseRange, text, 'invalid-address');
  if (range === undefined) return address === undefined ? undefined : 'parseAddressRange refuses an address';
  const printed = `${printedAddress(range.first)}-${printedAddress(range.last)}`;
  const again = parseRange(printed);
  if (
    JSON.stringify([again.family, again.first, again.last]) !== JSON.stringify([range.family, range.first, range.last])
  ) {
    return `printed as ${printed} it is another range`;
  }
  return undefined;
}

/** The address as ipaddr.js reads it, where the text has the strict form; IPv4-mapped IPv6 as IPv4. */
function byIpaddr(text: string): string | undefined {
  const isStrict = /^[0-9A-Fa-f:.]+$/.test(text) && text.length <= 45 && isStrictEnd(text);
  if (!isStrict || !ipaddr.isValid(text)) return undefined;
  // It takes the deprecated ::203.0.113.9 (RFC 4291, 2.5.5.1) for IPv4; here it is the IPv6 address that it spells.
  const parsed = ipaddr.parse(/^::\d+\./.test(text) ? `0:0:0:0:0:0:${text.slice(2)}` : text);
  if (!(parsed instanceof ipaddr.IPv6)) return parsed.toByteArray().join('.');
  return (parsed.isIPv4MappedAddress() ? parsed.toIPv4Address() : parsed).toByteArray().join('.');
}

/** The dotted part, if there is one: four decimal octets without leading zeros, at the end. */
function isStrictEnd(text: string): boolean {
  if (!text.includes('.')) return text.includes(':');
  const dotted = text.slice(text.lastIndexOf(':') + 1).split('.');
  // ipaddr.js refuses what is over 255 and misplaced.
  return dotted.length === 4 && dotted.every((octet) => /^(?:0|[1-9]\d{0,2})$/.test(octet));
}

function bytesOf(words: Words): number[] {
  return words.flatMap((word) => [24, 16, 8, 0].map((shift) => (word >>> shift) & 0xff));
}

function printedAddress(words: Words): string {
  return ipaddr.fromByteArray(bytesOf(words)).toString();
}

/** A pattern and a name, with a line feed between. */
export const NAME: FuzzTarget = {
  name: 'name pattern',
  seeds: [
    'batchi\nBATCHI',
    '*@contractor.example.com\nx@contractor.example.com',
    'corp\\\\*\ncorp\\x',
    'a\\*b\na*b',
    '?\u030ca*\nx\u030cab',
    'stra?e\nSTRAẞE',
    '*a*b*c\naabbcc',
    ...NAMES.slice(0, 40).map((name) => `b*i\n${name}`),
  ],
  mutate: textMutator(
    ['*', '?', '\\', '\\*', '\\\\', '\n', 'ß', 'ẞ', 'İ', 'ς', 'ﬃ', '\u0301', '\u200b', '＊', '😀', ' ', 'ab'],
    700,
  ),
  check: (text) => {
    const [pattern = '', ...rest] = text.split('\n');
    return nameFault(pattern, rest.join('\n'), (place) => nameHolds(pattern, rest.join('\n'), place));
  },
  // A star may be tried at each place of the name.
  maxSteps: (length) => 30_000 + 400 * length + length ** 2,
};

/** The naive matcher of the reference must say the same, in both places. */
export function nameFault(
  pattern: string,
  name: string,
  holds: (place: 'refusing' | 'granting') => boolean,
): string | undefined {
  const parsed = accepted(parseNamePattern, pattern, 'invalid-name');
  if (parsed === undefined || pattern.startsWith('@') || name === '' || name.length > 512) return undefined;
  if (parsed.source !== pattern) return `it was read as ${JSON.stringify(parsed.source)}`;
  for (const place of ['refusing', 'granting'] as const) {
    const wanted = nameMatches(pattern, name, place);
    if (holds(place) !== wanted) return `${place}: ${!wanted}, a naive matcher says ${wanted}`;
  }
  return undefined;
}

function nameHolds(pattern: string, username: string, place: 'refusing' | 'granting'): boolean {
  const [effect, defaultEffect] = place === 'refusing' ? (['deny', 'allow'] as const) : (['allow', 'deny'] as const);
  const rules = [{ id: 'r', effect, match: { users: [pattern] } }];
  return decide(compile({ version: 1, defaultEffect, rules }), { ...NOBODY, username }, 0).decidedBy === 'rule';
}

/** Of whom nothing is known. */
const NOBODY = readRequest({});

export const INSTANT: FuzzTarget = {
  name: 'instant',
  seeds: [
    '2026-12-31T00:00:00+09:00',
    '2026-12-31T09:00Z',
    '2026-02-29T23:59:59.999-03:30',
    '2028-02-29t00:00z',
    '0000-01-01T00:00Z',
    '9999-12-31T23:59:59.9+23:59',
    '2026-12-31',
    '2026-12-31T24:00Z',
  ],
  mutate: textMutator(
    ['T', 't', 'Z', 'z', ':', '-', '+', '.', '+14:00', '-00:00', '24:00', ':60', '2026', '02-29', 'W', '٣'],
    60,
  ),
  check: (text) => instantFault(text, parseInstant),
  maxSteps: linear(400, 40),
};

export function instantFault(text: string, parse: typeof parseInstant): string | undefined {
  const instant = accepted(parse, text, 'invalid-time');
  const byLuxon = DateTime.fromISO(text.toUpperCase(), { setZone: true });
  const isForm = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/i.test(text);
  if (instant === undefined) {
    // Luxon takes 24:00 and offsets over a day, too.
    const isDay = isForm && byLuxon.isValid && !/T24/i.test(text) && Math.abs(byLuxon.offset) < 24 * 60;
    return isDay && !/[+-]\d\d:[6-9]\d$|[+-](2[4-9]|[3-9]\d):\d\d$/.test(text)
      ? 'it is refused; luxon takes it'
      : undefined;
  }
  if (!isForm) return 'it is accepted, and has not the form of RFC 3339';
  if (instant.ms !== byLuxon.toMillis()) return `it is ${instant.ms}, luxon says ${byLuxon.toMillis()}`;
  const printed = new Date(instant.ms).toISOString();
  // Years beyond four digits have another form.
  if (printed.length === 24 && parse(printed).ms !== instant.ms) return `printed as ${printed} it is another moment`;
  return undefined;
}

export const VERSION: FuzzTarget = {
  name: 'version range',
  seeds: ['<2.6.0', '>=2.5 <2.6', '=2.6', '2.6.12', '>=2.6.0.0 <=2.6.12', ...VERSIONS, ...BAD_VERSIONS],
  mutate: textMutator(
    ['<', '<=', '=', '>=', '>', ' ', '\t', '\u00a0', '.', '0', '999999999', '1000000000', '==', '-1', '2.6'],
    300,
  ),
  check: (text) => versionFault(text, parseVersionRange),
  maxSteps: linear(400, 40),
};

export function versionFault(text: string, parse: typeof parseVersionRange): string | undefined {
  const range = accepted(parse, text, 'invalid-version');
  const words = text.trim().split(/\s+/);
  const isForm =
    text.length <= 256 && words.every((word) => /^(<=|>=|<|>|=|)[0-9]{1,9}(\.[0-9]{1,9}){0,3}$/.test(word));
  if ((range !== undefined) !== isForm) return isForm ? 'it is refused' : 'it is accepted';
  if (range === undefined) return undefined;
  const printed = range.map(({ comparator, version }) => `${comparator}${version.join('.')}`).join(' ');
  if (printed.length > 256) return undefined;
  return JSON.stringify(parse(printed)) === JSON.stringify(range)
    ? undefined
    : `printed as ${printed} it is another range`;
}

export const DURATION: FuzzTarget = {
  name: 'duration',
  seeds: ['PT4H', 'P1DT12H', 'P1W', 'P31D', 'PT1S', 'PT744H', 'P0D', 'PT2678401S', 'P1W1DT1H1M1S', 'P', 'PT', 'PT0.5H'],
  mutate: textMutator(['P', 'T', 'W', 'D', 'H', 'M', 'S', '0', '31', '9999999', '.', '-', '+', 'Y'], 60),
  check: (text) => durationFault(text, parseDurationMs),
  maxSteps: linear(300, 30),
};

export function durationFault(text: string, parse: typeof parseDurationMs): string | undefined {
  const ms = accepted(parse, text, 'invalid-duration');
  if (ms === undefined) return undefined;
  if (ms <= 0 || ms > 31 * 86_400_000 || ms % 1_000 !== 0) return `it is ${ms} ms`;
  const printed = `PT${ms / 1_000}S`;
  return parse(printed) === ms ? undefined : `printed as ${printed} it is another duration`;
}

/** Times of day, calendar days and zones, by what the text looks like. */
const CLOCK: FuzzTarget = {
  name: 'time of day, date, zone',
  seeds: [
    '00:00',
    '23:59',
    '24:00',
    '2026-12-29',
    '2028-02-29',
    '2026-02-29',
    '0000-12-31',
    'UTC',
    'Asia/Tokyo',
    'America/Argentina/Buenos_Aires',
    'Etc/GMT+9',
    'JST',
    '+09:00',
    'asia/tokyo',
  ],
  mutate: textMutator(
    [':', '-', '/', '_', '00', '12-31', 'Asia/', 'Etc/', 'GMT', 'UTC', 'Europe/London', '2026', '..', '٣'],
    80,
  ),
  check: clockFault,
  maxSteps: linear(2_000, 60),
};

function clockFault(text: string): string | undefined {
  const minutes = accepted(parseTimeOfDay, text, 'invalid-time-of-day');
  if (minutes !== undefined) {
    const printed = `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
    if (printed !== text) return `it is read as ${printed}`;
  }
  const day = accepted(parseCalendarDate, text, 'invalid-date');
  if (day !== undefined && new Date(day).toISOString().slice(0, 10) !== text) return `it is read as ${day}`;
  const zone = accepted(parseZone, text, 'invalid-timezone');
  if (zone === undefined) return undefined;
  if (parseZone(zone.name).name !== zone.name) return `its name ${zone.name} is another zone's`;
  const offset = zone.offsetMs(Date.UTC(2026, 10, 24));
  if (!Number.isInteger(offset) || Math.abs(offset) > 15 * 3_600_000) return `it is ${offset} ms ahead of UTC`;
  return undefined;
}

export const CRON: FuzzTarget = {
  name: 'cron',
  seeds: [
    '0 2 * * TUE#2',
    '30 1 * * *',
    '*/15 0-3 * JAN-DEC MON-FRI',
    '0 0 L * *',
    '59 23 31 12 *',
    '0 0 29 2 *',
    '0 0 30 2 *',
    '0 2 * * FRI#L',
    '0 0 1 * 1',
  ],
  mutate: textMutator(
    [
      '*',
      '/',
      '-',
      ',',
      '#',
      'L',
      'W',
      '?',
      '+',
      '@daily',
      ' ',
      '60',
      '24',
      '32',
      '13',
      '8',
      'SUN',
      'tue#2',
      'dec',
      '*/0',
      '*/1',
      '0-59',
    ],
    120,
  ),
  check: cronFault,
  // Until a schedule is known never to fire, croner goes through years.
  maxSteps: (length) => 1_000_000 + 2_000 * length,
};

/** Moments as a clock in UTC shows them. */
const CRON_FROM = Date.UTC(2026, 1, 27, 23, 59);

function cronFault(text: string): string | undefined {
  const schedule = accepted(parseCron, text, 'invalid-cron');
  if (schedule === undefined) return undefined;
  if (text.split(' ').length !== 5) return 'it is accepted, and has not five fields';
  const next = schedule.next(CRON_FROM);
  if (next === undefined) return undefined; // over ten thousand years, or once only
  if (next <= CRON_FROM || next % 60_000 !== 0) return `its next start after ${CRON_FROM} is ${next}`;
  const latest = schedule.latest(next);
  return latest === next ? undefined : `its latest start at ${next} is ${latest}`;
}

export const MESSAGE: FuzzTarget = {
  name: 'message',
  seeds: ['Not from {publicIp}.', '{until}', '{{rule}}', '{', '}', '{}', 'x{unknown}', '{username}{commonName}😀'],
  mutate: textMutator(
    ['{', '}', '{rule}', '{until}', '{{', '}}', '$&', '\\', '{username', '\ud83d', '{endpoint}'],
    1_200,
  ),
  check: (text) => messageFault(text, parseMessage),
  maxSteps: linear(2_000, 40),
};

export function messageFault(text: string, parse: typeof parseMessage): string | undefined {
  const template = accepted(parse, text, 'invalid-message');
  if (template === undefined) return undefined;
  const printed = template.pieces
    .map((piece) => (typeof piece === 'string' ? piece : `{${piece.placeholder}}`))
    .join('');
  return printed === text ? undefined : `it is read as ${JSON.stringify(printed)}`;
}

export const VALUE_TARGETS: readonly FuzzTarget[] = [ADDRESS, NAME, INSTANT, VERSION, DURATION, CLOCK, CRON, MESSAGE];

function linear(base: number, perUnit: number): (length: number) => number {
  return (length) => base + perUnit * length;
}
