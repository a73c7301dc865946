/** Reads the records at given places, a hundred at a time. */
import { BatchGetCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type Backoff, backoffMs, pause, StoreUnreachableError, toStoreError } from '../store/index.ts';
import { decodeDecision, isExpired } from './decode-decision.ts';
import { DECISION_KEY, decisionPartition } from './keys.ts';
import { placeOf, readPlace } from './place.ts';
import type { DecisionRecord } from './record.ts';

/** What one BatchGetItem takes (API reference). */
export const BATCH_RECORDS = 100;

/** Pauses between tries for what a batch left unprocessed, which is throttling or more than 16 MB. */
const UNPROCESSED: Backoff & { readonly tries: number } = { firstMs: 50, maxMs: 1_000, tries: 6 };

export interface RecordReading {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  readonly nowMs: number;
  /** Told of items that cannot be read; they are passed over. */
  readonly onUnreadable: (error: Error) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The records at so many places, at most 100, in their order. What has expired is not among them, nor what stands under the
 * same id but at another place: a second decision of the same connection left mentions and no record.
 */
export async function readRecords(reading: RecordReading, places: readonly string[]): Promise<DecisionRecord[]> {
  const partitions = places.map((place) => decisionPartition(readPlace(place)?.id ?? ''));
  const items = await readItems(reading, [...new Set(partitions.filter((pk) => pk !== undefined))]);
  return places.flatMap((place, index) => {
    const record = readRecord(reading, items.get(partitions[index] ?? ''));
    return record !== undefined && placeOf(record) === place ? [record] : [];
  });
}

/** The records of so many ids, at most 100, by their ids; eventually consistent. What is no id has none. */
export async function readRecordsOf(
  reading: RecordReading,
  ids: readonly string[],
): Promise<ReadonlyMap<string, DecisionRecord>> {
  const partitions = ids.map(decisionPartition).filter((pk) => pk !== undefined);
  const items = await readItems(reading, [...new Set(partitions)]);
  const records = [...items.values()].map((item) => readRecord(reading, item)).filter((record) => record !== undefined);
  return new Map(records.map((record) => [record.id, record]));
}

type Item = Readonly<Record<string, unknown>>;

/** Undefined for what is not there, has expired or cannot be read. */
function readRecord({ nowMs, onUnreadable }: RecordReading, item: Item | undefined): DecisionRecord | undefined {
  if (item === undefined || isExpired(item, nowMs)) return undefined;
  try {
    return decodeDecision(item);
  } catch (error) {
    onUnreadable(error instanceof Error ? error : new Error(String(error)));
    return undefined;
  }
}

async function readItems(
  { client, tableName, signal }: RecordReading,
  partitions: readonly string[],
): Promise<ReadonlyMap<string, Item>> {
  const items = new Map<string, Item>();
  let keys: Record<string, unknown>[] = partitions.map((pk) => ({ pk, sk: DECISION_KEY }));
  for (let tries = 0; keys.length > 0; tries++) {
    if (tries === UNPROCESSED.tries) {
      throw new StoreUnreachableError('DynamoDB leaves reads of decisions unprocessed: it is throttling');
    }
    if (tries > 0) await pause(backoffMs(UNPROCESSED, tries - 1, Math.random), signal);
    const { Responses, UnprocessedKeys } = await client
      .send(
        new BatchGetCommand({ RequestItems: { [tableName]: { Keys: keys } } }),
        signal ? { abortSignal: signal } : {},
      )
      .catch((error: unknown) => {
        throw toStoreError(error, 'read decisions');
      });
    // Under the table's name, also where it was asked by its ARN.
    for (const item of Object.values(Responses ?? {}).flat()) items.set(String(item.pk), item);
    const left = Object.values(UnprocessedKeys ?? {}).flatMap((table) => table.Keys ?? []);
    // Something came: that is progress, however much was left.
    if (left.length < keys.length) tries = 0;
    keys = left;
  }
  return items;
}
