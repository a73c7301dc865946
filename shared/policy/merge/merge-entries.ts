/** Three-way merge of the entries of a set: each value by itself. */
import type { PolicySet, SetEntry } from '../../engine/index.ts';
import { sameData } from '../diff.ts';
import { entriesByKey, entryKeys, entryValue } from '../entry-key.ts';
import { mergeOrder } from './merge-order.ts';
import type { MergeConflict } from './merge-policies.ts';
import { pickSide, type Versions } from './pick-side.ts';

/** The merged entries of three sets of one kind, `ours` where they conflict; `theirs` where only their order differs on both sides. */
export function mergeEntries(
  name: string,
  { base, ours, theirs }: Versions<PolicySet>,
): { readonly entries: readonly SetEntry[]; readonly conflicts: readonly MergeConflict[] } {
  const whole = pickSide({ base: base.entries, ours: ours.entries, theirs: theirs.entries });
  if (whole.agreed) return { entries: whole.value, conflicts: [] };

  const keyOf = entryKeys(base.kind);
  const baseEntries = entriesByKey(base.entries, keyOf);
  const ourEntries = entriesByKey(ours.entries, keyOf);
  const theirEntries = entriesByKey(theirs.entries, keyOf);
  const merged = new Map<string, readonly SetEntry[]>();
  const conflicts: MergeConflict[] = [];
  for (const key of new Set([...baseEntries.keys(), ...theirEntries.keys(), ...ourEntries.keys()])) {
    const versions = { base: baseEntries.get(key), ours: ourEntries.get(key), theirs: theirEntries.get(key) };
    const picked = pickSide<readonly SetEntry[] | undefined>(versions);
    const value = picked.agreed ? picked.value : versions.ours;
    if (value !== undefined) merged.set(key, value);
    if (picked.agreed) continue;
    const [entry] = versions.base ?? versions.theirs ?? versions.ours ?? [];
    conflicts.push({
      what: 'set-entry',
      id: name,
      ...(entry !== undefined && { entry: entryValue(entry) }),
      base: single(versions.base),
      ours: single(versions.ours),
      theirs: single(versions.theirs),
    });
  }
  const { order } = mergeOrder(
    [...baseEntries.keys()],
    [...ourEntries.keys()],
    [...theirEntries.keys()],
    new Set(merged.keys()),
  );
  const entries = order.flatMap((key) => merged.get(key) ?? []);
  return { entries: sameData(entries, theirs.entries) ? theirs.entries : entries, conflicts };
}

/** One entry as itself, repeats of a value as a list. */
function single(entries: readonly SetEntry[] | undefined): unknown {
  return entries?.length === 1 ? entries[0] : entries;
}
