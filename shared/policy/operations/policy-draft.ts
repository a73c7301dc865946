/** A policy while operations change it: items by name, each the very object that it was until it is changed. */
import type { PolicyDocument } from '../../engine/index.ts';
import { sameData } from '../diff.ts';
import type { DocumentPath } from '../issue.ts';
import type { ListedKind } from '../policy-changes.ts';
import { isListed } from '../policy-changes.ts';

export type ItemKind = ListedKind | 'set' | 'endpoint';

export class PolicyDraft {
  readonly #original: PolicyDocument;
  readonly #items: Readonly<Record<ItemKind, DraftItems>>;
  #settings: Settings;

  constructor(document: PolicyDocument) {
    this.#original = document;
    this.#settings = settingsOf(document);
    this.#items = {
      rule: new DraftItems((document.rules ?? []).map((rule) => [rule.id, rule])),
      limit: new DraftItems((document.limits ?? []).map((limit) => [limit.id, limit])),
      set: new DraftItems(Object.entries(document.sets ?? {})),
      endpoint: new DraftItems(Object.entries(document.endpoints ?? {})),
      test: new DraftItems((document.tests ?? []).map((test) => [test.name, test])),
    };
  }

  items(kind: ItemKind): DraftItems {
    return this.#items[kind];
  }

  get settings(): Settings {
    return this.#settings;
  }

  set settings(settings: Settings) {
    this.#settings = settings;
  }

  /** The document as it stands now; the original itself where nothing differs. Of any content: put and patched items are not looked at. */
  build(): unknown {
    const changed = new Map<string, unknown>();
    if (!sameData(this.#settings, settingsOf(this.#original))) {
      changed.set('defaultEffect', this.#settings.defaultEffect);
      changed.set('defaultMessage', this.#settings.defaultMessage);
    }
    for (const [kind, items] of Object.entries(this.#items)) {
      if (items.changed) changed.set(`${kind}s`, items.build(isListed(kind as ItemKind))); // a key of `#items` is one
    }
    if (changed.size === 0) return this.#original;
    const members = new Map<string, unknown>([...Object.entries(this.#original), ...changed]);
    for (const [key, value] of members) if (value === undefined) members.delete(key);
    return Object.fromEntries(members);
  }

  /** Finds where an item stands in the document that `build` makes; undefined where there is none. */
  pathsOf(kind: ItemKind): (name: string) => DocumentPath | undefined {
    const items = this.#items[kind];
    if (!isListed(kind)) {
      return (name) => (items.get(name) === undefined ? undefined : [`${kind}s`, name]);
    }
    const places = new Map([...items.names()].map((name, index) => [name, index]));
    return (name) => {
      const index = places.get(name);
      return index === undefined ? undefined : [`${kind}s`, index];
    };
  }
}

/** The settings of the policy itself, which have an ETag of their own. */
export interface Settings {
  readonly defaultEffect: unknown;
  readonly defaultMessage?: unknown;
}

export function settingsOf({ defaultEffect, defaultMessage }: PolicyDocument): Settings {
  return { defaultEffect, ...(defaultMessage !== undefined && { defaultMessage }) };
}

/** Items of one kind, in order. */
export class DraftItems {
  readonly #original: ReadonlyMap<string, unknown>;
  readonly #now: Map<string, unknown>;

  constructor(items: readonly (readonly [string, unknown])[]) {
    this.#original = new Map(items);
    this.#now = new Map(items);
  }

  /** The item before all operations. */
  original(name: string): unknown {
    return this.#original.get(name);
  }

  get(name: string): unknown {
    return this.#now.get(name);
  }

  names(): Iterable<string> {
    return this.#now.keys();
  }

  /** Puts an item, a new one last. One that says the same as the original becomes the original again. */
  put(name: string, item: unknown): void {
    const original = this.#original.get(name);
    this.#now.set(name, original !== undefined && sameData(original, item) ? original : item);
  }

  delete(name: string): void {
    this.#now.delete(name);
  }

  get changed(): boolean {
    if (this.#now.size !== this.#original.size) return true;
    const before = this.#original.entries();
    for (const [name, item] of this.#now) {
      const [oldName, oldItem] = before.next().value ?? [];
      if (name !== oldName || item !== oldItem) return true;
    }
    return false;
  }

  /** A list or a record; undefined when empty, so that taking away the only item is the undoing of putting it. */
  build(list: boolean): unknown {
    if (this.#now.size === 0) return undefined;
    return list ? [...this.#now.values()] : Object.fromEntries(this.#now);
  }
}
