import { describe, expect, it } from '@jest/globals';
import type { SetEntry, SetKind } from '../../../shared/engine/index.ts';
import { checkList, inferKind } from './check-list.ts';
import type { ListEntry } from './list.ts';

function listOf(entries: readonly (string | Omit<ListEntry, 'line'>)[]): ListEntry[] {
  return entries.map((entry, index) => ({
    ...(typeof entry === 'string' ? { value: entry } : entry),
    line: index + 1,
  }));
}

const NEW_YEAR = '2027-01-01T00:00:00Z';

describe('checkList', () => {
  it.each<
    [what: string, kind: SetKind, list: (string | Omit<ListEntry, 'line'>)[], entries: SetEntry[], repeats: number]
  >([
    ['values as they are written', 'user', ['Batchi', 'x*'], ['Batchi', 'x*'], 0],
    ['notes and ends', 'ip', [{ value: '10.0.0.1', note: 'n' }], [{ value: '10.0.0.1', note: 'n' }], 0],
    ['one address in several forms once', 'ip', ['10.0.0.0/8', '10.0.0.0-10.255.255.255'], ['10.0.0.0/8'], 1],
    ['names of another letter case once', 'user', ['batchi', 'BATCHI', 'BatChi'], ['batchi'], 2],
    [
      'what ends and does not end for ever',
      'user',
      [{ value: 'a', expiresAt: NEW_YEAR, note: 'x' }, 'A'],
      [{ value: 'a', note: 'x' }],
      1,
    ],
    [
      'what ends twice until the later end',
      'user',
      [
        { value: 'a', expiresAt: NEW_YEAR },
        { value: 'a', expiresAt: '2027-01-01T00:00:00-09:00' },
      ],
      [{ value: 'a', expiresAt: '2027-01-01T00:00:00-09:00' }],
      1,
    ],
    [
      'days as spreadsheets write them',
      'date',
      ['2026/1/1', '20260101', '2026-12-29'],
      ['2026-01-01', '2026-12-29'],
      1,
    ],
  ])('takes %s', (_, kind, list, entries, repeats) => {
    expect(checkList(listOf(list), kind)).toEqual({ ok: true, entries, repeats });
  });

  it('tells all that is wrong, with the lines', () => {
    const list = listOf(['10.0.0.1', '10.0.0.256', '@offices', { value: '10.0.0.2', expiresAt: 'tomorrow' }]);
    expect(checkList(list, 'ip')).toEqual({
      ok: false,
      issues: [
        { line: 2, message: expect.stringContaining('"10.0.0.256" is no address range') },
        { line: 3, message: expect.stringContaining('"@offices" is a reference to a set') },
        { line: 4, message: expect.stringContaining('"tomorrow"') },
      ],
    });
  });

  it('makes no day of what is none', () => {
    expect(checkList(listOf(['2026/2/30']), 'date')).toMatchObject({ ok: false, issues: [{ line: 1 }] });
  });
});

describe('inferKind', () => {
  it.each<[what: string, values: string[], kind: SetKind | undefined]>([
    ['addresses', ['10.0.0.1', '2001:db8::/32'], 'ip'],
    ['addresses with a slip in one', ['10.0.0.1', '10.0.0.256', '10.0.0.2'], 'ip'],
    ['days', ['2026-01-01', '2026/5/3'], 'date'],
    ['names', ['batchi', 'user-0481'], undefined],
    ['as many names as addresses', ['batchi', '10.0.0.1'], undefined],
    ['nothing', [], undefined],
  ])('looks at %s', (_, values, kind) => {
    expect(inferKind(listOf(values))).toBe(kind);
  });
});
