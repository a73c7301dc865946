/** A pass and the sessions table: what stands is counted, what has ended is not, and a login in between is never forgotten. */
import { type DynamoDBDocumentClient, GetCommand, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  createSessionsTable,
  type LocalDynamoDb,
  localDocumentClient,
  startDynalite,
} from '../store/testing/dynalite.ts';
import { startTcpProxy } from '../store/testing/tcp-proxy.ts';
import { createSessionCounter } from './session-counter.ts';
import { createSessionReconciler } from './session-reconciler.ts';
import type { ActiveSession, Sighting } from './sessions-that-stand.ts';

const NOW_MS = Date.parse('2026-11-24T10:00:00Z');
const MINUTE_MS = 60_000;
const FRANKFURT = 'cvpn-endpoint-0a1b2c3d4e5f67890';
const TOKYO = 'cvpn-endpoint-05e3cd01fe10ad9ee';
const BATCHI = 'USER#batchi';
const TANAKA = 'USER#tanaka';

let dynamoDb: LocalDynamoDb;
let client: DynamoDBDocumentClient;
let tableName: string;

beforeAll(async () => {
  dynamoDb = await startDynalite();
  client = localDocumentClient(dynamoDb.endpoint);
});
beforeEach(async () => {
  tableName = await createSessionsTable(client);
});
afterAll(async () => {
  client.destroy();
  await dynamoDb.stop();
});

const put = (item: object) => client.send(new PutCommand({ TableName: tableName, Item: { ...item } }));
const itemOf = async (pk: string) =>
  (await client.send(new GetCommand({ TableName: tableName, Key: { pk }, ConsistentRead: true }))).Item;
const sessionsOf = async (pk: string): Promise<unknown> => (await itemOf(pk))?.sessions;
const session = (id: string, more: object = {}) => ({
  id,
  endpoint: FRANKFURT,
  sinceMs: NOW_MS - 10 * MINUTE_MS,
  limits: ['one-each'],
  ...more,
});
const active = (id: string, more: Partial<ActiveSession> = {}): ActiveSession => ({
  ...session(id),
  userKey: BATCHI,
  ...more,
});
const reconcile = (connections: readonly ActiveSession[], seen: Partial<Sighting> = {}, through = client) =>
  createSessionReconciler({ client: through, tableName }).reconcile({
    active: connections,
    endpoints: [FRANKFURT, TOKYO],
    startedMs: NOW_MS,
    ...seen,
  });

/** A login at this moment, as the handler counts it. */
const login = (id: string, userKey = BATCHI) =>
  createSessionCounter({ client, tableName, timeoutMs: 20_000 }).admit({
    userKey,
    connectionId: id,
    endpoint: FRANKFURT,
    limits: [{ id: 'one-each', maxConnections: 1 }],
    nowMs: NOW_MS,
  });

describe('a pass', () => {
  it('counts what stands, oldest first, for users to whom a limit applies, and says that the count is known', async () => {
    const younger = active('c1');
    const older = active('c2', { sinceMs: NOW_MS - 20 * MINUTE_MS, endpoint: TOKYO });
    const seen = [younger, older, active('c3', { userKey: TANAKA, limits: [] })];
    expect(await reconcile(seen)).toEqual({ written: 1, removed: 0, left: 0 });
    expect(await itemOf(BATCHI)).toEqual({
      pk: BATCHI,
      version: expect.any(Number),
      sessions: [session('c2', { sinceMs: older.sinceMs, endpoint: TOKYO }), session('c1')],
      expiresAt: (NOW_MS - 10 * MINUTE_MS) / 1_000 + 25 * 3_600,
    });
    expect(await itemOf(TANAKA)).toBeUndefined();
    expect(await itemOf('PASS')).toEqual({ pk: 'PASS', atMs: NOW_MS, endpoints: [FRANKFURT, TOKYO] });
    expect(await login('c9')).toEqual({ outcome: 'exceeded', limit: 'one-each' });
  });

  it('writes nothing but that where nothing differs, whatever was written by whom', async () => {
    await reconcile([active('c1')]);
    await login('c2', TANAKA);
    const before = await Promise.all([BATCHI, TANAKA].map(itemOf));
    // EC2 says another moment than the handler: that is no difference.
    const seen = [active('c1'), active('c2', { userKey: TANAKA, sinceMs: NOW_MS + 3_000 })];
    expect(await reconcile(seen, { startedMs: NOW_MS + MINUTE_MS })).toEqual({ written: 0, removed: 0, left: 0 });
    expect(await Promise.all([BATCHI, TANAKA].map(itemOf))).toEqual(before);
    expect(await itemOf('PASS')).toMatchObject({ atMs: NOW_MS + MINUTE_MS });
  });

  it('gives the place of an ended connection free; the item of the last one goes', async () => {
    await reconcile([active('c1'), active('c2'), active('c3', { userKey: TANAKA })]);
    expect(await reconcile([active('c2')])).toEqual({ written: 1, removed: 1, left: 0 });
    expect(await sessionsOf(BATCHI)).toEqual([session('c2')]);
    expect(await itemOf(TANAKA)).toBeUndefined();
    expect(await login('c4', TANAKA)).toEqual({ outcome: 'admitted' });
  });

  it('keeps for two minutes what the handler let in and EC2 does not show yet', async () => {
    await reconcile([]);
    expect(await login('c1')).toEqual({ outcome: 'admitted' });
    expect(await reconcile([], { startedMs: NOW_MS + 2 * MINUTE_MS })).toEqual({ written: 0, removed: 0, left: 0 });
    expect(await sessionsOf(BATCHI)).toHaveLength(1);
    expect(await reconcile([], { startedMs: NOW_MS + 2 * MINUTE_MS + 1 })).toMatchObject({ removed: 1 });
  });

  it('leaves what is recorded at an endpoint that it does not see, and forgets it after 24 hours', async () => {
    await put({ pk: BATCHI, version: 1, sessions: [session('c1', { endpoint: TOKYO })] });
    expect(await reconcile([], { endpoints: [FRANKFURT] })).toEqual({ written: 0, removed: 0, left: 0 });
    expect(await itemOf('PASS')).toMatchObject({ endpoints: [FRANKFURT] });
    const tomorrow = NOW_MS + 24 * 60 * MINUTE_MS;
    expect(await reconcile([], { endpoints: [FRANKFURT], startedMs: tomorrow })).toMatchObject({ removed: 1 });
  });

  it('leaves what the handler recorded of a connection of which the pass knows neither user nor limits', async () => {
    await put({ pk: BATCHI, version: 1, sessions: [session('c1'), session('c2')] });
    const seen = [
      active('c1', { userKey: undefined, limits: undefined }),
      active('c2', { limits: undefined }),
      active('c3', { limits: undefined }),
    ];
    expect(await reconcile(seen)).toEqual({ written: 0, removed: 0, left: 0 });
  });

  it('takes the limits of today, and moves what stands under another user', async () => {
    await put({ pk: BATCHI, version: 1, sessions: [session('c1'), session('c2'), session('c3')] });
    const seen = [
      active('c1', { limits: ['two-each'] }),
      active('c2', { userKey: TANAKA }),
      active('c3', { limits: [] }),
    ];
    expect(await reconcile(seen)).toEqual({ written: 2, removed: 0, left: 0 });
    expect(await sessionsOf(BATCHI)).toEqual([session('c1', { limits: ['two-each'] })]);
    expect(await sessionsOf(TANAKA)).toEqual([session('c2')]);
  });

  it('writes a damaged item anew, and touches no item that is none of its own', async () => {
    await put({ pk: BATCHI, sessions: 'none' });
    await put({ pk: TANAKA, version: 'x' });
    await put({ pk: 'NOTE', text: 'not ours' });
    expect(await reconcile([active('c1')])).toEqual({ written: 1, removed: 1, left: 0 });
    expect(await sessionsOf(BATCHI)).toEqual([session('c1')]);
    expect(await itemOf('NOTE')).toEqual({ pk: 'NOTE', text: 'not ours' });
  });

  it('has as many users as there are: more than one page of a scan', async () => {
    const limits = ['x'.repeat(63), 'y'.repeat(63)];
    const many = Array.from({ length: 30 }, (_, user) =>
      Array.from({ length: 200 }, (_, n) => active(`c-${user}-${n}`, { userKey: `USER#${user}`, limits })),
    ).flat();
    expect(await reconcile(many)).toEqual({ written: 30, removed: 0, left: 0 });
    const { LastEvaluatedKey } = await client.send(new ScanCommand({ TableName: tableName }));
    expect(LastEvaluatedKey).toBeDefined();
    expect(await reconcile(many.filter(({ userKey }) => userKey !== 'USER#7'))).toEqual({
      written: 0,
      removed: 1,
      left: 0,
    });
  });
});

describe('a pass that is overtaken by one that began later', () => {
  it('writes nothing: what has ended meanwhile does not come back', async () => {
    await reconcile([active('c1')]);
    await reconcile([], { startedMs: NOW_MS + MINUTE_MS });
    expect(await reconcile([active('c1')])).toEqual({ written: 0, removed: 0, left: 0 });
    expect(await itemOf(BATCHI)).toBeUndefined();
    expect(await itemOf('PASS')).toMatchObject({ atMs: NOW_MS + MINUTE_MS });
  });

  it('stops where it meets what the later one has written', async () => {
    await put({ pk: BATCHI, version: 1, sessions: [session('c1')] });
    const own = localDocumentClient(dynamoDb.endpoint);
    let isFirst = true;
    own.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          const answer = await next(args);
          if (commandName === 'ScanCommand' && isFirst) {
            isFirst = false;
            await reconcile([active('c2')], { startedMs: NOW_MS + MINUTE_MS });
          }
          return answer;
        },
      { step: 'initialize' },
    );
    expect(await reconcile([active('c1'), active('c3')], {}, own)).toEqual({ written: 0, removed: 0, left: 1 });
    own.destroy();
    expect(await sessionsOf(BATCHI)).toEqual([session('c2')]);
    expect(await itemOf('PASS')).toMatchObject({ atMs: NOW_MS + MINUTE_MS });
  });
});

it('what is forgotten is not known', async () => {
  await reconcile([active('c1')]);
  expect(await login('c9')).toMatchObject({ outcome: 'exceeded' });
  await createSessionReconciler({ client, tableName }).forget();
  expect(await login('c9')).toMatchObject({ outcome: 'unknown', cause: 'stale-count' });
});

describe('a login between what a pass reads and what it writes', () => {
  /** What happens after the pass has read a user's item, so often. */
  const interrupted = (times: number, between: (n: number) => Promise<unknown>) => {
    const own = localDocumentClient(dynamoDb.endpoint);
    let n = 0;
    own.middlewareStack.add(
      (next) => async (args) => {
        const answer = await next(args);
        const isOfPass = 'Key' in args.input && args.input.Key?.pk === 'PASS';
        const isRead = !('Item' in args.input) && !('ConditionExpression' in args.input) && !isOfPass;
        if (isRead && n < times) await between(n++);
        return answer;
      },
      { step: 'initialize' },
    );
    return own;
  };

  it('is counted, and what has ended is not', async () => {
    await put({ pk: BATCHI, version: 1, sessions: [session('ended')] });
    await put({ pk: 'PASS', atMs: NOW_MS, endpoints: [FRANKFURT] });
    const own = interrupted(1, () =>
      put({ pk: BATCHI, version: 2, sessions: [session('ended'), session('new', { sinceMs: NOW_MS })] }),
    );
    expect(await reconcile([], {}, own)).toEqual({ written: 1, removed: 0, left: 0 });
    own.destroy();
    expect(await sessionsOf(BATCHI)).toEqual([session('new', { sinceMs: NOW_MS })]);
  });

  it('each time leaves the item to the next pass', async () => {
    await put({ pk: BATCHI, version: 1, sessions: [session('ended')] });
    const own = interrupted(9, (n) => put({ pk: BATCHI, version: n + 2, sessions: [session('ended')] }));
    expect(await reconcile([], {}, own)).toEqual({ written: 0, removed: 0, left: 1 });
    own.destroy();
    expect(await itemOf(BATCHI)).toMatchObject({ version: 4 });
    expect(await reconcile([])).toMatchObject({ removed: 1 });
  });
});

describe('a table that fails', () => {
  it.each(['Scan', 'PutItem', 'DeleteItem'])(
    'at %s: the pass rejects and does not say that the count is known',
    async (operation) => {
      await put({ pk: TANAKA, version: 1, sessions: [session('ended')] });
      const proxy = await startTcpProxy(dynamoDb.port);
      const through = localDocumentClient(proxy.endpoint, { maxAttempts: 1 });
      proxy.loseRequests(`DynamoDB_20120810.${operation}`, 9);
      await expect(reconcile([active('c1')], {}, through)).rejects.toMatchObject({ code: 'store-unreachable' });
      through.destroy();
      await proxy.stop();
      expect(await itemOf('PASS')).toBeUndefined();
    },
  );

  it('because there is none is a refusal', async () => {
    tableName = 'no-such-table';
    await expect(reconcile([])).rejects.toMatchObject({ code: 'store-refused' });
  });
});
