/** Data from data: a node taken out, repeated, moved, renamed, or put in the place of another. */
import type { Random } from '../../fuzz/random.ts';

/** Of the whole, the parent is a list that stays one. */
type Place = { readonly parent: Record<string, unknown> | unknown[]; readonly key: string | number };

/** A copy with one to three changes. */
export function mutateData(random: Random, value: unknown, other: unknown): unknown {
  const root = [copy(value)];
  for (let changes = random.integer(1, 3); changes > 0; changes--) {
    changeAt(random, random.pick(placesIn(root)), other);
    if (root.length === 0) root.push(null);
  }
  return root[0];
}

const SCALARS = [
  ...[
    null,
    true,
    false,
    0,
    1,
    -1,
    0.5,
    1e21,
    '',
    ' ',
    'x',
    '@',
    '@offices',
    '@nothing',
    '*',
    '?',
    '\\',
    'everyone',
    '__proto__',
    'deny',
    'allow',
    'exempt',
    'report',
    'observe',
    'frankfurt',
  ],
  ...[
    '203.0.113.9',
    '::/0',
    '10/8',
    '<2.6',
    '2026-12-31T00:00Z',
    '2026-12-29',
    '0 2 * * *',
    'PT4H',
    'UTC',
    'Asia/Tokyo',
    '25:00',
    '{rule}',
    '{x}',
    'mon',
    '\ud83d',
    'x'.repeat(300),
  ],
];

const KEYS = [
  ...[
    'version',
    'defaultEffect',
    'defaultMessage',
    'endpoints',
    'sets',
    'rules',
    'limits',
    'tests',
    'id',
    'effect',
    'match',
    'except',
    'from',
    'mode',
    'enabled',
    'notBefore',
    'expiresAt',
    'final',
    'message',
    'postureStatuses',
    'standing',
    'grace',
    'maxConnections',
    'whenExceeded',
  ],
  ...[
    'users',
    'commonNames',
    'identities',
    'groups',
    'allGroups',
    'sourceIps',
    'platforms',
    'openvpnVersion',
    'awsClientVersion',
    'windows',
    'missing',
  ],
  ...[
    'kind',
    'entries',
    'value',
    'note',
    'days',
    'dates',
    'cron',
    'start',
    'end',
    'duration',
    'timezone',
    'until',
    'name',
    'connection',
    'at',
    'expect',
    'allow',
    'rule',
  ],
  ...['__proto__', 'constructor', 'toString', '', 'newer-key'],
];

function changeAt(random: Random, { parent, key }: Place, other: unknown): void {
  const here = Reflect.get(parent, key);
  const put = (value: unknown) => {
    // An own property, also for `__proto__`.
    Object.defineProperty(parent, key, { value, enumerable: true, configurable: true, writable: true });
  };
  random.choose<void>([
    [3, () => put(random.pick(SCALARS))],
    [3, () => put(copy(nodeOf(random, other)))],
    [3, () => (Array.isArray(parent) ? void parent.splice(Number(key), 1) : void Reflect.deleteProperty(parent, key))],
    [2, () => (Array.isArray(parent) ? void parent.push(copy(here)) : rename(parent, key, random.pick(KEYS)))],
    [2, () => put([copy(here)])],
    [1, () => put({ [random.pick(KEYS)]: copy(here) })],
    [1, () => put(Array.isArray(here) && here.length > 0 ? here[0] : [])],
    [1, () => put({})],
    [2, () => (typeof here === 'string' ? put(spoilt(random, here)) : put(String(here)))],
  ]);
}

function rename(parent: Record<string, unknown>, key: string | number, name: string): void {
  const value = Reflect.get(parent, key);
  Reflect.deleteProperty(parent, key);
  Object.defineProperty(parent, name, { value, enumerable: true, configurable: true, writable: true });
}

function spoilt(random: Random, text: string): string {
  const at = random.integer(0, text.length);
  return random.pick([
    text.slice(0, at),
    text + text,
    text.toUpperCase(),
    ` ${text}`,
    `${text.slice(0, at)}*${text.slice(at)}`,
  ]);
}

function nodeOf(random: Random, value: unknown): unknown {
  const { parent, key } = random.pick(placesIn([value]));
  return Reflect.get(parent, key);
}

function placesIn(root: unknown[]): Place[] {
  const places: Place[] = [];
  const walk = (parent: Place['parent'], depth: number) => {
    if (depth > 40) return;
    const keys = Array.isArray(parent) ? [...parent.keys()] : Object.keys(parent);
    for (const key of keys) {
      places.push({ parent, key });
      const child: unknown = Reflect.get(parent, key);
      if (Array.isArray(child)) walk(child, depth + 1);
      else if (typeof child === 'object' && child !== null) walk(child as Record<string, unknown>, depth + 1);
    }
  };
  walk(root, 0);
  return places;
}

function copy(value: unknown): unknown {
  return value === undefined ? null : JSON.parse(JSON.stringify(value));
}
