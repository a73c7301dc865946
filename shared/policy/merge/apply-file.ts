/** Applying a file: what it changed since it was last applied comes on top of the policy, and what others changed stays. */
import type { PolicyDocument, PolicySet } from '../../engine/index.ts';
import { entryKeys, entryValue } from '../entry-key.ts';
import { type PolicyChange, policyChanges } from '../policy-changes.ts';
import { type MergeConflict, mergePreferringOurs } from './merge-policies.ts';

export interface FileToApply {
  /** The file as it was last applied; undefined where it never was. */
  readonly base: PolicyDocument | undefined;
  /** The file as it is. */
  readonly file: PolicyDocument;
  /** The policy in force. */
  readonly current: PolicyDocument;
  /** Whether rules, limits, sets, entries, endpoints and tests that only others added are taken out. */
  readonly prune: boolean;
  /** Whether the file counts where it and others changed the same. */
  readonly forceConflicts: boolean;
}

/** What the file and others changed, differently: as the file was last applied, as it is, and in the policy. Undefined: not there. */
export interface ApplyConflict extends Omit<MergeConflict, 'base' | 'ours' | 'theirs'> {
  readonly applied: unknown;
  readonly file: unknown;
  readonly current: unknown;
}

export type AppliedFile =
  | {
      readonly ok: true;
      /** To be validated: two sound changes can make an unsound whole. `current` itself where nothing changes. */
      readonly document: unknown;
      /** What the document has otherwise than the file, since others changed it: from the file to the document. */
      readonly kept: readonly PolicyChange[];
      /** Where others gave way to the file. */
      readonly overridden: readonly ApplyConflict[];
    }
  | { readonly ok: false; readonly conflicts: readonly ApplyConflict[] };

/**
 * Merges a file into the policy in force, item by item as `mergePolicies` does. Of a file that was never applied nobody knows
 * what it changed: what only the policy has stays, what only the file has is added, what both have and differs is a
 * conflict (sets: entry by entry). All documents must be valid.
 */
export function applyFile({ base, file, current, prune, forceConflicts }: FileToApply): AppliedFile {
  const known = base ?? commonGround(file, current);
  const merged = mergePreferringOurs({
    base: prune ? withAdditions(known, file, current) : known,
    ours: file,
    theirs: current,
  });
  const conflicts = merged.overridden.map(
    ({ base: applied, ours, theirs, ...conflict }): ApplyConflict => ({
      ...conflict,
      applied,
      file: ours,
      current: theirs,
    }),
  );
  if (conflicts.length > 0 && !forceConflicts) return { ok: false, conflicts };
  const { document } = merged;
  // A merge of valid policies has the shape of one.
  const kept = policyChanges(file, document as PolicyDocument).filter(saysSomething);
  return { ok: true, document, kept, overridden: conflicts };
}

/** What a file that was never applied is merged against: the sets that it and the policy both have, without their entries. */
function commonGround(file: PolicyDocument, current: PolicyDocument): Partial<PolicyDocument> {
  const inFile = new Map(Object.entries(file.sets ?? {}));
  const both = Object.entries(current.sets ?? {}).filter(([name, { kind }]) => inFile.get(name)?.kind === kind);
  return { sets: Object.fromEntries(both.map(([name, { kind }]) => [name, { kind, entries: [] }])) };
}

/** The base with what only others added, as if it had been in the file: then the file has taken it out since. */
function withAdditions(
  base: Partial<PolicyDocument>,
  file: PolicyDocument,
  current: PolicyDocument,
): Partial<PolicyDocument> {
  const { endpoints, sets, rules, limits, tests } = current;
  return {
    ...base,
    ...(endpoints && { endpoints: { ...without(endpoints, file.endpoints), ...base.endpoints } }),
    ...(sets && { sets: setsWithAdditions(sets, base.sets ?? {}, file.sets ?? {}) }),
    ...(rules && { rules: listWithAdditions(rules, base.rules ?? [], file.rules ?? [], ({ id }) => id) }),
    ...(limits && { limits: listWithAdditions(limits, base.limits ?? [], file.limits ?? [], ({ id }) => id) }),
    ...(tests && { tests: listWithAdditions(tests, base.tests ?? [], file.tests ?? [], ({ name }) => name) }),
  };
}

type Named<T> = Readonly<Record<string, T>>;

function setsWithAdditions(
  current: Named<PolicySet>,
  base: Named<PolicySet>,
  file: Named<PolicySet>,
): Named<PolicySet> {
  const [inFile, inPolicy] = [new Map(Object.entries(file)), new Map(Object.entries(current))];
  const known = Object.entries(base).map(([name, set]): [string, PolicySet] => {
    const now = inPolicy.get(name);
    if (now?.kind !== set.kind) return [name, set];
    const ours = inFile.get(name);
    const keyOf = entryKeys(set.kind);
    const entries = listWithAdditions(now.entries, set.entries, ours?.kind === set.kind ? ours.entries : [], (entry) =>
      keyOf(entryValue(entry)),
    );
    return [name, { ...set, entries }];
  });
  return { ...without(current, file), ...Object.fromEntries(known) };
}

/** The base, and behind it what of `current` is neither there nor in the file. */
function listWithAdditions<T>(
  current: readonly T[],
  base: readonly T[],
  file: readonly T[],
  nameOf: (item: T) => string,
): readonly T[] {
  const known = new Set([...base, ...file].map(nameOf));
  return base.concat(current.filter((item) => !known.has(nameOf(item))));
}

function without<T>(items: Named<T>, others: Named<unknown> = {}): Named<T> {
  return Object.fromEntries(Object.entries(items).filter(([name]) => !Object.hasOwn(others, name)));
}

/** The order of tests and of a set's entries means nothing. */
function saysSomething(change: PolicyChange): boolean {
  if (change.change === 'reordered') return change.what !== 'test';
  return !('entries' in change && change.fields.length === 0 && change.entries?.reordered);
}
