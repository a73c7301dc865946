/** Three-way merge of the order of named items. */

export interface MergedOrder {
  /** All of `kept`. */
  readonly order: readonly string[];
  /** True where both sides moved items, and not to the same order; `order` is then that of the preferred side. */
  readonly conflict: boolean;
}

/**
 * The order of the items that a merge keeps, each of which stands in `ours` or `theirs`. Who moved items has their way; an
 * item that only one side has stands next to its neighbours there: behind the one before it, else in front of the one
 * after it.
 */
export function mergeOrder(
  base: readonly string[],
  ours: readonly string[],
  theirs: readonly string[],
  kept: ReadonlySet<string>,
  preferred: 'ours' | 'theirs' = 'theirs',
): MergedOrder {
  const [inOurs, inTheirs] = [new Set(ours), new Set(theirs)];
  const order = base.filter((name) => inOurs.has(name) && inTheirs.has(name) && kept.has(name));
  const stayed = new Set(order);
  const orderOf = (side: readonly string[]) => side.filter((name) => stayed.has(name));
  const [ourOrder, theirOrder] = [orderOf(ours), orderOf(theirs)];
  const weMoved = !sameSequence(ourOrder, order);
  const theyMoved = !sameSequence(theirOrder, order);
  const conflict = weMoved && theyMoved && !sameSequence(ourOrder, theirOrder);
  const oursCounts = conflict ? preferred === 'ours' : weMoved && !theyMoved;
  const [main, other] = oursCounts ? [ours, theirs] : [theirs, ours];
  return { order: insertBesideNeighbours(main, other, kept), conflict };
}

/** `main` without what is not kept, and what only `other` has, each beside its neighbours there. */
function insertBesideNeighbours(
  main: readonly string[],
  other: readonly string[],
  kept: ReadonlySet<string>,
): readonly string[] {
  const present = new Set(main.filter((name) => kept.has(name)));
  /** What comes behind an item of `main`; under undefined what comes first. */
  const behind = new Map<string | undefined, string[]>();
  const inFront = new Map<string, string[]>();
  let lastPresent: string | undefined;
  let runOf: string[] | undefined; // where the item just before this one went, if it was inserted
  for (const [index, name] of other.entries()) {
    if (present.has(name)) {
      lastPresent = name;
      runOf = undefined;
    } else if (kept.has(name)) {
      runOf ??= placeFor(other, index, present, lastPresent, behind, inFront);
      runOf.push(name);
    } else {
      runOf = undefined;
    }
  }
  return [
    ...(behind.get(undefined) ?? []),
    ...[...present].flatMap((name) => [...(inFront.get(name) ?? []), name, ...(behind.get(name) ?? [])]),
  ];
}

function placeFor(
  other: readonly string[],
  index: number,
  present: ReadonlySet<string>,
  lastPresent: string | undefined,
  behind: Map<string | undefined, string[]>,
  inFront: Map<string, string[]>,
): string[] {
  const before = other[index - 1];
  const after = other[index + 1];
  // The one before it is gone and the one after it is not.
  if (before !== undefined && !present.has(before) && after !== undefined && present.has(after)) {
    return listAt(inFront, after);
  }
  return listAt(behind, lastPresent);
}

function listAt<Key>(lists: Map<Key, string[]>, key: Key): string[] {
  const known = lists.get(key);
  if (known !== undefined) return known;
  const list: string[] = [];
  lists.set(key, list);
  return list;
}

function sameSequence(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, index) => name === b[index]);
}
