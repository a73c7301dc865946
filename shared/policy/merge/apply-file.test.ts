import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { PolicyDocument, SetEntry } from '../../engine/index.ts';
import { diffPolicies, sameData } from '../diff.ts';
import { entryKey, entryValue } from '../entry-key.ts';
import { policyChanges } from '../policy-changes.ts';
import { disjointVersions, somePolicy, threeVersions } from '../testing/policy-versions.ts';
import { type AppliedFile, applyFile, type FileToApply } from './apply-file.ts';
import { mergePolicies } from './merge-policies.ts';

const test = (name: string) => ({ name, connection: {}, at: '2026-11-24T10:00:00Z', expect: { allow: false } });
const FILE = {
  version: 1,
  defaultEffect: 'deny',
  sets: { leavers: { kind: 'user', entries: ['batchi', 'mori'] } },
  rules: [
    { id: 'block', effect: 'deny', match: { users: ['@leavers'] }, message: 'No.' },
    { id: 'offices', effect: 'allow', match: { sourceIps: ['203.0.113.0/24'] } },
  ],
  tests: [test('in')],
} as const satisfies PolicyDocument;
const [BLOCK, OFFICES] = FILE.rules;
const NIGHT = { id: 'block-sato', effect: 'deny', match: { users: ['sato'] } } as const;
const NEW = { id: 'new', effect: 'allow', match: 'everyone' } as const;
const FRANKFURT = { 'cvpn-endpoint-0a1b2c3d4e5f67890': { mode: 'observe' } } as const;

const withRules = (...rules: readonly object[]) => ({ ...FILE, rules }) as PolicyDocument;
const LIMIT = { id: 'one-each', match: 'everyone', maxConnections: 1 } as const;
const TEN = { id: 'ten-each', match: 'everyone', maxConnections: 10 } as const;
const withLimits = (...limits: readonly object[]) => ({ ...FILE, limits }) as PolicyDocument;
const withLeavers = (...entries: readonly SetEntry[]): PolicyDocument => ({
  ...FILE,
  sets: { leavers: { kind: 'user', entries } },
});
const apply = (more: Partial<FileToApply> & Pick<FileToApply, 'current'>) =>
  applyFile({ base: FILE, file: FILE, prune: false, forceConflicts: false, ...more });

describe('applyFile', () => {
  it.each<[what: string, file: PolicyDocument, current: PolicyDocument, result: PolicyDocument, kept: object[]]>([
    [
      'keeps a rule that an operator added',
      withRules({ ...BLOCK, message: 'Never.' }, OFFICES),
      withRules(BLOCK, OFFICES, NIGHT),
      withRules({ ...BLOCK, message: 'Never.' }, OFFICES, NIGHT),
      [{ what: 'rule', id: 'block-sato', change: 'added', after: NIGHT }],
    ],
    [
      'keeps a key of a rule that an operator changed',
      withRules({ ...BLOCK, message: 'Never.' }, OFFICES),
      withRules({ ...BLOCK, enabled: false }, OFFICES),
      withRules({ ...BLOCK, message: 'Never.', enabled: false }, OFFICES),
      [{ what: 'rule', id: 'block', change: 'changed', fields: [{ key: 'enabled', after: false }] }],
    ],
    [
      'keeps a rule away that an operator removed',
      withRules(BLOCK, OFFICES, NEW),
      withRules(BLOCK),
      withRules(BLOCK, NEW),
      [{ what: 'rule', id: 'offices', change: 'removed', before: OFFICES }],
    ],
    [
      'keeps entries',
      withLeavers('batchi'),
      withLeavers('batchi', 'mori', 'sato'),
      withLeavers('batchi', 'sato'),
      [
        {
          what: 'set',
          id: 'leavers',
          change: 'changed',
          fields: [],
          entries: { added: ['sato'], removed: [], changed: [], reordered: false },
        },
      ],
    ],
    [
      'keeps the order of rules, and tells nothing of that of entries and tests',
      { ...FILE, defaultMessage: 'No.', tests: [test('in'), test('out')] },
      { ...withLeavers('mori', 'batchi'), rules: [OFFICES, BLOCK], tests: [test('in')] },
      {
        ...withLeavers('mori', 'batchi'),
        rules: [OFFICES, BLOCK],
        defaultMessage: 'No.',
        tests: [test('in'), test('out')],
      },
      [{ what: 'rule', change: 'reordered', before: ['block', 'offices'], after: ['offices', 'block'] }],
    ],
    ['takes out what the file took out', withRules(OFFICES), FILE, withRules(OFFICES), []],
    [
      'has nothing to do where others made the same change',
      withRules(OFFICES),
      withRules(OFFICES),
      withRules(OFFICES),
      [],
    ],
  ])('%s', (_, file, current, document, kept) => {
    expect(apply({ file, current })).toEqual({ ok: true, document, kept, overridden: [] });
  });

  it('keeps limits that others added, and takes them out on wish', () => {
    const [base, file, current] = [
      withLimits(LIMIT),
      withLimits({ ...LIMIT, maxConnections: 2 }),
      withLimits(LIMIT, TEN),
    ];
    expect(apply({ base, file, current })).toEqual({
      ok: true,
      document: withLimits({ ...LIMIT, maxConnections: 2 }, TEN),
      kept: [{ what: 'limit', id: 'ten-each', change: 'added', after: TEN }],
      overridden: [],
    });
    expect(apply({ base, file, current, prune: true })).toMatchObject({ document: file, kept: [] });
    expect(apply({ file: FILE, current: withLimits(TEN), prune: true })).toMatchObject({ document: FILE, kept: [] });
  });

  it('keeps the order of limits, since it tells whose message counts, and says that two orders conflict', () => {
    const EIGHT = { ...TEN, id: 'eight-each' };
    const base = withLimits(LIMIT, TEN, EIGHT);
    const current = withLimits(TEN, LIMIT, EIGHT);
    expect(apply({ base, file: { ...base, defaultMessage: 'No.' }, current })).toMatchObject({
      document: { ...current, defaultMessage: 'No.' },
      kept: [{ what: 'limit', change: 'reordered' }],
    });
    expect(apply({ base, file: withLimits(LIMIT, EIGHT, TEN), current })).toMatchObject({
      ok: false,
      conflicts: [{ what: 'order', id: 'limits' }],
    });
  });

  describe('on conflict', () => {
    const file = withRules({ ...BLOCK, message: 'Never.' }, OFFICES);
    const current = withRules({ ...BLOCK, message: 'Not now.' }, OFFICES, NIGHT);
    const conflict = {
      what: 'rule',
      id: 'block',
      field: 'message',
      applied: 'No.',
      file: 'Never.',
      current: 'Not now.',
    };

    it('shows both sides', () => {
      expect(apply({ file, current })).toEqual({ ok: false, conflicts: [conflict] });
    });

    it('prefers the file where told to, keeps the rest and tells what it overrode', () => {
      expect(apply({ file, current, forceConflicts: true })).toEqual({
        ok: true,
        document: withRules({ ...BLOCK, message: 'Never.' }, OFFICES, NIGHT),
        kept: [{ what: 'rule', id: 'block-sato', change: 'added', after: NIGHT }],
        overridden: [conflict],
      });
    });

    it.each<[what: string, file: PolicyDocument, current: PolicyDocument, result: PolicyDocument]>([
      [
        'a rule that others changed and the file removed',
        withRules(BLOCK),
        withRules(BLOCK, { ...OFFICES, enabled: false }),
        withRules(BLOCK),
      ],
      [
        'a rule that others removed and the file changed',
        withRules({ ...BLOCK, final: true }, OFFICES),
        withRules(OFFICES),
        withRules({ ...BLOCK, final: true }, OFFICES),
      ],
      [
        'an entry',
        withLeavers('batchi', { value: 'mori', note: 'a' }),
        withLeavers('batchi', { value: 'mori', note: 'b' }),
        withLeavers('batchi', { value: 'mori', note: 'a' }),
      ],
      [
        'a setting',
        { ...FILE, defaultMessage: 'a' },
        { ...FILE, defaultMessage: 'b' },
        { ...FILE, defaultMessage: 'a' },
      ],
    ])('prefers the file: %s', (_, file, current, document) => {
      expect(apply({ file, current })).toMatchObject({ ok: false });
      const forced = apply({ file, current, forceConflicts: true });
      expect(forced).toMatchObject({ ok: true, document, kept: [] });
      expect(forced.ok && forced.overridden.length).toBe(1);
    });

    it("prefers the file's order of rules", () => {
      const base = withRules(BLOCK, OFFICES, NEW);
      const [file, current] = [withRules(OFFICES, BLOCK, NEW), withRules(NIGHT, BLOCK, NEW, OFFICES)];
      expect(apply({ base, file, current })).toMatchObject({ ok: false, conflicts: [{ what: 'order' }] });
      expect(apply({ base, file, current, forceConflicts: true })).toMatchObject({
        document: withRules(NIGHT, OFFICES, BLOCK, NEW),
      });
    });
  });

  describe('of a file that was never applied', () => {
    it('adds what only the file has, keeps what only the policy has', () => {
      const current = {
        ...withLeavers('mori', 'sato'),
        rules: [OFFICES, NIGHT],
        endpoints: FRANKFURT,
        tests: [test('out')],
      };
      expect(apply({ base: undefined, current })).toEqual({
        ok: true,
        document: {
          ...withLeavers('batchi', 'mori', 'sato'),
          endpoints: FRANKFURT,
          rules: [BLOCK, OFFICES, NIGHT],
          tests: [test('in'), test('out')],
        },
        kept: policyChanges(FILE, {
          ...withLeavers('batchi', 'mori', 'sato'),
          endpoints: FRANKFURT,
          rules: [BLOCK, OFFICES, NIGHT],
          tests: [test('in'), test('out')],
        }),
        overridden: [],
      });
    });

    it('says that what both have and differs is a conflict', () => {
      const current: PolicyDocument = {
        ...withLeavers('batchi', { value: 'mori', note: 'HR-77' }),
        defaultEffect: 'allow',
        rules: [{ ...BLOCK, enabled: false }, OFFICES],
        tests: [{ ...test('in'), expect: { allow: true } }],
      };
      const result = apply({ base: undefined, current });
      expect('conflicts' in result && result.conflicts).toEqual([
        { what: 'setting', id: 'defaultEffect', file: 'deny', current: 'allow' },
        { what: 'set-entry', id: 'leavers', entry: 'mori', file: 'mori', current: { value: 'mori', note: 'HR-77' } },
        { what: 'rule', id: 'block', file: BLOCK, current: { ...BLOCK, enabled: false } },
        { what: 'test', id: 'in', file: FILE.tests[0], current: current.tests?.[0] },
      ]);
      expect(apply({ base: undefined, current, forceConflicts: true })).toMatchObject({ document: FILE, kept: [] });
    });

    it('makes one of two sets of different kinds a conflict as a whole', () => {
      const current: PolicyDocument = { ...FILE, sets: { leavers: { kind: 'group', entries: ['batchi', 'mori'] } } };
      expect(apply({ base: undefined, current })).toMatchObject({ conflicts: [{ what: 'set', id: 'leavers' }] });
    });

    it('becomes the policy where it is pruned and nothing differs', () => {
      const current = { ...withLeavers('sato', 'mori'), rules: [NIGHT, OFFICES], endpoints: FRANKFURT };
      expect(apply({ base: undefined, current, prune: true })).toMatchObject({ ok: true, kept: [] });
    });
  });

  describe('pruned', () => {
    it('takes out what only others added, and keeps what they changed and removed', () => {
      const current: PolicyDocument = {
        ...withLeavers('batchi', 'sato'),
        defaultMessage: 'Call 1234.',
        endpoints: FRANKFURT,
        rules: [NIGHT, { ...BLOCK, enabled: false }],
        tests: [test('out')],
      };
      const sets = { ...current.sets, temporary: { kind: 'user', entries: ['x'] } } as const;
      const result = apply({ current: { ...current, sets }, prune: true });
      expect(result).toMatchObject({
        ok: true,
        document: {
          ...withLeavers('batchi'),
          defaultMessage: 'Call 1234.',
          rules: [{ ...BLOCK, enabled: false }],
          tests: [],
        },
      });
    });

    it('takes out a set to which others have added entries, as the file says', () => {
      const { sets: _, ...file } = withRules(OFFICES);
      const result = apply({ file, current: withLeavers('batchi', 'mori', 'sato'), prune: true });
      expect(result).toEqual({ ok: true, document: file, kept: [], overridden: [] });
    });

    it('gives exactly the file where others only added', () => {
      let pruned = 0;
      fc.assert(
        fc.property(threeVersions(), somePolicy(), ([base, file], other) => {
          const current = withAdded(base, file, other);
          const result = applied(applyFile({ base, file, current, prune: true, forceConflicts: false }));
          expect(result.kept).toEqual([]);
          expect(ordered(result.document)).toEqual(ordered(file));
          if (!sameData(base, current)) pruned++;
        }),
        { numRuns: 200 },
      );
      expect(pruned).toBeGreaterThan(100);
    });
  });

  it.each([false, true])(
    'changes nothing with an unchanged file, whatever others changed (force: %s)',
    (forceConflicts) => {
      fc.assert(
        fc.property(threeVersions(), ([base, , current]) => {
          const file = structuredClone(base);
          const result = applied(applyFile({ base, file, current, prune: false, forceConflicts }));
          expect(result.document).toBe(current);
          expect(result.overridden).toEqual([]);
        }),
        { numRuns: 100 },
      );
    },
  );

  it.each([
    [false, false],
    [false, true],
    [true, false],
    [true, true],
  ])('applied twice is applied once (prune: %s, no base: %s)', (prune, neverApplied) => {
    fc.assert(
      fc.property(threeVersions(), ([base, file, current]) => {
        const once = applyFile({ base: neverApplied ? undefined : base, file, current, prune, forceConflicts: true });
        const { document } = applied(once);
        const twice = applied(applyFile({ base: file, file, current: document, prune, forceConflicts: false }));
        expect(twice.document).toBe(document);
        expect(twice.kept).toEqual(applied(once).kept);
      }),
      { numRuns: 100 },
    );
  });

  it('loses nothing of the file, and nothing of others that it does not tell as overridden', () => {
    const seen = { clean: 0, forced: 0 };
    fc.assert(
      fc.property(threeVersions(), ([base, file, current]) => {
        const options = { base, file, current, prune: false };
        const polite = applyFile({ ...options, forceConflicts: false });
        const forced = applied(applyFile({ ...options, forceConflicts: true }));
        expect(lost(base, file, forced.document)).toEqual([]);
        if (polite.ok) {
          seen.clean++;
          expect(lost(base, current, applied(polite).document)).toEqual([]);
          expect(forced).toEqual(polite);
        } else {
          seen.forced++;
          expect(polite.conflicts).toEqual(forced.overridden);
          const told = new Set(forced.overridden.map(({ what, id }) => `${what === 'set-entry' ? 'set' : what} ${id}`));
          expect(lost(base, current, forced.document).filter((item) => !told.has(item))).toEqual([]);
        }
      }),
      { numRuns: 200 },
    );
    expect(Math.min(seen.clean, seen.forced)).toBeGreaterThan(10);
  });

  it('puts changes of different items together as a merge does', () => {
    fc.assert(
      fc.property(disjointVersions(), ([base, file, current]) => {
        const result = applyFile({ base, file, current, prune: false, forceConflicts: false });
        expect(result).toMatchObject(mergePolicies({ base, ours: file, theirs: current }));
      }),
      { numRuns: 100 },
    );
  });
});

interface Applied extends Extract<AppliedFile, { ok: true }> {
  readonly document: PolicyDocument;
}

function applied(result: AppliedFile): Applied {
  if (!result.ok) throw new Error(`conflicts: ${JSON.stringify(result.conflicts)}`);
  return result as Applied; // a merge of valid policies has the shape of one
}

/** `base` with the items and entries of `other` whose names neither it nor `file` has. */
function withAdded(base: PolicyDocument, file: PolicyDocument, other: PolicyDocument): PolicyDocument {
  const list = <T>(
    nameOf: (item: T) => string,
    was: readonly T[] = [],
    ours: readonly T[] = [],
    more: readonly T[] = [],
  ) => {
    const known = new Set([...was, ...ours].map(nameOf));
    const all = [...was];
    for (const [place, item] of more.entries()) if (!known.has(nameOf(item))) all.splice(place, 0, item);
    return all;
  };
  const record = <T>(was: object = {}, ours: object = {}, more: Readonly<Record<string, T>> = {}): [string, T][] =>
    list<[string, T]>(([name]) => name, Object.entries(was), Object.entries(ours), Object.entries(more));
  const sets = record(base.sets, file.sets, other.sets).map(([name, set]) => {
    const more = other.sets?.[name];
    if (base.sets?.[name] === undefined || more?.kind !== set.kind) return [name, set];
    const ours = file.sets?.[name]?.kind === set.kind ? file.sets?.[name]?.entries : [];
    const keyOf = (entry: SetEntry) => entryKey(set.kind, entryValue(entry));
    return [name, { ...set, entries: list(keyOf, set.entries, ours, more.entries) }];
  });
  return {
    ...base,
    endpoints: Object.fromEntries(record(base.endpoints, file.endpoints, other.endpoints)),
    sets: Object.fromEntries(sets),
    rules: list(({ id }) => id, base.rules, file.rules, other.rules),
    tests: list(({ name }) => name, base.tests, file.tests, other.tests),
  };
}

/** With a set's entries in an order of their own: values that a set repeats come to stand together. */
function ordered(document: PolicyDocument): PolicyDocument {
  const sets = Object.entries(document.sets ?? {}).map(([name, set]) => [
    name,
    { ...set, entries: set.entries.map((entry) => JSON.stringify(entry)).sort() },
  ]);
  return { ...document, ...(document.sets && { sets: Object.fromEntries(sets) }) };
}

/** The items in which something that `side` changed since `base` is not so in `result`. */
function lost(base: PolicyDocument, side: PolicyDocument, result: PolicyDocument): string[] {
  const wanted = diffPolicies(base, side);
  const [of, inResult] = [itemsOf(side), itemsOf(result)];
  const items = (['rules', 'tests', 'endpoints', 'sets'] as const).flatMap((part) => {
    const what = part.slice(0, -1);
    const { added, removed, changed } = wanted[part];
    return [
      ...added.filter((name) => !sameData(inResult[part].get(name), of[part].get(name))),
      ...removed.filter((name) => inResult[part].has(name)),
      ...changed
        .filter(({ name, keys }) =>
          keys.some((key) => !sameData(valueIn(inResult, part, name, key), valueIn(of, part, name, key))),
        )
        .map(({ name }) => name),
    ].map((name) => `${what} ${name}`);
  });
  const settings = wanted.settings.filter((key) => !sameData(Reflect.get(result, key), Reflect.get(side, key)));
  const entries = wanted.sets.entries.flatMap(({ name, added, removed, changed }) => {
    const [now, theirs] = [result, side].map((document) => document.sets?.[name]?.entries ?? []);
    const same = (value: string) => sameData(valued(now, value), valued(theirs, value));
    return [...added, ...removed, ...changed].every(same) ? [] : [`set ${name}`];
  });
  return [...items, ...settings.map((key) => `setting ${key}`), ...entries];
}

function valued(entries: readonly SetEntry[] = [], value: string): SetEntry[] {
  return entries.filter((entry) => entryValue(entry) === value);
}

function itemsOf({ rules = [], tests = [], endpoints = {}, sets = {} }: PolicyDocument) {
  return {
    rules: new Map<string, object>(rules.map((rule) => [rule.id, rule])),
    tests: new Map<string, object>(tests.map((item) => [item.name, item])),
    endpoints: new Map<string, object>(Object.entries(endpoints)),
    sets: new Map<string, object>(Object.entries(sets)),
  };
}

function valueIn(items: ReturnType<typeof itemsOf>, part: keyof typeof items, name: string, key: string): unknown {
  return Reflect.get(items[part].get(name) ?? {}, key);
}
