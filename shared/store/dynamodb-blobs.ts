/** The parts of policies in DynamoDB: read many at once, verified; put if they are not there. */
import { BatchGetCommand, type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { eachOf } from '../each-of.ts';
import { type Backoff, backoffMs, pause } from './backoff.ts';
import { blobKey, decodeBlob, encodeBlob } from './blob.ts';
import { StoreCorruptError, StoreUnreachableError } from './errors.ts';
import type { Part, StoredPart } from './part.ts';
import { isConditionFailed, toStoreError } from './sdk-error.ts';

/** One answer has at most 100 items and 16 MB (API reference, "BatchGetItem"). */
const BATCH_PARTS = 100;
/** Far less than that: batches come in parallel, and a load that is given up keeps those that have come. */
const BATCH_BYTES = 512 * 1024;
const READS_AT_ONCE = 4;
const PUTS_AT_ONCE = 8;
/** Pauses between tries for what a batch left unprocessed, which is throttling. */
const UNPROCESSED: Backoff & { readonly tries: number } = { firstMs: 50, maxMs: 1_000, tries: 6 };

export interface BlobOptions {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  readonly random: () => number;
}

/**
 * Reads parts, in parallel: first as DynamoDB has them nearest, then, what is missing there, strongly consistent.
 * @param bytes verified bytes by hash: what is in it is not read, what is read is put into it as it comes
 * @returns `bytes`
 * @throws StoreCorruptError when one is missing or is not what was written
 */
export async function readBlobs(
  options: BlobOptions,
  parts: readonly Part[],
  signal?: AbortSignal,
  bytes = new Map<string, Uint8Array>(),
): Promise<ReadonlyMap<string, Uint8Array>> {
  const wanted = parts.filter((part) => !bytes.has(part.hash));
  const missing = await readBatches(options, wanted, false, bytes, signal);
  const lost = missing.length === 0 ? [] : await readBatches(options, missing, true, bytes, signal);
  if (lost[0]) throw new StoreCorruptError(`The part ${lost[0].hash} is missing`);
  return bytes;
}

/**
 * Puts a part unless it is there; one that is there is read and verified, so that no revision ever names a damaged one.
 * @throws StoreCorruptError
 */
export async function putBlobs(
  options: BlobOptions,
  parts: readonly StoredPart[],
  signal?: AbortSignal,
): Promise<void> {
  await eachOf(parts, PUTS_AT_ONCE, (stored) => putBlob(options, stored, signal));
}

async function putBlob({ client, tableName }: BlobOptions, stored: StoredPart, signal?: AbortSignal): Promise<void> {
  const call = signal ? { abortSignal: signal } : {};
  const Key = blobKey(stored.part.hash);
  try {
    const Item = encodeBlob(stored);
    await client.send(
      new PutCommand({ TableName: tableName, Item, ConditionExpression: 'attribute_not_exists(pk)' }),
      call,
    );
    return;
  } catch (error) {
    if (!isConditionFailed(error)) throw toStoreError(error, 'write a part of the policy');
  }
  const { Item } = await client
    .send(new GetCommand({ TableName: tableName, Key, ConsistentRead: true }), call)
    .catch((error: unknown) => {
      throw toStoreError(error, 'read a part of the policy');
    });
  if (!Item) throw new StoreCorruptError(`The part ${stored.part.hash} is missing`);
  decodeBlob(stored.part, Item);
}

/** @returns the parts that were not found */
async function readBatches(
  options: BlobOptions,
  parts: readonly Part[],
  consistent: boolean,
  into: Map<string, Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<Part[]> {
  await eachOf(batchesOf(parts), READS_AT_ONCE, (batch) => readBatch(options, batch, consistent, into, signal));
  return parts.filter((part) => !into.has(part.hash));
}

function batchesOf(parts: readonly Part[]): Part[][] {
  const batches: Part[][] = [];
  let room = 0;
  for (const part of parts) {
    const batch = batches.at(-1);
    room -= part.size;
    if (batch && room >= 0 && batch.length < BATCH_PARTS) {
      batch.push(part);
    } else {
      batches.push([part]);
      room = BATCH_BYTES - part.size;
    }
  }
  return batches;
}

async function readBatch(
  { client, tableName, random }: BlobOptions,
  parts: readonly Part[],
  consistent: boolean,
  into: Map<string, Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const byKey = new Map(parts.map((part) => [blobKey(part.hash).pk, part]));
  let keys: Record<string, unknown>[] = parts.map((part) => ({ ...blobKey(part.hash) }));
  for (let tries = 0; keys.length > 0; tries++) {
    if (tries === UNPROCESSED.tries)
      throw new StoreUnreachableError('DynamoDB leaves reads unprocessed: it is throttling');
    if (tries > 0) await pause(backoffMs(UNPROCESSED, tries - 1, random), signal);
    const request = { [tableName]: { Keys: keys, ConsistentRead: consistent } };
    const { Responses, UnprocessedKeys } = await client
      .send(new BatchGetCommand({ RequestItems: request }), signal ? { abortSignal: signal } : {})
      .catch((error: unknown) => {
        throw toStoreError(error, 'read the parts of the policy');
      });
    for (const item of Responses?.[tableName] ?? []) {
      const part = byKey.get(String(item.pk));
      if (part) into.set(part.hash, decodeBlob(part, item));
    }
    keys = UnprocessedKeys?.[tableName]?.Keys ?? [];
  }
}
