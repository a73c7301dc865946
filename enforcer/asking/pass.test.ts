/** Passes: the real handler lets people in, the policy changes, the enforcer ends those whom it refuses now, and nobody else. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Rule } from '../../shared/engine/index.ts';
import { emfLines, logLines } from '../../shared/testing/printed-lines.ts';
import {
  BLOCK_BATCHI,
  CLOSED,
  FRANKFURT,
  MINUTE_MS,
  people,
  type Rig,
  STAFF,
  startRig,
  TOKYO,
} from '../testing/rig.ts';

let rig: Rig;

beforeEach(async () => {
  rig = await startRig();
});

afterEach(() => rig.stop());

describe('a pass', () => {
  it('ends the connections of a user who is blocked now, at every endpoint, and nobody else’s', async () => {
    await rig.publish({ rules: [STAFF] });
    const [first] = await rig.connectAll(['Batchi', 'tanaka', 'suzuki']);
    await rig.connectAll(['CORP\\batchi', 'sato'], TOKYO);
    const revision = await rig.publish({ rules: [STAFF, BLOCK_BATCHI] });
    const { answer, lines } = await rig.ask({ task: 'pass' });
    expect(rig.standing()).toEqual(['sato', 'suzuki', 'tanaka']);
    expect(answer).toMatchObject({
      revision,
      mode: 'enforce',
      dryRun: false,
      endpoints: [
        { endpoint: FRANKFURT, active: 3, refused: 1, ended: 1, unknown: 0, held: false, cap: 5 },
        { endpoint: TOKYO, active: 2, refused: 1, ended: 1 },
      ],
      connections: [
        { id: first, endpoint: FRANKFURT, username: 'Batchi', rules: ['block-batchi'], outcome: 'ended' },
        { endpoint: TOKYO, username: 'CORP\\batchi', outcome: 'ended' },
      ],
    });
    expect(await rig.decisions.get(`ended:${first}`)).toMatchObject({
      outcome: 'ended',
      rules: ['block-batchi'],
      revision,
      event: { username: 'Batchi', 'public-ip': '203.0.113.9' },
      ended: { by: 'policy' },
    });
    expect(logLines(lines)).toContainEqual(expect.objectContaining({ message: 'connection ended' }));
    expect(emfLines(lines)).toEqual([
      expect.objectContaining({
        PassesDone: 1,
        PassesHeld: 0,
        ConnectionsActive: 5,
        ConnectionsRefused: 2,
        ConnectionsEnded: 2,
        ConnectionsUnknown: 0,
      }),
    ]);
    // The next one finds nobody.
    expect((await rig.ask({ task: 'pass' })).answer).toMatchObject({ connections: [] });
  });

  it('only reports in observe mode and in a dry run', async () => {
    await rig.publish({ rules: [STAFF] });
    await rig.connectAll(['batchi', 'tanaka']);
    await rig.publish({ rules: [STAFF, BLOCK_BATCHI] });
    expect((await rig.ask({ task: 'pass', dryRun: true })).answer).toMatchObject({
      dryRun: true,
      connections: [{ username: 'batchi', outcome: 'would-end' }],
    });
    rig.restart({ ENFORCER_MODE: 'observe' });
    expect((await rig.ask({ task: 'pass' })).answer).toMatchObject({
      mode: 'observe',
      endpoints: [{ refused: 1, ended: 0 }, {}],
      connections: [{ username: 'batchi', outcome: 'would-end' }],
    });
    expect(rig.standing()).toEqual(['batchi', 'tanaka']);
  });

  it('ends what the clock alone has refused, with no change of policy', async () => {
    const hours: Rule = { ...STAFF, match: { windows: [{ until: '2026-11-24T22:30:00+09:00' }] } };
    await rig.publish({ rules: [hours] });
    await rig.connectAll(['tanaka']);
    rig.nowMs += 29 * MINUTE_MS;
    await rig.ask({ task: 'pass' });
    expect(rig.standing()).toEqual(['tanaka']);
    rig.nowMs += MINUTE_MS;
    expect((await rig.ask({ task: 'pass' })).answer.connections).toMatchObject([
      { rules: ['default'], outcome: 'ended' },
    ]);
  });

  it('lets go on what the endpoint only observes, what rules report, keep, or lift', async () => {
    await rig.publish({ rules: [STAFF] });
    await rig.connectAll(['batchi', 'late', 'kept']);
    await rig.connectAll(['batchi'], TOKYO);
    await rig.publish({
      endpoints: { [TOKYO]: { mode: 'observe' } },
      rules: [
        STAFF,
        { ...CLOSED, mode: 'report' },
        { id: 'night', effect: 'deny', match: { users: ['late'] } },
        { id: 'late-shift', effect: 'exempt', from: ['night'], match: { users: ['late'] } },
        { id: 'new-ones', effect: 'deny', match: { users: ['kept'] }, standing: 'keep' },
        BLOCK_BATCHI,
      ],
    });
    const { answer } = await rig.ask({ task: 'pass' });
    expect(rig.standing()).toEqual(['batchi', 'kept', 'late']);
    expect(answer.endpoints).toMatchObject([
      { endpoint: FRANKFURT, kept: 1, ended: 1 },
      { endpoint: TOKYO, refused: 0 },
    ]);
  });
});

describe('the cap', () => {
  it('holds an endpoint where more than the share would be ended: nobody is, there, until an operator confirms', async () => {
    await rig.publish({ rules: [STAFF] });
    await rig.connectAll([...people(9), 'oncall']);
    await rig.connectAll(['batchi', 'tanaka'], TOKYO);
    const mistake = await rig.publish({ rules: [STAFF, CLOSED] });
    const { answer, lines } = await rig.ask({ task: 'pass' });
    expect(answer.endpoints).toMatchObject([
      { endpoint: FRANKFURT, active: 10, refused: 9, ended: 0, cap: 5, held: true },
      { endpoint: TOKYO, active: 2, refused: 2, ended: 2, held: false },
    ]);
    expect(answer.connections.filter(({ outcome }) => outcome === 'held')).toHaveLength(9);
    expect(rig.standing()).toEqual(['oncall', ...people(9)]);
    expect(emfLines(lines)).toEqual([expect.objectContaining({ PassesHeld: 1 })]);

    const by = { author: { type: 'iam', id: 'arn:aws:iam::123456789012:user/op' }, reason: 'meant so' };
    const stale = await rig.ask({ task: 'pass', confirm: { revision: mistake - 1 }, by });
    expect(stale.answer.problem).toMatchObject({ code: 'moved' });
    expect(rig.standing()).toHaveLength(10);
    const confirmed = await rig.ask({ task: 'pass', confirm: { revision: mistake }, by });
    expect(confirmed.answer.endpoints).toMatchObject([{ ended: 9, held: false }, { ended: 0 }]);
    expect(rig.standing()).toEqual(['oncall']);
    const [ended] = confirmed.answer.connections;
    expect((await rig.decisions.get(`ended:${ended?.id}`))?.ended).toMatchObject({
      by: 'policy',
      author: 'iam:arn:aws:iam::123456789012:user/op',
      reason: 'meant so',
    });
  });

  it('is a share of the endpoint’s connections, and five at least', async () => {
    await rig.publish({ rules: [STAFF] });
    await rig.connectAll([...people(6, 'leaver'), ...people(14)]);
    await rig.publish({ rules: [STAFF, { ...BLOCK_BATCHI, match: { users: ['leaver-*'] } }] });
    rig.restart({ ENFORCER_MAX_SHARE: '29' });
    expect((await rig.ask({ task: 'pass' })).answer.endpoints[0]).toMatchObject({ cap: 5, refused: 6, held: true });
    rig.restart({ ENFORCER_MAX_SHARE: '30' });
    expect((await rig.ask({ task: 'pass' })).answer.endpoints[0]).toMatchObject({ cap: 6, ended: 6, held: false });
  });

  it('does not hold what a rule with standing endAll refuses, and still holds the rest', async () => {
    await rig.publish({ rules: [STAFF] });
    await rig.connectAll([...people(8, 'guest'), ...people(8), 'oncall']);
    await rig.publish({
      rules: [
        STAFF,
        { id: 'no-guests', effect: 'deny', match: { users: ['guest-*'] }, standing: 'endAll' },
        { ...CLOSED, except: [{ users: ['oncall', 'guest-*'] }] },
      ],
    });
    const { answer } = await rig.ask({ task: 'pass' });
    expect(answer.endpoints[0]).toMatchObject({ refused: 16, ended: 8, held: true });
    expect(rig.standing()).toEqual(['oncall', ...people(8)]);
  });
});

describe('rules that keep', () => {
  it('keep whom an observing endpoint let in, too', async () => {
    const over: Rule = {
      ...STAFF,
      match: { windows: [{ until: '2026-11-24T22:30:00+09:00' }] },
      standing: 'keep',
    };
    await rig.publish({ endpoints: { [FRANKFURT]: { mode: 'observe' } }, rules: [over, BLOCK_BATCHI] });
    await rig.connectAll(['batchi']);
    rig.nowMs += 60 * MINUTE_MS;
    await rig.publish({ rules: [over] });
    expect((await rig.ask({ task: 'pass' })).answer.endpoints[0]).toMatchObject({ kept: 1, refused: 0 });
  });
});

describe('what is not known ends nobody', () => {
  beforeEach(async () => {
    await rig.publish({ rules: [STAFF] });
    await rig.connectAll(['batchi', 'tanaka']);
    await rig.publish({ rules: [STAFF, BLOCK_BATCHI] });
  });

  it('connections of which nothing is on record go on, and are counted', async () => {
    rig.connectUnasked(FRANKFURT, 'batchi');
    const { answer, lines } = await rig.ask({ task: 'pass' });
    expect(answer.endpoints[0]).toMatchObject({ active: 3, unknown: 1, ended: 1 });
    expect(rig.standing()).toEqual(['batchi', 'tanaka']);
    expect(emfLines(lines)).toEqual([expect.objectContaining({ ConnectionsUnknown: 1 })]);
  });

  it('nor are those ended whose record is of another endpoint, or holds not all of their groups', async () => {
    const [batchi = ''] = rig.ec2.connections.standing();
    rig.ec2.connections.remove(batchi);
    rig.ec2.connections.add(TOKYO, { id: batchi, username: 'batchi' });
    const groups = Array.from({ length: 400 }, (_, index) => `${index}-${'g'.repeat(200)}`);
    await rig.publish({ rules: [STAFF] });
    await rig.connect({ user: 'batchi', groups });
    await rig.publish({ rules: [STAFF, BLOCK_BATCHI] });
    expect((await rig.ask({ task: 'pass' })).answer.endpoints).toMatchObject([
      { active: 2, unknown: 1, refused: 0 },
      { active: 1, unknown: 1, refused: 0 },
    ]);
  });

  it('neither does a table that cannot be reached', async () => {
    await rig.proxy.stop();
    const { answer, lines } = await rig.ask({ task: 'pass', withinMs: 4_000 });
    expect(answer.problem?.code).toMatch(/^no-(record|policy)$/);
    expect(rig.standing()).toEqual(['batchi', 'tanaka']);
    expect(emfLines(lines)).toEqual([expect.objectContaining({ PassesFailed: 1 })]);
    expect(logLines(lines)).toContainEqual(expect.objectContaining({ level: 'ERROR' }));
  });

  it.each(['InternalError', 'RequestLimitExceeded', 'UnauthorizedOperation', 'cut', 'malformed', 'foreign'] as const)(
    'nor does an EC2 that answers %s for one of the endpoints',
    async (failure) => {
      let describes = 0;
      rig.ec2.beforeCall = (action) => {
        if (action === 'DescribeClientVpnConnections' && ++describes === 2) rig.ec2.failNext(action, failure);
      };
      const { answer } = await rig.ask({ task: 'pass' });
      expect(answer.problem?.code).toMatch(/^ec2-(refused|unavailable)$/);
      expect(rig.standing()).toEqual(['batchi', 'tanaka']);
    },
  );

  it('nor no policy at all', async () => {
    const other = await startRig();
    try {
      other.connectUnasked(FRANKFURT, 'batchi');
      expect((await other.ask({ task: 'pass' })).answer.problem).toMatchObject({ code: 'no-policy' });
      expect(other.standing()).toEqual(['batchi']);
    } finally {
      await other.stop();
    }
  });

  it('a termination that EC2 refuses is told as failed, is not on record, and the others are left', async () => {
    rig.ec2.failNext('TerminateClientVpnConnections', 'UnauthorizedOperation');
    const { answer, lines } = await rig.ask({ task: 'pass' });
    const [failed] = answer.connections;
    expect(failed).toMatchObject({
      outcome: 'failed',
      error: expect.stringContaining('TerminateClientVpnConnections'),
    });
    expect(await rig.decisions.get(`ended:${failed?.id}`)).toBeUndefined();
    expect(emfLines(lines)).toEqual([expect.objectContaining({ TerminationsFailed: 1, ConnectionsEnded: 0 })]);
  });

  it('one that ends by itself meanwhile is told as gone', async () => {
    rig.ec2.beforeCall = (action, { ConnectionId = '' }) => {
      if (action === 'TerminateClientVpnConnections') rig.ec2.connections.end(ConnectionId);
    };
    const { answer } = await rig.ask({ task: 'pass' });
    expect(answer.connections).toMatchObject([{ outcome: 'gone' }]);
    expect(await rig.decisions.get(`ended:${answer.connections[0]?.id}`)).toBeUndefined();
  });
});
