/**
 * YAML 1.2 text as plain data: the core schema, one document, unique keys. What only some readers understand, or what
 * makes a small text large, is refused: tags, anchors and aliases, merge keys.
 */
import { isAlias, isMap, isScalar, isSeq, type Node, parseDocument, type YAMLError, type YAMLMap } from 'yaml';
import { shown } from '../engine/index.ts';
import type { DocumentPath } from './issue.ts';
import type { SourceDocument, SourceIssue, SourceNode } from './source.ts';
import { nestsTooDeeply } from './yaml-nesting.ts';

interface Read {
  readonly value: unknown;
  readonly node: SourceNode;
}

const NOTHING: SourceNode = { start: 0, written: '' };

/** Reads the text; a list or mapping nested deeper than `maxDepth` is not read. */
export function readYaml(text: string, maxDepth: number): SourceDocument {
  const document = parse(text);
  if (document === undefined) return unreadable(0, 'too-deep', tooDeep(maxDepth));
  const syntaxError = document.errors[0];
  if (syntaxError !== undefined) {
    // Where the parser gives up on nesting depends on the machine's stack.
    const start = syntaxError.code === 'RESOURCE_EXHAUSTION' ? 0 : syntaxError.pos[0];
    return unreadable(start, ...explain(syntaxError, text, maxDepth));
  }
  const { contents } = document;
  if (contents === null || (isScalar(contents) && contents.value === null)) {
    return unreadable(0, 'empty-document', 'the document is empty; accepted: a policy, which begins with "version: 1"');
  }
  const issues: SourceIssue[] = [];
  const { value, node } = plain(contents, [], contents.range?.[0] ?? 0, { issues, maxDepth });
  return { value, root: node, issues, complete: true };
}

/** Undefined where the nesting exhausts the parser. */
function parse(text: string) {
  if (nestsTooDeeply(text)) return undefined;
  // A text can have an error in each of its lines; where the parser stood takes longer to tell than to read the line, and nobody asks.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return parseDocument(text, {
      version: '1.2',
      schema: 'core',
      merge: false,
      resolveKnownTags: false,
      uniqueKeys: false, // checked below, in linear time and for every key
      prettyErrors: false,
      logLevel: 'error',
    });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

interface Walk {
  readonly issues: SourceIssue[];
  readonly maxDepth: number;
}

function plain(node: Node | null, path: DocumentPath, fallbackStart: number, walk: Walk): Read {
  if (node === null) return { value: null, node: { start: fallbackStart, written: '' } };
  const start = node.range?.[0] ?? fallbackStart;
  const report = (code: string, message: string) => walk.issues.push({ path, start, code, message });
  if (isAlias(node)) {
    const pattern = JSON.stringify(`*${node.source}`);
    report(
      'yaml-alias',
      `*${node.source} is a YAML alias, which a policy cannot use; a text that begins with * is quoted: ${pattern}`,
    );
    return { value: '', node: { start } };
  }
  if ('anchor' in node && node.anchor) {
    report(
      'yaml-anchor',
      `&${node.anchor} is a YAML anchor, which a policy cannot use; a list used twice goes under "sets"`,
    );
  }
  if (node.tag)
    report(
      'yaml-tag',
      `${node.tag.replace('tag:yaml.org,2002:', '!!')} is a YAML tag, which a policy cannot use; quote a value to make it text`,
    );
  if (isScalar(node)) {
    if (typeof node.value === 'string') return { value: node.value, node: { start } };
    return { value: node.value, node: { start, written: node.source ?? '' } };
  }
  if (path.length >= walk.maxDepth) {
    report('too-deep', tooDeep(walk.maxDepth));
    return { value: null, node: { start } };
  }
  if (isSeq(node)) {
    const items = node.items.map((item, index) => plain(item as Node | null, [...path, index], start, walk)); // parsed, so nodes
    return { value: items.map((item) => item.value), node: { start, items: items.map((item) => item.node) } };
  }
  if (isMap(node)) return plainMapping(node, path, start, walk);
  return { value: null, node: NOTHING };
}

function plainMapping(mapping: YAMLMap, path: DocumentPath, start: number, walk: Walk): Read {
  const entries: [string, unknown][] = [];
  const keys = new Map<string, { start: number; node: SourceNode }>();
  for (const pair of mapping.items) {
    const key = pair.key as Node | null; // parsed, so a node
    const keyStart = key?.range?.[0] ?? start;
    const report = (name: string, code: string, message: string) =>
      walk.issues.push({ path: [...path, name], start: keyStart, code, message });
    const name = isScalar(key)
      ? String(key.value === null ? (key.source ?? '') : typeof key.value === 'string' ? key.value : key.source)
      : '';
    if (!isScalar(key)) {
      report(name, 'wrong-key', 'a list, a mapping or an alias stands where a key belongs; accepted: a name');
      continue;
    }
    if (key.tag || key.anchor) {
      report(name, key.tag ? 'yaml-tag' : 'yaml-anchor', 'a key has a YAML tag or anchor, which a policy cannot use');
    }
    if (typeof key.value !== 'string') {
      const hint = name === '' ? '' : `; quote it: ${JSON.stringify(name)}`;
      report(name, 'wrong-key', `the key ${name === '' ? '(none)' : name} is no text${hint}`);
    }
    const { value, node } = plain(pair.value as Node | null, [...path, name], keyStart, walk); // parsed, so a node
    if (keys.has(name)) {
      report(name, 'duplicate-key', `the key ${shown(name)} stands here twice; accepted: each key once`);
      continue;
    }
    keys.set(name, { start: keyStart, node });
    entries.push([name, value]);
  }
  // Unlike an assignment, `fromEntries` makes an own property of `__proto__`, which validation then refuses.
  return { value: Object.fromEntries(entries), node: { start, keys } };
}

function unreadable(start: number, code: string, message: string): SourceDocument {
  return { value: undefined, root: NOTHING, issues: [{ path: [], start, code, message }], complete: false };
}

/** The parser's error in terms of what was probably meant. */
function explain(error: YAMLError, text: string, maxDepth: number): [code: string, message: string] {
  const character = text.charAt(error.pos[0]);
  switch (error.code) {
    case 'MULTIPLE_DOCS':
      return ['several-documents', 'a second YAML document begins here; accepted: one policy in a file'];
    case 'RESOURCE_EXHAUSTION':
      return ['too-deep', tooDeep(maxDepth)];
    case 'BAD_SCALAR_START':
      return ['yaml-syntax', `a text that begins with ${character} must be quoted, such as "${character}name"`];
    case 'TAB_AS_INDENT':
      return ['yaml-syntax', 'a tab indents this line; YAML takes blanks only'];
    default:
      return ['yaml-syntax', `not YAML: ${firstLower(error.message)}`];
  }
}

function tooDeep(maxDepth: number): string {
  return `the document is nested too deeply; accepted: ${maxDepth} levels`;
}

function firstLower(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
