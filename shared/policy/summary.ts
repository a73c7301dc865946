/** What changed between two policies, in a sentence: for the history of revisions. */
import type { PolicyDocument } from '../engine/index.ts';
import { cut } from '../engine/index.ts';
import { type ChangedItem, diffPolicies, type EntriesDiff, type ItemsDiff } from './diff.ts';

/** Most bytes of UTF-8 in a summary. */
export const MAX_SUMMARY_BYTES = 1024;

const MAX_NAME_SHOWN = 48;
const MAX_ENTRIES_SHOWN = 8;
const NOT_PLAIN = /[^\p{L}\p{N}\p{M}\p{P}\p{S} ]/u;

/**
 * A readable summary, at most 1 KB of UTF-8: `rule patch-night changed (expiresAt); set leavers: +batchi, -user-0481`. What
 * does not fit is counted at its end. `before` is undefined for a first policy.
 */
export function summarizeChange(before: PolicyDocument | undefined, after: PolicyDocument): string {
  if (before === undefined) return firstPolicy(after);
  const diff = diffPolicies(before, after);
  const told = [
    ...diff.settings.map((key) => {
      const value = after[key as keyof PolicyDocument]; // the diff names keys of the document
      if (value === undefined) return `${key} removed`;
      return key === 'defaultMessage' ? `${key} changed` : `${key} is now ${String(value)}`;
    }),
    ...tellItems('rule', diff.rules),
    ...tellItems('limit', diff.limits),
    ...tellItems('set', diff.sets),
    ...diff.sets.entries.map(tellEntries),
    ...tellItems('endpoint', diff.endpoints),
    ...tellItems('test', diff.tests),
  ];
  return told.length === 0 ? 'no change' : fitting(told);
}

function firstPolicy({ rules = [], limits = [], sets = {}, endpoints = {}, tests = [] }: PolicyDocument): string {
  const entries = Object.values(sets).reduce((count, set) => count + set.entries.length, 0);
  const parts = [
    counted(rules.length, 'rule'),
    ...(limits.length > 0 ? [counted(limits.length, 'limit')] : []),
    `${counted(Object.keys(sets).length, 'set')} (${counted(entries, 'entry', 'entries')})`,
    counted(Object.keys(endpoints).length, 'endpoint'),
    counted(tests.length, 'test'),
  ];
  return `first policy: ${parts.join(', ')}`;
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

function tellItems(what: string, { added, removed, changed, reordered }: ItemsDiff): string[] {
  return [
    ...added.map((name) => `${what} ${shownName(name)} added`),
    ...removed.map((name) => `${what} ${shownName(name)} removed`),
    ...changed.map(({ name, keys }: ChangedItem) => `${what} ${shownName(name)} changed (${keys.join(', ')})`),
    ...(reordered ? [`${what}s reordered`] : []),
  ];
}

function tellEntries({ name, added, removed, changed, reordered }: EntriesDiff): string {
  const marked = [
    ...added.map((value) => `+${shownName(value)}`),
    ...removed.map((value) => `-${shownName(value)}`),
    ...changed.map((value) => `~${shownName(value)}`),
  ];
  if (reordered) return `set ${shownName(name)}: entries reordered`;
  const more = marked.length - MAX_ENTRIES_SHOWN;
  return `set ${shownName(name)}: ${marked.slice(0, MAX_ENTRIES_SHOWN).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** A name as it stands, in quotes and escaped where it has what a terminal or a log might take for something else. */
function shownName(name: string): string {
  const short = name.length > MAX_NAME_SHOWN ? `${cut(name, MAX_NAME_SHOWN - 1)}…` : name;
  if (!NOT_PLAIN.test(short) && !/[,;"]/.test(short)) return short;
  return JSON.stringify(short).replace(/[^\p{L}\p{N}\p{M}\p{P}\p{S} ]/gu, (character) => {
    return Array.from(
      { length: character.length },
      (_, unit) => `\\u${character.charCodeAt(unit).toString(16).padStart(4, '0')}`,
    ).join('');
  });
}

function fitting(told: readonly string[]): string {
  const all = told.join('; ');
  if (Buffer.byteLength(all) <= MAX_SUMMARY_BYTES) return all;
  const kept: string[] = [];
  let bytes = 0;
  for (const piece of told) {
    const rest = `; and ${told.length - kept.length} more`;
    bytes += Buffer.byteLength(piece) + 2;
    if (bytes + rest.length > MAX_SUMMARY_BYTES) break;
    kept.push(piece);
  }
  return `${kept.join('; ')}${kept.length > 0 ? '; and ' : ''}${told.length - kept.length}${kept.length > 0 ? ' more' : ' changes'}`;
}
