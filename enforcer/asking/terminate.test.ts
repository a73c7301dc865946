/** Connections that an operator ends. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { logLines } from '../../shared/testing/printed-lines.ts';
import { BLOCK_BATCHI, FRANKFURT, OPERATOR, type Rig, STAFF, startRig, TOKYO } from '../testing/rig.ts';

let rig: Rig;

beforeEach(async () => {
  rig = await startRig();
  await rig.publish({ endpoints: { [TOKYO]: { name: 'tokyo' } }, rules: [STAFF] });
});

afterEach(() => rig.stop());

describe('terminate', () => {
  it('ends the connections that are named, even in observe mode, and says which do not stand', async () => {
    const [one = '', , three = ''] = [
      await rig.connect({ user: 'batchi' }),
      await rig.connect({ user: 'tanaka' }),
      await rig.connect({ user: 'sato', endpoint: TOKYO }),
    ];
    rig.restart({ ENFORCER_MODE: 'observe' });
    const request = { task: 'terminate', connections: [one, three, 'cvpn-connection-gone'], by: OPERATOR };
    expect((await rig.ask({ ...request, dryRun: true })).answer.connections).toMatchObject([
      { id: one, outcome: 'would-end' },
      { id: three, outcome: 'would-end' },
      { id: 'cvpn-connection-gone', outcome: 'gone' },
    ]);
    expect(rig.standing()).toHaveLength(3);
    expect((await rig.ask(request)).answer.connections).toMatchObject([
      { id: one, outcome: 'ended' },
      { id: three, outcome: 'ended' },
      { id: 'cvpn-connection-gone', outcome: 'gone' },
    ]);
    expect(rig.standing()).toEqual(['tanaka']);
    const record = await rig.decisions.get(`ended:${one}`);
    expect(record).toMatchObject({
      outcome: 'ended',
      rules: [],
      ended: { by: 'operator', author: `iam:${OPERATOR.author.id}`, reason: 'lost laptop' },
    });
    rig.nowMs += 1;
    expect((await rig.decisions.list({ user: 'batchi', outcome: 'ended' })).decisions).toEqual([record]);
  });

  it('ends all connections of a user, however their name is written, and what is not on record, too', async () => {
    await rig.connect({ user: 'Batchi' });
    await rig.connect({ user: 'batchi', endpoint: TOKYO });
    await rig.connect({ user: 'batchi2' });
    rig.connectUnasked(FRANKFURT, 'BATCHI');
    const { answer } = await rig.ask({ task: 'terminate', user: 'batchi', by: OPERATOR });
    expect(answer.connections.map(({ outcome }) => outcome)).toEqual(['ended', 'ended', 'ended']);
    expect(rig.standing()).toEqual(['batchi2']);
  });

  it('finds a user whom EC2 does not name by the record, and tells nobody’s reason in the log', async () => {
    await rig.connect({ user: 'batchi', told: { username: '', commonName: 'client1.domain.tld' } });
    await rig.connect({ user: 'tanaka', told: { username: '', commonName: 'client1.domain.tld' } });
    const { answer, lines } = await rig.ask({
      task: 'terminate',
      user: 'BATCHI',
      by: { ...OPERATOR, reason: 'fired batchi' },
    });
    expect(answer.connections).toMatchObject([{ username: 'batchi', outcome: 'ended' }]);
    expect(rig.ec2.connections.standing()).toHaveLength(1);
    const request = logLines(lines).find(({ task }) => task === 'terminate');
    expect(request).toMatchObject({ author: `iam:${OPERATOR.author.id}` });
    expect(JSON.stringify(request)).not.toContain('fired');
  });

  it('ends those whom a rule refuses now, its grace aside, and asks where they are too many', async () => {
    for (const user of ['batchi', 'tanaka', 'sato', 'suzuki', 'ito', 'ueda', 'oncall']) await rig.connect({ user });
    await rig.publish({
      rules: [
        STAFF,
        { ...BLOCK_BATCHI, grace: 'PT1H' },
        { id: 'closed', effect: 'deny', match: 'everyone', except: [{ users: ['oncall'] }] },
      ],
    });
    const blocked = await rig.ask({ task: 'terminate', refusedBy: ['other', 'unknown'], by: OPERATOR });
    expect(blocked.answer.connections).toEqual([]);
    const closed = { task: 'terminate', refusedBy: ['closed'], by: OPERATOR };
    const tooMany = await rig.ask(closed);
    expect(tooMany.answer.problem).toMatchObject({
      code: 'too-many',
      message: expect.stringContaining(`6 of the 7 connections at ${FRANKFURT} would be ended, at most 5 are at once`),
      report: { endpoints: [{ refused: 6, ended: 0, cap: 5, held: true }, { held: false }] },
    });
    expect(rig.standing()).toHaveLength(7);
    expect((await rig.ask({ ...closed, confirm: true })).answer.endpoints[0]).toMatchObject({ ended: 6 });
    expect(rig.standing()).toEqual(['oncall']);
  });

  it('ends whom an operator names also where the rest of the picture is missing', async () => {
    const id = (await rig.connect({ user: 'batchi' })) ?? '';
    await rig.connect({ user: 'tanaka', endpoint: TOKYO });
    await rig.proxy.stop();
    rig.ec2.beforeCall = (action, { ClientVpnEndpointId }) => {
      const fails = action === 'DescribeClientVpnConnections' && ClientVpnEndpointId === TOKYO;
      if (fails) rig.ec2.failNext(action, 'UnauthorizedOperation');
    };
    const { answer, lines } = await rig.ask({ task: 'terminate', connections: [id], by: OPERATOR });
    expect(answer).toMatchObject({ revision: 0, connections: [{ id, outcome: 'ended' }] });
    // The table is away: the log has what could not be put on record.
    expect(logLines(lines)).toContainEqual(
      expect.objectContaining({ level: 'ERROR', decision: expect.objectContaining({ id: `ended:${id}` }) }),
    );
    rig.ec2.beforeCall = (action) =>
      rig.ec2.failNext(action as 'DescribeClientVpnConnections', 'UnauthorizedOperation');
    expect((await rig.ask({ task: 'terminate', user: 'tanaka', by: OPERATOR })).answer.problem).toMatchObject({
      code: 'ec2-refused',
    });
  });

  it('leaves what there is no time for', async () => {
    rig.restart({ ENFORCER_TERMINATE_PER_SECOND: '0.1' });
    for (let index = 0; index < 33; index++) await rig.connect({ user: `user-${index}` });
    const { answer } = await rig.ask({
      task: 'terminate',
      connections: rig.ec2.connections.standing(),
      by: OPERATOR,
      withinMs: 4_000,
    });
    const outcomes = answer.connections.map(({ outcome }) => outcome);
    // As many as EC2's bucket gives at once; the others wait for their turn until time is up.
    expect(outcomes.filter((one) => one === 'ended')).toHaveLength(20);
    expect(outcomes.filter((one) => one === 'left')).toHaveLength(13);
    expect(rig.standing()).toHaveLength(13);
  });
});
