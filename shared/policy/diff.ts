/** What two policies differ in: rules and limits by id, sets by name and entry, endpoints by id, tests by name, and the settings. */
import type { PolicyDocument, PolicySet, SetEntry } from '../engine/index.ts';

export interface PolicyDiff {
  /** Keys of the document itself, such as `defaultEffect`. */
  readonly settings: readonly string[];
  readonly endpoints: ItemsDiff;
  readonly sets: SetsDiff;
  readonly rules: ItemsDiff;
  readonly limits: ItemsDiff;
  readonly tests: ItemsDiff;
}

/** Names (ids) of what was added, removed, changed. */
export interface ItemsDiff {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly ChangedItem[];
  /** True where those that stayed stand in another order. */
  readonly reordered: boolean;
}

export interface ChangedItem {
  readonly name: string;
  /** The keys whose values differ. */
  readonly keys: readonly string[];
}

export interface SetsDiff extends ItemsDiff {
  /** What changed inside of sets that stayed; `changed` has their other keys. */
  readonly entries: readonly EntriesDiff[];
}

/** Values of entries; `changed` are those with another `expiresAt` or `note`. */
export interface EntriesDiff {
  readonly name: string;
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
  readonly reordered: boolean;
}

const SETTINGS = ['version', 'defaultEffect', 'defaultMessage'] as const;

/** The difference between two valid documents. A key that is left out and one that is undefined are the same. */
export function diffPolicies(before: PolicyDocument, after: PolicyDocument): PolicyDiff {
  return {
    settings: SETTINGS.filter((key) => !sameData(before[key], after[key])),
    endpoints: diffItems(byKey(before.endpoints), byKey(after.endpoints)),
    sets: diffSets(before.sets ?? {}, after.sets ?? {}),
    rules: diffItems(byName(before.rules, 'id'), byName(after.rules, 'id')),
    limits: diffItems(byName(before.limits, 'id'), byName(after.limits, 'id')),
    tests: diffItems(byName(before.tests, 'name'), byName(after.tests, 'name')),
  };
}

/** True for plain data that says the same, in whatever order its keys are. */
export function sameData(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    return (
      Array.isArray(a) &&
      Array.isArray(b) &&
      a.length === b.length &&
      a.every((element, index) => sameData(element, b[index]))
    );
  }
  const [left, right] = [definedEntries(a), new Map(definedEntries(b))];
  return left.length === right.size && left.every(([key, value]) => right.has(key) && sameData(value, right.get(key)));
}

function definedEntries(object: object): [string, unknown][] {
  return Object.entries(object).filter(([, value]) => value !== undefined);
}

type Named = ReadonlyMap<string, object>;

/** By key; the order of an object's keys means nothing, so they are sorted. */
function byKey(items: Readonly<Record<string, object>> = {}): Named {
  return new Map(Object.entries(items).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function byName<K extends string>(items: readonly Readonly<Record<K, string>>[] = [], key: K): Named {
  return new Map(items.map((item) => [item[key], item]));
}

function diffItems(before: Named, after: Named, leftOut?: string): ItemsDiff {
  const stayed = [...after.keys()].filter((name) => before.has(name));
  const changed = stayed.flatMap((name) => {
    const [old, now] = [
      new Map(definedEntries(before.get(name) ?? {})),
      new Map(definedEntries(after.get(name) ?? {})),
    ];
    const keys = [...new Set([...old.keys(), ...now.keys()])].filter(
      (key) => key !== leftOut && !sameData(old.get(key), now.get(key)),
    );
    return keys.length === 0 ? [] : [{ name, keys }];
  });
  return {
    added: [...after.keys()].filter((name) => !before.has(name)),
    removed: [...before.keys()].filter((name) => !after.has(name)),
    changed,
    reordered: !sameData(
      stayed,
      [...before.keys()].filter((name) => after.has(name)),
    ),
  };
}

type Sets = Readonly<Record<string, PolicySet>>;

function diffSets(before: Sets, after: Sets): SetsDiff {
  const entries = Object.keys(after).flatMap((name) => {
    const [old, now] = [Object.hasOwn(before, name) ? before[name] : undefined, after[name]];
    return old === undefined || now === undefined || sameData(old.entries, now.entries)
      ? []
      : [diffEntries(name, old, now)];
  });
  return { ...diffItems(byKey(before), byKey(after), 'entries'), entries };
}

function diffEntries(name: string, before: PolicySet, after: PolicySet): EntriesDiff {
  const [old, now] = [byValue(before.entries), byValue(after.entries)];
  const stayed = [...now.keys()].filter((value) => old.has(value));
  const added = [...now.keys()].filter((value) => !old.has(value));
  const removed = [...old.keys()].filter((value) => !now.has(value));
  const changed = stayed.filter((value) => !sameData(old.get(value), now.get(value)));
  return { name, added, removed, changed, reordered: added.length + removed.length + changed.length === 0 };
}

/** Entries by value; a set may repeat a value. */
function byValue(entries: readonly SetEntry[]): Map<string, SetEntry[]> {
  const values = new Map<string, SetEntry[]>();
  for (const entry of entries) {
    const value = typeof entry === 'string' ? entry : entry.value;
    const known = values.get(value);
    if (known === undefined) values.set(value, [entry]);
    else known.push(entry);
  }
  return values;
}
