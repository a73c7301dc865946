/** Active connections through the API: read in pages, ended, and the enforcer told of changes. The enforcer is behind a real Lambda client. */
import '../shared/testing/errors-of-node.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { EnforcerProblem, PassReport, StandingConnection } from '../shared/enforcement/index.ts';
import { connectionList, passReport, standingConnection } from '../shared/enforcement/testing/answers.ts';
import type { InvocationOutcome } from '../shared/enforcement/testing/fake-lambda.ts';
import { startEnforcer, type TestEnforcer } from '../shared/enforcement/testing/start-enforcer.ts';
import { type LocalDynamoDb, startDynalite } from '../shared/store/testing/dynalite.ts';
import { POLICY, RULE } from './testing/example-policy.ts';
import { iamAuthorizer } from './testing/http-event.ts';
import { startTestApi, type TestApi } from './testing/test-api.ts';

const PROBLEM = 'urn:client-vpn-policy:problem:';
const ROLE = 'arn:aws:iam::123456789012:role/';
const ACCESS = JSON.stringify([
  { role: `${ROLE}vpn-operator`, permissions: ['read', 'write', 'disconnect', 'confirm'] },
  { role: `${ROLE}helpdesk`, permissions: ['read', 'block', 'disconnect'] },
]);
const ALICE = { type: 'iam', id: 'AROAEXAMPLE:alice' };
const BY_ALICE = { author: ALICE, reason: '' };
const ID = standingConnection(1).id;
/** Of an enforcer that has the whole time of a request; less what it takes to ask it. */
const WITHIN_MS = 17_000;

let dynalite: LocalDynamoDb;
let enforcer: TestEnforcer;
let api: TestApi;
beforeAll(async () => {
  dynalite = await startDynalite();
  enforcer = await startEnforcer();
  api = await startTestApi(dynalite.endpoint, ACCESS, { enforcer: enforcer.enforcer });
  await api.send('PUT', '/v1/policy', POLICY, { 'if-none-match': '*' });
});
afterAll(async () => {
  await enforcer.stop();
  await dynalite.stop();
});
beforeEach(() => {
  enforcer.begin();
  api.nowMs += 5_000; // each test has the pass of its write
});

const answering = (answer: unknown) => enforcer.begin(() => ({ answer }));
const post = (target: string, body?: unknown) => api.send('POST', target, body);
const asHelpDesk = (path: string, query: string, body?: unknown) =>
  api.call({ method: 'POST', path, query, body, authorizer: iamAuthorizer('helpdesk') });
const asked = () => enforcer.invocations.map(({ request }) => request);
const idsOf = (connections: readonly StandingConnection[]) => connections.map(({ id }) => id);

const manyIds = (count: number) => Array.from({ length: count }, (_, index) => standingConnection(index).id);

describe('GET /v1/connections', () => {
  it('tells who is in, the longest standing first, and passes the filters on', async () => {
    const [first, second, third] = [standingConnection(1), standingConnection(2), standingConnection(3)];
    answering(connectionList([third, first, second], { revision: 7, mode: 'enforce' }));

    const { status, body } = await api.get('/v1/connections?user=batchi&endpoint=frankfurt&wouldRefuse=true');

    expect({ status, body }).toEqual({
      status: 200,
      body: { ...connectionList([first, second, third], { revision: 7, mode: 'enforce' }), total: 3 },
    });
    expect(asked()).toEqual([
      { task: 'list', user: 'batchi', endpoint: 'frankfurt', wouldRefuse: true, withinMs: WITHIN_MS },
    ]);
    expect(api.log.at(-1)).toMatchObject({ route: '/v1/connections', revision: 7 });
    expect(JSON.stringify(api.log)).not.toMatch(/batchi|user-\d/);
  });

  it('goes on where the page before ended, whoever comes and goes meanwhile', async () => {
    let standing = [1, 2, 3, 4, 5].map((number) => standingConnection(number));
    // Two began in the same second.
    standing[3] = standingConnection(4, { since: standingConnection(3).since });
    enforcer.begin(() => ({ answer: connectionList(standing) }));
    const first = await api.get('/v1/connections?limit=3');
    standing = [...standing.slice(1), standingConnection(6)].filter(({ id }) => id !== standingConnection(3).id);
    const second = await api.get(`/v1/connections?limit=2&cursor=${first.body.next}`);
    const third = await api.get(`/v1/connections?limit=2&cursor=${second.body.next}`);

    expect([first, second, third].map(({ body }) => idsOf(body.connections))).toEqual([
      [1, 2, 3].map((number) => standingConnection(number).id),
      [4, 5].map((number) => standingConnection(number).id),
      [standingConnection(6).id],
    ]);
    expect([first.body.total, third.body.total, third.body.next]).toEqual([5, 4, undefined]);
  });

  it('has no next page where this one holds all', async () => {
    answering(connectionList([standingConnection(1), standingConnection(2)]));

    expect((await api.get('/v1/connections?limit=2')).body.next).toBeUndefined();
  });

  it('takes no cursor of another list, and none that somebody made up', async () => {
    answering(connectionList([standingConnection(1), standingConnection(2)]));
    const { next } = (await api.get('/v1/connections?limit=1&user=a')).body;
    const made = ['x', '', `${next}=`, Buffer.from('a b c').toString('base64url'), `${next.slice(0, -1)}`];

    expect((await api.get(`/v1/connections?limit=1&user=a&cursor=${next}`)).status).toBe(200);
    for (const target of [`user=b&cursor=${next}`, `cursor=${next}`, ...made.map((one) => `user=a&cursor=${one}`)]) {
      expect([target, (await api.get(`/v1/connections?limit=1&${target}`)).status]).toEqual([target, 400]);
    }
  });

  it('answers with 5000 connections at once, and with a thousand where nobody says how many', async () => {
    const names = { username: 'x'.repeat(60), commonName: 'y'.repeat(60), endpointName: 'frankfurt' };
    answering(
      connectionList(
        Array.from({ length: 6_000 }, (_, index) =>
          standingConnection(index, {
            ...names,
            admitted: { at: '2026-11-24T01:00:00.000Z', revision: 1, rules: ['offices', 'staff'] },
          }),
        ),
      ),
    );

    const all = await api.get('/v1/connections?limit=5000');
    const usual = await api.get('/v1/connections');

    expect([all.status, all.body.connections.length, all.body.total]).toEqual([200, 5_000, 6_000]);
    expect(usual.body.connections).toHaveLength(1_000);
  });
});

describe('POST /v1/connections/{id}/terminate', () => {
  it('ends it, in the name of whom the authorizer names', async () => {
    answering(passReport({ revision: 7 }));

    const { status, body } = await post(`/v1/connections/${ID}/terminate?reason=lost%20laptop`);

    expect({ status, body }).toEqual({ status: 200, body: passReport({ revision: 7 }) });
    expect(enforcer.invocations).toMatchObject([{ type: 'RequestResponse' }]);
    expect(asked()).toEqual([
      {
        task: 'terminate',
        connections: [ID],
        dryRun: false,
        by: { author: ALICE, reason: 'lost laptop' },
        withinMs: WITHIN_MS,
      },
    ]);
    expect(api.log.at(-1)).toMatchObject({ reason: 'lost laptop', ended: 1, revision: 7, caller: ALICE });
  });

  it('only looks in a dry run', async () => {
    answering(passReport({ dryRun: true }));

    expect((await post(`/v1/connections/${ID}/terminate?dryRun=true`)).status).toBe(200);
    expect(asked()).toMatchObject([{ dryRun: true }]);
    expect(api.log.at(-1)).toMatchObject({ dryRun: true });
  });

  it('says that there is no such connection', async () => {
    answering(passReport({ connections: [] }));

    expect(await post(`/v1/connections/${ID}/terminate`)).toMatchObject({
      status: 404,
      body: { type: `${PROBLEM}no-such-connection`, detail: expect.stringContaining(ID) },
    });
  });

  it('gives the enforcer no more time than there is', async () => {
    answering(passReport());

    expect((await api.call({ method: 'POST', path: `/v1/connections/${ID}/terminate` }, 10_000)).status).toBe(200);
    expect(asked()).toMatchObject([{ withinMs: 4_000 }]);
  });
});

describe('POST /v1/connections/terminate', () => {
  it.each([
    ['ids', { connections: [ID, standingConnection(2).id] }],
    ['as many ids as it takes', { connections: manyIds(1_000) }],
    ['a user', { user: 'batchi' }],
    ['those whom rules refuse', { refusedBy: ['block-batchi', 'night'] }],
  ])('ends the connections of %s', async (_, whose) => {
    answering(passReport());

    expect(await post('/v1/connections/terminate', whose)).toMatchObject({ status: 200, body: passReport() });
    expect(asked()).toEqual([{ task: 'terminate', ...whose, dryRun: false, by: BY_ALICE, withinMs: WITHIN_MS }]);
    expect(JSON.stringify(api.log)).not.toMatch(/batchi/);
  });

  it('answers that connections are gone where none of them stands', async () => {
    const gone = manyIds(2).map((id) => ({ id, endpoint: '', rules: [], outcome: 'gone' as const }));
    answering(passReport({ endpoints: [], connections: gone }));

    const { status, body } = await post('/v1/connections/terminate', { connections: manyIds(2) });

    expect([status, body.connections]).toEqual([200, gone]);
  });

  it('wants a word where they are too many, and passes it on', async () => {
    const report = passReport({ dryRun: true });
    const message = '12 of 40 connections would be ended, more than 8';
    const problem: EnforcerProblem['problem'] = { code: 'too-many', message, report };
    answering({ problem });

    expect(await post('/v1/connections/terminate', { refusedBy: ['night'] })).toMatchObject({
      status: 422,
      body: { type: `${PROBLEM}confirmation-needed`, confirm: [{ confirm: 'share', message }], report },
    });
    answering(passReport());
    expect(await post('/v1/connections/terminate?confirm=share', { refusedBy: ['night'] })).toMatchObject({
      status: 200,
    });
    expect(asked()).toMatchObject([{ refusedBy: ['night'], confirm: true }]);
    expect(api.log.at(-1)).toMatchObject({ confirm: ['share'] });
  });

  it.each([
    ['neither', {}],
    ['both', { user: 'a', refusedBy: ['b'] }],
    ['no name', { user: '' }],
    ['no rule', { refusedBy: [] }],
    ['no list', { refusedBy: 'night' }],
    ['ids and a user', { connections: [ID], user: 'a' }],
    ['ids and rules', { connections: [ID], refusedBy: ['b'] }],
    ['no id', { connections: [] }],
    ['too many ids', { connections: manyIds(1_001) }],
    ['what is no id', { connections: [ID, 'a b'] }],
    ['an id that is no list', { connections: ID }],
    ['null', null],
  ])('refuses %s', async (_, body) => {
    expect((await post('/v1/connections/terminate', body)).status).toBe(422);
    expect(asked()).toEqual([]);
  });

  it('answers what was done, however large: then it tells how many they are', async () => {
    const ended = Array.from({ length: 1_000 }, (_, index) => ({
      id: standingConnection(index).id,
      endpoint: 'cvpn-endpoint-0a1b2c3d4e5f67890',
      username: '\\'.repeat(512),
      rules: Array.from({ length: 100 }, (_, rule) => `rule-${rule}`.padEnd(60, 'x')),
      outcome: 'ended' as const,
    }));
    answering(passReport({ connections: ended, connectionsCount: 1_200 }));

    const { status, body } = await post('/v1/connections/terminate', { user: 'a' });

    expect([status, body.connectionsCount]).toEqual([200, 1_200]);
    expect(body.connections.length).toBeGreaterThan(100);
    expect(body.connections.length).toBeLessThan(1_000);
    expect(body.connections[0].id).toBe(ended[0]?.id);
  });
});

/** Of a confirmed pass whose time was too short. */
const left: PassReport = passReport({
  endpoints: passReport().endpoints.map((endpoint) => ({ ...endpoint, ended: 0 })),
  connections: passReport().connections.map((connection) => ({ ...connection, outcome: 'left' })),
});

describe('POST /v1/connections/enforce', () => {
  it('makes a pass', async () => {
    answering(passReport());

    expect(await post('/v1/connections/enforce?reason=now')).toMatchObject({ status: 200, body: passReport() });
    expect(enforcer.invocations).toEqual([
      {
        functionName: 'client-vpn-policy-enforcer-test',
        type: 'RequestResponse',
        request: { task: 'pass', dryRun: false, by: { author: ALICE, reason: 'now' }, withinMs: WITHIN_MS },
      },
    ]);
  });

  it('confirms the revision that was looked at', async () => {
    answering(passReport());

    expect((await post('/v1/connections/enforce?confirm=share&revision=7')).status).toBe(200);
    expect(asked()).toMatchObject([{ task: 'pass', confirm: { revision: 7 } }]);
  });

  it('wants to know which revision is meant, and takes one with the word alone', async () => {
    expect(await post('/v1/connections/enforce?confirm=share')).toMatchObject({
      status: 428,
      body: { type: `${PROBLEM}precondition-required`, detail: expect.stringContaining('revision') },
    });
    expect(await post('/v1/connections/enforce?revision=7')).toMatchObject({
      status: 400,
      body: { type: `${PROBLEM}bad-query` },
    });
    expect(asked()).toEqual([]);
  });

  it('says that another revision is in force by now', async () => {
    answering({ problem: { code: 'moved', message: 'revision 8 is in force, not 7' } });

    expect(await post('/v1/connections/enforce?confirm=share&revision=7')).toMatchObject({
      status: 412,
      body: {
        type: `${PROBLEM}precondition-failed`,
        detail: expect.stringContaining('Revision 8 is in force, not 7.'),
      },
    });
  });

  it('has a confirmed pass go on where time was too short', async () => {
    answering(left);

    expect((await post('/v1/connections/enforce?confirm=share&revision=7')).body).toEqual(left);
    expect(enforcer.invocations.map(({ type, request }) => [type, request])).toEqual([
      ['RequestResponse', expect.objectContaining({ confirm: { revision: 7 } })],
      ['Event', { task: 'pass', confirm: { revision: 7 }, by: BY_ALICE }],
    ]);
  });

  const CONFIRMED = 'confirm=share&revision=7';
  it.each<[string, string, PassReport]>([
    ['without a confirmation: the schedule goes on', '', left],
    ['in a dry run', `${CONFIRMED}&dryRun=true`, { ...left, dryRun: true }],
    ['where the enforcer observes', CONFIRMED, { ...left, mode: 'observe' }],
    ['where none is left', CONFIRMED, passReport()],
  ])('asks for no other pass %s', async (_, query, report) => {
    answering(report);

    expect((await post(`/v1/connections/enforce?${query}`)).body).toEqual(report);
    expect(enforcer.invocations).toHaveLength(1);
  });
});

describe('who may', () => {
  it.each([
    ['/v1/connections/terminate', 'confirm=share', { user: 'a' }],
    ['/v1/connections/enforce', 'confirm=share&revision=1', undefined],
  ])('end at %s may not override the share without the permission', async (path, query, body) => {
    expect(await asHelpDesk(path, query, body)).toMatchObject({ status: 403, body: { needed: ['confirm'] } });
    expect(asked()).toEqual([]);
    expect((await asHelpDesk(path, '', body)).status).toBe(200);
    expect(asked()).toHaveLength(1);
  });
});

describe('an enforcer that cannot', () => {
  const problem = (code: string): InvocationOutcome => ({ answer: { problem: { code, message: 'secret detail' } } });

  it.each<[string, InvocationOutcome, number, string]>([
    [
      'is unreachable',
      { error: 'ServiceException', status: 500, message: 'secret detail' },
      503,
      'enforcer-unavailable',
    ],
    ['hangs up', 'break', 503, 'enforcer-unavailable'],
    ['is busy', { error: 'TooManyRequestsException', status: 429 }, 503, 'enforcer-unavailable'],
    ['cannot read the policy', problem('no-policy'), 503, 'enforcer-unavailable'],
    ['has no EC2', problem('ec2-unavailable'), 503, 'enforcer-unavailable'],
    ['has no record', problem('no-record'), 503, 'enforcer-unavailable'],
    ['is not there', { error: 'ResourceNotFoundException', status: 404 }, 500, 'enforcer-not-set-up'],
    [
      'may not be asked',
      { error: 'AccessDeniedException', status: 403, message: 'secret detail' },
      500,
      'enforcer-not-set-up',
    ],
    ['is not set up', problem('not-configured'), 500, 'enforcer-not-set-up'],
    ['is refused by EC2', problem('ec2-refused'), 500, 'enforcer-not-set-up'],
    ['does not understand', problem('bad-request'), 500, 'enforcer-failed'],
    ['has a fault', problem('internal'), 500, 'enforcer-failed'],
    ['crashes', { crash: { errorMessage: 'secret detail' } }, 500, 'enforcer-failed'],
    ['answers something else', { answer: { secret: 'detail' } }, 500, 'enforcer-failed'],
  ])('since it %s is told so, and the log the cause', async (_, outcome, status, code) => {
    const requests = [
      () => api.get('/v1/connections'),
      () => post(`/v1/connections/${ID}/terminate`),
      () => post('/v1/connections/terminate', { user: 'a' }),
      () => post('/v1/connections/enforce'),
    ];
    for (const send of requests) {
      enforcer.begin(() => outcome);
      const answer = await send();
      expect(answer).toMatchObject({ status, body: { type: `${PROBLEM}${code}` } });
      expect(answer.headers['retry-after']).toBe(status === 503 ? '5' : undefined);
      expect(JSON.stringify(answer.body)).not.toMatch(/secret|127\.0\.0\.1|ECONN/);
      expect(api.log.at(-1)).toMatchObject({ message: 'request failed', error: { name: 'EnforcerError' } });
    }
  });

  it('since no policy is published is told so', async () => {
    enforcer.begin(() => problem('no-policy'));
    const empty = await startTestApi(dynalite.endpoint, ACCESS, { enforcer: enforcer.enforcer });

    expect(await empty.get('/v1/connections')).toMatchObject({ status: 404, body: { type: `${PROBLEM}no-policy` } });
  });

  it('since none is deployed is told so', async () => {
    const without = await startTestApi(dynalite.endpoint, ACCESS);

    for (const [method, target, body] of [
      ['GET', '/v1/connections'],
      ['POST', `/v1/connections/${ID}/terminate`],
      ['POST', '/v1/connections/terminate', { user: 'a' }],
      ['POST', '/v1/connections/enforce'],
    ] as const) {
      expect(await without.send(method, target, body)).toMatchObject({
        status: 404,
        body: { type: `${PROBLEM}no-enforcer` },
      });
    }
  });
});

describe('a change of the policy', () => {
  const ANY = { 'if-match': '*' };
  const writes: readonly (readonly [string, string, unknown?, Record<string, string>?])[] = [
    ['POST', '/v1/rules', RULE],
    ['PATCH', '/v1/rules/offices', { description: 'ours' }, ANY],
    ['POST', '/v1/changes', { operations: [{ op: 'patch-set', name: 'leavers', add: ['dave'] }] }],
    ['POST', '/v1/apply?source=a&forceConflicts=true', { ...POLICY, defaultMessage: 'No.' }],
  ];

  it.each(writes)('by %s %s has the enforcer make a pass soon; a dry run of it has not', async (...write) => {
    const [method, target, body, headers] = write;
    const dry = `${target}${target.includes('?') ? '&' : '?'}dryRun=true`;
    expect((await api.send(method, dry, body, headers)).body).toMatchObject({ wouldWrite: true });
    expect(enforcer.invocations).toEqual([]);

    expect((await api.send(method, target, body, headers)).body).toMatchObject({ written: true });
    expect(enforcer.invocations).toMatchObject([{ type: 'Event', request: { task: 'pass' } }]);
    expect(Object.keys(asked()[0] ?? {})).toEqual(['task']);
  });

  it('asks for one pass in five seconds, however many change it', async () => {
    const change = async (description: string) =>
      expect((await api.send('PATCH', '/v1/rules/offices', { description }, ANY)).body).toMatchObject({
        written: true,
      });
    const passesAsked: number[] = [];
    for (const laterMs of [0, 0, 2_000, 2_999, 1, 4_999, 1, -60_000]) {
      api.nowMs += laterMs;
      await change(`${passesAsked.length}th of a burst`);
      passesAsked.push(enforcer.invocations.length);
    }
    expect(passesAsked).toEqual([1, 1, 1, 1, 2, 2, 3, 4]);

    // What an operator has confirmed goes on all the same.
    answering(left);
    await post('/v1/connections/enforce?confirm=share&revision=7');
    expect(enforcer.invocations.map(({ type }) => type)).toEqual(['RequestResponse', 'Event']);
    api.nowMs += 60_000;
  });

  it('asks again at once where the pass before could not be asked for', async () => {
    enforcer.begin(() => ({ error: 'AccessDeniedException', status: 403 }));
    await api.send('PATCH', '/v1/rules/offices', { description: 'not asked' }, ANY);
    enforcer.begin();
    await api.send('PATCH', '/v1/rules/offices', { description: 'asked again' }, ANY);
    expect(asked()).toEqual([{ task: 'pass' }]);
  });

  it('that changes nothing asks for nothing', async () => {
    const patch = { description: 'the same' };
    await api.send('PATCH', '/v1/rules/offices', patch, ANY);
    enforcer.begin();

    expect((await api.send('PATCH', '/v1/rules/offices', patch, ANY)).body).toMatchObject({ written: false });
    expect(enforcer.invocations).toEqual([]);
  });

  it.each<[string, InvocationOutcome]>([
    ['refuses', { error: 'AccessDeniedException', status: 403 }],
    ['says nothing', 'silence'],
  ])('is answered as ever where the enforcer %s, with an error line and a metric', async (_, outcome) => {
    enforcer.begin(() => outcome);
    api.counted.length = 0;

    const { status, body } = await api.send('PATCH', '/v1/rules/offices', { description: `${_} now` }, ANY);

    expect({ status, written: body.written }).toEqual({ status: 200, written: true });
    expect(api.log.slice(-2)).toMatchObject([
      { message: 'request', written: true },
      {
        message: 'the enforcer was not asked for a pass; its schedule makes the next one',
        error: { name: 'EnforcerError' },
      },
    ]);
    expect(api.counted).toEqual([{ status: 200, written: true, confirm: false, passNotAsked: true }]);
  });
});
