/** Random versions of one policy, made by changing some of its items: what merges, diffs and reverts are tried on. */
import fc from 'fast-check';
import type { PolicyDocument } from '../../engine/index.ts';
import { policyDocument, scene } from '../../engine/reference/arbitraries.ts';

/** A policy; like any that was read from JSON, without keys that are undefined. */
export function somePolicy(): fc.Arbitrary<PolicyDocument> {
  return fc
    .tuple(
      scene().chain((place) => policyDocument(place, { limits: true })),
      fc.subarray(TESTS),
      fc.boolean(),
    )
    .map(([document, tests, withTests]) => ({ ...document, ...(withTests && { tests }) }));
}

const TESTS = ['in from the office', 'refused from elsewhere', 'leavers stay out'].map((name) => ({
  name,
  connection: { username: 'batchi' },
  at: '2026-11-24T10:00:00+09:00',
  expect: { allow: false },
}));

/** A policy and two others, each made of it by independent changes that may touch the same items. */
export function threeVersions(): fc.Arbitrary<readonly [PolicyDocument, PolicyDocument, PolicyDocument]> {
  return fc
    .tuple(somePolicy(), somePolicy(), somePolicy(), fc.infiniteStream(fc.nat(9)))
    .map(([base, one, other, dice]) => {
      const roll = () => dice.next().value;
      return [base, mix(base, one, () => roll() < 4), mix(base, other, () => roll() < 4)] as const;
    });
}

/** As `threeVersions`, with no item changed in both, rules and entries neither moved nor put in on the second side. */
export function disjointVersions(): fc.Arbitrary<readonly [PolicyDocument, PolicyDocument, PolicyDocument]> {
  return fc
    .tuple(somePolicy(), somePolicy(), somePolicy(), fc.infiniteStream(fc.nat(2)))
    .map(([base, one, other, dice]) => {
      const owner = new Map<string, number>();
      const ownerOf = (item: string) => {
        const known = owner.get(item) ?? dice.next().value;
        owner.set(item, known);
        return known;
      };
      const existing = new Set(itemsOf(base));
      return [
        base,
        mix(base, one, (item) => ownerOf(item) === 1),
        mix(base, other, (item) => ownerOf(item) === 2 && existing.has(item)),
      ] as const;
    });
}

function itemsOf(document: PolicyDocument): string[] {
  return [
    ...(document.rules ?? []).map(({ id }) => `rule ${id}`),
    ...(document.limits ?? []).map(({ id }) => `limit ${id}`),
    ...(document.tests ?? []).map(({ name }) => `test ${name}`),
    ...Object.keys(document.sets ?? {}).map((name) => `set ${name}`),
    ...Object.keys(document.endpoints ?? {}).map((id) => `endpoint ${id}`),
    'setting defaultEffect',
    'setting defaultMessage',
  ];
}

/** `base` with the items that `taken` chooses as they are in `other`, there or not. */
function mix(base: PolicyDocument, other: PolicyDocument, taken: (item: string) => boolean): PolicyDocument {
  const list = <T extends object>(
    kind: string,
    mine: readonly T[],
    theirs: readonly T[],
    nameOf: (item: T) => string,
  ) => {
    const replacements = new Map(theirs.map((item) => [nameOf(item), item]));
    const names = new Set(mine.map(nameOf));
    const kept = mine.flatMap((item) => {
      if (!taken(`${kind} ${nameOf(item)}`)) return [item];
      const replacement = replacements.get(nameOf(item));
      return replacement === undefined ? [] : [replacement];
    });
    // New ones go where they stand in the other document, so that there are some in the middle, too.
    for (const [index, item] of theirs.entries()) {
      if (!names.has(nameOf(item)) && taken(`${kind} ${nameOf(item)}`)) kept.splice(index, 0, item);
    }
    return kept;
  };
  const record = <T extends object>(
    kind: string,
    mine: Readonly<Record<string, T>>,
    theirs: Readonly<Record<string, T>>,
  ) => Object.fromEntries(list(kind, Object.entries(mine), Object.entries(theirs), ([name]) => name));
  const { defaultMessage: _, ...rest } = base;
  const message = taken('setting defaultMessage') ? other.defaultMessage : base.defaultMessage;
  return {
    ...rest,
    defaultEffect: taken('setting defaultEffect') ? other.defaultEffect : base.defaultEffect,
    ...(message !== undefined && { defaultMessage: message }),
    endpoints: record('endpoint', base.endpoints ?? {}, other.endpoints ?? {}),
    sets: record('set', base.sets ?? {}, other.sets ?? {}),
    rules: list('rule', base.rules ?? [], other.rules ?? [], ({ id }) => id),
    ...((base.limits !== undefined || other.limits !== undefined) && {
      limits: list('limit', base.limits ?? [], other.limits ?? [], ({ id }) => id),
    }),
    ...((base.tests !== undefined || other.tests !== undefined) && {
      tests: list('test', base.tests ?? [], other.tests ?? [], ({ name }) => name),
    }),
  };
}
