/** The options that say where the policy is that a command works on. */
import { type Command, Option } from 'commander';
import {
  LOCAL_REGION,
  LOCAL_RULES_TABLE,
  LocalStackError,
  localDynamoDbEndpoint,
  localPorts,
} from '../../local-stack/settings.ts';
import { CommandError } from '../exit-code.ts';
import type { Surroundings } from '../surroundings.ts';
import type { PolicyAccess } from './policy-access.ts';

export interface AccessOptions {
  readonly table?: string;
  readonly region?: string;
  readonly endpoint?: string;
  readonly local?: boolean;
}

/** A table that can be addressed. What is undefined the AWS SDK finds, in its usual places. */
export interface TableAddress {
  readonly tableName: string;
  readonly region: string | undefined;
  readonly endpoint: string | undefined;
  /** The local stack's, which takes any credentials. */
  readonly local: boolean;
}

/** Options that cannot stand beside another source of the policy, such as a file. */
export const ACCESS_OPTION_NAMES = ['table', 'region', 'endpoint', 'local'];

export function addAccessOptions(command: Command): Command {
  return command
    .option('--table <name>', 'the rules table (default: RULES_TABLE)')
    .option('--region <region>', 'its AWS region (default: AWS_REGION, else that of the AWS profile)')
    .option('--endpoint <url>', 'another DynamoDB than AWS (default: AWS_ENDPOINT_URL_DYNAMODB)')
    .addOption(
      new Option('--local', "the local stack's table (npm start; its port by DYNAMODB_PORT)").conflicts([
        'table',
        'region',
        'endpoint',
      ]),
    );
}

/** Opens what the options and the environment name. Throws a CommandError that says what is missing or wrong. */
export async function openAccess(options: AccessOptions, surroundings: Surroundings): Promise<PolicyAccess> {
  const address = tableAddress(options, surroundings.env);
  // Only now is the AWS SDK loaded, which takes longer than most commands.
  const { openPolicyTable } = await import('./table-access.ts');
  return openPolicyTable(address, surroundings);
}

function tableAddress(options: AccessOptions, env: Surroundings['env']): TableAddress {
  if (options.local) return localAddress(env);
  const tableName = options.table ?? env.RULES_TABLE ?? '';
  if (tableName === '') {
    throw new CommandError(
      'which table? Give --table NAME or set RULES_TABLE; --local is the one of the local stack (npm start)',
    );
  }
  const region = [options.region, env.AWS_REGION, env.AWS_DEFAULT_REGION].find((name) => name);
  return { tableName, region, endpoint: readEndpoint(options.endpoint), local: false };
}

function localAddress(env: Surroundings['env']): TableAddress {
  try {
    return {
      tableName: LOCAL_RULES_TABLE,
      region: LOCAL_REGION,
      endpoint: localDynamoDbEndpoint(localPorts(env)),
      local: true,
    };
  } catch (error) {
    if (error instanceof LocalStackError) throw new CommandError(error.message, undefined, { cause: error });
    throw error;
  }
}

function readEndpoint(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return text;
  throw new CommandError(`--endpoint ${JSON.stringify(text)} is no URL; accepted: such as http://127.0.0.1:8000`);
}
