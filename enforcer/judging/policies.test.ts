/** The policies that were in force, on a real table. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Effect } from '../../shared/engine/index.ts';
import { DynamoDbPolicyStore } from '../../shared/store/index.ts';
import {
  createRulesTable,
  type LocalDynamoDb,
  localDocumentClient,
  startDynalite,
} from '../../shared/store/testing/dynalite.ts';
import { createPolicies, type Policies } from './policies.ts';

const MINUTE_MS = 60_000;
const START_MS = Date.parse('2026-11-24T13:00:00Z');
const signal = new AbortController().signal;

let dynamoDb: LocalDynamoDb;
let client: DynamoDBDocumentClient;
let store: DynamoDbPolicyStore;
let nowMs = START_MS;
let loads = 0;

beforeAll(async () => {
  dynamoDb = await startDynalite();
  client = localDocumentClient(dynamoDb.endpoint);
  store = new DynamoDbPolicyStore({ client, tableName: await createRulesTable(client), now: () => nowMs });
});

afterAll(async () => {
  client.destroy();
  await dynamoDb.stop();
});

/** A policy that is known by its number of rules. */
async function publish(rules: number): Promise<void> {
  const effect: Effect = 'deny';
  const document = {
    version: 1 as const,
    defaultEffect: effect,
    rules: Array.from({ length: rules }, (_, index) => ({ id: `r${index}`, effect, match: 'everyone' as const })),
  };
  await store.commit({
    prepare: () => ({ document, summary: 'for the test' }),
    author: { type: 'test', id: 'test' },
    reason: 'for the test',
  });
}

async function rulesSince(policies: Policies, fromMs: number) {
  const inForce = await policies.now(signal);
  if (inForce === undefined) throw new Error('nothing is published');
  const stretches = await policies.stretches(fromMs, nowMs, inForce, signal);
  return Promise.all(
    stretches.map(async ({ fromMs: from, untilMs, policy }) => [
      (from - START_MS) / MINUTE_MS,
      (untilMs - START_MS) / MINUTE_MS,
      (await policy(signal))?.rules.length,
    ]),
  );
}

describe('createPolicies', () => {
  it('tells which policy was in force when, the newest first, and that there was none before the first', async () => {
    const counting = createPolicies({
      head: (options) => store.head(options),
      revisions: (options) => store.revisions(options),
      load: (revision, options) => {
        loads += 1;
        return store.load(revision, options);
      },
    });
    expect(await counting.now(signal)).toBeUndefined();
    for (const rules of [1, 2, 3, 4]) {
      await publish(rules);
      nowMs += MINUTE_MS;
    }
    expect(await rulesSince(counting, START_MS - MINUTE_MS)).toEqual([
      [3, 4, 4],
      [2, 3, 3],
      [1, 2, 2],
      [0, 1, 1],
      [-1, 0, undefined],
    ]);
    expect(await rulesSince(counting, START_MS + 2.5 * MINUTE_MS)).toEqual([
      [3, 4, 4],
      [2.5, 3, 3],
    ]);
    expect(await rulesSince(counting, START_MS + 3.5 * MINUTE_MS)).toEqual([[3.5, 4, 4]]);
  });

  it('keeps the policy in force and few of the others', async () => {
    const policies = createPolicies({
      head: (options) => store.head(options),
      revisions: (options) => store.revisions(options),
      load: (revision, options) => {
        loads += 1;
        return store.load(revision, options);
      },
    });
    const loadsFor = async (fromMs: number) => {
      const before = loads;
      await rulesSince(policies, fromMs);
      return loads - before;
    };
    expect(await loadsFor(nowMs - 1)).toBe(1);
    expect(await loadsFor(nowMs - 1)).toBe(0);
    // Three of the past, of which two are kept.
    expect(await loadsFor(START_MS)).toBe(3);
    expect(await loadsFor(START_MS)).toBeGreaterThan(0);
  });

  it('says whether a revision is still in force', async () => {
    const policies = createPolicies(store);
    const inForce = await policies.now(signal);
    if (inForce === undefined) throw new Error('nothing is published');
    expect(await policies.isInForce(inForce.revision, signal)).toBe(true);
    await publish(5);
    expect(await policies.isInForce(inForce.revision, signal)).toBe(false);
    expect((await policies.now(signal))?.policy.rules).toHaveLength(5);
  });
});
