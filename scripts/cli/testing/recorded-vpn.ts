/** A policy and recorded decisions on tables of their own, reached both ways: straight, and through the real admin API. */
import { createRecordedDecisions, type RecordedDecisions } from '../../../admin-api/testing/recorded-decisions.ts';
import { startTestApi, type TestApi } from './policy-api.ts';
import type { TestTables } from './policy-table.ts';

export const WAYS = ['table', 'api'] as const;
export type Way = (typeof WAYS)[number];

export interface RecordedVpn {
  /** The options that lead a command there. */
  readonly access: Readonly<Record<Way, readonly string[]>>;
  readonly decisions: RecordedDecisions;
  stop(): Promise<void>;
}

export async function startRecordedVpn(tables: TestTables, now: () => number): Promise<RecordedVpn> {
  const table = await tables.create();
  const [, tableName = ''] = table;
  const { endpoint } = tables;
  const decisions = await createRecordedDecisions(endpoint, now);
  const api: TestApi = await startTestApi({ endpoint, tableName, decisions: decisions.source, now });
  return {
    access: { table: [...table, '--decisions-table', decisions.tableName], api: ['--api', api.url] },
    decisions,
    async stop() {
      await api.stop();
      decisions.close();
    },
  };
}
