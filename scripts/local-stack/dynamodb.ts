/** DynamoDB for the local stack: dynalite in this process, in memory, with the tables made and a policy in one of them. */
import { readFile } from 'node:fs/promises';
import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { decisionsTable } from '../../shared/decision-log/index.ts';
import { formatIssue, readPolicy } from '../../shared/policy/index.ts';
import { sessionsTable } from '../../shared/sessions/index.ts';
import { createDocumentClient, DynamoDbPolicyStore, rulesTable, writePolicy } from '../../shared/store/index.ts';
import { startDynalite } from '../../shared/store/testing/dynalite.ts';
import {
  LOCAL_CREDENTIALS,
  LOCAL_DECISIONS_TABLE,
  LOCAL_REGION,
  LOCAL_RULES_TABLE,
  LOCAL_SESSIONS_TABLE,
  type LocalPorts,
  LocalStackError,
} from './settings.ts';

/** Listens on the port; resolves, the policy of the file in force, with what ends it. Throws a LocalStackError. */
export async function startLocalDynamoDb(ports: LocalPorts, policyFile: string): Promise<() => Promise<void>> {
  const { endpoint, stop } = await startDynalite(ports.dynamoDb);
  const client = createDocumentClient({ region: LOCAL_REGION, endpoint, credentials: LOCAL_CREDENTIALS });
  try {
    await client.send(new CreateTableCommand(rulesTable(LOCAL_RULES_TABLE)));
    await client.send(new CreateTableCommand(decisionsTable(LOCAL_DECISIONS_TABLE)));
    await client.send(new CreateTableCommand(sessionsTable(LOCAL_SESSIONS_TABLE)));
    await seed(new DynamoDbPolicyStore({ client, tableName: LOCAL_RULES_TABLE }), policyFile);
    return stop;
  } catch (error) {
    await stop();
    throw error;
  } finally {
    client.destroy();
  }
}

async function seed(store: DynamoDbPolicyStore, policyFile: string): Promise<void> {
  const read = readPolicy(await readFile(policyFile, 'utf8'), { fileName: policyFile });
  if (!read.ok) throw new LocalStackError(read.issues.map((issue) => formatIssue(issue, policyFile)).join('\n'));
  await writePolicy(store, {
    change: () => read.document,
    author: { type: 'local', id: 'local-stack' },
    reason: `npm start seeds ${policyFile}`,
    confirm: [],
    now: Date.now,
  });
}
