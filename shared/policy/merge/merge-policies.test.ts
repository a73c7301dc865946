import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { PolicyDocument } from '../../engine/index.ts';
import { sameData } from '../diff.ts';
import { disjointVersions, threeVersions } from '../testing/policy-versions.ts';
import { type MergeConflict, mergePolicies } from './merge-policies.ts';

const POLICY = {
  version: 1,
  defaultEffect: 'deny',
  endpoints: { 'cvpn-endpoint-0a1b2c3d4e5f67890': { name: 'frankfurt', mode: 'observe' } },
  sets: {
    leavers: { kind: 'user', entries: ['batchi', { value: 'user-0481', note: 'on leave' }] },
    offices: { kind: 'ip', entries: ['203.0.113.0/24'] },
  },
  rules: [
    { id: 'block', effect: 'deny', match: { users: ['@leavers'] }, message: 'No.' },
    { id: 'offices', effect: 'allow', match: { sourceIps: ['@offices'] } },
  ],
  limits: [{ id: 'one-each', match: 'everyone', maxConnections: 1 }],
  tests: [{ name: 't', connection: {}, at: '2026-11-24T10:00:00Z', expect: { allow: false } }],
} as const satisfies PolicyDocument;
const [BLOCK, OFFICES] = POLICY.rules;
const LEAVERS = POLICY.sets.leavers;
const ENDPOINT = 'cvpn-endpoint-0a1b2c3d4e5f67890';

function withSet(entries: readonly unknown[], more: object = {}) {
  return { ...POLICY, sets: { ...POLICY.sets, leavers: { ...LEAVERS, entries, ...more } } } as PolicyDocument;
}
function withRules(...rules: readonly object[]) {
  return { ...POLICY, rules } as PolicyDocument;
}

const [LIMIT] = POLICY.limits;
function withLimits(...limits: readonly object[]) {
  return { ...POLICY, limits } as PolicyDocument;
}

describe('mergePolicies', () => {
  it.each<[what: string, ours: PolicyDocument, theirs: PolicyDocument, merged: PolicyDocument]>([
    [
      'different keys of one rule',
      withRules({ ...BLOCK, enabled: false }, OFFICES),
      withRules({ id: 'block', effect: 'deny', match: { users: ['@leavers', 'x'] } }, OFFICES),
      withRules({ id: 'block', effect: 'deny', match: { users: ['@leavers', 'x'] }, enabled: false }, OFFICES),
    ],
    [
      'different entries of one set',
      withSet(['batchi', { value: 'user-0481', note: 'back' }]),
      withSet([{ value: 'user-0481', note: 'on leave' }, 'new']),
      withSet([{ value: 'user-0481', note: 'back' }, 'new']),
    ],
    [
      'a key and the entries of one set',
      withSet(LEAVERS.entries, { description: 'Gone' }),
      withSet(['batchi']),
      withSet(['batchi'], { description: 'Gone' }),
    ],
    [
      'different keys of one endpoint',
      { ...POLICY, endpoints: { [ENDPOINT]: { name: 'frankfurt' } } },
      { ...POLICY, endpoints: { [ENDPOINT]: { name: 'berlin', mode: 'observe' } } },
      { ...POLICY, endpoints: { [ENDPOINT]: { name: 'berlin' } } },
    ],
    [
      'rules added by both',
      withRules(BLOCK, { id: 'ours', effect: 'allow', match: 'everyone' }, OFFICES),
      withRules(BLOCK, OFFICES, { id: 'theirs', effect: 'allow', match: 'everyone' }),
      withRules(BLOCK, { id: 'ours', effect: 'allow', match: 'everyone' }, OFFICES, {
        id: 'theirs',
        effect: 'allow',
        match: 'everyone',
      }),
    ],
    ['a rule that both took away', withRules(OFFICES), withRules(OFFICES), withRules(OFFICES)],
    [
      'changes of different keys of a limit, and limits added by both',
      withLimits({ ...LIMIT, maxConnections: 2 }, { ...LIMIT, id: 'ours' }),
      withLimits({ ...LIMIT, message: 'Theirs' }, { ...LIMIT, id: 'theirs' }),
      withLimits(
        { ...LIMIT, maxConnections: 2, message: 'Theirs' },
        { ...LIMIT, id: 'ours' },
        { ...LIMIT, id: 'theirs' },
      ),
    ],
    [
      'the only limit taken away',
      { ...POLICY, limits: undefined },
      { ...POLICY, defaultEffect: 'allow' },
      { ...POLICY, limits: undefined, defaultEffect: 'allow' },
    ],
    [
      'the last of a list taken away, the list left out',
      { ...POLICY, tests: undefined },
      { ...POLICY, defaultEffect: 'allow' },
      { ...POLICY, defaultEffect: 'allow', tests: undefined },
    ],
  ])('puts %s together', (_, ours, theirs, merged) => {
    const result = mergePolicies({ base: POLICY, ours, theirs });
    expect(result).toMatchObject({ ok: true });
    if (result.ok) expect(sameData(result.document, merged) ? merged : result.document).toEqual(merged);
  });

  it.each<[what: string, ours: PolicyDocument, theirs: PolicyDocument, conflict: MergeConflict]>([
    [
      'the same key of a rule',
      withRules({ ...BLOCK, message: 'Ours' }, OFFICES),
      withRules({ ...BLOCK, message: 'Theirs' }, OFFICES),
      { what: 'rule', id: 'block', field: 'message', base: 'No.', ours: 'Ours', theirs: 'Theirs' },
    ],
    [
      'the same key of a limit',
      withLimits({ ...LIMIT, maxConnections: 2 }),
      withLimits({ ...LIMIT, maxConnections: 3 }),
      { what: 'limit', id: 'one-each', field: 'maxConnections', base: 1, ours: 2, theirs: 3 },
    ],
    [
      'a rule of which one side turned the effect',
      withRules({ id: 'block', effect: 'allow', match: { users: ['@leavers'] } }, OFFICES),
      withRules({ ...BLOCK, match: 'everyone' }, OFFICES),
      {
        what: 'rule',
        id: 'block',
        base: BLOCK,
        ours: { id: 'block', effect: 'allow', match: { users: ['@leavers'] } },
        theirs: { ...BLOCK, match: 'everyone' },
      },
    ],
    [
      'a rule that one took away and the other changed',
      withRules(OFFICES),
      withRules({ ...BLOCK, enabled: false }, OFFICES),
      { what: 'rule', id: 'block', base: BLOCK, ours: undefined, theirs: { ...BLOCK, enabled: false } },
    ],
    [
      'two new rules with one id',
      withRules(BLOCK, OFFICES, { id: 'new', effect: 'allow', match: 'everyone' }),
      withRules(BLOCK, OFFICES, { id: 'new', effect: 'deny', match: 'everyone' }),
      {
        what: 'rule',
        id: 'new',
        base: undefined,
        ours: { id: 'new', effect: 'allow', match: 'everyone' },
        theirs: { id: 'new', effect: 'deny', match: 'everyone' },
      },
    ],
    [
      'one entry, however it is written',
      withSet([{ value: 'BATCHI', note: 'ours' }]),
      withSet(['bAtChI', { value: 'user-0481', note: 'on leave' }]),
      {
        what: 'set-entry',
        id: 'leavers',
        entry: 'batchi',
        base: 'batchi',
        ours: { value: 'BATCHI', note: 'ours' },
        theirs: 'bAtChI',
      },
    ],
    [
      'a set of which one side changed the kind',
      withSet(['batchi'], { kind: 'group' }),
      withSet(['batchi']),
      {
        what: 'set',
        id: 'leavers',
        base: LEAVERS,
        ours: { kind: 'group', entries: ['batchi'] },
        theirs: { kind: 'user', entries: ['batchi'] },
      },
    ],
    [
      'an endpoint',
      { ...POLICY, endpoints: { [ENDPOINT]: { name: 'ours', mode: 'observe' } } },
      { ...POLICY, endpoints: {} },
      {
        what: 'endpoint',
        id: ENDPOINT,
        base: POLICY.endpoints[ENDPOINT],
        ours: { name: 'ours', mode: 'observe' },
        theirs: undefined,
      },
    ],
    [
      'a test',
      { ...POLICY, tests: [{ ...POLICY.tests[0], at: '2026-11-25T10:00:00Z' }] },
      { ...POLICY, tests: [{ ...POLICY.tests[0], expect: { allow: true } }] },
      {
        what: 'test',
        id: 't',
        base: POLICY.tests[0],
        ours: { ...POLICY.tests[0], at: '2026-11-25T10:00:00Z' },
        theirs: { ...POLICY.tests[0], expect: { allow: true } },
      },
    ],
    [
      'a setting',
      { ...POLICY, defaultMessage: 'Ours' },
      { ...POLICY, defaultMessage: 'Theirs' },
      { what: 'setting', id: 'defaultMessage', base: undefined, ours: 'Ours', theirs: 'Theirs' },
    ],
  ])('tells of %s changed in two ways', (_, ours, theirs, conflict) => {
    expect(mergePolicies({ base: POLICY, ours, theirs })).toEqual({ ok: false, conflicts: [conflict] });
  });

  it('tells of rules that both sides moved, and lets the order of tests be', () => {
    const rules = ['a', 'b', 'c'].map((id) => ({ id, effect: 'allow' as const, match: 'everyone' as const }));
    const tests = ['a', 'b', 'c'].map((name) => ({ ...POLICY.tests[0], name }));
    const inOrder = (...order: number[]): PolicyDocument => ({
      ...POLICY,
      rules: order.flatMap((index) => rules[index] ?? []),
      tests: order.flatMap((index) => tests[index] ?? []),
    });
    expect(mergePolicies({ base: inOrder(0, 1, 2), ours: inOrder(1, 0, 2), theirs: inOrder(0, 2, 1) })).toEqual({
      ok: false,
      conflicts: [
        { what: 'order', id: 'rules', base: ['a', 'b', 'c'], ours: ['b', 'a', 'c'], theirs: ['a', 'c', 'b'] },
      ],
    });
  });

  it('keeps what only they have as the very same objects', () => {
    const theirs = withRules(BLOCK, OFFICES, { id: 'theirs', effect: 'allow', match: 'everyone' });
    const merged = mergePolicies({ base: POLICY, ours: withRules({ ...BLOCK, final: true }, OFFICES), theirs });
    const document = merged.ok ? (merged.document as PolicyDocument) : undefined;
    expect(document?.rules?.[2]).toBe(theirs.rules?.[2]);
    expect(document?.sets?.leavers).toBe(theirs.sets?.leavers);
    expect(mergePolicies({ base: POLICY, ours: structuredClone(POLICY), theirs })).toEqual({
      ok: true,
      document: theirs,
    });
  });

  it('gives back the other side where one changed nothing, and either where both changed the same', () => {
    fc.assert(
      fc.property(threeVersions(), ([base, x]) => {
        const again: PolicyDocument = structuredClone(x);
        expect(mergePolicies({ base, ours: structuredClone(base), theirs: x })).toEqual({ ok: true, document: x });
        expect(mergePolicies({ base, ours: x, theirs: structuredClone(base) })).toEqual({ ok: true, document: x });
        expect(mergePolicies({ base, ours: x, theirs: again })).toEqual({ ok: true, document: x });
      }),
      { numRuns: 100 },
    );
  });

  it('puts changes of different items together in either order of the sides', () => {
    let changedBoth = 0;
    fc.assert(
      fc.property(disjointVersions(), ([base, x, y]) => {
        const one = mergePolicies({ base, ours: x, theirs: y });
        const other = mergePolicies({ base, ours: y, theirs: x });
        expect(one.ok && other.ok).toBe(true);
        expect(one).toEqual(other);
        if (!sameData(base, x) && !sameData(base, y)) changedBoth++;
      }),
      { numRuns: 100 },
    );
    expect(changedBoth).toBeGreaterThan(30);
  });

  it('tells only of what both sides changed, differently, and of the same whichever side is which', () => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(threeVersions(), ([base, ours, theirs]) => {
        const merged = mergePolicies({ base, ours, theirs });
        const mirrored = mergePolicies({ base, ours: theirs, theirs: ours });
        if (merged.ok || mirrored.ok) {
          seen.set('merged', (seen.get('merged') ?? 0) + 1);
          expect(merged.ok && mirrored.ok).toBe(true);
          return;
        }
        for (const conflict of merged.conflicts) {
          seen.set(conflict.what, (seen.get(conflict.what) ?? 0) + 1);
          expect(sameData(conflict.base, conflict.ours)).toBe(false);
          expect(sameData(conflict.base, conflict.theirs)).toBe(false);
          expect(sameData(conflict.ours, conflict.theirs)).toBe(false);
        }
        expect(names(mirrored.conflicts)).toEqual(names(merged.conflicts));
      }),
      { numRuns: 200 },
    );
    for (const what of ['merged', 'rule', 'limit', 'set-entry', 'endpoint', 'setting'])
      expect([what, seen.get(what) ?? 0]).not.toEqual([what, 0]);
  });
});

function names(conflicts: readonly MergeConflict[]): string[] {
  return conflicts.map(({ what, id, field }) => [what, id, field].join(' ')).sort();
}
