/** An AWS Region as drills need it: a DynamoDB with the tables of one stack. */
import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { decisionsTable } from '../../shared/decision-log/index.ts';
import { rulesTable } from '../../shared/store/index.ts';
import { localDocumentClient, startDynalite } from '../../shared/store/testing/dynalite.ts';
import { startTcpProxy, type TcpProxy } from '../../shared/store/testing/tcp-proxy.ts';

export const RULES_TABLE = 'client-vpn-policy-prod-rules';
export const DECISIONS_TABLE = 'client-vpn-policy-prod-decisions';

export interface Region {
  readonly name: string;
  /** What stands between DynamoDB and all who ask it. */
  readonly proxy: TcpProxy;
  /** Past the proxy, for what nobody is to see. */
  readonly dynamoDb: DynamoDBDocumentClient;
  /** Makes another rules table. */
  createRulesTable(name: string): Promise<void>;
  /** Everything that a table holds. */
  items(table: string): Promise<readonly Item[]>;
  put(table: string, item: Item): Promise<void>;
}

export type Item = Readonly<Record<string, unknown>>;

export async function startRegion(name: string): Promise<{ region: Region; close: () => Promise<void> }> {
  const dynalite = await startDynalite();
  const proxy = await startTcpProxy(dynalite.port);
  const dynamoDb = localDocumentClient(dynalite.endpoint, { region: name });
  const createRulesTable = async (table: string) => {
    await dynamoDb.send(new CreateTableCommand(rulesTable(table)));
  };
  await createRulesTable(RULES_TABLE);
  await dynamoDb.send(new CreateTableCommand(decisionsTable(DECISIONS_TABLE)));
  return {
    region: {
      name,
      proxy,
      dynamoDb,
      createRulesTable,
      async items(table) {
        const items: Item[] = [];
        let start: Record<string, unknown> | undefined;
        do {
          const page = await dynamoDb.send(new ScanCommand({ TableName: table, ExclusiveStartKey: start }));
          items.push(...(page.Items ?? []));
          start = page.LastEvaluatedKey;
        } while (start);
        return items;
      },
      put: async (table, item) => {
        await dynamoDb.send(new PutCommand({ TableName: table, Item: { ...item } }));
      },
    },
    async close() {
      dynamoDb.destroy();
      await proxy.stop();
      await dynalite.stop();
    },
  };
}
