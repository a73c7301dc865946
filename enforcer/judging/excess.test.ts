/** Limits of connections per user, by passes and at the door. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Limit, Rule } from '../../shared/engine/index.ts';
import { BLOCK_BATCHI, FRANKFURT, MINUTE_MS, type Rig, STAFF, startRig, TOKYO } from '../testing/rig.ts';

let rig: Rig;

beforeEach(async () => {
  rig = await startRig();
  await rig.publish({ endpoints: { [TOKYO]: { name: 'tokyo' } }, rules: [STAFF] });
});

afterEach(() => rig.stop());

describe('limits per user', () => {
  const limit: Limit = { id: 'one-each', match: 'everyone', maxConnections: 1 };

  async function threeOfBatchi(): Promise<readonly (string | undefined)[]> {
    const ids: (string | undefined)[] = [];
    for (const endpoint of [FRANKFURT, TOKYO, FRANKFURT]) {
      ids.push(await rig.connect({ user: 'batchi', endpoint }));
      rig.nowMs += MINUTE_MS;
    }
    await rig.connect({ user: 'tanaka' });
    return ids;
  }

  it('endOldest ends the oldest that are too many', async () => {
    const [first, second] = await threeOfBatchi();
    await rig.publish({ rules: [STAFF], limits: [{ ...limit, whenExceeded: 'endOldest' }] });
    const { answer } = await rig.ask({ task: 'pass' });
    expect(answer.connections).toMatchObject([
      { id: first, rules: ['one-each'], outcome: 'ended' },
      { id: second, rules: ['one-each'], outcome: 'ended' },
    ]);
    expect(await rig.decisions.get(`ended:${first}`)).toMatchObject({ decidedBy: 'limit', rules: ['one-each'] });
    expect(rig.standing()).toEqual(['batchi', 'tanaka']);
  });

  it('refuse ends the newest, which were not to be let in', async () => {
    const [first] = await threeOfBatchi();
    await rig.publish({ rules: [STAFF], limits: [limit] });
    await rig.ask({ task: 'pass' });
    expect(rig.ec2.connections.standing()).toContain(first);
    expect(rig.standing()).toEqual(['batchi', 'tanaka']);
  });

  it('are known at the door after a pass, and free again after the pass that has seen the end of a connection', async () => {
    await rig.publish({ rules: [STAFF], limits: [limit] });
    const first = (await rig.connect({ user: 'batchi' })) ?? '';
    // Nobody has counted yet, so that nobody is refused.
    const second = (await rig.connect({ user: 'Batchi' })) ?? '';
    rig.nowMs += MINUTE_MS;
    expect((await rig.ask({ task: 'pass' })).answer.connections).toMatchObject([{ id: second, outcome: 'ended' }]);
    expect(await rig.connect({ user: 'BATCHI' })).toBeUndefined();
    expect(await rig.connect({ user: 'tanaka' })).toBeDefined();
    rig.ec2.connections.end(first);
    rig.nowMs += 3 * MINUTE_MS;
    expect(await rig.connect({ user: 'batchi' })).toBeUndefined();
    await rig.ask({ task: 'pass' });
    expect(await rig.connect({ user: 'batchi' })).toBeDefined();
    expect(await rig.connect({ user: 'batchi' })).toBeUndefined();
  });

  it('count by the user on record, whatever names EC2 tells', async () => {
    const told = { username: '', commonName: 'client1.domain.tld' };
    for (const user of ['batchi', 'tanaka', 'batchi', 'sato']) await rig.connect({ user, told });
    await rig.publish({ rules: [STAFF], limits: [{ ...limit, whenExceeded: 'endOldest' }] });
    const { answer } = await rig.ask({ task: 'pass' });
    expect(answer.connections).toMatchObject([{ username: 'batchi', outcome: 'ended' }]);
    expect(rig.ec2.connections.standing()).toHaveLength(3);
  });

  it('what one has ended counts for no other', async () => {
    await threeOfBatchi();
    const two: Limit = { ...limit, maxConnections: 2 };
    await rig.publish({ rules: [STAFF], limits: [{ ...two, id: 'oldest', whenExceeded: 'endOldest' }, two] });
    expect((await rig.ask({ task: 'pass' })).answer.connections).toMatchObject([{ rules: ['oldest'] }]);
  });

  it('are asked when a connection begins, and not where its endpoint only observes', async () => {
    await threeOfBatchi();
    const later = { windows: [{ from: '2026-11-24T22:03:00+09:00' }] };
    await rig.publish({ rules: [STAFF], limits: [{ ...limit, match: later }] });
    rig.nowMs += 10 * MINUTE_MS;
    expect((await rig.ask({ task: 'pass' })).answer.connections).toEqual([]);
    await rig.publish({ endpoints: { [FRANKFURT]: { mode: 'observe' } }, rules: [STAFF], limits: [limit] });
    expect((await rig.ask({ task: 'pass' })).answer.connections).toEqual([]);
  });

  it('free the place of whom a pass has ended, at once', async () => {
    await rig.publish({ rules: [STAFF], limits: [limit] });
    await rig.ask({ task: 'pass' });
    await rig.connect({ user: 'batchi' });
    await rig.publish({ rules: [STAFF, BLOCK_BATCHI], limits: [limit] });
    await rig.ask({ task: 'pass' });
    await rig.publish({ rules: [STAFF], limits: [limit] });
    expect(await rig.connect({ user: 'batchi' })).toBeDefined();
    expect(await rig.connect({ user: 'batchi' })).toBeUndefined();
  });

  it('keep the place of whom EC2 does not show yet, however long the pass takes', async () => {
    await rig.publish({ rules: [STAFF], limits: [limit] });
    await rig.ask({ task: 'pass' });
    const id = (await rig.connect({ user: 'batchi' })) ?? '';
    rig.ec2.connections.remove(id);
    rig.nowMs += MINUTE_MS;
    rig.ec2.beforeCall = () => {
      rig.nowMs += 2 * MINUTE_MS;
      rig.ec2.beforeCall = () => {};
    };
    await rig.ask({ task: 'pass' });
    expect(await rig.connect({ user: 'batchi' })).toBeUndefined();
  });

  it('are not known any more where none was for a while', async () => {
    await rig.publish({ rules: [STAFF], limits: [limit] });
    await rig.connect({ user: 'batchi' });
    await rig.ask({ task: 'pass' });
    await rig.publish({ rules: [STAFF] });
    await rig.ask({ task: 'pass' });
    await rig.publish({ rules: [STAFF], limits: [limit] });
    // Nobody has looked since: nobody is refused for what stood then.
    expect(await rig.connect({ user: 'batchi' })).toBeDefined();
  });

  it('counts only what it applies to, and not what the rules end anyway', async () => {
    await threeOfBatchi();
    const exceptTokyo: Limit = { ...limit, maxConnections: 2, match: { endpoints: [FRANKFURT] } };
    await rig.publish({ rules: [STAFF], limits: [exceptTokyo, { ...limit, id: 'off', enabled: false }] });
    expect((await rig.ask({ task: 'pass' })).answer.connections).toEqual([]);
    const notFromTokyo: Rule = { id: 'not-tokyo', effect: 'deny', match: { endpoints: [TOKYO] } };
    await rig.publish({ rules: [STAFF, notFromTokyo], limits: [{ ...limit, maxConnections: 2 }] });
    expect((await rig.ask({ task: 'pass' })).answer.connections).toMatchObject([
      { endpoint: TOKYO, rules: ['not-tokyo'] },
    ]);
  });
});
