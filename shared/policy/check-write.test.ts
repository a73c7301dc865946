/** The gate in front of every write. */
import { describe, expect, it } from '@jest/globals';
import type { PolicyDocument, PolicyTest } from '../engine/index.ts';
import { type Confirmation, checkWrite } from './check-write.ts';

const nowMs = Date.UTC(2026, 10, 24);

const inFromOffice: PolicyTest = {
  name: 'in from the office',
  connection: { username: 'tanaka', 'public-ip': '203.0.113.9' },
  at: '2026-11-24T10:00Z',
  expect: { allow: true },
};
const outFromElsewhere: PolicyTest = {
  name: 'out from elsewhere',
  connection: { username: 'tanaka', 'public-ip': '192.0.2.1' },
  at: '2026-11-24T10:00Z',
  expect: { allow: false },
};
const allow = (sourceIps: string[]) => ({ id: 'offices', effect: 'allow' as const, match: { sourceIps } });

const current: PolicyDocument = {
  version: 1,
  defaultEffect: 'deny',
  rules: [allow(['203.0.113.0/24'])],
  tests: [inFromOffice],
};
const broken: PolicyDocument = { ...current, rules: [allow(['198.51.100.0/24'])] };

const check = (next: unknown, confirm: Confirmation[] = [], from: PolicyDocument | undefined = current) =>
  checkWrite({ current: from, next, confirm, nowMs });

describe('a write', () => {
  it('goes through where nothing is wrong, with what lint has to say', () => {
    const next = { ...current, sets: { spare: { kind: 'ip' as const, entries: ['192.0.2.0/24'] } } };
    expect(check(next, ['lockout', 'tests'])).toEqual({
      ok: true,
      document: next,
      warnings: [
        { path: ['sets', 'spare'], where: 'sets.spare', code: 'unused-set', message: 'nothing refers to @spare' },
      ],
      confirmed: [],
      confirmedFor: [],
    });
  });

  it('may be the first', () => {
    expect(checkWrite({ next: current, confirm: [], nowMs })).toMatchObject({ ok: true, confirmed: [] });
  });

  it('is refused with all issues where the policy is not valid, whatever was confirmed', () => {
    const checked = check({ version: 1, defaultEffect: 'block', rules: {} }, ['lockout', 'tests']);
    expect(checked).toMatchObject({ ok: false, issues: [{ where: 'defaultEffect' }, { where: 'rules' }] });
  });

  it.each<[string, PolicyDocument]>([
    ['new', { ...current, tests: [inFromOffice, { ...outFromElsewhere, expect: { allow: true } }] }],
    ['changed', { ...current, tests: [{ ...inFromOffice, expect: { allow: false } }] }],
  ])('is refused where a test that is %s fails, whatever was confirmed', (_name, next) => {
    const checked = check(next, ['lockout', 'tests']);
    expect(checked).toMatchObject({ ok: false, issues: [], failedTests: [{ passed: false }], unconfirmed: [] });
  });

  it('is refused where the first policy fails its own test', () => {
    expect(checkWrite({ next: broken, confirm: ['tests'], nowMs })).toMatchObject({
      ok: false,
      failedTests: [{ name: 'in from the office' }],
    });
  });

  it.each<[string, PolicyDocument, string]>([
    ['removes', { ...current, tests: [] }, 'the test "in from the office" is removed'],
    ['leaves out', { version: 1, defaultEffect: 'allow' }, 'the test "in from the office" is removed'],
    [
      'changes',
      { ...current, tests: [{ ...inFromOffice, at: '2026-11-25T10:00Z' }] },
      'the test "in from the office" is changed',
    ],
    ['breaks', broken, 'the test "in from the office" breaks (allow: expected true, got false)'],
  ])('that %s a test of the policy in force must say so', (_name, next, message) => {
    const reason = { confirm: 'tests', message };
    expect(check(next)).toEqual({ ok: false, issues: [], failedTests: [], unconfirmed: [reason] });
    expect(check(next, ['lockout'])).toMatchObject({ ok: false, unconfirmed: [reason] });
    expect(check(next, ['tests'])).toMatchObject({ ok: true, confirmed: ['tests'], confirmedFor: [reason] });
  });

  it('does not break a test that fails in the policy in force', () => {
    expect(check({ ...broken, defaultMessage: 'No.' }, [], broken)).toMatchObject({ ok: true, confirmed: [] });
  });

  it('may move tests and write their keys in another order', () => {
    const { name, ...rest } = inFromOffice;
    const before = { ...current, tests: [inFromOffice, outFromElsewhere] };
    expect(check({ ...current, tests: [outFromElsewhere, { ...rest, name }] }, [], before)).toMatchObject({ ok: true });
  });

  it('that refuses everybody must say so', () => {
    const next: PolicyDocument = { ...current, rules: [], tests: [] };
    const from = { ...current, tests: [] };
    const reason = {
      confirm: 'lockout',
      message: 'the policy refuses everybody: the default refuses, and no allow rule can admit anybody',
    };
    expect(check(next, [], from)).toMatchObject({ ok: false, unconfirmed: [reason] });
    expect(check(next, ['lockout'], from)).toMatchObject({ ok: true, confirmed: ['lockout'], confirmedFor: [reason] });
  });

  it('that changes nothing needs no word more, whatever had to be confirmed before', () => {
    const lockedOut: PolicyDocument = { ...broken, rules: [] };
    expect(check({ ...lockedOut }, [], lockedOut)).toMatchObject({ ok: true, confirmed: [] });
    expect(check({ ...lockedOut, defaultMessage: 'No.' }, [], lockedOut)).toMatchObject({
      ok: false,
      unconfirmed: [{ confirm: 'lockout' }],
    });
  });

  it('is told everything that it lacks at once', () => {
    const next = { ...current, rules: [], tests: [{ ...outFromElsewhere, expect: { allow: true } }] };
    expect(check(next)).toMatchObject({
      ok: false,
      failedTests: [{ name: 'out from elsewhere' }],
      unconfirmed: [{ confirm: 'lockout' }, { confirm: 'tests' }],
    });
  });
});
