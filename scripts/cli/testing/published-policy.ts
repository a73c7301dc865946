/** A policy that is published in a table of its own, the commands that work on it, and what it decides. */
import { readRequest } from '../../../shared/client-vpn/index.ts';
import { compile, type Decision, decide, type PolicyDocument } from '../../../shared/engine/index.ts';
import type { TestTables } from './policy-table.ts';
import { type Ran, type RunOptions, runCli } from './run-cli.ts';

export interface PublishedPolicy {
  /** The options that lead to the table. */
  readonly table: readonly string[];
  run(args: readonly string[], options?: RunOptions): Promise<Ran>;
  /** The policy in force. */
  document(): Promise<PolicyDocument>;
  /** What it says of a connect event at a moment, such as `2026-11-24T12:00:00+09:00`. */
  decide(event: Readonly<Record<string, unknown>>, at: string): Promise<Decision>;
}

export async function publishPolicy(tables: TestTables, yaml: string): Promise<PublishedPolicy> {
  const table = await tables.create();
  const run: PublishedPolicy['run'] = (args, options) => runCli([...args, ...table], options);
  const seeded = await run(['seed', '-'], { stdin: yaml });
  if (seeded.exitCode !== 0) throw new Error(seeded.stderr);
  const document = async () => JSON.parse((await run(['export', '--json'])).stdout) as PolicyDocument; // as it was written
  return {
    table,
    run,
    document,
    decide: async (event, at) => decide(compile(await document()), readRequest(event), Date.parse(at)),
  };
}
