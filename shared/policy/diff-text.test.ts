/** The ways to tell a difference; what is told stands in `policy-changes.test.ts`. */
import { describe, expect, it } from '@jest/globals';
import type { PolicyDocument } from '../engine/index.ts';
import { diffText } from './diff-text.ts';

const EMPTY: PolicyDocument = { version: 1, defaultEffect: 'deny' };

const FULL: PolicyDocument = {
  ...EMPTY,
  sets: { leavers: { kind: 'user', entries: [{ value: 'batchi', expiresAt: '2026-11-27T18:00:00+09:00' }] } },
  rules: [
    {
      id: 'short',
      effect: 'deny',
      match: { users: ['@leavers'] },
      expiresAt: '2026-11-24T18:00:00+09:00',
      message: '2026-11-24, 18:00',
    },
    { id: 'long', effect: 'allow', match: { users: ['a', 'b', 'c', 'd', 'e'] } },
  ],
  tests: [{ name: 't', connection: {}, at: '2026-11-24T10:00:00Z', expect: { allow: false } }],
};

const printTime = (time: string) => `<${time.slice(11, 16)}>`;

describe('diffText', () => {
  it('is brief on wish: what the sentence of a rule tells is not told again, of tests the name suffices', () => {
    expect(diffText(EMPTY, FULL, { brief: true })).toBe(
      `+ set leavers
+     kind: user
+     entries: [{value: batchi, expiresAt: 2026-11-27T18:00:00+09:00}]
+ rule short: refuse user @leavers, everywhere, until 2026-11-24 18:00 +09:00
+     message: "2026-11-24, 18:00"
+ rule long: admit user a, b, c or 2 more, everywhere
+     match: {users: [a, b, c, d, e]}
+ test t
`,
    );
    expect(diffText({ ...EMPTY, rules: FULL.rules }, EMPTY, { brief: true })).toBe(
      `- rule short: refuse user @leavers, everywhere, until 2026-11-24 18:00 +09:00
- rule long: admit user a, b, c or 2 more, everywhere
`,
    );
  });

  it('prints times as the caller does', () => {
    const [short, long] = FULL.rules ?? [];
    if (short === undefined || long === undefined) throw new Error('the rules are above');
    const extended: PolicyDocument = {
      ...FULL,
      sets: { leavers: { kind: 'user', entries: [{ value: 'batchi', expiresAt: '2026-11-28T07:00:00Z' }] } },
      rules: [{ ...short, expiresAt: '2026-11-24T20:00:00+09:00' }, long],
    };
    expect(diffText(FULL, extended, { printTime })).toBe(
      '~ set leavers: ~batchi (expiresAt <18:00> -> <07:00>)\n~ rule short: expiresAt <18:00> -> <20:00>\n',
    );
    const added = diffText(EMPTY, FULL, { printTime });
    expect(added).toContain('+ rule short: refuse user @leavers, everywhere, until <18:00>\n');
    expect(added).toContain('+     expiresAt: <18:00>\n');
    expect(added).toContain('+     at: <10:00>\n');
    expect(added).toContain('+     message: "2026-11-24, 18:00"\n');
  });

  it('leaves alone what only looks like a time', () => {
    const odd: PolicyDocument = { ...EMPTY, sets: { s: { kind: 'user', entries: ['2026-13-41T00:00Z'] } } };
    expect(diffText(EMPTY, odd, { printTime })).toContain('entries: [2026-13-41T00:00Z]');
  });
});
