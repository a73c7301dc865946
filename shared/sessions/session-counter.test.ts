/** Counting sessions on a real table: places are never given twice, and what is not known is said to be so, in time. */
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { clientThatTriesOnce } from '../store/index.ts';
import {
  createSessionsTable,
  type LocalDynamoDb,
  localDocumentClient,
  startDynalite,
} from '../store/testing/dynalite.ts';
import { startTcpProxy, type TcpProxy } from '../store/testing/tcp-proxy.ts';
import { createSessionCounter, MAX_COUNT_AGE_MS, type SessionCounter, type WantedSession } from './session-counter.ts';

const NOW_MS = Date.parse('2026-11-24T10:00:00Z');
const HOUR_MS = 3_600_000;
const FRANKFURT = 'cvpn-endpoint-0a1b2c3d4e5f67890';
const TOKYO = 'cvpn-endpoint-05e3cd01fe10ad9ee';
const ONE_EACH = { id: 'one-each', maxConnections: 1 };
const KEY = 'USER#batchi';
/** Nothing but what is about the time-out depends on it: machines may be slow. */
const PATIENT_MS = 20_000;

let dynamoDb: LocalDynamoDb;
let direct: DynamoDBDocumentClient;
let proxy: TcpProxy;
let client: DynamoDBDocumentClient;
let tableName: string;
let counter: SessionCounter;

beforeAll(async () => {
  dynamoDb = await startDynalite();
  direct = localDocumentClient(dynamoDb.endpoint);
});
beforeEach(async () => {
  proxy = await startTcpProxy(dynamoDb.port);
  client = onceThrough(proxy.endpoint);
  tableName = await createSessionsTable(direct);
  counter = createSessionCounter({ client, tableName, timeoutMs: PATIENT_MS });
  await heartbeat();
});
afterEach(async () => {
  client.destroy();
  await proxy.stop();
});
afterAll(async () => {
  direct.destroy();
  await dynamoDb.stop();
});

/** As the handler has one. */
function onceThrough(endpoint: string): DynamoDBDocumentClient {
  return localDocumentClient(endpoint, { maxAttempts: 1 });
}

const put = (item: object) => direct.send(new PutCommand({ TableName: tableName, Item: { ...item } }));
const heartbeat = (atMs: unknown = NOW_MS, endpoints: unknown = [FRANKFURT, TOKYO]) =>
  put({ pk: 'PASS', atMs, endpoints });
const itemOf = async (pk: string) =>
  (await direct.send(new GetCommand({ TableName: tableName, Key: { pk }, ConsistentRead: true }))).Item;
const idsOf = async (pk: string): Promise<unknown> => (await itemOf(pk))?.sessions.map(({ id }: { id: string }) => id);
const admit = (connectionId: string, wanted: Partial<WantedSession> = {}, by = counter) =>
  by.admit({ userKey: KEY, connectionId, endpoint: FRANKFURT, limits: [ONE_EACH], nowMs: NOW_MS, ...wanted });
const session = (id: string, more: object = {}) => ({
  id,
  endpoint: FRANKFURT,
  sinceMs: NOW_MS - HOUR_MS,
  limits: ['one-each'],
  ...more,
});

const ADMITTED = { outcome: 'admitted' };
const EXCEEDED = { outcome: 'exceeded', limit: 'one-each' };

describe('a place', () => {
  it('is taken by the first, and written down until an hour after it must have ended', async () => {
    expect(await admit('c1')).toEqual(ADMITTED);
    expect(await itemOf(KEY)).toEqual({
      pk: KEY,
      version: expect.any(Number),
      sessions: [{ id: 'c1', endpoint: FRANKFURT, sinceMs: NOW_MS, limits: ['one-each'] }],
      expiresAt: NOW_MS / 1_000 + 25 * 3_600,
    });
    expect(await admit('c2')).toEqual(EXCEEDED);
    expect(await admit('c3', { userKey: 'USER#tanaka' })).toEqual(ADMITTED);
    expect(await idsOf(KEY)).toEqual(['c1']);
  });

  it('is not taken twice by one connection that asks again, and the second question writes nothing', async () => {
    expect(await admit('c1')).toEqual(ADMITTED);
    const before = await itemOf(KEY);
    expect(await admit('c1')).toEqual(ADMITTED);
    expect(await itemOf(KEY)).toEqual(before);
  });

  it.each([
    [1, 12],
    [3, 12],
    [12, 12],
  ])('at a limit of %i is given so often, of %i logins at the same moment', async (maxConnections, logins) => {
    const others = Array.from({ length: 4 }, () => {
      const own = onceThrough(dynamoDb.endpoint);
      return { own, counter: createSessionCounter({ client: own, tableName, timeoutMs: PATIENT_MS }) };
    });
    const limits = [{ ...ONE_EACH, maxConnections }];
    const asked = Array.from({ length: logins }, (_, n) => admit(`c${n}`, { limits }, others[n % 4]?.counter));
    const answers = await Promise.all(asked);
    for (const { own } of others) own.destroy();
    const admitted = answers.flatMap(({ outcome }, n) => (outcome === 'admitted' ? [`c${n}`] : []));
    expect(admitted).toHaveLength(maxConnections);
    expect(answers.filter(({ outcome }) => outcome === 'exceeded')).toHaveLength(logins - maxConnections);
    expect([...((await idsOf(KEY)) as string[])].sort()).toEqual([...admitted].sort());
  });

  it('counts for the limits that a session was let in under, and the first that has none left is told', async () => {
    const [all, abroad] = [
      { id: 'all', maxConnections: 3 },
      { id: 'abroad', maxConnections: 1 },
    ];
    expect(await admit('c1', { limits: [all, abroad] })).toEqual(ADMITTED);
    expect(await admit('c2', { limits: [all] })).toEqual(ADMITTED);
    expect(await admit('c3', { limits: [all, abroad] })).toEqual({ outcome: 'exceeded', limit: 'abroad' });
    expect(await admit('c4', { limits: [all], endpoint: TOKYO })).toEqual(ADMITTED);
    expect(await admit('c5', { limits: [all, abroad] })).toEqual({ outcome: 'exceeded', limit: 'all' });
  });

  it('is free again after 24 hours, the longest that a session lasts', async () => {
    await put({ pk: KEY, version: 1, sessions: [session('c1', { sinceMs: NOW_MS - 24 * HOUR_MS })] });
    expect(await admit('c2')).toEqual(EXCEEDED);
    await heartbeat(NOW_MS + 1);
    expect(await admit('c2', { nowMs: NOW_MS + 1 })).toEqual(ADMITTED);
    expect(await idsOf(KEY)).toEqual(['c2']);
  });

  it('is not taken by a session at an endpoint that no pass looks at: nobody would see it end', async () => {
    await put({ pk: KEY, version: 1, sessions: [session('c1', { endpoint: TOKYO })] });
    await heartbeat(NOW_MS, [FRANKFURT]);
    expect(await admit('c2')).toEqual(ADMITTED);
    expect(await idsOf(KEY)).toEqual(['c1', 'c2']);
  });

  it('is one of 200 at most: the oldest is forgotten', async () => {
    const sessions = Array.from({ length: 200 }, (_, n) => session(`c${n}`, { sinceMs: NOW_MS - 1_000 + n }));
    await put({ pk: KEY, version: 1, sessions });
    expect(await admit('new', { limits: [{ ...ONE_EACH, maxConnections: 300 }] })).toEqual(ADMITTED);
    const ids = (await idsOf(KEY)) as string[];
    expect([ids.length, ids[0], ids.at(-1)]).toEqual([200, 'c1', 'new']);
  });
});

describe('the count is not known', () => {
  const unknown = (cause: string) => ({ outcome: 'unknown', cause });

  it.each<[string, () => Promise<unknown>]>([
    ['no pass was ever completed', () => put({ pk: 'PASS-', atMs: NOW_MS })],
    ['the last one was too long ago', () => heartbeat(NOW_MS - MAX_COUNT_AGE_MS - 1)],
    ['it says that it will be', () => heartbeat(NOW_MS + MAX_COUNT_AGE_MS + 1)],
    ['it did not look at this endpoint', () => heartbeat(NOW_MS, [TOKYO])],
  ])('where %s, and nothing is written', async (_, arrange) => {
    tableName = await createSessionsTable(direct);
    counter = createSessionCounter({ client, tableName, timeoutMs: PATIENT_MS });
    await put({ pk: KEY, version: 1, sessions: [session('c1')] });
    await arrange();
    expect(await admit('c2')).toEqual(unknown('stale-count'));
    expect(await idsOf(KEY)).toEqual(['c1']);
  });

  it.each<[string, object]>([
    ['no version', { sessions: [] }],
    ['a version that is no number', { version: '1', sessions: [] }],
    ['no sessions', { version: 1 }],
    ['sessions that are no list', { version: 1, sessions: { c1: true } }],
    ['a session that is none', { version: 1, sessions: [7] }],
    ['a session without its limits', { version: 1, sessions: [{ id: 'c1', endpoint: FRANKFURT, sinceMs: 1 }] }],
    ['a time that is no number', { version: 1, sessions: [session('c1', { sinceMs: 'today' })] }],
  ])('where the item has %s', async (_, item) => {
    await put({ pk: KEY, ...item });
    expect(await admit('c2')).toMatchObject({ ...unknown('corrupt'), error: { name: 'StoreCorruptError' } });
    expect(await itemOf(KEY)).toEqual({ pk: KEY, ...item });
  });

  it.each([
    ['no number', ['x', []]],
    ['no list of endpoints', [NOW_MS, 'all']],
  ])('where the pass left %s', async (_, [atMs, endpoints]) => {
    await heartbeat(atMs, endpoints);
    expect(await admit('c2')).toMatchObject(unknown('corrupt'));
  });

  it('where there is no such table', async () => {
    const nowhere = createSessionCounter({ client, tableName: 'no-such-table', timeoutMs: PATIENT_MS });
    expect(await admit('c1', {}, nowhere)).toMatchObject({
      ...unknown('refused'),
      error: { name: 'StoreRefusedError' },
    });
  });

  it('where nothing answers: given up in time, and nothing is left of it', async () => {
    const hasty = createSessionCounter({ client, tableName, timeoutMs: 100 });
    proxy.mode = 'stall';
    expect(await admit('c1', {}, hasty)).toMatchObject({
      ...unknown('timeout'),
      error: { name: 'StoreUnreachableError' },
    });
    expect(await admit('c1', { atMostMs: 50 })).toMatchObject(unknown('timeout'));
    expect(await admit('c1', { atMostMs: -5 })).toMatchObject(unknown('timeout'));
    proxy.mode = 'pass';
    expect(await idsOf(KEY)).toBeUndefined();
  });

  it('where the put is never answered', async () => {
    proxy.holdRequests('PutItem');
    expect(await admit('c1', { atMostMs: 1_500 })).toMatchObject(unknown('timeout'));
    expect(proxy.held).toBe(1);
  });

  it('where the table cannot be reached', async () => {
    proxy.mode = 'refuse';
    expect(await admit('c1')).toMatchObject(unknown('unreachable'));
    // The SDK itself tries once; so does the counter, after the first that was lost.
    expect(proxy.connections).toBe(2);
  });

  it('where other logins of the user are first until the time is over', async () => {
    const others = { version: 1, sessions: [session('c1', { limits: ['another'] })] };
    await put({ pk: KEY, ...others });
    // Each read is followed by another login's write.
    const racing = onceThrough(proxy.endpoint);
    let version = 1;
    racing.middlewareStack.add(
      (next) => async (args) => {
        const answer = await next(args);
        if ('RequestItems' in args.input) await put({ pk: KEY, ...others, version: ++version });
        return answer;
      },
      { step: 'initialize' },
    );
    const outrun = createSessionCounter({ client: racing, tableName, timeoutMs: 2_000 });
    expect(await admit('c2', {}, outrun)).toMatchObject(unknown('contended'));
    racing.destroy();
    expect(version).toBeGreaterThan(2);
  });
});

describe('an answer that is lost', () => {
  it.each([
    ['of the read', 'BatchGetItem'],
    ['of the put', 'PutItem'],
  ])('%s costs the connection neither its place nor another one', async (_, operation) => {
    proxy.loseAnswers(operation, 1);
    expect(await admit('c1')).toEqual(ADMITTED);
    expect(await idsOf(KEY)).toEqual(['c1']);
    expect(await admit('c2')).toEqual(EXCEEDED);
  });

  it('and lost again leaves the count unknown', async () => {
    proxy.loseAnswers('BatchGetItem', 2);
    expect(await admit('c1')).toMatchObject({ outcome: 'unknown', cause: 'unreachable' });
    expect(await admit('c1')).toEqual(ADMITTED);
  });
});

it('works over a client of the handler’s, which tries once', async () => {
  const shared = localDocumentClient(dynamoDb.endpoint);
  const own = createSessionCounter({ client: clientThatTriesOnce(shared), tableName, timeoutMs: PATIENT_MS });
  expect(await admit('c1', {}, own)).toEqual(ADMITTED);
  shared.destroy();
});
