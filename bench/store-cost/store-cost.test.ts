/** What is counted and simulated of the store's cost, on dynalite, which reports what requests consume as DynamoDB does. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type LocalDynamoDb, startDynalite } from '../../shared/store/testing/dynalite.ts';
import { storedPolicy } from '../invocation/policies.ts';
import { policyCosts } from './policy-costs.ts';
import { recordCosts } from './record-costs.ts';
import { simulateStorm } from './storm.ts';

let dynamoDb: LocalDynamoDb;

beforeAll(async () => {
  dynamoDb = await startDynalite();
});
afterAll(() => dynamoDb.stop());

describe('the cost of a policy', () => {
  it('is a query of one unit while nothing changes, and what is new when something does', async () => {
    const costs = await policyCosts(dynamoDb.endpoint, storedPolicy(1_000));
    expect(costs.parts).toBeGreaterThan(1);
    expect(costs.refresh).toMatchObject({ requests: { Query: 1 }, readUnits: 1, writeUnits: 0 });
    expect(costs.coldStart).toMatchObject({ requests: { Query: 1, BatchGetItem: 1 }, writeUnits: 0 });
    expect(costs.coldStart.receivedBytes).toBeGreaterThan(costs.storedBytes);
    expect(costs.smallReload.readUnits).toBeLessThan(costs.coldStart.readUnits);
    expect(costs.smallReload.requests).toEqual({ Query: 1, BatchGetItem: 1 });
    // One part and the revision.
    expect(costs.smallChange.requests).toMatchObject({ PutItem: 2 });
    expect(costs.smallChange.writeUnits).toBeLessThan(costs.publish.writeUnits);
  });

  it('of a record is one put, and one more for the rule that refused', async () => {
    const { admission, refusal } = await recordCosts(dynamoDb.endpoint);
    // dynalite does not count the indexes' units.
    expect(admission).toMatchObject({ requests: { PutItem: 1 }, tableWriteUnits: 1, readUnits: 0 });
    expect(refusal).toMatchObject({ requests: { PutItem: 2 }, tableWriteUnits: 2, readUnits: 0 });
  });
});

describe('the storm', () => {
  const units = { coldStartReads: 20, refreshReads: 1, recordWrites: 3, recordTableWrites: 1 };
  const storm = { connections: 3_000, handlers: 500, seconds: 60, startSeconds: 60 };

  it('reads the policy once for each handler and asks again when a TTL is over', () => {
    const cost = simulateStorm(storm, units);
    expect(cost.coldStarts).toBe(500);
    // Five more connections each, and at most one refresh in nine seconds.
    expect(cost.refreshes).toBeGreaterThan(500);
    expect(cost.refreshes).toBeLessThanOrEqual(5 * 500);
    expect(cost).toMatchObject({ readUnits: 500 * 20 + cost.refreshes, writeUnits: 9_000 });
    expect(simulateStorm(storm, units)).toEqual(cost);
  });

  it('asks the most of a second in which all handlers are new', () => {
    const cost = simulateStorm({ ...storm, startSeconds: 1 }, units);
    expect(cost.peakReads).toBe(500 * 20);
    expect(cost.peakTableWrites).toBeGreaterThanOrEqual(500);
  });

  it('with a connection for each handler has no refresh', () => {
    expect(simulateStorm({ ...storm, connections: 500 }, units)).toMatchObject({ refreshes: 0, readUnits: 10_000 });
  });
});
