/** The judge of histories sees each way in which one can be bad. */
import { describe, expect, it } from '@jest/globals';
import { type History, judge } from './check-history.ts';

/** Two writers, one after the other and then at once; everybody sees what they should. */
const GOOD: History = {
  revisions: [
    { number: 1, state: { nobody: 'n-0' } },
    { number: 2, state: { nobody: 'n-0', a: 'a-1' } },
    { number: 3, state: { nobody: 'n-0', a: 'a-1', b: 'b-1' } },
    { number: 4, state: { nobody: 'n-0', a: 'a-2', b: 'b-1' } },
    { number: 5, state: { nobody: 'n-0', a: 'a-2', b: 'b-3' } },
  ],
  writes: [
    { client: 'a', id: 'a-1', begunAt: 0, endedAt: 10, outcome: { was: 'acknowledged', revision: 2 } },
    { client: 'b', id: 'b-1', begunAt: 20, endedAt: 50, outcome: { was: 'acknowledged', revision: 3 } },
    { client: 'a', id: 'a-2', begunAt: 30, endedAt: 60, outcome: { was: 'acknowledged', revision: 4 } },
    { client: 'b', id: 'b-2', begunAt: 70, endedAt: 80, outcome: { was: 'refused' } },
    { client: 'b', id: 'b-3', begunAt: 90, endedAt: 100, outcome: { was: 'unknown' } },
    { client: 'b', id: 'b-4', begunAt: 110, endedAt: 120, outcome: { was: 'unknown' } },
  ],
  reads: [
    { client: 'r', begunAt: 11, endedAt: 15, revision: 2, state: { nobody: 'n-0', a: 'a-1' } },
    { client: 'r', begunAt: 40, endedAt: 45, revision: 3, state: { nobody: 'n-0', a: 'a-1', b: 'b-1' } },
    { client: 'r', begunAt: 95, endedAt: 99, revision: 5, state: { nobody: 'n-0', a: 'a-2', b: 'b-3' } },
  ],
  cachedReads: [
    { client: 'c', begunAt: 1, endedAt: 2, revision: 1, state: { nobody: 'n-0' }, stale: false },
    { client: 'c', begunAt: 19, endedAt: 20, revision: 1, state: { nobody: 'n-0' }, stale: false },
    { client: 'c', begunAt: 70, endedAt: 71, revision: 2, state: { nobody: 'n-0', a: 'a-1' }, stale: true },
    {
      client: 'c',
      begunAt: 130,
      endedAt: 131,
      revision: 5,
      state: { nobody: 'n-0', a: 'a-2', b: 'b-3' },
      stale: false,
    },
  ],
  freshMs: 10,
  staleMs: 40,
};

type Change = (history: History) => Partial<History>;

/** The list with one element changed. */
function changed<T>(list: readonly T[], place: number, change: Partial<T>): T[] {
  return list.map((element, at) => (at === place ? { ...element, ...change } : element));
}

const BAD: readonly [what: string, change: Change, failure: string][] = [
  [
    'an update that was acknowledged and lost',
    ({ revisions }) => ({ revisions: changed(revisions, 3, { state: { nobody: 'n-0', a: 'a-1', b: 'b-9' } }) }),
    'a-2 was acknowledged and is not in the history as that revision',
  ],
  [
    'an update that another one overwrote',
    ({ revisions }) => ({ revisions: changed(revisions, 3, { state: { nobody: 'n-0', a: 'a-2' } }) }),
    'revision 4 changes the places of 2 writers',
  ],
  [
    'an update that took out what another writer wrote',
    ({ revisions }) => ({ revisions: changed(revisions, 4, { state: { nobody: 'n-0', a: 'a-2' } }) }),
    'revision 5 takes out what b wrote',
  ],
  [
    'an update under another number than acknowledged',
    ({ writes }) => ({ writes: changed(writes, 0, { outcome: { was: 'acknowledged', revision: 3 } }) }),
    'a-1 was acknowledged and is not in the history as that revision',
  ],
  [
    'an update that was refused and took effect',
    ({ writes }) => ({ writes: changed(writes, 4, { outcome: { was: 'refused' } }) }),
    'b-3 was refused and took effect as revision 5',
  ],
  [
    'an update that took effect twice',
    ({ revisions }) => ({
      revisions: [
        ...revisions,
        { number: 6, state: { nobody: 'n-0', a: 'a-3', b: 'b-3' } },
        { number: 7, state: { nobody: 'n-0', a: 'a-2', b: 'b-3' } },
      ],
    }),
    'a-2 took effect 2 times',
  ],
  [
    'an update of nobody',
    ({ writes }) => ({ writes: writes.filter(({ id }) => id !== 'b-3') }),
    'b-3 is in the history and nobody wrote it',
  ],
  [
    'a gap',
    ({ revisions }) => ({
      revisions: revisions
        .filter(({ number }) => number !== 5)
        .concat({ number: 6, state: { nobody: 'n-0', a: 'a-2', b: 'b-3' } }),
    }),
    'the revision at place 5 is 6',
  ],
  [
    'writes in another order than they happened in',
    ({ writes }) => ({ writes: changed(writes, 1, { begunAt: 61, endedAt: 65 }) }),
    'the write b-1 is of revision 3; 4 had been seen before it began',
  ],
  [
    'a strong read that is behind',
    ({ reads }) => ({ reads: changed(reads, 1, { begunAt: 61, endedAt: 65 }) }),
    'a read of r is of revision 3; 4 had been seen before it began',
  ],
  [
    'a strong read that is behind what another one saw of a write without an answer',
    ({ reads, revisions }) => ({
      reads: [...reads, { client: 's', begunAt: 105, endedAt: 108, revision: 4, state: revisions[3]?.state ?? {} }],
    }),
    'a read of s is of revision 4; 5 had been seen before it began',
  ],
  [
    'a read of what was written later',
    ({ reads }) => ({ reads: changed(reads, 2, { begunAt: 85, endedAt: 89 }) }),
    'a read of r saw revision 5 before it was written',
  ],
  [
    'a cached read of what was written later',
    ({ cachedReads }) => ({ cachedReads: changed(cachedReads, 3, { begunAt: 85, endedAt: 89 }) }),
    'a cached read of c saw revision 5 before it was written',
  ],
  [
    'a cached read beyond the TTL',
    ({ cachedReads }) => ({ cachedReads: changed(cachedReads, 1, { begunAt: 21, endedAt: 22 }) }),
    'c read revision 1 11 ms after a newer one was acknowledged',
  ],
  [
    'a stale read beyond the longest time',
    ({ cachedReads }) => ({ cachedReads: changed(cachedReads, 2, { begunAt: 91, endedAt: 92 }) }),
    'c read revision 2 41 ms after a newer one was acknowledged',
  ],
  [
    'a cache that goes back',
    ({ cachedReads, revisions }) => ({
      cachedReads: [
        ...cachedReads,
        { client: 'c', begunAt: 132, endedAt: 133, revision: 4, state: revisions[3]?.state ?? {}, stale: false },
      ],
    }),
    'c read revision 4 after 5',
  ],
  [
    'a policy that is half of one revision and half of another',
    ({ cachedReads }) => ({ cachedReads: changed(cachedReads, 3, { state: { nobody: 'n-0', a: 'a-1', b: 'b-3' } }) }),
    'c read something else than revision 5 holds',
  ],
];

describe('the judge of histories', () => {
  it('finds nothing wrong with a good one', () => {
    expect(judge(GOOD)).toEqual({ lostUpdates: 0, staleBeyondBound: 0, worstBehindMs: 9, failures: [] });
  });

  it.each(BAD)('sees %s', (_, change, failure) => {
    expect(judge({ ...GOOD, ...change(GOOD) }).failures).toContain(failure);
  });

  it('counts lost updates and reads that are too old', () => {
    const revisions = changed(GOOD.revisions, 3, { state: { nobody: 'n-0', a: 'a-1', b: 'b-9' } });
    expect(judge({ ...GOOD, revisions })).toMatchObject({ lostUpdates: 1, staleBeyondBound: 0 });
    expect(judge({ ...GOOD, freshMs: 8 })).toMatchObject({ lostUpdates: 0, staleBeyondBound: 1 });
  });
});
