/** Grace, by passes over real revisions. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Rule } from '../../shared/engine/index.ts';
import { BLOCK_BATCHI, MINUTE_MS, type Rig, STAFF, startRig } from '../testing/rig.ts';

let rig: Rig;

beforeEach(async () => {
  rig = await startRig();
});

afterEach(() => rig.stop());

describe('grace', () => {
  const inTenMinutes: Rule = { ...BLOCK_BATCHI, grace: 'PT10M' };

  it('counts from the revision that brought the rule', async () => {
    await rig.publish({ rules: [STAFF] });
    await rig.connectAll(['batchi']);
    rig.nowMs += MINUTE_MS;
    await rig.publish({ rules: [STAFF, inTenMinutes] });
    rig.nowMs += 10 * MINUTE_MS - 1;
    expect((await rig.ask({ task: 'pass' })).answer.endpoints[0]).toMatchObject({ grace: 1, refused: 0 });
    // Another change meanwhile is no new beginning.
    await rig.publish({ rules: [STAFF, inTenMinutes], defaultMessage: 'No.' });
    rig.nowMs += 1;
    expect((await rig.ask({ task: 'pass' })).answer.endpoints[0]).toMatchObject({ grace: 0, ended: 1 });
  });

  it('counts from the beginning of a window, and begins anew where the rule was away', async () => {
    const night: Rule = { ...inTenMinutes, match: { windows: [{ from: '2026-11-24T22:30:00+09:00' }] } };
    await rig.publish({ rules: [STAFF, night] });
    await rig.connectAll(['batchi']);
    rig.nowMs += 39 * MINUTE_MS;
    expect((await rig.ask({ task: 'list' })).answer.connections).toMatchObject([
      { standing: { verdict: 'grace', rules: ['block-batchi'], endsAt: '2026-11-24T13:40:00.000Z' } },
    ]);
    await rig.publish({ rules: [STAFF] });
    rig.nowMs += MINUTE_MS;
    await rig.publish({ rules: [STAFF, night] });
    rig.nowMs += 9 * MINUTE_MS;
    expect((await rig.ask({ task: 'pass' })).answer.endpoints[0]).toMatchObject({ grace: 1, ended: 0 });
    rig.nowMs += MINUTE_MS;
    expect((await rig.ask({ task: 'pass' })).answer.endpoints[0]).toMatchObject({ ended: 1 });
  });

  it('begins anew for a rule that was away, and for who connected while it was', async () => {
    await rig.publish({ rules: [STAFF] });
    await rig.connectAll(['batchi']);
    await rig.publish({ rules: [STAFF, inTenMinutes] });
    rig.nowMs += 2 * MINUTE_MS;
    await rig.publish({ rules: [STAFF] });
    await rig.connectAll(['CORP\\batchi']);
    rig.nowMs += 7 * MINUTE_MS;
    await rig.publish({ rules: [STAFF, inTenMinutes] });
    rig.nowMs += 2 * MINUTE_MS;
    expect((await rig.ask({ task: 'pass' })).answer.endpoints[0]).toMatchObject({ grace: 2, ended: 0 });
    const { answer } = await rig.ask({ task: 'list' });
    const standing = { verdict: 'grace', endsAt: '2026-11-24T13:19:00.000Z' };
    expect(answer.connections).toMatchObject([{ standing }, { standing }]);
    rig.nowMs += 8 * MINUTE_MS;
    expect((await rig.ask({ task: 'pass' })).answer.endpoints[0]).toMatchObject({ grace: 0, ended: 2 });
  });

  it('is not over before there was a policy, and begins when the connection does', async () => {
    await rig.publish({ rules: [STAFF] });
    await rig.connectAll(['batchi']);
    rig.nowMs += MINUTE_MS;
    // The handler may not have heard of it when it lets in the next.
    await rig.publish({ rules: [STAFF, { ...inTenMinutes, grace: 'PT20M' }] });
    expect((await rig.ask({ task: 'pass' })).answer.endpoints[0]).toMatchObject({ grace: 1, ended: 0 });
    rig.nowMs += 20 * MINUTE_MS;
    expect((await rig.ask({ task: 'pass' })).answer.endpoints[0]).toMatchObject({ ended: 1 });
  });

  it('ends at once whom nothing would let in without the rule that gives it', async () => {
    await rig.publish({ rules: [STAFF] });
    await rig.connectAll(['batchi']);
    await rig.publish({ rules: [inTenMinutes] });
    expect((await rig.ask({ task: 'pass' })).answer.connections).toMatchObject([
      { rules: ['default'], outcome: 'ended' },
    ]);
  });
});
