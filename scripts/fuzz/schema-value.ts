/** Values that fit a JSON Schema as the OpenAPI document has them: mostly, which is enough to get past the first checks. */
import { hostileText } from './hostile.ts';
import type { Random } from './random.ts';

export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly examples?: readonly unknown[];
  readonly example?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
}

/** Values that the language takes at places whose schema has no examples, and that collide often. */
const POOLS: Readonly<Record<string, readonly unknown[]>> = {
  id: ['block-leavers', 'from-offices', 'patch-night', 'a', 'b', 'c', 'block-batchi'],
  rule: ['block-leavers', 'from-offices', 'default'],
  from: [['patch-night'], '*', ['a', 'b']],
  users: [['batchi'], ['@leavers'], ['*'], ['mori', 'sato']],
  groups: [['vpn-admins'], ['staff', 'oncall']],
  username: ['Batchi', 'mori', null, ''],
  'public-ip': ['203.0.113.10', '192.0.2.77', '2001:db8:40::1', 'nonsense', null],
  'endpoint-id': ['cvpn-endpoint-0a1b2c3d4e5f67890'],
  name: ['leavers', 'offices', 'new-set', 'a'],
  dates: [['2026-12-29']],
  timezone: ['Asia/Tokyo', 'UTC', 'Europe/London'],
  value: ['mori', '198.51.100.0/24', '2026-12-31'],
  since: [aroundNow(-36), aroundNow(-1)],
  until: [aroundNow(-1), aroundNow(1)],
  ifMatch: ['*'],
  version: [1],
};

/** Times of decisions: near, since a replay of a year takes its time. */
export function aroundNow(hours: number): string {
  return new Date(Date.now() + hours * 3_600_000).toISOString();
}

const ENTRIES: readonly unknown[] = ['mori', 'sato', '198.51.100.192/26', '203.0.113.0/28', '2026-12-29', 'vpn-admins'];

const MAX_DEPTH = 12;

/** @param place the key under which the value will stand */
export function valueFor(
  schema: Schema,
  schemas: Readonly<Record<string, Schema>>,
  random: Random,
  place = '',
  depth = 0,
): unknown {
  const inside = (inner: Schema, key = place) => valueFor(inner, schemas, random, key, depth + 1);
  if (schema.$ref !== undefined) {
    const { $ref, ...beside } = schema;
    return inside({ ...beside, ...schemas[$ref.split('/').at(-1) ?? ''] });
  }
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return random.pick(schema.enum);
  const examples = schema.examples ?? (schema.example === undefined ? [] : [schema.example]);
  if (examples.length > 0 && random.chance(0.5)) return structuredClone(random.pick(examples));
  const pool = POOLS[place];
  if (pool !== undefined && schema.properties === undefined && random.chance(0.6)) {
    return structuredClone(random.pick(pool));
  }
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices !== undefined) return inside(random.pick(choices));
  if (schema.allOf !== undefined) {
    return Object.assign({}, ...schema.allOf.map((part) => inside(part)));
  }
  switch (schema.type) {
    case 'object':
      return objectOf(schema, random, depth, inside);
    case 'array': {
      const { items } = schema;
      const most = depth > MAX_DEPTH ? 1 : random.pick([1, 1, 2, 3, 8]);
      return Array.from({ length: random.integer(random.chance(0.1) ? 0 : 1, most) }, () =>
        items === undefined ? null : inside(items),
      );
    }
    case 'boolean':
      return random.chance(0.5);
    case 'integer':
    case 'number':
      return random.integer(schema.minimum ?? 0, Math.min(schema.maximum ?? 100, 100));
    case 'string':
      return random.choose<unknown>([
        [6, () => random.pick(ENTRIES)],
        [2, () => `text ${random.integer(0, 9)}`],
        [1, () => hostileText(random)],
      ]);
    default:
      return random.pick(['mori', '203.0.113.10', null, true, 1, ['vpn-admins'], { a: 1 }]);
  }
}

function objectOf(
  { properties = {}, required = [], additionalProperties }: Schema,
  random: Random,
  depth: number,
  inside: (schema: Schema, key?: string) => unknown,
): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  const eagerness = depth > MAX_DEPTH ? 0 : random.pick([0.15, 0.3, 0.6]);
  for (const [key, schema] of Object.entries(properties)) {
    if (required.includes(key) || random.chance(eagerness)) value[key] = inside(schema, key);
  }
  if (typeof additionalProperties === 'object') {
    const names = ['leavers', 'offices', 'a', 'cvpn-endpoint-0a1b2c3d4e5f67890', 'cvpn-endpoint-05e3cd01fe10ad9ee'];
    for (const name of names) if (random.chance(0.4)) value[name] = inside(additionalProperties, name);
  }
  return value;
}
