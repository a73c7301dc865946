/** Differences between policies, and how they are told. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { PolicyDocument, Rule } from '../engine/index.ts';
import { diffPolicies, sameData } from './diff.ts';
import { MAX_SUMMARY_BYTES, summarizeChange } from './summary.ts';

const night: Rule = { id: 'patch-night', effect: 'deny', match: 'everyone', expiresAt: '2026-12-01T00:00Z' };
const office: Rule = { id: 'office', effect: 'allow', match: { sourceIps: ['@offices'] } };
const before = {
  version: 1,
  defaultEffect: 'deny',
  sets: {
    leavers: { kind: 'user', entries: ['user-0481', { value: 'mori', expiresAt: '2026-12-01T00:00Z' }, 'sato'] },
    offices: { kind: 'ip', entries: ['203.0.113.0/24'] },
  },
  rules: [night, office],
} satisfies PolicyDocument;

describe('a summary', () => {
  it.each<[string, PolicyDocument, string]>([
    ['nothing', before, 'no change'],
    [
      'keys in another order',
      {
        ...before,
        rules: [{ match: 'everyone', effect: 'deny', id: 'patch-night', expiresAt: '2026-12-01T00:00Z' }, office],
      },
      'no change',
    ],
    [
      'a key that is undefined',
      { ...before, tests: undefined, rules: [{ ...night, message: undefined }, office] },
      'no change',
    ],
    [
      'a changed rule',
      { ...before, rules: [{ ...night, expiresAt: '2026-12-02T00:00Z', message: 'No.' }, office] },
      'rule patch-night changed (expiresAt, message)',
    ],
    [
      'rules added and removed',
      { ...before, rules: [office, { ...night, id: 'block' }] },
      'rule block added; rule patch-night removed',
    ],
    ['rules in another order', { ...before, rules: [office, night] }, 'rules reordered'],
    [
      'entries of a set',
      {
        ...before,
        sets: { ...before.sets, leavers: { kind: 'user', entries: ['batchi', { value: 'mori' }, 'sato'] } },
      },
      'set leavers: +batchi, -user-0481, ~mori',
    ],
    [
      'entries in another order',
      {
        ...before,
        sets: {
          ...before.sets,
          leavers: { kind: 'user', entries: [...before.sets.leavers.entries].reverse() },
        },
      },
      'set leavers: entries reordered',
    ],
    [
      'sets',
      {
        ...before,
        sets: {
          leavers: { ...before.sets.leavers, kind: 'group', entries: before.sets.leavers.entries },
          holidays: { kind: 'date', entries: [] },
        },
      },
      'set holidays added; set offices removed; set leavers changed (kind)',
    ],
    [
      'settings',
      { ...before, defaultEffect: 'allow', defaultMessage: 'No.' },
      'defaultEffect is now allow; defaultMessage changed',
    ],
    [
      'limits, and what becomes of standing connections',
      {
        ...before,
        rules: before.rules?.map((rule) => (rule.effect === 'deny' ? { ...rule, standing: 'keep' as const } : rule)),
        limits: [{ id: 'one-each', match: 'everyone', maxConnections: 1 }],
      },
      'rule patch-night changed (standing); limit one-each added',
    ],
    [
      'endpoints and tests',
      {
        ...before,
        endpoints: { 'cvpn-endpoint-0a1b2c3d4e5f67890': { mode: 'observe' } },
        tests: [{ name: 'a, b\u202e', connection: {}, at: '2026-11-24T10:00Z', expect: { allow: false } }],
      },
      'endpoint cvpn-endpoint-0a1b2c3d4e5f67890 added; test "a, b\\u202e" added',
    ],
  ])('tells %s', (_name, after, summary) => {
    expect(summarizeChange(before, after)).toBe(summary);
  });

  it('counts what a first policy has', () => {
    expect(summarizeChange(undefined, before)).toBe('first policy: 2 rules, 2 sets (4 entries), 0 endpoints, 0 tests');
  });

  it('counts the limits of a first policy, where it has some', () => {
    const limits = [{ id: 'one-each', match: 'everyone' as const, maxConnections: 1 }];
    expect(summarizeChange(undefined, { ...before, limits })).toBe(
      'first policy: 2 rules, 1 limit, 2 sets (4 entries), 0 endpoints, 0 tests',
    );
  });

  it('counts entries beyond the first few', () => {
    const entries = Array.from({ length: 1000 }, (_, index) => `user-${index}`);
    const after: PolicyDocument = { ...before, sets: { ...before.sets, leavers: { kind: 'user', entries } } };
    expect(summarizeChange(before, after)).toMatch(/^set leavers: \+user-0, .*\+user-7 and 995 more$/);
  });

  it('never has more than 1 KB, and counts what it leaves out', () => {
    const rules = Array.from({ length: 200 }, (_, index): Rule => ({ ...office, id: `regel-${index}` }));
    const summary = summarizeChange(before, { ...before, rules: [night, office, ...rules] });
    expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(MAX_SUMMARY_BYTES);
    const [, told, more] = /^(.*); and (\d+) more$/.exec(summary) ?? [];
    expect(told?.split('; ')).toHaveLength(200 - Number(more));
  });

  it('never has more than 1 KB or a line break, whatever names there are', () => {
    const entry = fc.string({ unit: 'binary', minLength: 1, maxLength: 300 });
    const entries = fc.uniqueArray(entry, { maxLength: 30 });
    const sets = fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), entries, { maxKeys: 12 });
    const policy = sets.map(
      (all): PolicyDocument => ({
        version: 1,
        defaultEffect: 'deny',
        sets: Object.fromEntries(
          Object.entries(all).map(([name, list]) => [name, { kind: 'user' as const, entries: list }]),
        ),
      }),
    );
    fc.assert(
      fc.property(policy, policy, (one, other) => {
        const summary = summarizeChange(one, other);
        expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(MAX_SUMMARY_BYTES);
        expect(summary).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
        expect(summary === 'no change').toBe(sameData(one, other));
      }),
    );
  });
});

describe('a difference', () => {
  it('has names and keys', () => {
    const after: PolicyDocument = { ...before, rules: [{ ...night, enabled: false }] };
    expect(diffPolicies(before, after)).toEqual({
      settings: [],
      endpoints: { added: [], removed: [], changed: [], reordered: false },
      sets: { added: [], removed: [], changed: [], reordered: false, entries: [] },
      limits: { added: [], removed: [], changed: [], reordered: false },
      rules: {
        added: [],
        removed: ['office'],
        changed: [{ name: 'patch-night', keys: ['enabled'] }],
        reordered: false,
      },
      tests: { added: [], removed: [], changed: [], reordered: false },
    });
  });

  it('knows sets by the names of things that every object has', () => {
    const after: PolicyDocument = {
      ...before,
      sets: { ...before.sets, constructor: { kind: 'user' as const, entries: ['x'] } },
    };
    expect(diffPolicies(before, after).sets.added).toEqual(['constructor']);
  });
});
