/** The connections that stand, as the enforcer tells them. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BLOCK_BATCHI, FRANKFURT, MINUTE_MS, type Rig, STAFF, startRig, TOKYO } from '../testing/rig.ts';

let rig: Rig;

beforeEach(async () => {
  rig = await startRig();
  await rig.publish({ endpoints: { [TOKYO]: { name: 'tokyo' } }, rules: [STAFF] });
});

afterEach(() => rig.stop());

describe('list', () => {
  it('tells who stands, from where, since when, who let them in, and what the policy says now', async () => {
    const batchi = await rig.connect({ user: 'batchi', platform: 'win' });
    rig.nowMs += MINUTE_MS;
    const sato = await rig.connect({ user: 'sato', endpoint: TOKYO, 'public-ip': '198.51.100.7' });
    const unknown = rig.connectUnasked(TOKYO, 'nobody-knows');
    const revision = await rig.publish({
      endpoints: { [TOKYO]: { name: 'tokyo' } },
      rules: [STAFF, BLOCK_BATCHI, { id: 'new-ones', effect: 'deny', match: { users: ['sato'] }, standing: 'keep' }],
    });
    const { answer } = await rig.ask({ task: 'list' });
    expect(answer).toEqual({
      at: '2026-11-24T13:01:00.000Z',
      revision,
      mode: 'enforce',
      connections: [
        {
          id: batchi,
          endpoint: FRANKFURT,
          username: 'batchi',
          clientIp: expect.any(String),
          since: '2026-11-24T13:00:00.000Z',
          publicIp: '203.0.113.9',
          platform: 'win',
          admitted: { at: '2026-11-24T13:00:00.000Z', revision: revision - 1, rules: ['staff'] },
          standing: { verdict: 'refused', rules: ['block-batchi'] },
        },
        {
          id: sato,
          endpoint: TOKYO,
          endpointName: 'tokyo',
          username: 'sato',
          clientIp: expect.any(String),
          since: '2026-11-24T13:01:00.000Z',
          publicIp: '198.51.100.7',
          admitted: { at: '2026-11-24T13:01:00.000Z', revision: revision - 1, rules: ['staff'] },
          standing: { verdict: 'kept', rules: ['new-ones'] },
        },
        {
          id: unknown,
          endpoint: TOKYO,
          endpointName: 'tokyo',
          username: 'nobody-knows',
          since: '2026-11-24T13:01:00.000Z',
          standing: { verdict: 'unknown', rules: [] },
        },
      ],
    });
    const ids = async (request: object) =>
      (await rig.ask({ task: 'list', ...request })).answer.connections.map(({ id }) => id);
    expect(await ids({ wouldRefuse: true })).toEqual([batchi]);
    expect(await ids({ user: 'BATCHI' })).toEqual([batchi]);
    expect(await ids({ endpoint: 'tokyo' })).toEqual([sato, unknown]);
    expect(await ids({ endpoint: TOKYO, user: 'sato' })).toEqual([sato]);
    expect(await ids({ user: 'nobody' })).toEqual([]);
  });
});
