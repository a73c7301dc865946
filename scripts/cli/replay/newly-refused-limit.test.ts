import { describe, expect, it } from '@jest/globals';
import { Command } from 'commander';
import type { ReplayReport } from '../../../shared/replay/index.ts';
import { addNewlyRefusedLimit, type NewlyRefusedLimit, overLimit } from './newly-refused-limit.ts';

const DAY_MS = 86_400_000;

function limitOf(text: string): NewlyRefusedLimit {
  const command = addNewlyRefusedLimit(new Command(), 'stop')
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  return command.parse(['--max-newly-refused', text], { from: 'user' }).opts().maxNewlyRefused;
}

function report(newlyRefused: Partial<ReplayReport['changed']['newlyRefused']>, more: Partial<ReplayReport> = {}) {
  const none = { connections: 0, users: { count: 0 }, withoutUser: 0 };
  return {
    connections: 9_000,
    users: { count: 1_000 },
    withoutUser: 0,
    plainAdmissions: 8_000,
    changed: { newlyRefused: { ...none, connections: 31, ...newlyRefused }, newlyAdmitted: none, groups: [] },
    toldOtherwise: 0,
    answeredOtherwise: { refusedThen: 0, admittedThen: 0 },
    notCompared: 0,
    reportRules: [],
    observedEndpoints: [],
    withheld: [],
    ...more,
  } satisfies ReplayReport;
}

describe('--max-newly-refused', () => {
  it.each([
    ['1%', 10, false],
    ['1%', 11, true],
    ['0.5%', 5, false],
    ['0.5%', 6, true],
    ['0%', 0, false],
    ['0', 1, true],
    ['12', 12, false],
    ['12', 13, true],
    ['100%', 1_000, false],
  ])('%s and %d of 1,000 users: stops %p', (text, count, stops) => {
    expect(overLimit(report({ users: { count } }), limitOf(text), 14 * DAY_MS) !== undefined).toBe(stops);
  });

  it('tells how many they are', () => {
    expect(overLimit(report({ users: { count: 12 } }), limitOf('1%'), 14 * DAY_MS)).toBe(
      '--max-newly-refused 1%: it would newly refuse 12 of 1,000 users seen in 14 days (31 connections)',
    );
  });

  it('counts connections without a name by themselves', () => {
    const unnamed = report({ withoutUser: 3 }, { withoutUser: 200 });
    expect(overLimit(unnamed, limitOf('1%'), DAY_MS)).toContain('and 3 of 200 connections without a name');
    expect(overLimit(unnamed, limitOf('2%'), DAY_MS)).toBeUndefined();
    expect(overLimit(unnamed, limitOf('2'), DAY_MS)).toBeDefined();
  });

  it.each([
    ['nothing is on record', report({}, { connections: 0 }), 'no decision is on record in that time'],
    ['no admission is on record', report({}, { plainAdmissions: 0 }), 'no plain admission is on record'],
    ['there may be more', report({ users: { count: 1, atLeast: true } }), 'would newly refuse at least 1 of 1,000'],
  ])('stops where %s', (_, found, reason) => {
    expect(overLimit(found, limitOf('100%'), DAY_MS)).toContain(reason);
  });

  it('counts without rounding', () => {
    const of = (count: number) => report({ users: { count } }, { users: { count: 10_000 } });
    expect([57, 58].map((count) => overLimit(of(count), limitOf('0.57%'), DAY_MS) !== undefined)).toEqual([
      false,
      true,
    ]);
    expect([150, 151].map((count) => overLimit(of(count), limitOf('1.5%'), DAY_MS) !== undefined)).toEqual([
      false,
      true,
    ]);
  });

  it.each(['', '1.', '-1', '101%', '1 %', 'one', '1e3', '1.5555%', '0x1', 'NaN%', '+1%', '١%'])(
    'does not take %j',
    (text) => {
      expect(() => limitOf(text)).toThrow('Accepted: such as 1%, 0.5%, 0 or 12.');
    },
  );
});
