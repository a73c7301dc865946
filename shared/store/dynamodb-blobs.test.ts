/** What DynamoDB does and no local one: a nearby copy that lags, and reads left unprocessed. The client is a real one. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { putBlobs } from './dynamodb-blobs.ts';
import { DynamoDbPolicySource } from './dynamodb-policy-source.ts';
import { DynamoDbPolicyStore } from './dynamodb-policy-store.ts';
import { encodeText } from './part.ts';
import type { Revision } from './revision.ts';
import { createRulesTable, type LocalDynamoDb, localDocumentClient, startDynalite } from './testing/dynalite.ts';
import { AUTHOR, bigPolicy } from './testing/policies.ts';

interface KeysAndMode {
  Keys: unknown[];
  ConsistentRead: boolean;
}

describe('The parts of a policy in DynamoDB', () => {
  const document = bigPolicy(3_000, 10_000);
  let dynalite: LocalDynamoDb;
  let tableName: string;
  let revision: Revision;

  beforeAll(async () => {
    dynalite = await startDynalite();
    const client = localDocumentClient(dynalite.endpoint);
    tableName = await createRulesTable(client);
    const store = new DynamoDbPolicyStore({ client, tableName });
    const result = await store.commit({ prepare: () => ({ document, summary: '' }), author: AUTHOR, reason: '' });
    if (!result.written) throw new Error('nothing was written');
    revision = result.revision;
  });
  afterAll(() => dynalite.stop());

  /** A source whose batches DynamoDB answers only for the keys that `answers` keeps; the others go to `rest`. */
  const sourceWhere = (answers: (keys: unknown[], mode: KeysAndMode) => unknown[], rest: 'absent' | 'unprocessed') => {
    const reads: string[] = [];
    const client = localDocumentClient(dynalite.endpoint);
    client.middlewareStack.add(
      (next) => async (args) => {
        // Only BatchGetItem is sent here.
        const input = args.input as { RequestItems: Record<string, KeysAndMode> };
        const request = input.RequestItems[tableName] as KeysAndMode;
        const kept = answers(request.Keys, request);
        reads.push(`${kept.length} of ${request.Keys.length}${request.ConsistentRead ? ', strongly' : ''}`);
        const left = request.Keys.filter((key) => !kept.includes(key));
        // A request without keys is an error: where none is answered, one is asked for and its answer dropped.
        const asked = kept.length > 0 ? kept : request.Keys.slice(0, 1);
        const narrowed = { ...input, RequestItems: { [tableName]: { ...request, Keys: asked } } };
        const result = await next({ ...args, input: narrowed });
        const unprocessed = rest === 'absent' || left.length === 0 ? {} : { [tableName]: { ...request, Keys: left } };
        const dropped = kept.length > 0 ? {} : { Responses: {} };
        return { ...result, output: { ...result.output, ...dropped, UnprocessedKeys: unprocessed } };
      },
      // Above the document client's own, which turns values into those of the wire.
      { step: 'initialize', priority: 'high' },
    );
    return { reads, source: new DynamoDbPolicySource({ client, tableName, random: () => 0 }) };
  };

  it('are read again, strongly consistent, where the nearest copy does not have them yet', async () => {
    const { reads, source } = sourceWhere(
      (keys, { ConsistentRead }) => (ConsistentRead ? keys : keys.slice(0, 2)),
      'absent',
    );
    expect((await source.load(revision)).document).toEqual(document);
    const all = Number(reads[0]?.split(' ')[2]);
    expect(reads).toEqual([`2 of ${all}`, `${all - 2} of ${all - 2}, strongly`]);
  });

  it('are asked for again when DynamoDB leaves them unprocessed', async () => {
    const { reads, source } = sourceWhere((keys) => keys.slice(0, 2), 'unprocessed');
    expect((await source.load(revision)).document).toEqual(document);
    expect(reads.length).toBeGreaterThan(2);
    expect(reads.some((read) => read.endsWith('strongly'))).toBe(false);
  });

  it('are put no further after one that could not be', async () => {
    const client = localDocumentClient(dynalite.endpoint);
    let puts = 0;
    client.middlewareStack.add(
      (next) => (args) => {
        puts++;
        if (puts > 1) return next(args);
        return Promise.reject(Object.assign(new Error('no right'), { name: 'AccessDeniedException' }));
      },
      { step: 'initialize', priority: 'high' },
    );
    const stored = Array.from({ length: 100 }, (_, n) => encodeText(`{"n":${n}}`)).flat();
    await expect(putBlobs({ client, tableName, random: () => 0 }, stored)).rejects.toMatchObject({
      code: 'store-refused',
    });
    // What was begun beside it may end; nothing more is begun.
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(puts).toBeLessThanOrEqual(8);
  });

  it('cannot be reached when DynamoDB processes none of them, again and again', async () => {
    const { reads, source } = sourceWhere(() => [], 'unprocessed');
    await expect(source.load(revision)).rejects.toMatchObject({ code: 'store-unreachable', retryable: true });
    expect(reads).toHaveLength(6);
  });
});
