/** What else the enforcer is asked: who stands, ending some, limits per user; and what it does not understand. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { pseudonyms } from '../shared/decision-log/index.ts';
import type { Limit, Rule } from '../shared/engine/index.ts';
import { logLines } from '../shared/testing/printed-lines.ts';
import { FRANKFURT, type Rig, startRig, TOKYO } from './testing/rig.ts';

const MINUTE_MS = 60_000;
const STAFF: Rule = { id: 'staff', effect: 'allow', match: 'everyone' };
const BLOCK_BATCHI: Rule = { id: 'block-batchi', effect: 'deny', match: { identities: ['batchi'] } };
const BY = { author: { type: 'iam', id: 'arn:aws:iam::123456789012:user/op' }, reason: 'lost laptop' };

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

describe('terminate', () => {
  it('ends the connections that are named, even in observe mode, and says which do not stand', async () => {
    const [one = '', , three = ''] = [
      await rig.connect({ user: 'batchi' }),
      await rig.connect({ user: 'tanaka' }),
      await rig.connect({ user: 'sato', endpoint: TOKYO }),
    ];
    rig.restart({ ENFORCER_MODE: 'observe' });
    const request = { task: 'terminate', connections: [one, three, 'cvpn-connection-gone'], by: BY };
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
      ended: { by: 'operator', author: `iam:${BY.author.id}`, reason: 'lost laptop' },
    });
    rig.nowMs += 1;
    expect((await rig.decisions.list({ user: 'batchi', outcome: 'ended' })).decisions).toEqual([record]);
  });

  it('ends all connections of a user, however their name is written, and what is not on record, too', async () => {
    await rig.connect({ user: 'Batchi' });
    await rig.connect({ user: 'batchi', endpoint: TOKYO });
    await rig.connect({ user: 'batchi2' });
    rig.connectUnasked(FRANKFURT, 'BATCHI');
    const { answer } = await rig.ask({ task: 'terminate', user: 'batchi', by: BY });
    expect(answer.connections.map(({ outcome }) => outcome)).toEqual(['ended', 'ended', 'ended']);
    expect(rig.standing()).toEqual(['batchi2']);
  });

  it('finds a user whom EC2 does not name by the record, and tells nobody’s reason in the log', async () => {
    await rig.connect({ user: 'batchi', told: { username: '', commonName: 'client1.domain.tld' } });
    await rig.connect({ user: 'tanaka', told: { username: '', commonName: 'client1.domain.tld' } });
    const { answer, lines } = await rig.ask({
      task: 'terminate',
      user: 'BATCHI',
      by: { ...BY, reason: 'fired batchi' },
    });
    expect(answer.connections).toMatchObject([{ username: 'batchi', outcome: 'ended' }]);
    expect(rig.ec2.connections.standing()).toHaveLength(1);
    const request = logLines(lines).find(({ task }) => task === 'terminate');
    expect(request).toMatchObject({ author: `iam:${BY.author.id}` });
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
    const blocked = await rig.ask({ task: 'terminate', refusedBy: ['other', 'unknown'], by: BY });
    expect(blocked.answer.connections).toEqual([]);
    const closed = { task: 'terminate', refusedBy: ['closed'], by: BY };
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
    const { answer, lines } = await rig.ask({ task: 'terminate', connections: [id], by: BY });
    expect(answer).toMatchObject({ revision: 0, connections: [{ id, outcome: 'ended' }] });
    // The table is away: the log has what could not be put on record.
    expect(logLines(lines)).toContainEqual(
      expect.objectContaining({ level: 'ERROR', decision: expect.objectContaining({ id: `ended:${id}` }) }),
    );
    rig.ec2.beforeCall = (action) =>
      rig.ec2.failNext(action as 'DescribeClientVpnConnections', 'UnauthorizedOperation');
    expect((await rig.ask({ task: 'terminate', user: 'tanaka', by: BY })).answer.problem).toMatchObject({
      code: 'ec2-refused',
    });
  });

  it('leaves what there is no time for', async () => {
    rig.restart({ ENFORCER_TERMINATE_PER_SECOND: '0.1' });
    for (let index = 0; index < 33; index++) await rig.connect({ user: `user-${index}` });
    const { answer } = await rig.ask({
      task: 'terminate',
      connections: rig.ec2.connections.standing(),
      by: BY,
      withinMs: 4_000,
    });
    const outcomes = answer.connections.map(({ outcome }) => outcome);
    // As many as EC2's bucket gives at once; the others wait for their turn until time is up.
    expect(outcomes.filter((one) => one === 'ended')).toHaveLength(20);
    expect(outcomes.filter((one) => one === 'left')).toHaveLength(13);
    expect(rig.standing()).toHaveLength(13);
  });
});

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

describe('names that are kept as pseudonyms', () => {
  it('are judged by the names that EC2 tells, and kept as pseudonyms again', async () => {
    const key = 'k'.repeat(32);
    const hashed = await startRig({ PSEUDONYMIZE: 'true', PSEUDONYM_KEY: key });
    try {
      await hashed.publish({ rules: [STAFF] });
      const id = await hashed.connect({ user: 'batchi' });
      await hashed.connect({ user: 'tanaka' });
      await hashed.publish({ rules: [STAFF, BLOCK_BATCHI] });
      const { lines } = await hashed.ask({ task: 'pass' });
      expect(hashed.standing()).toEqual(['tanaka']);
      expect((await hashed.ask({ task: 'list', user: 'tanaka' })).answer.connections).toHaveLength(1);
      const record = await hashed.decisions.get(`ended:${id}`);
      expect(record?.event.username).toBe(pseudonyms(key).pseudonymOf('batchi'));
      expect(JSON.stringify(lines)).not.toMatch(/"batchi"/);
    } finally {
      await hashed.stop();
    }
  });

  it('judge nobody as if they had no name, or by another’s: whom EC2 does not name goes on', async () => {
    const hashed = await startRig({ PSEUDONYMIZE: 'true', PSEUDONYM_KEY: 'k'.repeat(32) });
    try {
      await hashed.publish({ rules: [{ ...STAFF, match: { users: ['tanaka', 'batchi'] } }] });
      await hashed.connect({ user: 'tanaka', told: { username: '', commonName: '' } });
      await hashed.connect({ user: 'batchi', told: { username: 'somebody-else' } });
      await hashed.publish({ rules: [BLOCK_BATCHI, { ...STAFF, match: { users: ['tanaka'] } }] });
      const { answer } = await hashed.ask({ task: 'pass' });
      expect(answer.endpoints[0]).toMatchObject({ active: 2, unknown: 2, refused: 0 });
    } finally {
      await hashed.stop();
    }
  });
});

describe('what it does not understand', () => {
  it.each<[unknown, string]>([
    [undefined, ''],
    [null, ''],
    ['pass', ''],
    [{}, 'task'],
    [{ task: 'end-all' }, 'task'],
    [{ task: 'pass', dryrun: true }, 'dryrun'],
    [{ task: 'pass', dryRun: 'false' }, 'dryRun'],
    [{ task: 'pass', confirm: true }, 'confirm'],
    [{ task: 'pass', withinMs: -1 }, 'withinMs'],
    [{ task: 'pass', withinMs: 20_000.5 }, 'withinMs'],
    [{ task: 'terminate', by: BY }, 'one of connections, user and refusedBy'],
    [{ task: 'terminate', user: 'batchi', refusedBy: ['x'], by: BY }, 'one of connections, user and refusedBy'],
    [{ task: 'terminate', user: 'batchi' }, 'by'],
    [{ task: 'terminate', user: '', by: BY }, 'user'],
    [{ task: 'terminate', connections: [], by: BY }, 'connections'],
    [{ task: 'terminate', connections: ['a b'], by: BY }, 'connections.0'],
  ])('%j is a problem that says what is wrong', async (request, told) => {
    const id = await rig.connect({ user: 'batchi' });
    const { answer, lines } = await rig.ask(request);
    expect(answer.problem.code).toBe('bad-request');
    expect(answer.problem.message).toContain(told);
    expect(rig.ec2.connections.standing()).toEqual([id]);
    expect(logLines(lines)).toContainEqual(expect.objectContaining({ level: 'ERROR', code: 'bad-request' }));
  });

  it('settings that cannot be used are told, and give what ends nobody', async () => {
    await rig.connect({ user: 'batchi' });
    await rig.publish({ rules: [BLOCK_BATCHI] });
    rig.restart({ ENFORCER_MODE: 'on', ENFORCER_MAX_SHARE: '20%' });
    expect((await rig.ask({ task: 'pass' })).answer).toMatchObject({
      mode: 'observe',
      connections: [{ outcome: 'would-end' }],
    });
    rig.restart({ ENFORCER_ENDPOINTS: 'frankfurt' });
    expect((await rig.ask({ task: 'pass' })).answer.problem).toMatchObject({ code: 'not-configured' });
  });
});
