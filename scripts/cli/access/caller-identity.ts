/** Who writes straight to a table: the caller of AWS as STS knows it, so that nobody writes under another's name. */
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { boundedRequests } from '../../../shared/bounded-requests.ts';
import type { Author } from '../../../shared/store/index.ts';
import { errorFacts } from '../error-facts.ts';
import { CommandError } from '../exit-code.ts';
import type { Surroundings } from '../surroundings.ts';
import { onOneLine } from '../terminal/output.ts';
import type { TableAddress } from './policy-address.ts';
import { tellCredentials } from './store-failure.ts';

const TIMEOUT_MS = 5_000;
const TRIES = 2;

/** The author of a write to the table. Throws a CommandError where STS does not tell. */
export async function tableAuthor(
  address: TableAddress,
  unverified: boolean,
  surroundings: Pick<Surroundings, 'env' | 'user'>,
): Promise<Author> {
  if (unverified || !hasSts(address, surroundings.env)) return { type: 'cli', id: surroundings.user };
  try {
    return await callerIdentity(address, surroundings.env);
  } catch (error) {
    const { name, message } = errorFacts(error);
    const facts = { name, message: onOneLine(message) };
    const told =
      tellCredentials(facts) ??
      `STS does not tell who you are, so nothing was done (${name}: ${facts.message}). In an emergency --unverified-author records ${surroundings.user} instead`;
    throw new CommandError(told, undefined, { cause: error });
  }
}

/** DynamoDB Local, dynalite and the like stand alone, unless the environment names an STS, as for LocalStack. */
function hasSts({ endpoint, local }: TableAddress, env: Surroundings['env']): boolean {
  if (local) return false;
  return stsEndpoint(env) !== undefined || isAwsDynamoDb({ endpoint }, env);
}

/** Whether the table is in AWS, as far as its address tells. */
export function isAwsDynamoDb({ endpoint }: Pick<TableAddress, 'endpoint'>, env: Surroundings['env']): boolean {
  const dynamoDb = endpoint || env.AWS_ENDPOINT_URL_DYNAMODB;
  return !dynamoDb || (URL.canParse(dynamoDb) && AWS_HOST.test(new URL(dynamoDb).hostname));
}

const AWS_HOST = /\.(amazonaws\.(com|com\.cn|eu)|api\.aws)$/;

function stsEndpoint(env: Surroundings['env']): string | undefined {
  return env.AWS_ENDPOINT_URL_STS || env.AWS_ENDPOINT_URL || undefined;
}

/** Throws what the SDK throws. */
export async function callerIdentity(
  { region }: Pick<TableAddress, 'region'>,
  env: Surroundings['env'],
): Promise<Author & { readonly arn: string }> {
  const endpoint = stsEndpoint(env);
  const client = new STSClient({
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    maxAttempts: TRIES,
    requestHandler: boundedRequests(TIMEOUT_MS),
  });
  try {
    const { UserId: id, Arn: arn } = await client.send(new GetCallerIdentityCommand());
    if (id === undefined || arn === undefined) throw new TypeError('the answer names no caller');
    return { type: 'cli', id, arn };
  } finally {
    client.destroy();
  }
}
