import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { PolicyDocument } from '../engine/index.ts';
import { sameData } from './diff.ts';
import { diffText } from './diff-text.ts';
import { policyChanges } from './policy-changes.ts';
import { threeVersions } from './testing/policy-versions.ts';

const BEFORE = {
  version: 1,
  defaultEffect: 'deny',
  endpoints: { 'cvpn-endpoint-0a1b2c3d4e5f67890': { name: 'frankfurt' } },
  sets: {
    leavers: { kind: 'user', entries: ['user-0481', { value: 'x', note: 'on leave' }, 'y'] },
    old: { kind: 'ip', entries: [] },
  },
  rules: [
    { id: 'gone', effect: 'deny', match: 'everyone' },
    {
      id: 'patch-night',
      effect: 'deny',
      match: { users: ['a', 'b'], windows: [{ days: ['mon'], start: '07:00', end: '22:00', timezone: 'UTC' }] },
      expiresAt: '2026-11-24T18:00:00+09:00',
    },
    { id: 'one', effect: 'allow', match: 'everyone' },
    { id: 'two', effect: 'allow', match: 'everyone' },
  ],
  limits: [
    { id: 'one-each', match: 'everyone', maxConnections: 1 },
    { id: 'ten-each', match: 'everyone', maxConnections: 10 },
    { id: 'two-each', match: 'everyone', maxConnections: 2, message: 'Two are enough.' },
  ],
} as const satisfies PolicyDocument;

const AFTER: PolicyDocument = {
  version: 1,
  defaultEffect: 'allow',
  defaultMessage: 'Call 1234.\u001B[2J',
  endpoints: { 'cvpn-endpoint-0a1b2c3d4e5f67890': { name: 'frankfurt', mode: 'observe' } },
  sets: {
    leavers: {
      kind: 'user',
      entries: [{ value: 'x', note: 'back' }, 'y', { value: 'batchi', expiresAt: '2026-11-27T18:00:00+09:00' }],
    },
    days: { kind: 'date', entries: ['2026-12-29'] },
  },
  rules: [
    { id: 'two', effect: 'allow', match: 'everyone' },
    {
      id: 'patch-night',
      effect: 'deny',
      match: { users: ['a', 'c'], windows: [{ days: ['mon'], start: '07:00', end: '23:00', timezone: 'UTC' }] },
      expiresAt: '2026-11-25T18:00:00+09:00',
      message: 'No.',
    },
    { id: 'one', effect: 'allow', match: 'everyone' },
    { id: 'block-batchi', match: { identities: ['batchi'] }, effect: 'deny' },
  ],
  limits: [
    { id: 'two-each', match: 'everyone', maxConnections: 3, whenExceeded: 'endOldest' },
    { id: 'one-each', match: 'everyone', maxConnections: 1 },
    { id: 'temps', match: { groups: ['temps'] }, maxConnections: 1 },
  ],
};

describe('policyChanges', () => {
  it('has the values before and after', () => {
    expect(policyChanges(BEFORE, AFTER)).toEqual([
      { what: 'setting', id: 'defaultEffect', change: 'changed', before: 'deny', after: 'allow' },
      { what: 'setting', id: 'defaultMessage', change: 'added', after: AFTER.defaultMessage },
      {
        what: 'endpoint',
        id: 'cvpn-endpoint-0a1b2c3d4e5f67890',
        change: 'changed',
        fields: [{ key: 'mode', after: 'observe' }],
      },
      { what: 'set', id: 'old', change: 'removed', before: BEFORE.sets.old },
      {
        what: 'set',
        id: 'leavers',
        change: 'changed',
        fields: [],
        entries: {
          added: [{ value: 'batchi', expiresAt: '2026-11-27T18:00:00+09:00' }],
          removed: ['user-0481'],
          changed: [{ value: 'x', before: [{ value: 'x', note: 'on leave' }], after: [{ value: 'x', note: 'back' }] }],
          reordered: false,
        },
      },
      { what: 'set', id: 'days', change: 'added', after: AFTER.sets?.days },
      { what: 'rule', id: 'gone', change: 'removed', before: BEFORE.rules[0] },
      {
        what: 'rule',
        id: 'patch-night',
        change: 'changed',
        fields: [
          { key: 'expiresAt', before: '2026-11-24T18:00:00+09:00', after: '2026-11-25T18:00:00+09:00' },
          { key: 'match', before: BEFORE.rules[1].match, after: AFTER.rules?.[1]?.match },
          { key: 'message', after: 'No.' },
        ],
      },
      { what: 'rule', id: 'block-batchi', change: 'added', after: AFTER.rules?.[3] },
      {
        what: 'rule',
        change: 'reordered',
        before: ['patch-night', 'one', 'two'],
        after: ['two', 'patch-night', 'one'],
      },
      { what: 'limit', id: 'ten-each', change: 'removed', before: BEFORE.limits[1] },
      {
        what: 'limit',
        id: 'two-each',
        change: 'changed',
        fields: [
          { key: 'maxConnections', before: 2, after: 3 },
          { key: 'message', before: 'Two are enough.' },
          { key: 'whenExceeded', after: 'endOldest' },
        ],
      },
      { what: 'limit', id: 'temps', change: 'added', after: AFTER.limits?.[2] },
      { what: 'limit', change: 'reordered', before: ['one-each', 'two-each'], after: ['two-each', 'one-each'] },
    ]);
  });
});

describe('diffText', () => {
  it('reads like a diff', () => {
    expect(diffText(BEFORE, AFTER)).toBe(
      `~ defaultEffect: deny -> allow
+ defaultMessage: "Call 1234.\\u001b[2J"
~ endpoint cvpn-endpoint-0a1b2c3d4e5f67890: mode none -> observe
- set old
-     kind: ip
-     entries: []
~ set leavers: +batchi (expiresAt 2026-11-27T18:00:00+09:00) -user-0481 ~x (note "on leave" -> back)
+ set days
+     kind: date
+     entries: [2026-12-29]
- rule gone: refuse everyone, everywhere
-     effect: deny
-     match: everyone
~ rule patch-night: expiresAt 2026-11-24T18:00:00+09:00 -> 2026-11-25T18:00:00+09:00
~ rule patch-night: match.users +c -b
~ rule patch-night: match.windows[0].end 22:00 -> 23:00
~ rule patch-night: message none -> No.
+ rule block-batchi: refuse batchi, everywhere
+     effect: deny
+     match: {identities: [batchi]}
~ rules: reordered: patch-night, one, two -> two, patch-night, one
- limit ten-each: at most 10 connections each for everyone, everywhere, else a new one is refused
-     maxConnections: 10
-     match: everyone
~ limit two-each: maxConnections 2 -> 3
~ limit two-each: message "Two are enough." -> none
~ limit two-each: whenExceeded none -> endOldest
+ limit temps: at most 1 connection each for everyone in temps, everywhere, else a new one is refused
+     maxConnections: 1
+     match: {groups: [temps]}
~ limits: reordered: one-each, two-each -> two-each, one-each
`,
    );
  });

  it('tells a first policy whole', () => {
    expect(diffText(undefined, { version: 1, defaultEffect: 'deny', tests: [] })).toBe(
      '+ version: 1\n+ defaultEffect: deny\n',
    );
  });

  it.each<[what: string, before: readonly unknown[], after: readonly unknown[], line: string]>([
    ['another order', ['a', 'b'], ['b', 'a'], 'entries reordered'],
    ['a value alone made an object', ['a'], [{ value: 'a' }], '~a (written otherwise)'],
    ['a repeated value', ['a'], ['a', { value: 'a', note: 'n' }], '~a ([a] -> [a, {value: a, note: n}])'],
    [
      'many entries',
      [],
      Array.from({ length: 60 }, (_, index) => `u${index}`),
      `${Array.from({ length: 50 }, (_, index) => `+u${index}`).join(' ')} … and 10 more`,
    ],
  ])('of the entries of a set it tells %s', (_, before, after, line) => {
    const policy = (entries: readonly unknown[]) =>
      ({ version: 1, defaultEffect: 'deny', sets: { s: { kind: 'user', entries } } }) as PolicyDocument;
    expect(diffText(policy(before), policy(after))).toBe(`~ set s: ${line}\n`);
  });

  it('is empty where nothing differs and only there, whatever order the keys have, and safe to print', () => {
    fc.assert(
      fc.property(threeVersions(), ([, before, after]) => {
        const text = diffText(before, after);
        expect(text === '').toBe(sameData(normal(before), normal(after)));
        expect(diffText(otherKeyOrder(before), otherKeyOrder(after))).toBe(text);
        expect(text).toMatch(/^([+~-] [^\p{C}]+\n)*$/u);
        expect(diffText(before, structuredClone(before))).toBe('');
      }),
      { numRuns: 200 },
    );
  });
});

/** An empty list says the same as none. */
function normal(document: PolicyDocument): object {
  return { rules: [], limits: [], tests: [], ...document };
}

function otherKeyOrder<T>(value: T): T {
  // The copy has the same content.
  return JSON.parse(JSON.stringify(value), (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).reverse())
      : inner,
  ) as T;
}
