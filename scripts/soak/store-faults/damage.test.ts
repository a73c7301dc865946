/** Each damage is what it says, and is put right again. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  currentPolicy,
  DynamoDbPolicyStore,
  LanguageVersionError,
  StoreCorruptError,
  writePolicy,
} from '../../../shared/store/index.ts';
import {
  createRulesTable,
  type LocalDynamoDb,
  localDocumentClient,
  startDynalite,
} from '../../../shared/store/testing/dynalite.ts';
import { Random } from '../../fuzz/random.ts';
import { DAMAGES, damageTable } from './damage.ts';
import { bomb, changedPolicy, firstPolicy } from './policies.ts';

let dynalite: LocalDynamoDb;
let client: DynamoDBDocumentClient;
let bytes: Buffer;

beforeAll(async () => {
  dynalite = await startDynalite();
  client = localDocumentClient(dynalite.endpoint);
  bytes = bomb();
});
afterAll(() => dynalite.stop());

describe('damage to the table', () => {
  it.each(DAMAGES)('%s: keeps every reader from the policy, or none, and can be mended', async (kind) => {
    const random = new Random(1);
    const tableName = await createRulesTable(client);
    const store = new DynamoDbPolicyStore({ client, tableName });
    const by = { author: { type: 'local', id: 'test' }, reason: '', confirm: [], now: Date.now } as const;
    await writePolicy(store, { ...by, change: () => firstPolicy(random) });
    const change = () =>
      writePolicy(store, { ...by, change: (current) => current && changedPolicy(current.document, random, 'next') });
    await change();
    const before = await currentPolicy(store);

    const { harms, mend } = await damageTable({ client, tableName, random, bomb: bytes }, kind);
    const isHarmless = harms === 'nobody';
    expect(harms).toBe(kind.startsWith('foreign') ? 'nobody' : kind.startsWith('head') ? 'all' : 'some');
    const read = currentPolicy(store);
    if (isHarmless) expect(await read).toEqual(before);
    else
      await expect(read).rejects.toBeInstanceOf(
        kind.includes('newer language') ? LanguageVersionError : StoreCorruptError,
      );
    if (!isHarmless) await expect(change()).rejects.toBeInstanceOf(StoreCorruptError);

    await mend();
    expect(await currentPolicy(store)).toEqual(before);
    expect(await change()).toMatchObject({
      written: true,
      revision: { number: kind === 'foreign item above the head' ? 4 : 3 },
    });
    expect(await store.verify()).toMatchObject({ ok: true });
  });
});
