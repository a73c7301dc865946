import { describe, expect, it } from '@jest/globals';
import type { PolicySet, SetEntry } from '../../../shared/engine/index.ts';
import { itemHash } from '../../../shared/policy/index.ts';
import { changeOfSet, type SetChange, setOperations } from './set-change.ts';

const END = '2026-12-31T00:00:00+09:00';
const SET: PolicySet = {
  kind: 'user',
  entries: ['a', { value: 'b', note: 'n' }, { value: 'c', expiresAt: END }, { value: 'd' }, 'e', 'E'],
};
const NONE: SetChange = { added: [], changed: [], same: [], others: [] };

describe('changeOfSet', () => {
  it.each<[what: string, listed: SetEntry, exactly: boolean, change: Partial<SetChange>]>([
    ['what is new', 'x', false, { added: ['x'] }],
    ['what is there, spelled otherwise', 'A', false, { same: ['a'] }],
    ['what is there as an object', 'd', false, { same: ['d'] }],
    ['a note that only the set has, which stays', 'b', false, { same: [{ value: 'b', note: 'n' }] }],
    [
      'a note that only the set has, which goes where the set is to be the list',
      'b',
      true,
      { changed: [{ before: { value: 'b', note: 'n' }, after: 'b' }] },
    ],
    [
      'another note',
      { value: 'b', note: 'm' },
      false,
      { changed: [{ before: { value: 'b', note: 'n' }, after: { value: 'b', note: 'm' } }] },
    ],
    [
      'what ended and no longer does',
      'c',
      false,
      { changed: [{ before: { value: 'c', expiresAt: END }, after: 'c' }] },
    ],
    [
      'what ends now',
      { value: 'A', expiresAt: END },
      false,
      { changed: [{ before: 'a', after: { value: 'a', expiresAt: END } }] },
    ],
    ['what the set repeats, of which one is left', 'e', false, { changed: [{ before: 'e', after: 'e' }] }],
  ])('finds %s', (_, listed, exactly, change) => {
    const { others, ...found } = changeOfSet(SET, [listed], exactly);
    expect({ ...found, others: [] }).toEqual({ ...NONE, ...change });
    expect(others).toHaveLength(change.added === undefined ? 4 : 5);
  });

  it('finds what only the set has, each value once', () => {
    expect(changeOfSet(SET, ['b'], false).others).toEqual(['a', 'c', 'd', 'e']);
  });
});

describe('setOperations', () => {
  const change = { added: ['x'], changed: [{ before: 'a', after: 'A' }], removed: ['b'] };

  it('changes the set that was read, and no other', () => {
    expect(setOperations('s', SET, 'user', change)).toEqual([
      { op: 'patch-set', name: 's', add: ['x', 'A'], remove: ['b'], ifMatch: itemHash(SET) },
    ]);
  });

  it('makes a set that is not there, even an empty one', () => {
    expect(setOperations('s', undefined, 'ip', { added: [], changed: [], removed: [] })).toEqual([
      { op: 'put-set', name: 's', set: { kind: 'ip', entries: [] }, ifNoneMatch: '*' },
    ]);
  });

  it('does nothing where nothing changes', () => {
    expect(setOperations('s', SET, 'user', { added: [], changed: [], removed: [] })).toEqual([]);
  });
});
