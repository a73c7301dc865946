/** The revisions in DynamoDB: find the newest, read one, list, put the next. */
import { type DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Occupant } from './commit.ts';
import type { ForeignItemListener } from './policy-store.ts';
import {
  decodeRevision,
  encodeRevision,
  type RawItem,
  REVISION_KEY_PREFIX,
  REVISION_PARTITION,
  type Revision,
  revisionKey,
} from './revision.ts';
import { isConditionFailed, toStoreError } from './sdk-error.ts';

export interface RevisionsOptions {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
}

export interface Range {
  readonly order: 'newest-first' | 'oldest-first';
  /** Only numbers under this one. */
  readonly before?: number | undefined;
  /** Items of the first page; later pages have 100. One item of up to 4 KB costs one read unit. */
  readonly firstPage: number;
  readonly signal?: AbortSignal | undefined;
}

/** Reads the items under the revisions' keys in order, strongly consistent, page by page as they are asked for. */
export async function* readRevisionItems(
  { client, tableName }: RevisionsOptions,
  range: Range,
): AsyncGenerator<RawItem> {
  let start: Record<string, unknown> | undefined;
  let limit = range.firstPage;
  do {
    const { Items, LastEvaluatedKey } = await client
      .send(
        new QueryCommand({
          TableName: tableName,
          ConsistentRead: true,
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
          ExpressionAttributeValues: {
            ':pk': REVISION_PARTITION,
            ':first': REVISION_KEY_PREFIX,
            // ':' is the character after '9'.
            ':last': range.before === undefined ? `${REVISION_KEY_PREFIX}:` : revisionKey(range.before - 1),
          },
          ScanIndexForward: range.order === 'oldest-first',
          Limit: limit,
          ...(start ? { ExclusiveStartKey: start } : {}),
        }),
        range.signal ? { abortSignal: range.signal } : {},
      )
      .catch((error: unknown) => {
        throw toStoreError(error, 'look for the newest revision');
      });
    yield* Items ?? [];
    start = LastEvaluatedKey;
    limit = 100;
  } while (start);
}

/** As `readRevisionItems`, decoded; items without the project's mark are passed over. */
export async function* readRevisions(
  options: RevisionsOptions,
  range: Range,
  onForeignItem: ForeignItemListener,
): AsyncGenerator<Revision> {
  for await (const item of readRevisionItems(options, range)) {
    const revision = decodeRevision(item);
    if (revision) yield revision;
    else onForeignItem(String(item.sk));
  }
}

export async function readOccupant(
  { client, tableName }: RevisionsOptions,
  number: number,
  signal?: AbortSignal,
): Promise<Occupant> {
  const Key = { pk: REVISION_PARTITION, sk: revisionKey(number) };
  const { Item } = await client
    .send(new GetCommand({ TableName: tableName, Key, ConsistentRead: true }), signal ? { abortSignal: signal } : {})
    .catch((error: unknown) => {
      throw toStoreError(error, `read revision ${number}`);
    });
  if (!Item) return { is: 'nothing' };
  const revision = decodeRevision(Item);
  return revision ? { is: 'revision', revision } : { is: 'foreign' };
}

/**
 * Puts a revision if its number is free.
 * @returns false when it is not
 */
export async function putRevision(
  { client, tableName }: RevisionsOptions,
  revision: Revision,
  signal?: AbortSignal,
): Promise<boolean> {
  try {
    await client.send(
      new PutCommand({
        TableName: tableName,
        Item: { ...encodeRevision(revision) },
        ConditionExpression: 'attribute_not_exists(pk)',
      }),
      signal ? { abortSignal: signal } : {},
    );
    return true;
  } catch (error) {
    if (isConditionFailed(error)) return false;
    throw toStoreError(error, `write revision ${revision.number}`);
  }
}
