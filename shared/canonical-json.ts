/** Deterministic JSON: the same value always gives the same bytes. */

export type JsonValue = string | number | boolean | null | JsonArray | JsonObject;
export type JsonArray = readonly JsonValue[];
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/**
 * Writes a value as JSON without blanks, keys sorted by UTF-16 units (the order of RFC 8785). Keys whose value is
 * `undefined` are left out.
 * @throws TypeError for what JSON cannot hold: functions, NaN, bigint, instances of classes, `undefined` in a list
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return JSON.stringify(value);
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return canonicalArray(value);
  if (isPlainObject(value)) return canonicalObject(value);
  throw new TypeError(`JSON cannot hold ${typeof value === 'object' ? 'an instance of a class' : String(value)}`);
}

/** Sets have 100,000 entries, most of them texts, and JSON writes a list of texts in one way only. */
function canonicalArray(array: readonly unknown[]): string {
  // Holes are undefined here; `every` and `map` would pass over them.
  for (const element of array) {
    if (typeof element !== 'string') return `[${Array.from(array, canonicalJson).join(',')}]`;
  }
  return JSON.stringify(array);
}

function canonicalObject(object: Readonly<Record<string, unknown>>): string {
  const members: string[] = [];
  for (const key of Object.keys(object).sort()) {
    if (object[key] !== undefined) members.push(`${JSON.stringify(key)}:${canonicalJson(object[key])}`);
  }
  return `{${members.join(',')}}`;
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** True for what JSON writes in braces. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
