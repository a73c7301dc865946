/** What is to be done to a set so that it has the entries that somebody lists. */
import type { ExpiringEntry, PolicySet, SetEntry, SetKind } from '../../../shared/engine/index.ts';
import {
  entriesByKey,
  entryKeys,
  entryValue,
  itemHash,
  type PolicyOperation,
  sameData,
} from '../../../shared/policy/index.ts';
import { setEntry } from '../import/check-list.ts';

export interface SetChange {
  /** What the set does not have. */
  readonly added: readonly SetEntry[];
  /** What it has with another end or note. */
  readonly changed: readonly EntryChange[];
  /** What it has just so. */
  readonly same: readonly SetEntry[];
  /** What only the set has: taken out where it is to be the list, else told. */
  readonly others: readonly string[];
}

export interface EntryChange {
  readonly before: SetEntry;
  readonly after: SetEntry;
}

/**
 * Compares the list with the set. A listed value that the set has keeps its note where the list has none, and ends when
 * the list says so: a value that is listed without an end is there to stay. With `exactly` notes are the list's, too.
 * @param list each value once, valid for a set of that kind
 */
export function changeOfSet(set: PolicySet, list: readonly SetEntry[], exactly: boolean): SetChange {
  const keyOf = entryKeys(set.kind);
  const have = entriesByKey(set.entries, keyOf);
  const change = { added: [] as SetEntry[], changed: [] as EntryChange[], same: [] as SetEntry[] };
  for (const listed of list) {
    const key = keyOf(entryValue(listed));
    const standing = have.get(key);
    have.delete(key);
    const first = standing?.[0];
    if (standing === undefined || first === undefined) {
      change.added.push(listed);
      continue;
    }
    const after = standingFor(first, listed, exactly);
    // Of a value that the set repeats one is left.
    if (standing.length === 1 && sameMeaning(first, after)) change.same.push(after);
    else change.changed.push({ before: first, after });
  }
  const others = [...have.values()].flatMap(([entry]) => (entry === undefined ? [] : [entryValue(entry)]));
  return { ...change, others };
}

/** The value stays as the set spells it. */
function standingFor(standing: SetEntry, listed: SetEntry, exactly: boolean): SetEntry {
  const { value, note } = partsOf(standing);
  return setEntry({ ...(note !== undefined && !exactly && { note }), ...partsOf(listed), value });
}

/** An object with the value alone says no more than the value; how a value is spelled does not matter. */
function sameMeaning(standing: SetEntry, wanted: SetEntry): boolean {
  const { value: _, ...is } = partsOf(standing);
  const { value: __, ...wished } = partsOf(wanted);
  return sameData(is, wished);
}

function partsOf(entry: SetEntry): ExpiringEntry {
  return typeof entry === 'string' ? { value: entry } : entry;
}

/** Makes a set of it where there is none; none where it changes nothing. Neither undoes what others do meanwhile. */
export function setOperations(
  name: string,
  set: PolicySet | undefined,
  kind: SetKind,
  { added, changed, removed }: Pick<SetChange, 'added' | 'changed'> & { readonly removed: readonly string[] },
): readonly PolicyOperation[] {
  const add = [...added, ...changed.map(({ after }) => after)];
  if (set === undefined) return [{ op: 'put-set', name, set: { kind, entries: add }, ifNoneMatch: '*' }];
  if (add.length + removed.length === 0) return [];
  return [{ op: 'patch-set', name, add, remove: [...removed], ifMatch: itemHash(set) }];
}
