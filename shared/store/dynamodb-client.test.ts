import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { clientThatTriesOnce } from './dynamodb-client.ts';
import { DynamoDbPolicySource } from './dynamodb-policy-source.ts';
import { type LocalDynamoDb, localDocumentClient, startDynalite } from './testing/dynalite.ts';
import { startTcpProxy, type TcpProxy } from './testing/tcp-proxy.ts';

describe('The DynamoDB client', () => {
  let dynalite: LocalDynamoDb;
  let proxy: TcpProxy;
  beforeEach(async () => {
    dynalite = await startDynalite();
    proxy = await startTcpProxy(dynalite.port);
  });
  afterEach(async () => {
    await proxy.stop();
    await dynalite.stop();
  });

  it('gives up on a server that takes a request and never answers, after as many tries as it was told', async () => {
    proxy.mode = 'stall';
    const client = localDocumentClient(proxy.endpoint, { requestTimeoutMs: 40, maxAttempts: 2 });
    const source = new DynamoDbPolicySource({ client, tableName: 'any-table' });
    await expect(source.head()).rejects.toMatchObject({ code: 'store-unreachable' });
    expect(proxy.operations).toEqual(['Query', 'Query']);
  });

  it('that tries once does so, over the connections of the client that it was made beside', async () => {
    const client = localDocumentClient(proxy.endpoint);
    const beside = clientThatTriesOnce(client);
    const head = (of: typeof client) => new DynamoDbPolicySource({ client: of, tableName: 'any-table' }).head();
    // No such table: an answer all the same, which leaves the connection open.
    await expect(head(client)).rejects.toMatchObject({ code: 'store-refused' });
    await expect(head(beside)).rejects.toMatchObject({ code: 'store-refused' });
    expect(proxy.connections).toBe(1);
    proxy.mode = 'refuse';
    await expect(head(beside)).rejects.toMatchObject({ code: 'store-unreachable' });
    expect(proxy.operations).toEqual(['Query', 'Query']);
    proxy.mode = 'pass';
    proxy.loseAnswers('any-table', 1);
    await expect(head(beside)).rejects.toMatchObject({ code: 'store-unreachable' });
    expect(proxy.operations).toEqual(['Query', 'Query', 'Query']);
  });
});
