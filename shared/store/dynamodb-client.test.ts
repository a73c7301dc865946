import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
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
});
