/**
 * A policy document as fragments: pieces that are JSON documents of the policy's own form and that, merged in order
 * (objects key by key, lists end to end), give the whole. A small policy is one fragment. Whatever has 64 KB or more
 * leaves the document: `{"sets":{"leavers":{"entries":[…]}}}`, `{"rules":[…]}`; what stays is readable as it was.
 */
import { canonicalJson, isJsonObject, type JsonObject, type JsonValue } from '../canonical-json.ts';
import { chunkTexts } from './chunking.ts';
import { StoreCorruptError } from './errors.ts';

/** From this many bytes of canonical JSON on, a set or a section has fragments of its own. */
const OWN_FRAGMENT_BYTES = 64 * 1024;

/** Cuts a document into the canonical texts of its fragments, the document without its large parts first. */
export function splitDocument(document: JsonObject): string[] {
  const sets = splitSets(document.sets);
  const stays: [string, JsonValue][] = [];
  const leaves: string[] = [];
  for (const [name, section] of sortedEntries(document)) {
    const value = name === 'sets' ? sets.rest : section;
    if (isCollection(value) && isLarge(value)) leaves.push(...fragmentsOf([name], value));
    else stays.push([name, value]);
  }
  return [canonicalJson(Object.fromEntries(stays)), ...leaves, ...sets.leaves];
}

/**
 * Merges fragments, as parsed, into the document.
 * @throws StoreCorruptError when two of them give the same value
 */
export function joinFragments(fragments: readonly JsonObject[]): JsonObject {
  const document = merge(fragments, '');
  if (!isJsonObject(document)) throw new StoreCorruptError('The policy has no parts');
  return document;
}

/** The entries of each large set leave; its kind and description stay with the document. */
function splitSets(sets: JsonValue | undefined): { readonly rest: JsonValue; readonly leaves: string[] } {
  if (!isJsonObject(sets)) return { rest: sets ?? null, leaves: [] };
  const rest: [string, JsonValue][] = [];
  const leaves: string[] = [];
  for (const [name, set] of sortedEntries(sets)) {
    const entries = isJsonObject(set) ? set.entries : undefined;
    if (isJsonObject(set) && Array.isArray(entries) && entries.length > 0 && isLarge(set)) {
      rest.push([name, Object.fromEntries(Object.entries(set).filter(([key]) => key !== 'entries'))]);
      leaves.push(...fragmentsOf(['sets', name, 'entries'], entries));
    } else {
      rest.push([name, set]);
    }
  }
  return { rest: Object.fromEntries(rest), leaves };
}

/** Cuts one list or object into fragments, each wrapped in the path to where it stands. */
function fragmentsOf(path: readonly string[], collection: readonly JsonValue[] | JsonObject): string[] {
  const before = path.map((key) => `{${JSON.stringify(key)}:`).join('');
  const after = '}'.repeat(path.length);
  if (isList(collection)) {
    return chunkTexts(collection.map(canonicalJson)).map((texts) => `${before}[${texts.join(',')}]${after}`);
  }
  const members = sortedEntries(collection).map(([key, value]) => `${JSON.stringify(key)}:${canonicalJson(value)}`);
  return chunkTexts(members).map((texts) => `${before}{${texts.join(',')}}${after}`);
}

function merge(values: readonly JsonValue[], path: string): JsonValue {
  const [only] = values;
  if (only !== undefined && values.length === 1) return only;
  if (values.every(isList)) {
    const whole: JsonValue[] = [];
    // Several times faster than flat() for long lists.
    return whole.concat(...values);
  }
  if (!values.every(isJsonObject))
    throw new StoreCorruptError(`Two parts of the policy give ${path || 'the document'}`);
  const byKey = new Map<string, JsonValue[]>();
  for (const object of values) {
    for (const [key, value] of Object.entries(object)) {
      const sofar = byKey.get(key);
      if (sofar) sofar.push(value);
      else byKey.set(key, [value]);
    }
  }
  // fromEntries defines own properties, whatever their name ("__proto__" too).
  return Object.fromEntries([...byKey].map(([key, all]) => [key, merge(all, path ? `${path}.${key}` : key)]));
}

function isLarge(value: JsonValue): boolean {
  return Buffer.byteLength(canonicalJson(value)) >= OWN_FRAGMENT_BYTES;
}

function isCollection(value: JsonValue): value is readonly JsonValue[] | JsonObject {
  return isList(value) || isJsonObject(value);
}

/** `Array.isArray` does not tell TypeScript that a read-only list is none of the other kinds. */
function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** The members that JSON writes, in canonical order. */
function sortedEntries(object: JsonObject): [string, JsonValue][] {
  return Object.entries(object)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}
