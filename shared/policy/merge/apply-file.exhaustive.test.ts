import { describe, expect, it } from '@jest/globals';
import type { PolicyDocument, PolicySet, Rule, SetEntry } from '../../engine/index.ts';
import { applyFile } from './apply-file.ts';

/**
 * Every three versions of one small item, with and without pruning, each judged by what docs/gitops.md says of a merge. The
 * judge knows texts and maps of texts only; the order of a set's entries means nothing to it.
 */
describe('applyFile over every three versions of an item', () => {
  it('rules', () => {
    const versions: (Rule | undefined)[] = [undefined];
    for (const effect of ['deny', 'allow'] as const) {
      for (const enabled of [{}, { enabled: false }, { enabled: true }]) {
        for (const description of [{}, { description: 'a' }])
          versions.push({ id: 'x', effect, match: 'everyone', ...enabled, ...description });
      }
    }
    const keep: Rule = { id: 'keep', effect: 'deny', match: { users: ['mori'] } };
    const document = (rule: Rule | undefined) => ({ ...EMPTY, rules: rule === undefined ? [keep] : [rule, keep] });
    const partsOf = (rule: Rule) => ({ decisive: rule.effect, parts: new Map(Object.entries(rule).map(jsonValue)) });
    const found = judgeAll(versions, document, (result) => result.rules?.find(({ id }) => id === 'x'), partsOf);
    expect(found).toEqual({ wrong: [], judged: 13 ** 3 * 2 });
  });

  it('sets', () => {
    const entries: SetEntry[][] = [[], ['x'], [{ value: 'X', note: 'n' }], ['x', 'y'], ['y', 'x'], ['y', 'z', 'x']];
    const versions: (PolicySet | undefined)[] = [
      undefined,
      ...entries.map((list) => ({ kind: 'user' as const, entries: list })),
      { kind: 'user', entries: ['x', 'y'], description: 'a' },
      { kind: 'group', entries: ['x', 'y'] },
      { kind: 'group', entries: ['y', 'x'] },
    ];
    const keep: PolicySet = { kind: 'user', entries: ['mori'] };
    const document = (set: PolicySet | undefined) => ({ ...EMPTY, sets: { keep, ...(set && { x: set }) } });
    const partsOf = ({ entries: list, ...set }: PolicySet) => ({
      decisive: set.kind,
      parts: new Map([
        ...Object.entries(set).map(jsonValue),
        ...list.map((entry): [string, string] => {
          const value = typeof entry === 'string' ? entry : entry.value;
          return [`entry ${value.toLowerCase()}`, JSON.stringify(entry)];
        }),
      ]),
    });
    const found = judgeAll(versions, document, (result) => result.sets?.x, partsOf);
    expect(found).toEqual({ wrong: [], judged: 10 ** 3 * 2 });
  });
});

const EMPTY: PolicyDocument = { version: 1, defaultEffect: 'deny' };

interface Parts {
  /** Where this differs, the item merges as a whole. */
  readonly decisive: string;
  readonly parts: ReadonlyMap<string, string>;
}

interface Judgement {
  readonly conflict: boolean;
  /** With the file preferred; undefined: gone. */
  readonly parts: ReadonlyMap<string, string> | undefined;
}

function judgeAll<T>(
  versions: readonly (T | undefined)[],
  documentOf: (item: T | undefined) => PolicyDocument,
  itemOf: (document: PolicyDocument) => T | undefined,
  partsOf: (item: T) => Parts,
): { readonly wrong: readonly object[]; readonly judged: number } {
  const wrong: object[] = [];
  let judged = 0;
  for (const applied of versions) {
    for (const inFile of versions) {
      for (const inForce of versions) {
        for (const prune of [false, true]) {
          judged++;
          const [base, file, current] = [applied, inFile, inForce].map((item) => item && partsOf(item));
          const wanted = judge(prune ? asIfApplied(base, file, current) : base, file, current);
          const options = { base: documentOf(applied), file: documentOf(inFile), current: documentOf(inForce), prune };
          const polite = applyFile({ ...options, forceConflicts: false });
          const forced = applyFile({ ...options, forceConflicts: true });
          const item = forced.ok ? itemOf(forced.document as PolicyDocument) : undefined;
          const asWanted =
            polite.ok !== wanted.conflict &&
            forced.ok &&
            forced.overridden.length > 0 === wanted.conflict &&
            same(item && partsOf(item).parts, wanted.parts);
          if (!asWanted) wrong.push({ applied, inFile, inForce, prune, wanted, polite, forced });
        }
      }
    }
  }
  return { wrong: wrong.slice(0, 3), judged };
}

/** Who alone changed it has their way; both the same: that; else, key by key where neither turned it into something else. */
function judge(base: Parts | undefined, file: Parts | undefined, current: Parts | undefined): Judgement {
  if (same(base?.parts, file?.parts) || same(file?.parts, current?.parts)) {
    return { conflict: false, parts: current?.parts };
  }
  if (same(base?.parts, current?.parts)) return { conflict: false, parts: file?.parts };
  const turned = new Set([base?.decisive, file?.decisive, current?.decisive]).size > 1;
  if (!base || !file || !current || turned) return { conflict: true, parts: file?.parts };
  const parts = new Map<string, string>();
  let conflict = false;
  for (const key of new Set([...file.parts.keys(), ...current.parts.keys()])) {
    const [was, ours, theirs] = [base, file, current].map((item) => item.parts.get(key));
    const value = was === theirs ? ours : was === ours || ours === theirs ? theirs : ours;
    if (was !== theirs && was !== ours && ours !== theirs) conflict = true;
    if (value !== undefined) parts.set(key, value);
  }
  return { conflict, parts };
}

/** The base of a pruning: what only others added counts as taken out of the file. */
function asIfApplied(base: Parts | undefined, file: Parts | undefined, current: Parts | undefined): Parts | undefined {
  if (current === undefined) return base;
  if (base === undefined) return file === undefined ? current : undefined;
  if (base.decisive !== current.decisive) return base;
  const ours = file?.decisive === base.decisive ? file.parts : new Map<string, string>();
  const added = [...current.parts].filter(
    ([key]) => key.startsWith('entry ') && !base.parts.has(key) && !ours.has(key),
  );
  return { ...base, parts: new Map([...base.parts, ...added]) };
}

function jsonValue([key, value]: [string, unknown]): [string, string] {
  return [key, JSON.stringify(value)];
}

function same(a: ReadonlyMap<string, string> | undefined, b: ReadonlyMap<string, string> | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);
}
