/** A dynalite with an empty rules table, and the options that lead a command to it. */
import { createRulesTable, localDocumentClient, startDynalite } from '../../../shared/store/testing/dynalite.ts';

export interface TestTables {
  readonly port: number;
  readonly endpoint: string;
  /** Makes an empty rules table; gives `--table …` and so on. */
  create(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

export async function startTestTables(): Promise<TestTables> {
  const { port, endpoint, stop } = await startDynalite();
  const client = localDocumentClient(endpoint);
  return {
    port,
    endpoint,
    create: async () => ['--table', await createRulesTable(client), '--region', 'us-east-1', '--endpoint', endpoint],
    async stop() {
      client.destroy();
      await stop();
    },
  };
}
