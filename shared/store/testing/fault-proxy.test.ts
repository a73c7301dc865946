/** The fault proxy does what it says: the store's proofs are worth no more than its faults. */
import {
  BatchGetCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
} from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createRulesTable, type LocalDynamoDb, localDocumentClient, startDynalite } from './dynalite.ts';
import {
  type Exchange,
  FAULT_KINDS,
  type Fault,
  type FaultProxy,
  type FaultProxyOptions,
  startFaultProxy,
} from './fault-proxy.ts';

let dynalite: LocalDynamoDb;
let direct: DynamoDBDocumentClient;
let table: string;
let proxy: FaultProxy;
let client: DynamoDBDocumentClient;
let exchanges: Exchange[];

beforeAll(async () => {
  dynalite = await startDynalite();
  direct = localDocumentClient(dynalite.endpoint);
});
beforeEach(async () => {
  table = await createRulesTable(direct);
});
afterEach(async () => {
  client.destroy();
  await proxy.stop();
});
afterAll(() => dynalite.stop());

/** Through the proxy, one try, half a second at most. */
async function through(options: FaultProxyOptions): Promise<void> {
  exchanges = [];
  proxy = await startFaultProxy(dynalite.endpoint, { onExchange: (exchange) => exchanges.push(exchange), ...options });
  client = localDocumentClient(proxy.endpoint, { maxAttempts: 1, requestTimeoutMs: 500 });
}

const item = (sk: string) => ({ pk: 'P', sk, text: 'something to read' });
const put = (sk: string, by = client) => by.send(new PutCommand({ TableName: table, Item: item(sk) }));
const isThere = async (sk: string) => {
  const { Item } = await direct.send(new GetCommand({ TableName: table, Key: { pk: 'P', sk }, ConsistentRead: true }));
  return Item !== undefined;
};
const nameOf = (work: Promise<unknown>) =>
  work.then(
    () => 'no error',
    (error: unknown) => Reflect.get(Object(error), 'name'),
  );

describe('the fault proxy', () => {
  it('passes what it is not told to spoil, and tells of it', async () => {
    await through({});
    await put('a');
    const { Item } = await client.send(new GetCommand({ TableName: table, Key: { pk: 'P', sk: 'a' } }));
    expect(Item).toEqual(item('a'));
    expect(exchanges.map(({ request: { number, operation } }) => [number, operation])).toEqual([
      [1, 'PutItem'],
      [2, 'GetItem'],
    ]);
    expect(exchanges).toMatchObject([
      { fault: undefined, delivered: true, answered: { status: 200, body: '{}' } },
      { fault: undefined, delivered: true },
    ]);
    expect(proxy.requests).toBe(2);
  });

  it.each<[Fault, string, boolean]>([
    [{ kind: 'late-request', ms: 50 }, 'no error', true],
    [{ kind: 'late-answer', ms: 50 }, 'no error', true],
    [{ kind: 'late-answer', ms: 700 }, 'TimeoutError', true],
    [{ kind: 'stall' }, 'TimeoutError', false],
    [{ kind: 'lost-request' }, 'TimeoutError', false],
    [{ kind: 'lost-answer' }, 'TimeoutError', true],
    [{ kind: 'broken-answer' }, 'Error', true],
    [{ kind: 'truncated-answer' }, 'SyntaxError', true],
    [{ kind: 'wrong-checksum' }, 'no error', true],
    [{ kind: 'throttled', error: 'ThrottlingException' }, 'ThrottlingException', false],
    [
      { kind: 'throttled', error: 'ProvisionedThroughputExceededException' },
      'ProvisionedThroughputExceededException',
      false,
    ],
    [{ kind: 'refused', error: 'AccessDeniedException' }, 'AccessDeniedException', false],
    [{ kind: 'server-error', carriedOut: false }, 'InternalServerError', false],
    [{ kind: 'server-error', carriedOut: true }, 'InternalServerError', true],
    [{ kind: 'error-page', status: 503, carriedOut: false }, 'SyntaxError', false],
    [{ kind: 'error-page', status: 200, carriedOut: true }, 'SyntaxError', true],
  ])('answers a put with %j', async (fault, error, carriedOut) => {
    await through({ faultFor: () => fault });
    expect([await nameOf(put('a')), await isThere('a')]).toEqual([error, carriedOut]);
  });

  it('carries out a request that comes late although nobody waits for it any more', async () => {
    await through({ faultFor: () => ({ kind: 'late-request', ms: 700 }) });
    expect(await nameOf(put('a'))).toBe('TimeoutError');
    expect(await isThere('a')).toBe(false);
    while (exchanges.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await isThere('a')).toBe(true);
  });

  it('reads half of a batch and gives back the keys of the others', async () => {
    for (const sk of ['a', 'b', 'c']) await put(sk, direct);
    await through({ faultFor: () => ({ kind: 'partial-batch' }) });
    const Keys = ['a', 'b', 'c'].map((sk) => ({ pk: 'P', sk }));
    const { Responses, UnprocessedKeys } = await client.send(
      new BatchGetCommand({ RequestItems: { [table]: { Keys, ConsistentRead: true } } }),
    );
    expect(Responses?.[table]).toHaveLength(2);
    expect(UnprocessedKeys).toEqual({ [table]: { Keys: Keys.slice(2), ConsistentRead: true } });
  });

  it('answers with an earlier moment where the read need not be consistent, and only there', async () => {
    await through({ faultFor: () => ({ kind: 'stale-read', behindMs: 60_000 }) });
    await put('before', direct);
    await put('since');
    const query = async (ConsistentRead: boolean) => {
      const ExpressionAttributeValues = { ':pk': 'P' };
      const read = { TableName: table, KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues, ConsistentRead };
      return (await client.send(new QueryCommand(read))).Items?.map(({ sk }) => sk);
    };
    const batch = async (ConsistentRead: boolean) => {
      const Keys = ['before', 'since'].map((sk) => ({ pk: 'P', sk }));
      const { Responses } = await client.send(
        new BatchGetCommand({ RequestItems: { [table]: { Keys, ConsistentRead } } }),
      );
      return Responses?.[table]?.map(({ sk }) => sk).sort();
    };
    expect([await query(false), await query(true)]).toEqual([['before'], ['before', 'since']]);
    expect([await batch(false), await batch(true)]).toEqual([['before'], ['before', 'since']]);
  });

  it('lets nothing past its steps before they allow it', async () => {
    const steps: string[] = [];
    await through({
      before: async (step, { operation }) => {
        steps.push(`${step} ${operation} ${await isThere('a')}`);
      },
    });
    await put('a');
    expect(steps).toEqual(['request PutItem false', 'answer PutItem true']);
  });

  it('names every kind of fault', () => {
    expect(new Set(FAULT_KINDS).size).toBe(14);
  });
});
