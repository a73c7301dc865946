/** The options that say where the decisions are that a command reads. */
import type { Command } from 'commander';
import { LOCAL_DECISIONS_TABLE } from '../../local-stack/settings.ts';
import { CommandError } from '../exit-code.ts';
import type { Surroundings } from '../surroundings.ts';
import { type AccessOptions, addAccessOptions } from './access-options.ts';
import type { DecisionAccess } from './decision-access.ts';
import { policyAddress, type TableAddress } from './policy-address.ts';

export interface DecisionAccessOptions extends AccessOptions {
  readonly decisionsTable?: string;
}

/** `--decisions-table`, beside those of `addAccessOptions`. */
export function addDecisionsTableOption(command: Command): Command {
  return command.option(
    '--decisions-table <name>',
    'the decisions table (default: with --table X-rules it is X-decisions, else DECISIONS_TABLE)',
  );
}

export function addDecisionAccessOptions(command: Command): Command {
  return addDecisionsTableOption(addAccessOptions(command));
}

/** Opens what the options and the environment name. Throws a CommandError that says what is missing or wrong. */
export async function openDecisions(
  options: DecisionAccessOptions,
  surroundings: Surroundings,
): Promise<DecisionAccess> {
  const address = policyAddress(options, surroundings.env);
  if (address.way === 'api') {
    if (options.decisionsTable !== undefined) {
      throw new CommandError('--decisions-table is for --table: the API has its own');
    }
    const { openDecisionApi } = await import('./decision-api.ts');
    return openDecisionApi(address.api, surroundings);
  }
  const { openDecisionTable } = await import('./decision-table.ts');
  const decisions = { ...address.table, tableName: decisionsTable(options, address.table, surroundings.env) };
  return openDecisionTable({ rules: address.table, decisions }, surroundings);
}

/** Serverless.yml names the two tables alike. */
function decisionsTable(options: DecisionAccessOptions, rules: TableAddress, env: Surroundings['env']): string {
  if (options.decisionsTable !== undefined) return options.decisionsTable;
  if (rules.local) return LOCAL_DECISIONS_TABLE;
  // The environment's two tables belong together; beside a table that was named the other is its sister.
  const name = options.table === undefined ? env.DECISIONS_TABLE || undefined : undefined;
  if (name !== undefined) return name;
  if (rules.tableName.endsWith('-rules')) return rules.tableName.replace(/-rules$/, '-decisions');
  throw new CommandError(
    `where are the decisions? Give --decisions-table NAME: the rules table ${rules.tableName} does not end in -rules, so its sister is not known`,
  );
}
