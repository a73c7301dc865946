/** The difference of two policies as text for people, a line for each thing that changed, in the manner of unified diffs. */
import type { PolicyDocument, Rule, SetEntry } from '../engine/index.ts';
import { describeRule } from './describe-rule.ts';
import { sameData } from './diff.ts';
import { entryValue } from './entry-key.ts';
import { isObject } from './plain-data.ts';
import { type EntriesChange, type PolicyChange, policyChanges } from './policy-changes.ts';
import { printedText } from './printed-text.ts';

const MAX_TEXT = 300;
const MAX_LISTED = 50;

/**
 * Each line begins with `+` (added), `-` (removed) or `~` (changed), says of what it speaks, and ends in a line feed; an
 * empty text where nothing differs. Long texts are cut, of long lists the first 50 stand there and the others are counted.
 *
 * ~ rule patch-night: expiresAt 2026-11-24T18:00:00+09:00 -> 2026-11-25T18:00:00+09:00
 * ~ set leavers: +batchi -user-0481
 */
export function diffText(before: PolicyDocument | undefined, after: PolicyDocument): string {
  return policyChanges(before, after)
    .flatMap(linesOf)
    .map((line) => `${line}\n`)
    .join('');
}

function linesOf(change: PolicyChange): string[] {
  if (change.change === 'reordered') {
    return [`~ ${change.what}s: reordered: ${listed(change.before)} -> ${listed(change.after)}`];
  }
  const { what, id } = change;
  const called = what === 'setting' ? printed(id) : `${what} ${printed(id)}`;
  switch (change.change) {
    case 'added':
      return itemLines('+', what, called, change.after);
    case 'removed':
      return itemLines('-', what, called, change.before);
    case 'changed': {
      if (change.what === 'setting') return [`~ ${called}: ${oneLine(change.before)} -> ${oneLine(change.after)}`];
      const told = change.fields.flatMap(({ key, before, after }) => leafChanges(key, before, after));
      const entries = change.entries === undefined ? [] : [toldEntries(change.entries)];
      return [...told, ...entries].map((text) => `~ ${called}: ${text}`);
    }
  }
}

function itemLines(mark: string, what: PolicyChange['what'], called: string, item: unknown): string[] {
  if (!isObject(item)) return [`${mark} ${called}: ${oneLine(item)}`];
  const keys = Object.keys(item).filter((key) => item[key] !== undefined && key !== nameKey(what));
  const fields = inReadingOrder(keys).map((key) => `${mark}     ${key}: ${oneLine(item[key])}`);
  // A whole rule of a valid policy is one.
  return [`${mark} ${called}${what === 'rule' ? `: ${describeRule(item as unknown as Rule)}` : ''}`, ...fields];
}

function nameKey(what: PolicyChange['what']): string | undefined {
  return what === 'rule' ? 'id' : what === 'test' ? 'name' : undefined;
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
  'match',
  'except',
];

/** What a rule or a set is before what it says; then by name, since the store keeps no order of keys. */
function inReadingOrder(keys: readonly string[]): string[] {
  const rank = (key: string) => (FIRST.includes(key) ? FIRST.indexOf(key) : FIRST.length);
  return [...keys].sort().sort((a, b) => rank(a) - rank(b));
}

/** What differs in a value, each place by itself where both sides have it. */
function leafChanges(path: string, before: unknown, after: unknown): string[] {
  if (sameData(before, after)) return [];
  if (isObject(before) && isObject(after)) {
    return [...new Set([...Object.keys(before), ...Object.keys(after)])]
      .sort()
      .flatMap((key) => leafChanges(`${path}.${printed(key)}`, before[key], after[key]));
  }
  if (isTexts(before) && isTexts(after)) {
    const marked = [...marks('+', without(after, before)), ...marks('-', without(before, after))];
    if (marked.length > 0) return [`${path} ${limited(marked).join(' ')}`];
  } else if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    return before.flatMap((element, index) => leafChanges(`${path}[${index}]`, element, after[index]));
  }
  return [`${path} ${oneLine(before)} -> ${oneLine(after)}`];
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

function toldEntries({ added, removed, changed, reordered }: EntriesChange): string {
  if (reordered) return 'entries reordered';
  const marked = [
    ...added.map((entry) => `+${printedEntry(entry)}`),
    ...removed.map((entry) => `-${printed(entryValue(entry))}`),
    ...changed.map(({ value, before, after }) => `~${printed(value)} (${changedEntry(before, after).join(', ')})`),
  ];
  return limited(marked).join(' ');
}

function changedEntry(before: readonly SetEntry[], after: readonly SetEntry[]): string[] {
  const [was, is] = [before[0], after[0]];
  if (was === undefined || is === undefined || before.length > 1 || after.length > 1) {
    return [`${oneLine(before)} -> ${oneLine(after)}`]; // the set repeats the value
  }
  // An object with the value alone says no more than the value.
  const told = ENTRY_WORDS.flatMap((key) => leafChanges(key, partOf(was, key), partOf(is, key)));
  return told.length > 0 ? told : ['written otherwise'];
}

const ENTRY_WORDS = ['expiresAt', 'note'];

function printedEntry(entry: SetEntry): string {
  if (typeof entry === 'string') return printed(entry);
  const told = ENTRY_WORDS.flatMap((key) => {
    const value = partOf(entry, key);
    return value === undefined ? [] : [`${key} ${oneLine(value)}`];
  });
  return `${printed(entry.value)}${told.length === 0 ? '' : ` (${told.join(', ')})`}`;
}

function partOf(entry: SetEntry, key: string): unknown {
  return typeof entry === 'string' ? undefined : Object.getOwnPropertyDescriptor(entry, key)?.value;
}

/** A value on one line, much as YAML writes it in braces. */
function oneLine(value: unknown): string {
  if (value === undefined) return 'none';
  if (typeof value === 'string') return printed(value);
  if (Array.isArray(value)) return `[${listed(value)}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const keys = inReadingOrder(Object.keys(value).filter((key) => value[key] !== undefined));
  return `{${keys.map((key) => `${printed(key)}: ${oneLine(value[key])}`).join(', ')}}`;
}

function listed(values: readonly unknown[]): string {
  return limited(values.map(oneLine)).join(', ');
}

function limited(texts: readonly string[]): readonly string[] {
  if (texts.length <= MAX_LISTED) return texts;
  return [...texts.slice(0, MAX_LISTED), `… and ${texts.length - MAX_LISTED} more`];
}

function printed(text: string): string {
  return printedText(text, MAX_TEXT);
}
