/** The options that say which enforcer a command asks. */
import type { Command } from 'commander';
import { LOCAL_ENFORCER } from '../../local-stack/settings.ts';
import { CommandError } from '../exit-code.ts';
import type { Surroundings } from '../surroundings.ts';
import { onOneLine } from '../terminal/output.ts';
import { type AccessOptions, addAccessOptions } from './access-options.ts';
import type { EnforcerAccess } from './enforcer-access.ts';
import { policyAddress, type TableAddress } from './policy-address.ts';

export interface EnforcerOptions extends AccessOptions {
  readonly enforcer?: string;
}

/** `--enforcer`, beside those of `addAccessOptions`. */
export function addEnforcerOption(command: Command): Command {
  return command.option(
    '--enforcer <function>',
    "with --table: the enforcer's Lambda function (default: with --table client-vpn-policy-STAGE-rules it is client-vpn-policy-enforcer-STAGE, else ENFORCER_FUNCTION)",
  );
}

/** For commands that ask the enforcer alone. */
export function addEnforcerAccessOptions(command: Command): Command {
  return addEnforcerOption(addAccessOptions(command));
}

/** Opens what the options and the environment name; nobody is asked yet. Throws a CommandError that says what is missing or wrong. */
export async function openEnforcer(options: EnforcerOptions, surroundings: Surroundings): Promise<EnforcerAccess> {
  const address = policyAddress(options, surroundings.env);
  const { unverifiedAuthor = false } = options;
  if (address.way === 'api') {
    if (options.enforcer !== undefined) throw new CommandError('--enforcer is for --table: the API has its own');
    if (unverifiedAuthor) throw new CommandError('--unverified-author is for --table: the API records who calls it');
    const { openEnforcerApi } = await import('./enforcer-api.ts');
    return openEnforcerApi(address.api, surroundings);
  }
  const functionName = enforcerFunction(options, address.table, surroundings.env);
  const { openEnforcerFunction } = await import('./enforcer-lambda.ts');
  return openEnforcerFunction({ functionName, table: address.table }, { unverifiedAuthor }, surroundings);
}

/** Lambda takes names, with a qualifier, and ARNs. */
const FUNCTION = /^[A-Za-z0-9_:-]{1,170}$/;

/** Serverless.yml names the table and the function alike. */
function enforcerFunction(options: EnforcerOptions, rules: TableAddress, env: Surroundings['env']): string {
  const name = namedFunction(options, rules, env);
  if (name === undefined) {
    throw new CommandError(
      onOneLine(
        `which enforcer? Give --enforcer FUNCTION: the rules table ${rules.tableName} is not called client-vpn-policy-STAGE-rules, so its enforcer is not known`,
      ),
    );
  }
  if (FUNCTION.test(name)) return name;
  const from = options.enforcer === undefined ? 'ENFORCER_FUNCTION' : '--enforcer';
  throw new CommandError(
    onOneLine(
      `${from} ${JSON.stringify(name)} is no name of a Lambda function; accepted: such as client-vpn-policy-enforcer-prod`,
    ),
  );
}

function namedFunction(options: EnforcerOptions, rules: TableAddress, env: Surroundings['env']): string | undefined {
  if (options.enforcer !== undefined) return options.enforcer;
  if (rules.local) return LOCAL_ENFORCER;
  // The environment's table and function belong together; a table that was named has its own.
  const inEnvironment = options.table === undefined ? env.ENFORCER_FUNCTION || undefined : undefined;
  if (inEnvironment !== undefined) return inEnvironment;
  const stage = /^client-vpn-policy-(.+)-rules$/.exec(rules.tableName)?.[1];
  return stage === undefined ? undefined : `client-vpn-policy-enforcer-${stage}`;
}
