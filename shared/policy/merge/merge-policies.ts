/** Three-way merge of policies: what either side changed since a common base, item by item. */
import { canonicalJson } from '../../canonical-json.ts';
import type { EndpointSettings, Limit, PolicyDocument, PolicySet, PolicyTest, Rule } from '../../engine/index.ts';
import { sameData } from '../diff.ts';
import { mergeEntries } from './merge-entries.ts';
import { mergeOrder } from './merge-order.ts';
import { pickSide, type Versions } from './pick-side.ts';

/** What both sides changed, differently. An undefined version is absent. */
export interface MergeConflict {
  readonly what: 'rule' | 'limit' | 'set' | 'set-entry' | 'endpoint' | 'test' | 'setting' | 'order';
  /** The rule's, limit's or endpoint's id, the set's or test's name, the setting's key; for `order` the list: `rules` or `limits`. */
  readonly id: string;
  /** The key of the rule, limit, endpoint or set where only that one conflicts; absent: the whole item does. */
  readonly field?: string;
  /** For `set-entry`: its value. */
  readonly entry?: string;
  readonly base: unknown;
  readonly ours: unknown;
  readonly theirs: unknown;
}

/** A merge that prefers one side, with what it passed over. */
export interface PreferredMerge {
  /** To be validated. */
  readonly document: unknown;
  /** Where `theirs` gave way, having changed the same. */
  readonly overridden: readonly MergeConflict[];
}

export type MergedPolicies =
  /** To be validated: two sound changes can make an unsound whole. `theirs` itself where it already says the same. */
  | { readonly ok: true; readonly document: unknown }
  | { readonly ok: false; readonly conflicts: readonly MergeConflict[] };

/**
 * Puts what `ours` changed since `base` on top of `theirs`. Rules, limits and endpoints merge key by key, sets entry by entry
 * (values compared as in `entryKey`), tests and settings as a whole. A rule whose effect, or a set whose kind, one
 * side changed merges as a whole, since every key of it then means something else. Items that only one side has stand
 * beside their neighbours; only the order of rules and of limits tells the user anything, so only there do two orders conflict. All
 * three must be valid; of the base anything may be missing.
 */
export function mergePolicies(versions: MergeVersions): MergedPolicies {
  const { document, overridden: conflicts } = mergePreferringOurs(versions);
  return conflicts.length > 0 ? { ok: false, conflicts } : { ok: true, document };
}

/** As `mergePolicies`; where both sides changed something, differently, `ours` counts. */
export function mergePreferringOurs(versions: MergeVersions): PreferredMerge {
  const merge = new PolicyMerge(versions);
  const document = merge.document();
  const { theirs } = versions;
  return { document: sameData(document, theirs) ? theirs : document, overridden: merge.conflicts };
}

export interface MergeVersions {
  readonly base: Partial<PolicyDocument>;
  readonly ours: PolicyDocument;
  readonly theirs: PolicyDocument;
}

const SETTINGS = ['version', 'defaultEffect', 'defaultMessage'] as const;

class PolicyMerge {
  readonly conflicts: MergeConflict[] = [];
  readonly #versions: MergeVersions;

  constructor(versions: MergeVersions) {
    this.#versions = versions;
  }

  document(): unknown {
    const members = new Map<string, unknown>(Object.entries(this.#versions.theirs));
    const put = (key: string, value: unknown) => {
      if (value === undefined) members.delete(key);
      else members.set(key, value);
    };
    for (const key of SETTINGS) {
      put(
        key,
        this.#whole(
          'setting',
          key,
          this.#each((document) => document[key]),
        ),
      );
    }
    const endpoints = this.#each((document) => new Map(Object.entries(document.endpoints ?? {})));
    const sets = this.#each((document) => new Map(Object.entries(document.sets ?? {})));
    const rules = this.#each((document) => new Map((document.rules ?? []).map((rule) => [rule.id, rule])));
    const limits = this.#each((document) => new Map((document.limits ?? []).map((limit) => [limit.id, limit])));
    const tests = this.#each((document) => new Map((document.tests ?? []).map((test) => [test.name, test])));
    put('endpoints', this.#record('endpoints', this.#items('endpoint', endpoints, this.#mergeEndpoint)));
    put('sets', this.#record('sets', this.#items('set', sets, this.#mergeSet, sameSet)));
    put('rules', this.#list('rules', this.#items('rule', rules, this.#mergeRule), rules));
    put('limits', this.#list('limits', this.#items('limit', limits, this.#mergeLimit), limits));
    put('tests', this.#list('tests', this.#items('test', tests, this.#mergeTest), tests));
    return Object.fromEntries(members);
  }

  /** Merges items by name; one of which nothing comes out is gone. */
  #items<T extends object>(
    what: MergeConflict['what'],
    { base, ours, theirs }: Versions<ReadonlyMap<string, T>>,
    mergeItem: (name: string, versions: Versions<T>) => object | undefined,
    same?: (a: T | undefined, b: T | undefined) => boolean,
  ): Map<string, object> {
    const merged = new Map<string, object>();
    for (const name of new Set([...base.keys(), ...theirs.keys(), ...ours.keys()])) {
      const [was, our, their] = [base.get(name), ours.get(name), theirs.get(name)];
      // What one side took away, or both made anew, has no parts to merge.
      const item =
        was !== undefined && our !== undefined && their !== undefined
          ? mergeItem(name, { base: was, ours: our, theirs: their })
          : this.#whole(what, name, { base: was, ours: our, theirs: their }, { same });
      if (item !== undefined) merged.set(name, item);
    }
    return merged;
  }

  readonly #mergeRule = (id: string, rule: Versions<Rule>) => this.#byKey('rule', id, rule, 'effect');
  readonly #mergeLimit = (id: string, limit: Versions<Limit>) => this.#byKey('limit', id, limit);
  readonly #mergeEndpoint = (id: string, endpoint: Versions<EndpointSettings>) => this.#byKey('endpoint', id, endpoint);
  readonly #mergeTest = (name: string, test: Versions<PolicyTest>) => this.#whole('test', name, test);

  readonly #mergeSet = (name: string, set: Versions<PolicySet>): object | undefined => {
    const { base, ours, theirs } = set;
    if (ours.kind !== base.kind || theirs.kind !== base.kind) {
      return this.#whole('set', name, set, { same: sameSet });
    }
    const { entries, conflicts } = mergeEntries(name, set);
    for (const conflict of conflicts) this.conflicts.push(conflict); // one call cannot take 200,000 arguments
    return this.#byKey('set', name, {
      base: { ...base, entries },
      ours: { ...ours, entries },
      theirs: entries === theirs.entries ? theirs : { ...theirs, entries },
    });
  };

  /** Merges each key by itself, or the item as a whole where `decisive` differs. */
  #byKey<T extends object>(
    what: MergeConflict['what'],
    id: string,
    { base, ours, theirs }: Versions<T>,
    decisive?: keyof T,
  ): object | undefined {
    const picked = pickSide({ base, ours, theirs });
    if (picked.agreed) return picked.value;
    if (decisive !== undefined && (ours[decisive] !== base[decisive] || theirs[decisive] !== base[decisive])) {
      return this.#whole(what, id, { base, ours, theirs });
    }
    const [was, our, their] = [keysOf(base), keysOf(ours), keysOf(theirs)];
    const merged = new Map<string, unknown>();
    for (const field of new Set([...their.keys(), ...our.keys()])) {
      const value = this.#whole(
        what,
        id,
        { base: was.get(field), ours: our.get(field), theirs: their.get(field) },
        { field },
      );
      if (value !== undefined) merged.set(field, value);
    }
    return Object.fromEntries(merged);
  }

  #whole<T>(
    what: MergeConflict['what'],
    id: string,
    versions: Versions<T>,
    { field, same }: { readonly field?: string; readonly same?: ((a: T, b: T) => boolean) | undefined } = {},
  ): T | undefined {
    const picked = pickSide(versions, same);
    if (picked.agreed) return picked.value;
    this.conflicts.push({ what, id, ...(field !== undefined && { field }), ...versions });
    return versions.ours;
  }

  #record(part: 'endpoints' | 'sets', merged: ReadonlyMap<string, object>): unknown {
    return this.#isThere(part, merged.size) ? Object.fromEntries(merged) : undefined;
  }

  #list(
    part: 'rules' | 'limits' | 'tests',
    merged: ReadonlyMap<string, object>,
    { base, ours, theirs }: Versions<ReadonlyMap<string, object>>,
  ): unknown {
    const [was, our, their] = [[...base.keys()], [...ours.keys()], [...theirs.keys()]];
    const tells = part !== 'tests';
    const { order, conflict } = mergeOrder(was, our, their, new Set(merged.keys()), tells ? 'ours' : 'theirs');
    if (conflict && tells) {
      this.conflicts.push({ what: 'order', id: part, base: was, ours: our, theirs: their });
    }
    return this.#isThere(part, merged.size) ? order.map((name) => merged.get(name)) : undefined;
  }

  /** A part of the document with nothing in it stands there, or is left out, as who changed that wants it. */
  #isThere(part: keyof PolicyDocument, size: number): boolean {
    if (size > 0) return true;
    const picked = pickSide(this.#each((document) => document[part] !== undefined));
    return picked.agreed && picked.value; // of two truth values both sides cannot make two others
  }

  #each<T>(part: (document: Partial<PolicyDocument>) => T): Versions<T> {
    const { base, ours, theirs } = this.#versions;
    return { base: part(base), ours: part(ours), theirs: part(theirs) };
  }
}

/** The order of a set's entries means nothing. */
function sameSet(a: PolicySet | undefined, b: PolicySet | undefined): boolean {
  if (sameData(a, b)) return true;
  if (a?.entries.length !== b?.entries.length) return false;
  const [one, other] = [a, b].map((set) => set && { ...set, entries: set.entries.map(canonicalJson).sort() });
  return sameData(one, other);
}

function keysOf(item: object): Map<string, unknown> {
  return new Map(Object.entries(item));
}
