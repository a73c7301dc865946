/** The options that say where the policy is that a command works on. */
import { type Command, Option } from 'commander';
import { CommandError } from '../exit-code.ts';
import type { Surroundings } from '../surroundings.ts';
import type { PolicyAccess } from './policy-access.ts';
import { type AddressOptions, policyAddress } from './policy-address.ts';

export interface AccessOptions extends AddressOptions {
  /** Of commands that write. */
  readonly unverifiedAuthor?: boolean;
}

/** Options that cannot stand beside another source of the policy, such as a file. */
export const ACCESS_OPTION_NAMES = ['api', 'token', 'table', 'region', 'endpoint', 'local'];

const TABLE_ALONE = ['table', 'endpoint', 'local'];

export function addAccessOptions(command: Command): Command {
  return command
    .addOption(new Option('--api <url>', 'the admin API (default: VPN_POLICY_API)').conflicts(TABLE_ALONE))
    .addOption(
      new Option(
        '--token <jwt>',
        'a token for the API (default: VPN_POLICY_TOKEN; without one, requests are signed with AWS credentials)',
      ).conflicts(TABLE_ALONE),
    )
    .option('--table <name>', 'straight on the rules table, as when the API is down (default: RULES_TABLE)')
    .option(
      '--region <region>',
      "the table's or the API's AWS region (default: that in the API's address, else AWS_REGION, else that of the AWS profile)",
    )
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
  const address = policyAddress(options, surroundings.env);
  const { unverifiedAuthor = false } = options;
  // Only now is loaded what either way needs, which takes longer than most commands.
  if (address.way === 'table') {
    const { openPolicyTable } = await import('./table-access.ts');
    return watched(openPolicyTable(address.table, { unverifiedAuthor }, surroundings), surroundings);
  }
  if (unverifiedAuthor) throw new CommandError('--unverified-author is for --table: the API records who calls it');
  const { openPolicyApi } = await import('./api-access.ts');
  return watched(openPolicyApi(address.api, surroundings), surroundings);
}

/** Tells when a write is under way. */
function watched(access: PolicyAccess, { writing }: Surroundings): PolicyAccess {
  return {
    ...access,
    async write(write) {
      writing?.(!write.dryRun);
      try {
        return await access.write(write);
      } finally {
        writing?.(false);
      }
    },
  };
}
