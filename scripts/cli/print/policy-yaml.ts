/** A policy as text for people: the language's own order, long lists one entry a line, short things on one. */
import { Document, isCollection, isMap, isScalar, isSeq, type Node, visit, type YAMLMap } from 'yaml';
import { CONDITIONS, type PolicyDocument } from '../../../shared/engine/index.ts';

/** The keys in the order in which docs/policy-language.md explains them. */
const DOCUMENT = ['version', 'defaultEffect', 'defaultMessage', 'endpoints', 'sets', 'rules', 'limits', 'tests'];
const ENDPOINT = ['name', 'defaultEffect', 'defaultMessage', 'mode'];
const SET = ['kind', 'description', 'entries'];
const ENTRY = ['value', 'expiresAt', 'note'];
const RULE = [
  ...['id', 'description', 'effect', 'from', 'mode', 'enabled', 'notBefore', 'expiresAt', 'final'],
  ...['match', 'except', 'message', 'postureStatuses', 'standing', 'grace'],
];
const LIMIT = ['id', 'description', 'enabled', 'match', 'except', 'maxConnections', 'whenExceeded', 'message'];
const WINDOW = ['from', 'until', 'days', 'dates', 'cron', 'start', 'end', 'duration', 'timezone'];
const TEST = ['name', 'connection', 'at', 'expect'];
const CONNECTION = [
  ...['connection-id', 'endpoint-id', 'common-name', 'username', 'groups', 'public-ip', 'platform', 'platform-version'],
  ...['client-openvpn-version', 'aws-client-version', 'schema-version'],
];
const EXPECTATION = ['allow', 'rule', 'message', 'postureStatuses'];

/** A list or mapping of that many characters at most stands on one line. */
const SHORT = 90;

/** The document as YAML that reads back as the same document. */
export function policyYaml(document: PolicyDocument): string {
  // `yaml-1.1` quotes what older readers take for something else: `07:00` for a number of seconds, `on` for true.
  const yaml = new Document(inReadingOrder(document), { version: '1.2', schema: 'core', compat: 'yaml-1.1' });
  visit(yaml, {
    Collection: (key, node, path) => {
      if (isShort(node) && !isEntriesOf(key, node, path)) node.flow = true;
    },
    Scalar: (_, node) => {
      if (typeof node.value === 'string' && node.value.search(NOT_SEEN) >= 0) node.type = 'QUOTE_DOUBLE';
    },
  });
  spaceOut(yaml.contents);
  // They stand between double quotes only.
  return yaml.toString({ lineWidth: 0 }).replace(NOT_SEEN, escaped);
}

/** What a terminal may obey, or nobody sees: between double quotes YAML knows it by its number. */
const NOT_SEEN = /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

function escaped(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16);
  return code.length > 4 ? `\\U${code.padStart(8, '0')}` : `\\u${code.padStart(4, '0')}`;
}

/** The same data with its keys in the language's order; endpoints and sets by name. The store keeps no order of keys. */
export function inReadingOrder(document: PolicyDocument): object {
  return ordered(document, DOCUMENT, {
    endpoints: (endpoints) => eachValue(endpoints, (settings) => ordered(settings, ENDPOINT)),
    sets: (sets) => eachValue(sets, (set) => ordered(set, SET, { entries: each((entry) => ordered(entry, ENTRY)) })),
    rules: each((rule) => ordered(rule, RULE, { match: inBlocks, except: inBlocks })),
    limits: each((limit) => ordered(limit, LIMIT, { match: inBlocks, except: inBlocks })),
    tests: each((test) =>
      ordered(test, TEST, {
        connection: (connection) => ordered(connection, CONNECTION),
        expect: (expectation) => ordered(expectation, EXPECTATION),
      }),
    ),
  }) as object; // an object, since the document is one
}

type Reorder = (value: unknown) => unknown;

function inBlocks(match: unknown): unknown {
  const inBlock: Reorder = (block) =>
    ordered(block, CONDITIONS, { windows: each((window) => ordered(window, WINDOW)) });
  return Array.isArray(match) ? match.map(inBlock) : inBlock(match);
}

/** An object with `keys` first, in that order, then all others by name; anything else as it is. */
function ordered(value: unknown, keys: readonly string[], inside: Readonly<Record<string, Reorder>> = {}): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const present = new Map<string, unknown>(Object.entries(value));
  const others = [...present.keys()].filter((key) => !keys.includes(key)).sort();
  return Object.fromEntries(
    [...keys.filter((key) => present.has(key)), ...others].map((key) => [
      key,
      (Object.hasOwn(inside, key) ? inside[key] : undefined)?.(present.get(key)) ?? present.get(key),
    ]),
  );
}

function each(reorder: Reorder): Reorder {
  return (list) => (Array.isArray(list) ? list.map(reorder) : list);
}

function eachValue(object: unknown, reorder: Reorder): unknown {
  if (typeof object !== 'object' || object === null) return object;
  const entries: [string, unknown][] = Object.entries(object);
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => [name, reorder(value)]),
  );
}

/** A list of values, or a mapping to values and such lists, that fits on a line. */
function isShort(node: Node): boolean {
  const flat = isSeq(node)
    ? isFlatList(node)
    : isMap(node) && node.items.every(({ value }) => isFlatList(value) || isFlat(value));
  return flat && JSON.stringify(node.toJSON()).length <= SHORT;
}

function isFlatList(node: unknown): boolean {
  return isSeq(node) && node.items.every(isFlat);
}

function isFlat(node: unknown): boolean {
  return isScalar(node) && !(typeof node.value === 'string' && node.value.includes('\n'));
}

/** The entries of a set stand one a line, so that a comparison shows which came and went; rules are never short. */
function isEntriesOf(key: unknown, node: Node, path: readonly unknown[]): boolean {
  const pair = path.at(-1);
  const name = key === 'value' && typeof pair === 'object' && pair !== null && 'key' in pair ? pair.key : undefined;
  const keyText = isScalar(name) ? name.value : undefined;
  return path.length <= 3 || (keyText === 'entries' && isCollection(node));
}

/** An empty line between the sections, and between what stands in them. */
function spaceOut(contents: unknown): void {
  if (!isMap(contents)) return;
  for (const { key, value } of (contents as YAMLMap).items) {
    const between = isMap(value) ? value.items.map((pair) => pair.key) : isSeq(value) ? value.items : [];
    if (between.length > 0) setSpaceBefore(key);
    for (const item of between.slice(1)) setSpaceBefore(item);
  }
}

function setSpaceBefore(node: unknown): void {
  if (typeof node === 'object' && node !== null) (node as Node).spaceBefore = true; // keys and items are nodes
}
