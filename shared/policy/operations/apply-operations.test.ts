import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { PolicyDocument } from '../../engine/index.ts';
import { sameData } from '../diff.ts';
import { itemHash } from '../item-hash.ts';
import { validatePolicy } from '../read-document.ts';
import { somePolicy } from '../testing/policy-versions.ts';
import { applyOperations, operationOf } from './apply-operations.ts';
import type { PolicyOperation } from './operation-schema.ts';
import { settingsOf } from './policy-draft.ts';
import { readOperations } from './read-operations.ts';

const ENDPOINT = 'cvpn-endpoint-0a1b2c3d4e5f67890';
const TEST = { name: 't', connection: {}, at: '2026-11-24T10:00:00Z', expect: { allow: false } };
const POLICY = {
  version: 1,
  defaultEffect: 'deny',
  endpoints: { [ENDPOINT]: { name: 'frankfurt' } },
  sets: {
    leavers: { kind: 'user', entries: ['batchi', { value: 'user-0481', note: 'on leave' }, 'Batchi'] },
    offices: { kind: 'ip', entries: ['203.0.113.0/24', '::ffff:198.51.100.7'] },
  },
  rules: [
    { id: 'block', effect: 'deny', match: { users: ['@leavers'] }, message: 'No.' },
    { id: 'offices', effect: 'allow', match: { sourceIps: ['@offices'] } },
  ],
  tests: [TEST],
} as const satisfies PolicyDocument;
const [BLOCK, OFFICES] = POLICY.rules;
const LIMIT = { id: 'one-each', match: 'everyone' as const, maxConnections: 1, message: 'Once is enough.' };
const NEW_RULE = { id: 'new', effect: 'allow' as const, match: 'everyone' as const };

function applied(...operations: PolicyOperation[]) {
  const read = readOperations(operations);
  if (!read.ok) throw new Error(JSON.stringify(read.issues));
  const result = applyOperations(POLICY, read.operations);
  if (!result.ok) throw new Error(JSON.stringify(result.issues));
  return result;
}

function refused(...operations: PolicyOperation[]) {
  const result = applyOperations(POLICY, operations);
  return result.ok ? [] : result.issues.map(({ where, code }) => `${where}: ${code}`);
}

describe('applyOperations', () => {
  it.each<[what: string, operation: PolicyOperation, outcome: string, document: object]>([
    [
      'puts a new rule last',
      { op: 'put-rule', rule: NEW_RULE },
      'created',
      { ...POLICY, rules: [BLOCK, OFFICES, NEW_RULE] },
    ],
    [
      'puts a rule in the place of the old one',
      { op: 'put-rule', rule: { ...NEW_RULE, id: 'block' } },
      'changed',
      { ...POLICY, rules: [{ ...NEW_RULE, id: 'block' }, OFFICES] },
    ],
    [
      'patches a rule',
      { op: 'patch-rule', id: 'block', patch: { enabled: false, message: null, match: { groups: ['temps'] } } },
      'changed',
      {
        ...POLICY,
        rules: [
          { id: 'block', effect: 'deny', match: { users: ['@leavers'], groups: ['temps'] }, enabled: false },
          OFFICES,
        ],
      },
    ],
    ['deletes a rule', { op: 'delete-rule', id: 'block' }, 'deleted', { ...POLICY, rules: [OFFICES] }],
    ['puts the first limit', { op: 'put-limit', limit: LIMIT }, 'created', { ...POLICY, limits: [LIMIT] }],
    [
      'puts a new set',
      { op: 'put-set', name: 'days', set: { kind: 'date', entries: [] } },
      'created',
      { ...POLICY, sets: { ...POLICY.sets, days: { kind: 'date', entries: [] } } },
    ],
    [
      'deletes a set',
      { op: 'delete-set', name: 'leavers' },
      'deleted',
      { ...POLICY, sets: { offices: POLICY.sets.offices } },
    ],
    [
      'puts a test',
      { op: 'put-test', test: { ...TEST, name: 'another' } },
      'created',
      { ...POLICY, tests: [TEST, { ...TEST, name: 'another' }] },
    ],
    ['deletes the only test, and the list with it', { op: 'delete-test', name: 't' }, 'deleted', without('tests')],
    [
      'puts an endpoint',
      { op: 'put-endpoint', id: ENDPOINT, endpoint: { mode: 'observe' } },
      'changed',
      { ...POLICY, endpoints: { [ENDPOINT]: { mode: 'observe' } } },
    ],
    [
      'patches an endpoint',
      { op: 'patch-endpoint', id: ENDPOINT, patch: { mode: 'observe' } },
      'changed',
      { ...POLICY, endpoints: { [ENDPOINT]: { name: 'frankfurt', mode: 'observe' } } },
    ],
    ['deletes an endpoint', { op: 'delete-endpoint', id: ENDPOINT }, 'deleted', without('endpoints')],
    [
      'patches the settings',
      { op: 'patch-settings', patch: { defaultEffect: 'allow', defaultMessage: 'Call 1234.' } },
      'changed',
      { ...POLICY, defaultEffect: 'allow', defaultMessage: 'Call 1234.' },
    ],
  ])('%s', (_, operation, outcome, document) => {
    const result = applied(operation);
    expect(result.document).toEqual(document);
    expect(result.results).toMatchObject([{ outcome }]);
  });

  it('puts, patches and deletes limits, the last one with the list', () => {
    const two = { ...LIMIT, id: 'two-each', maxConnections: 2 };
    const put = applied({ op: 'put-limit', limit: LIMIT }, { op: 'put-limit', limit: two });
    expect(put.results).toEqual([
      { outcome: 'created', path: ['limits', 0] },
      { outcome: 'created', path: ['limits', 1] },
    ]);
    const patched = applied(
      { op: 'put-limit', limit: LIMIT },
      { op: 'put-limit', limit: two },
      { op: 'patch-limit', id: 'one-each', patch: { maxConnections: 3, message: null } },
      { op: 'delete-limit', id: 'two-each' },
    );
    expect(patched.document).toEqual({ ...POLICY, limits: [{ id: 'one-each', match: 'everyone', maxConnections: 3 }] });
    expect(applied({ op: 'put-limit', limit: LIMIT }, { op: 'delete-limit', id: LIMIT.id }).document).toBe(POLICY);
  });

  it.each<[what: string, patch: object, entries: readonly unknown[], told: object]>([
    ['a new entry last', { add: ['new'] }, [...POLICY.sets.leavers.entries, 'new'], { added: 1 }],
    [
      'an entry in the place of the one with that value and of its repeats',
      { add: [{ value: 'BATCHI', expiresAt: '2026-11-27T18:00:00Z' }] },
      [
        { value: 'BATCHI', expiresAt: '2026-11-27T18:00:00Z' },
        { value: 'user-0481', note: 'on leave' },
      ],
      { added: 0, replaced: 1 },
    ],
    [
      'takes out every entry with that value',
      { remove: ['bATCHI'] },
      [{ value: 'user-0481', note: 'on leave' }],
      { removed: 2, notFound: [] },
    ],
    [
      'takes out what is there and tells what is not',
      { remove: ['user-0481', 'bathci', 'nobody'] },
      ['batchi', 'Batchi'],
      { removed: 1, notFound: ['bathci', 'nobody'] },
    ],
  ])('patches a set: %s', (_, patch, entries, told) => {
    const result = applied({ op: 'patch-set', name: 'leavers', ...patch });
    expect(result.document).toEqual({ ...POLICY, sets: { ...POLICY.sets, leavers: { kind: 'user', entries } } });
    expect(result.results).toMatchObject([{ outcome: 'changed', entries: told }]);
  });

  it('knows an address by its range', () => {
    const result = applied({
      op: 'patch-set',
      name: 'offices',
      remove: ['198.51.100.7/32', '203.0.113.0-203.0.113.255'],
    });
    expect(result.document).toMatchObject({ sets: { offices: { entries: [] } } });
  });

  it.each<[what: string, operations: PolicyOperation[]]>([
    ['a rule that is there already', [{ op: 'put-rule', rule: structuredClone(BLOCK) as never }]],
    ['a patch of a rule that says what it says', [{ op: 'patch-rule', id: 'block', patch: { message: 'No.' } }]],
    ['a patch with the same list', [{ op: 'patch-rule', id: 'block', patch: { match: { users: ['@leavers'] } } }]],
    ['an entry that is not there', [{ op: 'patch-set', name: 'leavers', remove: ['nobody'] }]],
    ['an entry that is there', [{ op: 'patch-set', name: 'offices', add: ['203.0.113.0/24'] }]],
    ['the settings as they are', [{ op: 'patch-settings', patch: { defaultEffect: 'deny', defaultMessage: null } }]],
    [
      'a change and its undoing',
      [
        { op: 'patch-rule', id: 'block', patch: { enabled: false } },
        { op: 'put-rule', rule: NEW_RULE },
        { op: 'patch-rule', id: 'block', patch: { enabled: null } },
        { op: 'delete-rule', id: 'new' },
      ],
    ],
  ])('gives back the document itself for %s', (_, operations) => {
    expect(applied(...operations).document).toBe(POLICY);
  });

  it('keeps what it does not touch as the very same objects', () => {
    const document = applied({ op: 'patch-rule', id: 'block', patch: { enabled: false } }).document as PolicyDocument;
    expect(document.rules?.[1]).toBe(OFFICES);
    expect(document.sets).toBe(POLICY.sets);
    expect(document.tests).toBe(POLICY.tests);
  });

  it('lets each operation see what those before it left', () => {
    const { document, results } = applied(
      { op: 'put-set', name: 'new', set: { kind: 'user', entries: ['a'] } },
      { op: 'patch-set', name: 'new', add: ['b'] },
      { op: 'put-rule', rule: NEW_RULE },
      { op: 'patch-rule', id: 'new', patch: { match: { users: ['@new'] } } },
      { op: 'delete-rule', id: 'block' },
    );
    expect(document).toMatchObject({
      sets: { new: { entries: ['a', 'b'] } },
      rules: [OFFICES, { ...NEW_RULE, match: { users: ['@new'] } }],
    });
    expect(results.map(({ outcome }) => outcome)).toEqual(['created', 'changed', 'created', 'changed', 'deleted']);
    expect(results.map(({ path }) => path)).toEqual([
      ['sets', 'new'],
      ['sets', 'new'],
      ['rules', 1],
      ['rules', 1],
      undefined,
    ]);
  });

  it('leads from an issue of the new document to the operation that made it', () => {
    const { document, results } = applied(
      { op: 'put-rule', rule: NEW_RULE },
      { op: 'patch-rule', id: 'offices', patch: { match: { sourceIps: null } } },
      { op: 'delete-set', name: 'leavers' },
    );
    const validated = validatePolicy(document);
    const told = validated.ok
      ? []
      : validated.issues.map(({ path, where, code }) => [where, code, operationOf(results, path)]);
    expect(told).toEqual([
      ['rules[0].match.users[0]', 'unknown-set', undefined],
      ['rules[1].match', 'empty', 1],
    ]);
  });

  it.each<[what: string, operations: PolicyOperation[], issues: string[]]>([
    ['a rule that is not there', [{ op: 'delete-rule', id: 'blok' }], ['[0].id: not-found']],
    ['a set that is not there', [{ op: 'patch-set', name: 'x', add: ['a'] }], ['[0].name: not-found']],
    ['a test that is not there', [{ op: 'delete-test', name: 'x' }], ['[0].name: not-found']],
    ['an endpoint that is not there', [{ op: 'delete-endpoint', id: 'cvpn-endpoint-00000000' }], ['[0].id: not-found']],
    ['another id', [{ op: 'patch-rule', id: 'block', patch: { id: 'other' } }], ['[0].patch.id: immutable-id']],
    ['no id', [{ op: 'patch-rule', id: 'block', patch: { id: null } }], ['[0].patch.id: immutable-id']],
    [
      'values that the set cannot have',
      [{ op: 'patch-set', name: 'offices', add: ['203.0.113.9', { value: '010.0.0.1' }], remove: ['@leavers'] }],
      ['[0].add[1].value: invalid-address', '[0].remove[0]: invalid-value'],
    ],
    [
      'a value that is added and removed',
      [{ op: 'patch-set', name: 'offices', add: ['192.0.2.1'], remove: ['::ffff:192.0.2.1'] }],
      ['[0].remove[0]: contradiction'],
    ],
    [
      'a value that is added twice in different words',
      [{ op: 'patch-set', name: 'leavers', add: ['a', { value: 'A', note: 'x' }, 'b', 'b'] }],
      ['[0].add[1].value: contradiction'],
    ],
    [
      'several operations, but not what follows from the first',
      [
        { op: 'put-rule', rule: NEW_RULE },
        { op: 'delete-rule', id: 'gone' },
        { op: 'patch-rule', id: 'gone', patch: {} },
        { op: 'delete-set', name: 'gone' },
      ],
      ['[1].id: not-found', '[3].name: not-found'],
    ],
  ])('refuses %s', (_, operations, issues) => {
    expect(refused(...operations)).toEqual(issues);
  });

  it('tells of a thousand rules that are not there, in a policy of ten thousand', () => {
    const id = (index: number) => `contractors-of-the-second-team-in-frankfurt-${String(index).padStart(5, '0')}`;
    const large: PolicyDocument = {
      version: 1,
      defaultEffect: 'deny',
      rules: Array.from({ length: 10_000 }, (_, index) => ({ ...NEW_RULE, id: id(index) })),
    };
    const wrong = Array.from({ length: 1_000 }, (_, index) => `x${id(index)}`);
    const result = applyOperations(
      large,
      wrong.map((each) => ({ op: 'delete-rule', id: each })),
    );
    expect(result.ok ? [] : result.issues.map(({ code }) => code)).toEqual(wrong.map(() => 'not-found'));
  });

  it('suggests the name that was meant', () => {
    const result = applyOperations(POLICY, [{ op: 'delete-rule', id: 'blok' }]);
    expect(result).toMatchObject({ issues: [{ message: 'there is no rule "blok" (did you mean "block"?)' }] });
  });

  it.each<[what: string, operation: PolicyOperation, issues: string[]]>([
    ['a matching hash', { op: 'delete-rule', id: 'block', ifMatch: itemHash(BLOCK) }, []],
    ['any rule that is there', { op: 'delete-rule', id: 'block', ifMatch: '*' }, []],
    [
      'another hash',
      { op: 'delete-rule', id: 'block', ifMatch: itemHash(OFFICES) },
      ['[0].ifMatch: precondition-failed'],
    ],
    ['a rule that is gone', { op: 'delete-rule', id: 'gone', ifMatch: '*' }, ['[0].ifMatch: precondition-failed']],
    [
      'a new rule where there is one',
      { op: 'put-rule', rule: { ...NEW_RULE, id: 'block' }, ifNoneMatch: '*' },
      ['[0].ifNoneMatch: precondition-failed'],
    ],
    ['a new rule where there is none', { op: 'put-rule', rule: NEW_RULE, ifNoneMatch: '*' }, []],
    ['the set', { op: 'patch-set', name: 'leavers', add: ['a'], ifMatch: itemHash(POLICY.sets.leavers) }, []],
    [
      'the settings',
      { op: 'patch-settings', patch: { defaultEffect: 'allow' }, ifMatch: itemHash(settingsOf(POLICY)) },
      [],
    ],
    [
      'other settings',
      { op: 'patch-settings', patch: { defaultEffect: 'allow' }, ifMatch: itemHash({}) },
      ['[0].ifMatch: precondition-failed'],
    ],
  ])('holds a precondition: %s', (_, operation, issues) => {
    expect(refused(operation)).toEqual(issues);
  });

  it('compares preconditions with the policy in force, not with what earlier operations made', () => {
    const ifMatch = itemHash(BLOCK);
    expect(
      refused(
        { op: 'patch-rule', id: 'block', patch: { enabled: false }, ifMatch },
        { op: 'patch-rule', id: 'block', patch: { message: 'Out.' }, ifMatch },
      ),
    ).toEqual([]);
  });

  it('leads from any policy to any other, and undoes itself', () => {
    fc.assert(
      fc.property(somePolicy(), somePolicy(), (from, to) => {
        const there = applyOperations(from, steps(from, to));
        expect(there.ok && sameItems(there.document, to)).toBe(true);
        const back = there.ok ? applyOperations(there.document as PolicyDocument, steps(to, from)) : undefined;
        expect(back?.ok && sameItems(back.document, from)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it('tells 200,000 mistakes of one operation', () => {
    const document: PolicyDocument = {
      version: 1,
      defaultEffect: 'deny',
      sets: { offices: { kind: 'ip', entries: [] } },
    };
    const add = Array.from({ length: 200_000 }, () => 'x');
    const applied = applyOperations(document, [{ op: 'patch-set', name: 'offices', add }]);
    expect(!applied.ok && applied.issues.length).toBe(200_000);
  });

  it('patches a large set a hundred times', () => {
    const entries = Array.from({ length: 20_000 }, (_, index) => `2001:db8:${index.toString(16)}::/48`);
    const large: PolicyDocument = { version: 1, defaultEffect: 'deny', sets: { large: { kind: 'ip', entries } } };
    const added = Array.from({ length: 100 }, (_, index) => `192.0.2.${index}`);
    const result = applyOperations(
      large,
      added.map((value) => ({ op: 'patch-set', name: 'large', add: [value], remove: ['::ffff:192.0.2.255'] })),
    );
    expect(result).toMatchObject({ ok: true, document: { sets: { large: { entries: [...entries, ...added] } } } });
  });

  it('patches 100,000 entries at once in a large set', () => {
    const entries = Array.from({ length: 100_000 }, (_, index) => `user-${index}`);
    const large: PolicyDocument = { version: 1, defaultEffect: 'deny', sets: { large: { kind: 'user', entries } } };
    const result = applyOperations(large, [
      { op: 'patch-set', name: 'large', remove: entries.slice(1), add: ['USER-0', 'new'] },
    ]);
    expect(result).toMatchObject({
      ok: true,
      document: { sets: { large: { entries: ['USER-0', 'new'] } } },
      results: [{ entries: { added: 1, replaced: 1, removed: 99_999 } }],
    });
  });
});

function without(key: keyof typeof POLICY): object {
  const { [key]: _, ...rest } = POLICY;
  return rest;
}

/** Operations that make one policy of another, but for the order of rules. */
function steps(from: PolicyDocument, to: PolicyDocument): PolicyOperation[] {
  const operations: unknown[] = [
    ...(from.rules ?? []).map(({ id }) => ({ op: 'delete-rule', id })),
    ...(from.limits ?? []).map(({ id }) => ({ op: 'delete-limit', id })),
    ...(from.tests ?? []).map(({ name }) => ({ op: 'delete-test', name })),
    ...Object.keys(from.sets ?? {}).map((name) => ({ op: 'delete-set', name })),
    ...Object.keys(from.endpoints ?? {}).map((id) => ({ op: 'delete-endpoint', id })),
    ...Object.entries(to.endpoints ?? {}).map(([id, endpoint]) => ({ op: 'put-endpoint', id, endpoint })),
    ...Object.entries(to.sets ?? {}).map(([name, set]) => ({ op: 'put-set', name, set })),
    ...(to.rules ?? []).map((rule) => ({ op: 'put-rule', rule })),
    ...(to.limits ?? []).map((limit) => ({ op: 'put-limit', limit })),
    ...(to.tests ?? []).map((test) => ({ op: 'put-test', test })),
    {
      op: 'patch-settings',
      patch: { defaultEffect: to.defaultEffect, defaultMessage: to.defaultMessage ?? null },
    },
  ];
  const read = readOperations(operations);
  if (!read.ok) throw new Error(JSON.stringify(read.issues));
  return [...read.operations];
}

function sameItems(document: unknown, other: PolicyDocument): boolean {
  const full = (policy: PolicyDocument) => ({ rules: [], limits: [], tests: [], sets: {}, endpoints: {}, ...policy });
  return sameData(full(document as PolicyDocument), full(other)); // made of items of valid policies
}
