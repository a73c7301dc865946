/** A killed writer leaves the old policy or the new one; and what a worse store would leave is seen. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DeleteCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { currentPolicy, DynamoDbPolicyStore } from '../../../shared/store/index.ts';
import {
  createRulesTable,
  type LocalDynamoDb,
  localDocumentClient,
  startDynalite,
} from '../../../shared/store/testing/dynalite.ts';
import { killWriters, type Left, leftWhole, type WholeRun } from './kill.ts';
import { publishRule, scenarios } from './scenarios.ts';

describe('a writer that is killed at each request', () => {
  it('leaves the old policy or the new one', async () => {
    const seed = scenarios(10).filter(({ name }) => name === 'first seed');
    const { failures, figures } = await killWriters({ progress: () => {} }, { scenarios: seed, readsTwice: true });
    expect(failures).toEqual([]);
    // Query, the two parts, the revision: only after the last one's answer is the new policy there.
    expect(figures).toContainEqual({
      what: 'first seed: 4 requests',
      figure: '8 kills: 7 left the old policy, 1 the new one',
    });
  }, 60_000);
});

describe('what is looked at afterwards', () => {
  let dynalite: LocalDynamoDb;
  let client: DynamoDBDocumentClient;
  beforeAll(async () => {
    dynalite = await startDynalite();
    client = localDocumentClient(dynalite.endpoint);
  });
  afterAll(() => dynalite.stop());

  /** A table with two revisions, as if the second had been written by the one that was killed. */
  async function written() {
    const tableName = await createRulesTable(client);
    const store = new DynamoDbPolicyStore({ client, tableName });
    const old = { revision: 1, document: await publishRule(store, 'first') };
    const next = { revision: 2, document: await publishRule(store, 'second') };
    const whole: WholeRun = { operations: [], old, next };
    return { tableName, store, whole };
  }

  async function leftIn(store: DynamoDbPolicyStore, wasKilled = true): Promise<Left> {
    const loaded = await currentPolicy(store);
    return { wasKilled, store, inForce: loaded && { revision: loaded.revision.number, document: loaded.document } };
  }

  it('is in order where a whole policy is in force', async () => {
    const { store, whole } = await written();
    expect(await leftWhole(await leftIn(store), whole)).toEqual([]);
  });

  it('is not where nobody was killed', async () => {
    const { store, whole } = await written();
    expect(await leftWhole(await leftIn(store, false), whole)).toEqual([
      'the writer was not killed: it made fewer requests than without',
    ]);
  });

  it('is not where another policy is in force', async () => {
    const { store, whole } = await written();
    await publishRule(store, 'third');
    expect(await leftWhole(await leftIn(store), whole)).toEqual([
      'revision 3 is neither the old policy nor the new one',
    ]);
  });

  it('is not where a revision is in force of which a part is missing', async () => {
    const { store, whole, tableName } = await written();
    const left = await leftIn(store);
    const { contents } = await store.revision(2);
    const hash = 'parts' in contents ? contents.parts[0]?.hash : contents.index.hash;
    await client.send(new DeleteCommand({ TableName: tableName, Key: { pk: `BLOB#${hash}`, sk: 'BLOB' } }));
    await expect(leftWhole(left, whole)).rejects.toThrow('is missing');
  });

  it('is not where the history was rewritten', async () => {
    const { store, whole, tableName } = await written();
    const { Items } = await client.send(
      new QueryCommand({
        TableName: tableName,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': 'POLICY' },
        Limit: 1,
      }),
    );
    await client.send(new PutCommand({ TableName: tableName, Item: { ...Items?.[0], reason: 'another one' } }));
    const faults = await leftWhole(await leftIn(store), whole);
    expect(faults.join()).toMatch(/verify finds .*broken-chain.*verify finds faults after the next write/);
  });
});
