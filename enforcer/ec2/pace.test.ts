/** Turns at a pace, and those who give up. */
import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { steppingClock } from '../testing/stepping-clock.ts';
import { createPace } from './pace.ts';

/** When each of so many turns began, in milliseconds. */
async function turns(count: number, perSecond: number, burst: number, clock = steppingClock()): Promise<number[]> {
  const pace = createPace({ perSecond, burst, ...clock });
  return Promise.all(Array.from({ length: count }, () => pace.take().then(() => clock.now())));
}

describe('createPace', () => {
  it('gives a burst at once, and then so many a second', async () => {
    expect(await turns(7, 4, 3)).toEqual([0, 0, 0, 250, 500, 750, 1_000]);
    expect(await turns(3, 0.5, 1)).toEqual([0, 2_000, 4_000]);
  });

  it('gains no more than the burst in a rest', async () => {
    const clock = steppingClock();
    const pace = createPace({ perSecond: 10, burst: 2, ...clock });
    await pace.take();
    await clock.sleep(60_000);
    const began = await Promise.all([1, 2, 3, 4].map(() => pace.take().then(() => clock.now() - 60_000)));
    expect(began).toEqual([0, 0, 100, 200]);
  });

  it('gives turns in the order in which they were asked for', async () => {
    const clock = steppingClock();
    const pace = createPace({ perSecond: 1, burst: 1, ...clock });
    const order: number[] = [];
    await Promise.all([0, 1, 2, 3, 4].map((i) => pace.take().then(() => order.push(i))));
    expect(order).toEqual([0, 1, 2, 3, 4]);
  });

  it('lets those who give up go at once, and keeps no turn for them', async () => {
    const clock = steppingClock();
    const pace = createPace({ perSecond: 1, burst: 1, ...clock });
    await pace.take();
    const controller = new AbortController();
    const given = Array.from({ length: 100 }, () => pace.take(controller.signal));
    const last = pace.take();
    controller.abort(new Error('enough'));
    for (const { status } of await Promise.allSettled(given)) expect(status).toBe('rejected');
    await expect(given[0]).rejects.toThrow('enough');
    expect(clock.now()).toBe(0);
    await last;
    expect(clock.now()).toBe(1_000);
    await expect(pace.take(controller.signal)).rejects.toThrow('enough');
  });

  it('does not listen to a signal any longer than it waits', async () => {
    const { signal } = new AbortController();
    const pace = createPace({ perSecond: 1, burst: 2, ...steppingClock() });
    const given = [1, 2, 3].map(() => pace.take(signal));
    expect(getEventListeners(signal, 'abort').length).toBeGreaterThan(0);
    await Promise.all(given);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('waits on the real clock, too', async () => {
    const pace = createPace({ perSecond: 100, burst: 1 });
    const startMs = performance.now();
    await Promise.all([pace.take(), pace.take(), pace.take()]);
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(19);
  });
});
