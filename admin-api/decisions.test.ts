/** Decisions on record, and replaying them. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { pseudonyms } from '../shared/decision-log/index.ts';
import { compile, type PolicyDocument } from '../shared/engine/index.ts';
import { createReplaySums } from '../shared/replay/index.ts';
import { DynamoDbPolicyStore } from '../shared/store/index.ts';
import {
  createRulesTable,
  type LocalDynamoDb,
  localDocumentClient,
  startDynalite,
} from '../shared/store/testing/dynalite.ts';
import { replayPart } from './decisions/replay-part.ts';
import { POLICY as EXAMPLE } from './testing/example-policy.ts';
import { iamAuthorizer } from './testing/http-event.ts';
import { createRecordedDecisions, type RecordedDecisions } from './testing/recorded-decisions.ts';
import { NOW_MS, startTestApi, type TestAnswer, type TestApi } from './testing/test-api.ts';

const POLICY = EXAMPLE as unknown as PolicyDocument; // it is plain JSON, so its literal types are gone
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const ENDPOINT = 'cvpn-endpoint-0a1b2c3d4e5f67890';

let dynalite: LocalDynamoDb;
let decisions: RecordedDecisions;
let api: TestApi;
beforeAll(async () => {
  dynalite = await startDynalite();
});
beforeEach(async () => {
  decisions = await createRecordedDecisions(dynalite.endpoint, () => NOW_MS);
  api = await startTestApi(dynalite.endpoint, undefined, { decisions: decisions.source });
  await api.send('PUT', '/v1/policy', POLICY, { 'if-none-match': '*' });
});
afterAll(() => dynalite.stop());

const event = (username: string, n: number, more: object = {}) => ({
  'connection-id': `cvpn-connection-${n}`,
  'endpoint-id': ENDPOINT,
  username,
  'public-ip': '203.0.113.9',
  'schema-version': 'v3',
  ...more,
});
/** `hoursAgo` also numbers the connection. */
const record = (username: string, hoursAgo: number, more: object = {}, policy: PolicyDocument | undefined = POLICY) =>
  decisions.record(event(username, hoursAgo, more), { policy, revision: 1, atMs: NOW_MS - hoursAgo * HOUR_MS });
const ids = ({ body }: TestAnswer) =>
  body.decisions.map(({ id }: { id: string }) => id.replace('cvpn-connection-', ''));

describe('decisions', () => {
  it('are listed, the newest first, by user, rule, outcome, endpoint and time', async () => {
    await record('Batchi', 1);
    await record('tanaka', 2, { 'client-openvpn-version': '2.4.1' });
    await record('batchi', 30);
    await record('tanaka', 5 * 24, { 'endpoint-id': 'cvpn-endpoint-0fedcba9876543210' });
    await record('tanaka', 20 * 24);
    expect(ids(await api.get('/v1/decisions'))).toEqual(['1', '2', '30', '120']);
    expect(ids(await api.get('/v1/decisions?user=BATCHI'))).toEqual(['1', '30']);
    expect(ids(await api.get('/v1/decisions?user=tanaka'))).toEqual(['2', '120', '480']);
    expect(ids(await api.get('/v1/decisions?rule=block-leavers'))).toEqual(['1', '30']);
    expect(ids(await api.get('/v1/decisions?rule=old-clients'))).toEqual(['2']);
    expect(ids(await api.get('/v1/decisions?outcome=admitted'))).toEqual(['2', '120']);
    expect(ids(await api.get('/v1/decisions?endpoint=cvpn-endpoint-0fedcba9876543210'))).toEqual(['120']);
    const day = 'since=2026-11-22T10:00:00%2B09:00&until=2026-11-24T08:30:00%2B09:00';
    expect(ids(await api.get(`/v1/decisions?${day}`))).toEqual(['2', '30']);
  });

  it('come in pages', async () => {
    for (const hours of [1, 2, 3]) await record('batchi', hours);
    const first = await api.get('/v1/decisions?user=batchi&limit=2');
    expect(ids(first)).toEqual(['1', '2']);
    const { next } = first.body;
    const second = await api.get(`/v1/decisions?user=batchi&limit=2&cursor=${next}`);
    expect([ids(second), second.body.next]).toEqual([['3'], undefined]);
    expect(await api.get(`/v1/decisions?user=tanaka&limit=2&cursor=${next}`)).toMatchObject({
      status: 400,
      body: { type: 'urn:client-vpn-policy:problem:bad-cursor' },
    });
  });

  it('are told whole by the id of the connection, with the reasons, also when the rule is long gone', async () => {
    const kept = await record('Batchi', 1, { groups: ['staff'] });
    await api.send('PUT', '/v1/policy?confirm=tests', { version: 1, defaultEffect: 'allow' }, { 'if-match': '*' });
    const { status, body } = await api.get('/v1/decisions/cvpn-connection-1?trace=applying');
    expect(status).toBe(200);
    expect(body).toEqual({
      decision: kept,
      trace: {
        revision: 1,
        decision: expect.objectContaining({ allow: false, rules: ['block-leavers'], message: 'Not permitted.' }),
        agrees: true,
        withheld: [],
        rules: [
          expect.objectContaining({ rule: 'block-leavers', outcome: 'decided' }),
          expect.objectContaining({ rule: 'offices', outcome: 'outranked' }),
        ],
      },
    });
    expect((await api.get('/v1/decisions/cvpn-connection-1')).body.trace.rules).toHaveLength(3);
  });

  it('tell what a pseudonym hides from the reasons', async () => {
    const names = pseudonyms('k'.repeat(32));
    await decisions.record(event('batchi', 1), { policy: POLICY, revision: 1, atMs: NOW_MS - HOUR_MS, names });
    const { decision, trace } = (await api.get('/v1/decisions/cvpn-connection-1')).body;
    expect(decision).toMatchObject({ names: 'pseudonyms', event: { username: names.pseudonymOf('batchi') } });
    expect(trace).toMatchObject({ agrees: false, withheld: ['username'], decision: { rules: ['offices'] } });
  });

  it('tell of a refusal by a limit, and that the rules let the connection in', async () => {
    const policy: PolicyDocument = {
      version: 1,
      defaultEffect: 'allow',
      limits: [{ id: 'one-each', match: 'everyone', maxConnections: 1 }],
    };
    await api.send('PUT', '/v1/policy?confirm=tests', policy, { 'if-match': '*' });
    const by = { policy, revision: 2, atMs: NOW_MS - HOUR_MS, limit: 'one-each' };
    const kept = await decisions.record(event('batchi', 1), by);
    expect(kept).toMatchObject({ outcome: 'refused', decidedBy: 'limit', rules: ['one-each'] });
    expect((await api.get('/v1/decisions/cvpn-connection-1')).body).toMatchObject({
      decision: kept,
      trace: { revision: 2, agrees: true, decision: { allow: true, decidedBy: 'default', rules: [] } },
    });
    expect(ids(await api.get('/v1/decisions?rule=one-each'))).toEqual(['1']);
  });

  it('have no reasons where no revision decided or it is not there', async () => {
    await decisions.record(event('batchi', 1), { policy: undefined, atMs: NOW_MS - HOUR_MS });
    await decisions.record(event('batchi', 2), { policy: POLICY, revision: 77, atMs: NOW_MS - HOUR_MS });
    for (const id of ['cvpn-connection-1', 'cvpn-connection-2']) {
      expect((await api.get(`/v1/decisions/${id}`)).body).toMatchObject({ decision: { id }, trace: null });
    }
  });

  it('tell that a connection was ended: with it, and as decisions of their own', async () => {
    const admission = await record('tanaka', 3);
    const block = { id: 'block-tanaka', effect: 'deny', match: { users: ['tanaka'] } };
    await api.send('POST', '/v1/rules', block);
    const ended = await decisions.recordEnd({
      endedAtMs: NOW_MS - HOUR_MS,
      connection: { id: 'cvpn-connection-3', endpointId: ENDPOINT },
      admission,
      names: { names: 'clear' },
      refusal: { decidedBy: 'rule', rules: ['block-tanaka'] },
      revision: 2,
      by: 'policy',
    });
    await record('batchi', 2);
    expect((await api.get('/v1/decisions/cvpn-connection-3')).body).toEqual({
      decision: admission,
      trace: expect.objectContaining({ revision: 1, agrees: true }),
      ended,
    });
    expect((await api.get('/v1/decisions/ended:cvpn-connection-3?trace=applying')).body).toEqual({
      decision: ended,
      trace: {
        revision: 2,
        decision: expect.objectContaining({ allow: false, rules: ['block-tanaka'] }),
        agrees: true,
        withheld: [],
        rules: [
          expect.objectContaining({ rule: 'offices', outcome: 'outranked' }),
          expect.objectContaining({ rule: 'block-tanaka', outcome: 'decided' }),
        ],
      },
    });
    expect((await api.get('/v1/decisions?outcome=ended')).body.decisions).toEqual([ended]);
    expect(ids(await api.get('/v1/decisions?rule=block-tanaka'))).toEqual(['ended:3']);
    expect(ids(await api.get('/v1/decisions?user=tanaka'))).toEqual(['ended:3', '3']);
    expect((await api.get('/v1/decisions/cvpn-connection-2')).body).not.toHaveProperty('ended');
    expect((await api.get('/v1/decisions/ended:cvpn-connection-2')).status).toBe(404);
  });

  it('are found by the id that stands for a connection without one', async () => {
    const { id } = await record('batchi', 1, { 'connection-id': null });
    expect(id).toBe('request:8f5c9f2e-0000-4000-8000-000000000000');
    expect((await api.get(`/v1/decisions/${id}`)).body.decision.id).toBe(id);
  });

  it.each([
    ['/v1/decisions/cvpn-connection-none', 404, 'no-such-decision'],
    ['/v1/decisions?outcome=perhaps', 400, 'bad-query'],
    ['/v1/decisions?since=yesterday', 400, 'bad-query'],
    ['/v1/decisions?limit=1001', 400, 'bad-query'],
    ['/v1/decisions?cursor=abc', 400, 'bad-cursor'],
    ['/v1/decisions?users=x', 400, 'bad-query'],
    [`/v1/decisions/${'x'.repeat(65)}`, 404, 'no-such-path'],
  ])('%s is refused with %d %s', async (path, status, code) => {
    expect(await api.get(path)).toMatchObject({ status, body: { type: `urn:client-vpn-policy:problem:${code}` } });
  });

  it('are for those who may read, and are nowhere where no log is kept', async () => {
    const arn = 'arn:aws:iam::123456789012:role/helpdesk';
    const access = JSON.stringify([{ role: arn, permissions: ['evaluate'] }]);
    const foreign = await startTestApi(dynalite.endpoint, access, { decisions: decisions.source });
    const authorizer = iamAuthorizer('arn:aws:sts::123456789012:assumed-role/helpdesk/a');
    for (const request of [
      { path: '/v1/decisions', authorizer },
      { path: '/v1/decisions/cvpn-connection-1', authorizer },
      { method: 'POST', path: '/v1/replay', body: { since: '2026-11-23T00:00:00Z' }, authorizer },
    ]) {
      expect(await foreign.call(request)).toMatchObject({ status: 403, body: { needed: ['read'] } });
    }
    const without = await startTestApi(dynalite.endpoint);
    const problem = { status: 404, body: { type: 'urn:client-vpn-policy:problem:no-decision-log' } };
    expect(await without.get('/v1/decisions')).toMatchObject(problem);
    expect(await without.send('POST', '/v1/replay', { since: '2026-11-23T00:00:00Z' })).toMatchObject(problem);
  });
});

describe('replay', () => {
  const since = new Date(NOW_MS - 14 * DAY_MS).toISOString();
  const replay = (request: object) => api.send('POST', '/v1/replay', { since, ...request });
  const block = { id: 'block-tanaka', effect: 'deny', match: { users: ['tanaka'] } };
  const changes = [
    { op: 'put-rule', rule: block },
    { op: 'delete-rule', id: 'block-leavers' },
  ];
  beforeEach(async () => {
    await record('batchi', 1);
    await record('tanaka', 2);
    await record('Tanaka', 26);
    await record('sato', 30, { 'client-openvpn-version': '2.4.1' });
    await record('tanaka', 20 * 24);
  });

  it('tells whom changes would have refused and let in, and why', async () => {
    const { status, body } = await replay({ changes });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      since,
      until: new Date(NOW_MS).toISOString(),
      reached: new Date(NOW_MS).toISOString(),
      base: 1,
      draft: 1,
      connections: 4,
      users: { count: 3 },
      changed: {
        newlyRefused: { connections: 2, users: { count: 1 }, withoutUser: 0 },
        newlyAdmitted: { connections: 1, users: { count: 1 }, withoutUser: 0 },
      },
      seen: ['sato', 'tanaka', 'batchi'],
    });
    expect(body.next).toBeUndefined();
    expect(body.changed.groups).toMatchObject([
      {
        change: 'newly-refused',
        user: 'Tanaka',
        before: { decidedBy: 'rule', rules: ['offices'] },
        after: { decidedBy: 'rule', rules: ['block-tanaka'] },
        connections: 2,
        lastConnection: 'cvpn-connection-2',
      },
      { change: 'newly-admitted', user: 'batchi', before: { rules: ['block-leavers'] }, after: { rules: ['offices'] } },
    ]);
  });

  it('takes a policy, a revision, changes on a revision, or nothing: then it tells of report rules alone', async () => {
    await api.send('PUT', '/v1/policy', { ...POLICY, rules: [...(POLICY.rules ?? []), block] }, { 'if-match': '*' });
    expect((await replay({ policy: POLICY })).body).toMatchObject({
      base: 2,
      draft: null,
      changed: { newlyAdmitted: { connections: 2 } },
    });
    expect((await replay({ revision: 1 })).body).toMatchObject({
      base: 2,
      draft: 1,
      changed: { newlyAdmitted: { connections: 2 } },
    });
    expect((await replay({ revision: 1, changes })).body).toMatchObject({
      changed: { newlyAdmitted: { connections: 1 } },
    });
    const { body } = await replay({});
    expect(body).toMatchObject({
      draft: 2,
      changed: { groups: [] },
      answeredOtherwise: { refusedThen: 0, admittedThen: 2 },
    });
    expect(body.reportRules).toMatchObject([
      { rule: 'old-clients', effect: 'deny', applied: 1, changed: { groups: [{ user: 'sato' }] } },
    ]);
  });

  it('looks at decisions of one user, rule, outcome or endpoint', async () => {
    expect((await replay({ changes, user: 'SATO' })).body.connections).toBe(1);
    expect((await replay({ changes, rule: 'block-leavers' })).body.connections).toBe(1);
    expect((await replay({ changes, outcome: 'admitted' })).body.connections).toBe(3);
    expect((await replay({ changes, endpoint: ENDPOINT, until: '2026-11-22T20:00:00Z' })).body.connections).toBe(1);
  });

  it('passes over the ends of connections, which nobody asked for', async () => {
    for (const n of [2, 26]) {
      const connection = { id: `cvpn-connection-${n}`, endpointId: ENDPOINT, username: 'tanaka' };
      const refusal = { decidedBy: 'rule', rules: ['block-leavers'] } as const;
      await decisions.recordEnd({
        endedAtMs: NOW_MS - n * HOUR_MS + 60_000,
        connection,
        names: { names: 'clear' },
        refusal,
        by: 'policy',
      });
    }
    expect((await replay({ changes })).body).toMatchObject({
      connections: 4,
      changed: { newlyRefused: { connections: 2 } },
    });
    expect((await replay({ changes, rule: 'block-leavers' })).body.connections).toBe(1);
    expect((await replay({ changes, outcome: 'ended' })).body.type).toBe('urn:client-vpn-policy:problem:invalid');
  });

  it('comes in parts that see the same policy, whatever others write meanwhile', async () => {
    const first = (await replay({ changes, limit: 3 })).body;
    expect(first).toMatchObject({ connections: 3, changed: { newlyRefused: { connections: 2 } }, base: 1 });
    await api.send('POST', '/v1/rules', { ...block, id: 'another' });
    await record('tanaka', 0);
    const second = (await replay({ changes, limit: 3, cursor: first.next })).body;
    expect(second).toMatchObject({ connections: 1, base: 1, until: first.until, seen: ['batchi'] });
    expect(second.next).toBeUndefined();
  });

  it.each([
    ['another draft', { changes: [] }],
    ['another time', { changes, since: '2026-11-20T00:00:00Z' }],
    ['another filter', { changes, user: 'x' }],
  ])('refuses the cursor of %s', async (_, request) => {
    const { next } = (await replay({ changes, limit: 1 })).body;
    expect((await replay({ changes, limit: 1, cursor: next })).status).toBe(200);
    expect(await replay({ ...request, cursor: next })).toMatchObject({
      status: 400,
      body: { type: 'urn:client-vpn-policy:problem:bad-cursor' },
    });
    const made = Buffer.from(`${Buffer.from(next, 'base64url')}`.replace(/ 1 /, ' 9 ')).toString('base64url');
    expect((await replay({ changes, limit: 1, cursor: made })).status).toBe(400);
  });

  it('admits everybody newly where no policy has been published', async () => {
    const client = localDocumentClient(dynalite.endpoint);
    const store = new DynamoDbPolicyStore({ client, tableName: await createRulesTable(client) });
    const fresh = await startTestApi(dynalite.endpoint, undefined, { decisions: decisions.source, store });
    const answer = await fresh.send('POST', '/v1/replay', { since, policy: POLICY });
    expect(answer.body).toMatchObject({ base: null, draft: null, changed: { newlyAdmitted: { connections: 3 } } });
    expect((await fresh.send('POST', '/v1/replay', { since })).body.type).toMatch(/no-policy$/);
  });

  it.each([
    ['no time', { since: undefined }, 'invalid'],
    ['a time without an offset', { since: '2026-11-10' }, 'invalid'],
    ['a limit of 0', { limit: 0 }, 'invalid'],
    ['a policy that is none', { policy: { version: 1 } }, 'invalid'],
    ['a policy and a revision', { policy: POLICY, revision: 1 }, 'invalid'],
    ['an unknown key', { draft: POLICY }, 'invalid'],
    ['a revision that there is not', { revision: 5 }, 'no-such-revision'],
    ['a cursor that somebody made up', { cursor: 'abc' }, 'bad-cursor'],
  ])('refuses %s', async (_, request, code) => {
    expect((await replay(request)).body.type).toBe(`urn:client-vpn-policy:problem:${code}`);
  });
});

describe('a part of a replay', () => {
  it('ends when it is time to answer, also where a day has nothing on record, and the next goes on from there', async () => {
    for (const hours of [1, 2, 80]) await record('batchi', hours);
    const replayed = { document: POLICY, compiled: compile(POLICY) };
    const work = {
      decisions: decisions.source,
      policies: { before: replayed, after: replayed },
      filter: {},
      limit: 1_000,
      isOver: () => true,
    };
    const sums = createReplaySums();
    const reached: string[] = [];
    let rest: Parameters<typeof replayPart>[1] | undefined = { sinceMs: NOW_MS - 4 * DAY_MS, untilMs: NOW_MS };
    while (rest !== undefined) {
      const done: Awaited<ReturnType<typeof replayPart>> = await replayPart(work, rest);
      sums.addPart(done.part);
      reached.push(new Date(done.reachedMs).toISOString());
      rest = done.rest;
    }
    expect(sums.report()).toMatchObject({ connections: 3, users: { count: 1 } });
    expect(reached).toEqual([
      '2026-11-20T17:00:00.000Z',
      '2026-11-21T00:00:00.000Z',
      '2026-11-22T00:00:00.000Z',
      '2026-11-23T00:00:00.000Z',
      '2026-11-23T23:00:00.000Z',
      // The end of a day, and then the decision at that moment.
      '2026-11-24T00:00:00.000Z',
      '2026-11-24T00:00:00.000Z',
      '2026-11-24T01:00:00.000Z',
    ]);
  });
});
