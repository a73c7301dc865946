/** The difference of two policies as text for people, a line for each thing that changed, in the manner of unified diffs. */
import { type Limit, type PolicyDocument, parseInstant, type Rule, type SetEntry } from '../engine/index.ts';
import { describeLimit } from './describe-limit.ts';
import { type DescribeOptions, describeRule, type PrintTime } from './describe-rule.ts';
import { sameData } from './diff.ts';
import { entryValue } from './entry-key.ts';
import { isObject } from './plain-data.ts';
import { type EntriesChange, type PolicyChange, policyChanges } from './policy-changes.ts';
import { printedText } from './printed-text.ts';

const MAX_TEXT = 300;
const MAX_LISTED = 50;

export interface DiffTextOptions {
  /** How instants are printed. Default: as they are written. */
  readonly printTime?: PrintTime | undefined;
  /** Of rules and limits that come or go only what their sentence does not tell; of tests the names. Default false: every field. */
  readonly brief?: boolean | undefined;
}

/**
 * Each line begins with `+` (added), `-` (removed) or `~` (changed), says of what it speaks, and ends in a line feed; an
 * empty text where nothing differs. Long texts are cut, of long lists the first 50 stand there and the others are counted.
 *
 * ~ rule patch-night: expiresAt 2026-11-24T18:00:00+09:00 -> 2026-11-25T18:00:00+09:00
 * ~ set leavers: +batchi -user-0481
 */
export function diffText(
  before: PolicyDocument | undefined,
  after: PolicyDocument,
  options: DiffTextOptions = {},
): string {
  return policyChanges(before, after)
    .flatMap((change) => changeLines(change, options))
    .map((line) => `${line}\n`)
    .join('');
}

/** One change of a difference as `diffText` tells it, without line feeds. */
export function changeLines(change: PolicyChange, options: DiffTextOptions = {}): string[] {
  if (change.change === 'reordered') {
    return [`~ ${change.what}s: reordered: ${listed(change.before, options)} -> ${listed(change.after, options)}`];
  }
  const { what, id } = change;
  const called = what === 'setting' ? printed(id) : `${what} ${printed(id)}`;
  switch (change.change) {
    case 'added':
      return itemLines('+', what, called, change.after, options);
    case 'removed':
      return itemLines('-', what, called, change.before, options);
    case 'changed': {
      if (change.what === 'setting') {
        return [`~ ${called}: ${oneLine(change.before, options)} -> ${oneLine(change.after, options)}`];
      }
      const told = change.fields.flatMap(({ key, before, after }) => leafChanges(key, before, after, options));
      const entries = change.entries === undefined ? [] : [toldEntries(change.entries, options)];
      return [...told, ...entries].map((text) => `~ ${called}: ${text}`);
    }
  }
}

function itemLines(
  mark: string,
  what: PolicyChange['what'],
  called: string,
  item: unknown,
  options: DiffTextOptions,
): string[] {
  if (!isObject(item)) return [`${mark} ${called}: ${oneLine(item, options)}`];
  const describe = sentenceOf(what, item);
  const leftOut = options.brief === true ? toldAnyway(mark, what, item, describe) : [nameKey(what)];
  const keys = Object.keys(item).filter((key) => item[key] !== undefined && !leftOut.includes(key));
  const fields = inReadingOrder(keys).map((key) => `${mark}     ${key}: ${oneLine(item[key], options)}`);
  return [`${mark} ${called}${describe === undefined ? '' : `: ${describe(options)}`}`, ...fields];
}

/** The keys that a brief text does without. */
function toldAnyway(
  mark: string,
  what: PolicyChange['what'],
  item: object,
  describe: Describe | undefined,
): readonly (string | undefined)[] {
  if (what === 'test') return ['name', 'connection', 'at', 'expect'];
  if (describe === undefined) return [];
  if (mark === '-') return Object.keys(item);
  const inFull = describe({}) === describe({ inFull: true });
  const told = what === 'rule' ? IN_A_RULES_SENTENCE : IN_A_LIMITS_SENTENCE;
  return [...told, ...(inFull ? ['from', 'match', 'except'] : [])];
}

const IN_A_RULES_SENTENCE = [
  ...['id', 'effect', 'mode', 'enabled', 'notBefore', 'expiresAt', 'final', 'standing', 'grace'],
];
const IN_A_LIMITS_SENTENCE = ['id', 'enabled', 'maxConnections', 'whenExceeded'];

type Describe = (options: DescribeOptions) => string;

/** What tells a whole item in a sentence; undefined for kinds without one. */
function sentenceOf(what: PolicyChange['what'], item: object): Describe | undefined {
  // A whole rule or limit of a valid policy is one.
  if (what === 'rule') return (options) => describeRule(item as Rule, options);
  if (what === 'limit') return (options) => describeLimit(item as Limit, options);
  return undefined;
}

function nameKey(what: PolicyChange['what']): string | undefined {
  return what === 'rule' || what === 'limit' ? 'id' : what === 'test' ? 'name' : undefined;
}

const FIRST = [
  'value',
  'kind',
  'effect',
  'from',
  'description',
  'enabled',
  'mode',
  'notBefore',
  'expiresAt',
  'maxConnections',
  'whenExceeded',
  'match',
  'except',
];

/** What a rule or a set is before what it says; then by name, since the store keeps no order of keys. */
function inReadingOrder(keys: readonly string[]): string[] {
  const rank = (key: string) => (FIRST.includes(key) ? FIRST.indexOf(key) : FIRST.length);
  return [...keys].sort().sort((a, b) => rank(a) - rank(b));
}

/** What differs in a value, each place by itself where both sides have it. */
function leafChanges(path: string, before: unknown, after: unknown, options: DiffTextOptions): string[] {
  if (sameData(before, after)) return [];
  if (isObject(before) && isObject(after)) {
    return [...new Set([...Object.keys(before), ...Object.keys(after)])]
      .sort()
      .flatMap((key) => leafChanges(`${path}.${printed(key)}`, before[key], after[key], options));
  }
  if (isTexts(before) && isTexts(after)) {
    const marked = [...marks('+', without(after, before)), ...marks('-', without(before, after))];
    if (marked.length > 0) return [`${path} ${limited(marked).join(' ')}`];
  } else if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    return before.flatMap((element, index) => leafChanges(`${path}[${index}]`, element, after[index], options));
  }
  return [`${path} ${oneLine(before, options)} -> ${oneLine(after, options)}`];
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((element) => typeof element === 'string');
}

function without(texts: readonly string[], others: readonly string[]): string[] {
  const known = new Set(others);
  return [...new Set(texts)].filter((text) => !known.has(text));
}

function marks(mark: string, texts: readonly string[]): string[] {
  return texts.map((text) => `${mark}${printed(text)}`);
}

function toldEntries({ added, removed, changed, reordered }: EntriesChange, options: DiffTextOptions): string {
  if (reordered) return 'entries reordered';
  const marked = [
    ...added.map((entry) => `+${printedEntry(entry, options)}`),
    ...removed.map((entry) => `-${printed(entryValue(entry))}`),
    ...changed.map(
      ({ value, before, after }) => `~${printed(value)} (${changedEntry(before, after, options).join(', ')})`,
    ),
  ];
  return limited(marked).join(' ');
}

function changedEntry(before: readonly SetEntry[], after: readonly SetEntry[], options: DiffTextOptions): string[] {
  const [was, is] = [before[0], after[0]];
  if (was === undefined || is === undefined || before.length > 1 || after.length > 1) {
    return [`${oneLine(before, options)} -> ${oneLine(after, options)}`]; // the set repeats the value
  }
  // An object with the value alone says no more than the value.
  const told = ENTRY_WORDS.flatMap((key) => leafChanges(key, partOf(was, key), partOf(is, key), options));
  return told.length > 0 ? told : ['written otherwise'];
}

const ENTRY_WORDS = ['expiresAt', 'note'];

function printedEntry(entry: SetEntry, options: DiffTextOptions): string {
  if (typeof entry === 'string') return printed(entry);
  const told = ENTRY_WORDS.flatMap((key) => {
    const value = partOf(entry, key);
    return value === undefined ? [] : [`${key} ${oneLine(value, options)}`];
  });
  return `${printed(entry.value)}${told.length === 0 ? '' : ` (${told.join(', ')})`}`;
}

function partOf(entry: SetEntry, key: string): unknown {
  return typeof entry === 'string' ? undefined : Object.getOwnPropertyDescriptor(entry, key)?.value;
}

/** A value on one line, much as YAML writes it in braces. */
function oneLine(value: unknown, options: DiffTextOptions): string {
  if (value === undefined) return 'none';
  if (typeof value === 'string') return textOrTime(value, options);
  if (Array.isArray(value)) return `[${listed(value, options)}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const keys = inReadingOrder(Object.keys(value).filter((key) => value[key] !== undefined));
  return `{${keys.map((key) => `${printed(key)}: ${oneLine(value[key], options)}`).join(', ')}}`;
}

function listed(values: readonly unknown[], options: DiffTextOptions): string {
  return limited(values.map((value) => oneLine(value, options))).join(', ');
}

function limited(texts: readonly string[]): readonly string[] {
  if (texts.length <= MAX_LISTED) return texts;
  return [...texts.slice(0, MAX_LISTED), `… and ${texts.length - MAX_LISTED} more`];
}

function printed(text: string): string {
  return printedText(text, MAX_TEXT);
}

/** The caller prints what is a time, whatever key it stands under. */
function textOrTime(text: string, { printTime }: DiffTextOptions): string {
  return printTime !== undefined && isInstant(text) ? printTime(text) : printed(text);
}

function isInstant(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\dT/i.test(text)) return false;
  try {
    parseInstant(text);
    return true;
  } catch {
    return false;
  }
}
