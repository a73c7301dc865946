/** What two policies differ in, with the values before and after: the data behind a diff. */
import type { PolicyDocument, PolicySet, SetEntry } from '../engine/index.ts';
import { type ChangedItem, diffPolicies, type EntriesDiff, type ItemsDiff } from './diff.ts';
import { entryValue } from './entry-key.ts';

export type ChangedKind = 'setting' | 'endpoint' | 'set' | 'rule' | 'limit' | 'test';

/** Kinds of item that stand in a list. */
export type ListedKind = 'rule' | 'limit' | 'test';

export type PolicyChange =
  | { readonly what: ChangedKind; readonly id: string; readonly change: 'added'; readonly after: unknown }
  | { readonly what: ChangedKind; readonly id: string; readonly change: 'removed'; readonly before: unknown }
  | {
      readonly what: 'setting';
      readonly id: string;
      readonly change: 'changed';
      readonly before: unknown;
      readonly after: unknown;
    }
  | {
      readonly what: Exclude<ChangedKind, 'setting'>;
      readonly id: string;
      readonly change: 'changed';
      /** Keys of the item that differ; `entries` of a set are told below. */
      readonly fields: readonly FieldChange[];
      /** Of a set. */
      readonly entries?: EntriesChange;
    }
  /** Those that stayed stand in another order: their names before and after. */
  | {
      readonly what: ListedKind;
      readonly change: 'reordered';
      readonly before: readonly string[];
      readonly after: readonly string[];
    };

/** A key that is not there has no value here. */
export interface FieldChange {
  readonly key: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

export interface EntriesChange {
  readonly added: readonly SetEntry[];
  readonly removed: readonly SetEntry[];
  readonly changed: readonly ChangedEntry[];
  /** True where only the order differs. */
  readonly reordered: boolean;
}

/** A value whose `expiresAt` or `note` differ. One entry each, more where a set repeats the value. */
export interface ChangedEntry {
  readonly value: string;
  readonly before: readonly SetEntry[];
  readonly after: readonly SetEntry[];
}

/**
 * The changes from one valid policy to another: settings, endpoints, sets, rules, limits, tests; of each the removed ones, the
 * changed ones, the added ones. Endpoints and sets come by name, all others in document order. The difference is that of
 * `diffPolicies`; the first policy differs from `undefined` in all that it has.
 */
export function policyChanges(before: PolicyDocument | undefined, after: PolicyDocument): PolicyChange[] {
  const old: Partial<PolicyDocument> = before ?? {};
  // A first policy is compared with one that has nothing, not even settings.
  const diff = diffPolicies({ ...old } as PolicyDocument, after);
  const parts = { old: partsOf(old), now: partsOf(after) };
  return [
    ...diff.settings.map((key) => settingChange(key, old, after)),
    ...itemChanges('endpoint', diff.endpoints, parts, byName),
    ...setChanges(diff.sets, diff.sets.entries, parts),
    ...itemChanges('rule', diff.rules, parts, (names) => names),
    ...itemChanges('limit', diff.limits, parts, (names) => names),
    ...itemChanges('test', diff.tests, parts, (names) => names),
  ];
}

type Items = ReadonlyMap<string, object>;
type Parts = Readonly<Record<Exclude<ChangedKind, 'setting'>, Items>>;
interface BothParts {
  readonly old: Parts;
  readonly now: Parts;
}

function partsOf({ endpoints = {}, sets = {}, rules = [], limits = [], tests = [] }: Partial<PolicyDocument>): Parts {
  return {
    endpoint: new Map(Object.entries(endpoints)),
    set: new Map(Object.entries(sets)),
    rule: new Map(rules.map((rule) => [rule.id, rule])),
    limit: new Map(limits.map((limit) => [limit.id, limit])),
    test: new Map(tests.map((test) => [test.name, test])),
  };
}

function settingChange(key: string, old: object, now: object): PolicyChange {
  const [before, after] = [valueAt(old, key), valueAt(now, key)];
  if (before === undefined) return { what: 'setting', id: key, change: 'added', after };
  if (after === undefined) return { what: 'setting', id: key, change: 'removed', before };
  return { what: 'setting', id: key, change: 'changed', before, after };
}

function itemChanges(
  what: Exclude<ChangedKind, 'setting'>,
  { added, removed, changed, reordered }: ItemsDiff,
  { old, now }: BothParts,
  ordered: (names: readonly string[]) => readonly string[],
): PolicyChange[] {
  const fieldsOf = new Map(changed.map((item) => [item.name, item]));
  return [
    ...ordered(removed).map((id): PolicyChange => ({ what, id, change: 'removed', before: old[what].get(id) })),
    ...ordered([...fieldsOf.keys()]).map(
      (id): PolicyChange => ({
        what,
        id,
        change: 'changed',
        fields: fieldChanges(what, fieldsOf.get(id), { old, now }),
      }),
    ),
    ...ordered(added).map((id): PolicyChange => ({ what, id, change: 'added', after: now[what].get(id) })),
    ...(reordered && isListed(what) ? [reordering(what, old[what], now[what])] : []),
  ];
}

function setChanges(diff: ItemsDiff, entriesDiffs: readonly EntriesDiff[], parts: BothParts): PolicyChange[] {
  const entries = new Map(entriesDiffs.map((item) => [item.name, item]));
  const changes = itemChanges('set', { ...diff, changed: [] }, parts, byName);
  const fields = new Map(diff.changed.map((item) => [item.name, item]));
  const changed = byName([...new Set([...fields.keys(), ...entries.keys()])]).map((id): PolicyChange => {
    const own = fieldChanges('set', fields.get(id), parts);
    const entriesDiff = entries.get(id);
    if (entriesDiff === undefined) return { what: 'set', id, change: 'changed', fields: own };
    return { what: 'set', id, change: 'changed', fields: own, entries: entriesChange(entriesDiff, id, parts) };
  });
  return [
    ...changes.filter(({ change }) => change === 'removed'),
    ...changed,
    ...changes.filter(({ change }) => change === 'added'),
  ];
}

function fieldChanges(
  what: Exclude<ChangedKind, 'setting'>,
  item: ChangedItem | undefined,
  { old, now }: BothParts,
): FieldChange[] {
  return byName(item?.keys ?? []).map((key) => {
    const before = valueAt(old[what].get(item?.name ?? ''), key);
    const after = valueAt(now[what].get(item?.name ?? ''), key);
    return { key, ...(before !== undefined && { before }), ...(after !== undefined && { after }) };
  });
}

function entriesChange(diff: EntriesDiff, name: string, { old, now }: BothParts): EntriesChange {
  const before = byValue(old.set.get(name));
  const after = byValue(now.set.get(name));
  return {
    added: diff.added.flatMap((value) => after.get(value) ?? []),
    removed: diff.removed.flatMap((value) => before.get(value) ?? []),
    changed: diff.changed.map((value) => ({
      value,
      before: before.get(value) ?? [],
      after: after.get(value) ?? [],
    })),
    reordered: diff.reordered,
  };
}

function byValue(set: object | undefined): Map<string, SetEntry[]> {
  const values = new Map<string, SetEntry[]>();
  for (const entry of (set as PolicySet | undefined)?.entries ?? []) {
    // an item of `set` is one
    const known = values.get(entryValue(entry));
    if (known === undefined) values.set(entryValue(entry), [entry]);
    else known.push(entry);
  }
  return values;
}

/** True where the order of such items counts, or is at least kept. */
export function isListed(what: ChangedKind): what is ListedKind {
  return what === 'rule' || what === 'limit' || what === 'test';
}

function reordering(what: ListedKind, old: Items, now: Items): PolicyChange {
  return {
    what,
    change: 'reordered',
    before: [...old.keys()].filter((name) => now.has(name)),
    after: [...now.keys()].filter((name) => old.has(name)),
  };
}

function valueAt(item: object | undefined, key: string): unknown {
  return item === undefined ? undefined : Object.getOwnPropertyDescriptor(item, key)?.value;
}

/** The same whatever order the store or a file gave to the keys. */
function byName(names: readonly string[]): readonly string[] {
  return [...names].sort();
}
