/** What a writer is told of a put of which the answer was lost or cannot be read: never that nothing was written when it was. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DynamoDbPolicyStore } from './dynamodb-policy-store.ts';
import type { CommitResult } from './policy-store.ts';
import { createRulesTable, type LocalDynamoDb, localDocumentClient, startDynalite } from './testing/dynalite.ts';
import { type Fault, type StoreRequest, startFaultProxy } from './testing/fault-proxy.ts';
import { AUTHOR, policyThatBlocks } from './testing/policies.ts';

let dynalite: LocalDynamoDb;
let direct: DynamoDBDocumentClient;

beforeAll(async () => {
  dynalite = await startDynalite();
  direct = localDocumentClient(dynalite.endpoint);
});
afterAll(() => dynalite.stop());

const NO: Fault = { kind: 'refused', error: 'ExpiredTokenException' };
const LOST: Fault = { kind: 'lost-answer' };

interface Told {
  /** The number of the revision, or the code of the error. */
  readonly outcome: number | string;
  /** The newest revision afterwards. */
  readonly head: number | undefined;
  /** Of its put and of what came after it. */
  readonly requests: number;
}

/** Publishes a second policy; @param faults of the put of the revision and the requests after it, in order */
async function publishUnder(faults: readonly (Fault | undefined)[], maxAttempts: number): Promise<Told> {
  const tableName = await createRulesTable(direct);
  const store = new DynamoDbPolicyStore({ client: direct, tableName });
  const commit = (by: DynamoDbPolicyStore, user: string): Promise<CommitResult> =>
    by.commit({ prepare: () => ({ document: policyThatBlocks(user), summary: '' }), author: AUTHOR, reason: '' });
  await commit(store, 'a');

  let requests = 0;
  const faultFor = ({ operation, body }: StoreRequest): Fault | undefined => {
    if (requests === 0 && !(operation === 'PutItem' && JSON.stringify(body).includes('"REVISION#'))) return undefined;
    return faults[requests++];
  };
  const proxy = await startFaultProxy(dynalite.endpoint, { faultFor });
  const client = localDocumentClient(proxy.endpoint, { maxAttempts });
  try {
    const outcome = await commit(new DynamoDbPolicyStore({ client, tableName }), 'b').then(
      (result) => (result.written ? result.revision.number : 'nothing'),
      (error: unknown) => String(Reflect.get(Object(error), 'code')),
    );
    return { outcome, head: (await store.head())?.number, requests };
  } finally {
    client.destroy();
    await proxy.stop();
  }
}

describe('A commit', () => {
  it.each<[string, Fault]>([
    ['half an answer', { kind: 'truncated-answer' }],
    ['an answer that breaks off', { kind: 'broken-answer' }],
    ['a page in place of the answer', { kind: 'error-page', status: 200, carriedOut: true }],
    ['a page with an error of a gateway', { kind: 'error-page', status: 502, carriedOut: true }],
    ['an internal error', { kind: 'server-error', carriedOut: true }],
    ['no answer', LOST],
  ])('knows its revision where it was written and %s came', async (_, fault) => {
    expect(await publishUnder([fault], 1)).toEqual({ outcome: 2, head: 2, requests: 2 });
  });

  it('sends the put again where it was not written and a page came', async () => {
    const page: Fault = { kind: 'error-page', status: 200, carriedOut: false };
    expect(await publishUnder([page], 1)).toEqual({ outcome: 2, head: 2, requests: 3 });
  });

  it('is told that it was refused where the service says so of the one put that was sent', async () => {
    expect(await publishUnder([NO], 3)).toEqual({ outcome: 'store-refused', head: 1, requests: 1 });
  });

  it.each<[string, Fault[], number]>([
    ['by the SDK', [LOST, NO, NO], 3],
    ['by the store', [LOST, NO, NO, NO], 1],
    ['after the put had failed', [LOST, { kind: 'throttled', error: 'ThrottlingException' }, NO, NO], 1],
  ])(
    'says that it does not know where the answer was lost and the credentials ended before it was asked again %s',
    async (_, faults, maxAttempts) => {
      expect(await publishUnder(faults, maxAttempts)).toMatchObject({ outcome: 'commit-outcome-unknown', head: 2 });
    },
  );

  it('knows its revision where the second put is refused and the number can still be read', async () => {
    expect(await publishUnder([LOST, NO], 3)).toEqual({ outcome: 2, head: 2, requests: 3 });
  });
});
