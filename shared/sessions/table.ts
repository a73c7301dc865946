/** The sessions table, for local use and tests. In AWS it is infra/ that makes it. */
import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';

/** What CreateTable takes. (Items end by `expiresAt`, which a table is told otherwise.) */
export function sessionsTable(tableName: string): CreateTableCommandInput {
  return {
    TableName: tableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
  };
}
