/** Putting entries into a set and taking others out. */

import { type PolicySet, PolicyValueError, type SetEntry, shown } from '../../engine/index.ts';
import { sameData } from '../diff.ts';
import { entryKeys, entryValue } from '../entry-key.ts';
import type { DocumentPath, FoundIssue } from '../issue.ts';

export interface EntriesPatch {
  readonly add?: readonly SetEntry[] | undefined;
  readonly remove?: readonly string[] | undefined;
}

type KeyOf = (value: string) => string;

export type PatchedEntries =
  | {
      readonly ok: true;
      /** The same set where nothing changed. */
      readonly set: PolicySet;
      /** How many entries are new, took the place of another with the same value, went. */
      readonly added: number;
      readonly replaced: number;
      readonly removed: number;
      /** Values to be removed that the set does not have, as they were written. */
      readonly notFound: readonly string[];
    }
  | { readonly ok: false; readonly issues: readonly FoundIssue[] };

/**
 * Applies the patch. An added entry whose value is there already takes its place (and that of any repeats of it), a new
 * one goes last. Removing what is not there is no error, so that a request can be sent again after its answer was lost;
 * it is told in `notFound`, so that a slip of the pen is seen. The same value cannot be both added and removed, or added
 * twice with different words. `keyOf` is `entryKeys` of the set's kind, handed in by who patches more than once.
 */
export function patchEntries(
  set: PolicySet,
  { add = [], remove = [] }: EntriesPatch,
  keyOf: KeyOf = entryKeys(set.kind),
): PatchedEntries {
  const issues: FoundIssue[] = [];
  const added = new Map<string, SetEntry>();
  for (const [index, entry] of add.entries()) {
    const path = ['add', index, ...(typeof entry === 'string' ? [] : ['value'])];
    const key = keyAt(keyOf, entryValue(entry), path, issues);
    if (key === undefined) continue;
    const earlier = added.get(key);
    if (earlier !== undefined && !sameData(earlier, entry)) {
      const message = `${shown(entryValue(entry))} is already added, as ${shown(earlier)}; accepted: each value once`;
      issues.push({ path, code: 'contradiction', message });
    }
    added.set(key, entry);
  }
  const removed = new Map<string, string>();
  for (const [index, value] of remove.entries()) {
    const path = ['remove', index];
    const key = keyAt(keyOf, value, path, issues);
    if (key === undefined) continue;
    if (added.has(key)) {
      issues.push({ path, code: 'contradiction', message: `${shown(value)} is added, too; accepted: one of the two` });
    }
    removed.set(key, value);
  }
  if (issues.length > 0) return { ok: false, issues };
  return patched(set, added, removed, keyOf);
}

function patched(
  set: PolicySet,
  added: ReadonlyMap<string, SetEntry>,
  removed: ReadonlyMap<string, string>,
  keyOf: KeyOf,
): PatchedEntries {
  const fresh = new Map(added);
  const notFound = new Map(removed);
  const entries: SetEntry[] = [];
  let [gone, replaced] = [0, 0];
  let changed = false;
  for (const entry of set.entries) {
    const key = keyOf(entryValue(entry));
    const instead = added.get(key);
    if (removed.has(key)) {
      notFound.delete(key);
      gone++;
      changed = true;
    } else if (instead === undefined) {
      entries.push(entry);
    } else if (!fresh.delete(key)) {
      changed = true; // a repeat of what was replaced
    } else if (sameData(instead, entry)) {
      entries.push(entry);
    } else {
      entries.push(instead);
      replaced++;
      changed = true;
    }
  }
  const next = changed || fresh.size > 0 ? { ...set, entries: [...entries, ...fresh.values()] } : set;
  return { ok: true, set: next, added: fresh.size, replaced, removed: gone, notFound: [...notFound.values()] };
}

function keyAt(keyOf: KeyOf, value: string, path: DocumentPath, issues: FoundIssue[]): string | undefined {
  try {
    return keyOf(value);
  } catch (error) {
    if (!(error instanceof PolicyValueError)) throw error;
    issues.push({ path, code: error.code, message: error.message });
    return undefined;
  }
}
