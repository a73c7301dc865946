/** What a new process waits for before it can decide: answers of DynamoDB, one after the other. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { compile } from '../../shared/engine/index.ts';
import { createPolicyCache, DynamoDbPolicySource, DynamoDbPolicyStore } from '../../shared/store/index.ts';
import {
  createRulesTable,
  type LocalDynamoDb,
  localDocumentClient,
  startDynalite,
} from '../../shared/store/testing/dynalite.ts';
import { startTcpProxy } from '../../shared/store/testing/tcp-proxy.ts';
import { storedPolicy } from './policies.ts';

let dynamoDb: LocalDynamoDb;

beforeAll(async () => {
  dynamoDb = await startDynalite();
});
afterAll(() => dynamoDb.stop());

describe('the first policy of a process', () => {
  it.each([
    { rules: 100, setEntries: 0 },
    { rules: 10_000, setEntries: 0 },
    { rules: 1_000, setEntries: 50_000 },
  ])('takes two round trips: %j', async ({ rules, setEntries }) => {
    const { document } = storedPolicy(rules, setEntries);
    const writer = localDocumentClient(dynamoDb.endpoint);
    const tableName = await createRulesTable(writer);
    const committed = await new DynamoDbPolicyStore({ client: writer, tableName }).commit({
      prepare: () => ({ document, summary: '' }),
      author: { type: 'local', id: 'test' },
      reason: '',
    });
    writer.destroy();
    const contents = committed.written ? committed.revision.contents : undefined;
    const parts = contents && 'parts' in contents ? contents.parts : [];
    const storedBytes = parts.reduce((bytes, { size }) => bytes + size, 0);
    expect(storedBytes).toBeGreaterThan(0);
    expect(storedBytes).toBeLessThanOrEqual(300 * 1024);

    const proxy = await startTcpProxy(dynamoDb.port, { roundTripMs: 2 });
    const client = localDocumentClient(proxy.endpoint);
    const cache = createPolicyCache({ source: new DynamoDbPolicySource({ client, tableName }), compile });
    expect(await cache.get({ remainingMs: 30_000 })).toMatchObject({ status: 'ready', revision: 1 });
    expect(proxy.roundTrips).toBe(2);
    client.destroy();
    await proxy.stop();
  });
});
