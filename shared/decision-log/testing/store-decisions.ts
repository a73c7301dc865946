/** Puts many records into a decisions table at once, as the log would have put them one by one. */
import { BatchWriteCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { encodeDecision, encodeMentions } from '../encode-decision.ts';
import type { DecisionRecord } from '../record.ts';

/** What one BatchWriteItem takes. */
const BATCH_ITEMS = 25;
const BATCHES_AT_ONCE = 8;

/** @param expiresAt seconds since the epoch; default the end of the year 2099 */
export async function storeDecisions(
  client: DynamoDBDocumentClient,
  tableName: string,
  records: readonly DecisionRecord[],
  expiresAt = Date.UTC(2100, 0) / 1_000,
): Promise<void> {
  const items = records.flatMap((record) => [encodeDecision(record, expiresAt), ...encodeMentions(record, expiresAt)]);
  const batches: (typeof items)[] = [];
  for (let at = 0; at < items.length; at += BATCH_ITEMS) batches.push(items.slice(at, at + BATCH_ITEMS));
  const queue = batches.values();
  const worker = async () => {
    for (const batch of queue) {
      const requests = batch.map((Item) => ({ PutRequest: { Item } }));
      const { UnprocessedItems = {} } = await client.send(
        new BatchWriteCommand({ RequestItems: { [tableName]: requests } }),
      );
      if (Object.keys(UnprocessedItems).length > 0) throw new Error('items were left unprocessed');
    }
  };
  await Promise.all(Array.from({ length: BATCHES_AT_ONCE }, worker));
}
