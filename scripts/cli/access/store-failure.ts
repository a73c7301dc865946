/** The store's errors in an operator's terms: what failed, where, what to do. */
import { CommitOutcomeUnknownError, StoreError } from '../../../shared/store/index.ts';
import { type ErrorFacts, errorFacts } from '../error-facts.ts';
import { CommandError, EXIT } from '../exit-code.ts';
import { onOneLine } from '../terminal/output.ts';
import type { TableAddress } from './policy-address.ts';
import { NO_TLS, UNTRUSTED, untrusted } from './tls-failure.ts';
import { outcomeUnknown } from './write-outcomes.ts';

/** `the table X at http://127.0.0.1:8000`, `the table X in eu-west-1`. */
export function placeOf({ tableName, region, endpoint }: TableAddress): string {
  if (endpoint !== undefined) return `the table ${tableName} at ${endpoint}`;
  return region === undefined ? `the table ${tableName}` : `the table ${tableName} in ${region}`;
}

/** What is no error of the store passes through. */
export function toCommandError(error: unknown, address: TableAddress): unknown {
  if (!(error instanceof StoreError)) return error;
  const exitCode = ['policy-too-large', 'revision-not-found'].includes(error.code) ? EXIT.checkFailed : EXIT.usage;
  return new CommandError(tell(error, address), exitCode, { cause: error });
}

function tell(error: StoreError, address: TableAddress): string {
  const place = placeOf(address);
  switch (error.code) {
    case 'store-unreachable':
      return tellUnreachable(error, address);
    case 'store-refused':
      return tellRefused(error, address);
    case 'commit-outcome-unknown':
      return outcomeUnknown(place, error instanceof CommitOutcomeUnknownError ? error.revision : undefined);
    case 'store-corrupt':
      return `${place} does not hold what was written: ${onOneLine(error.message)}`;
    case 'language-version-unknown':
      return `${onOneLine(error.message)}: update vpn-policy`;
    case 'write-contention':
      return `${onOneLine(error.message)}: try again`;
    case 'revision-not-found':
      return `${onOneLine(error.message).replace(/^There/, 'there')} in ${place}: vpn-policy log lists them`;
    case 'policy-too-large':
      return onOneLine(error.message);
  }
}

function tellUnreachable(error: StoreError, address: TableAddress): string {
  const place = placeOf(address);
  const { code, name } = causeOf(error);
  if (address.local && code === 'ECONNREFUSED') {
    return `nothing answers at ${address.endpoint}: start the local stack with npm start, and set DYNAMODB_PORT here as there`;
  }
  if (code === 'ECONNREFUSED') return `nothing answers for ${place}: check --endpoint`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return `cannot find ${place}: check --region, --endpoint and the network`;
  }
  return `no answer from ${place} (${name}): check the network and try again`;
}

function tellRefused(error: StoreError, address: TableAddress): string {
  const place = placeOf(address);
  const { name, message, code } = causeOf(error);
  if (UNTRUSTED.test(code)) return untrusted(place, code, '--endpoint');
  if (NO_TLS.test(code)) return `${place} does not speak TLS (${code}): check --endpoint`;
  switch (name) {
    case 'ResourceNotFoundException':
      return address.local
        ? `there is no ${place.slice('the '.length)}: is it the local stack that answers there?`
        : `there is no ${place.slice('the '.length)}: check --table, --region and the AWS account`;
    case 'AccessDeniedException':
      return `these credentials may not use ${place}: ${message}`;
    // As the SDK calls answers in which it finds nothing of DynamoDB.
    case 'Unknown':
    case 'SyntaxError':
      return `what answers for ${place} is no DynamoDB: check ${address.local ? 'DYNAMODB_PORT' : '--endpoint'}`;
    default:
      return tellCredentials({ name, message }) ?? `${place} does not take the request (${name}): ${message}`;
  }
}

/** What is wrong with the credentials or the region, whatever service they are for; undefined for all else. */
export function tellCredentials({ name, message }: Pick<ErrorFacts, 'name' | 'message'>): string | undefined {
  switch (name) {
    case 'CredentialsProviderError':
    case 'TokenProviderError':
      return `no AWS credentials: ${message}. Set AWS_PROFILE to a profile that there is, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY`;
    case 'ExpiredTokenException':
    case 'ExpiredToken':
    case 'RequestExpired':
      return 'the AWS credentials have expired: sign in again (aws sso login, or new temporary credentials)';
    case 'UnrecognizedClientException':
    case 'InvalidClientTokenId':
    case 'AuthFailure':
    case 'InvalidSignatureException':
    case 'SignatureDoesNotMatch':
    case 'IncompleteSignatureException':
    case 'MissingAuthenticationTokenException':
      return `AWS does not accept the credentials: ${message}`;
    default:
      if (message.startsWith('Region is missing')) return 'which AWS region? Give --region or set AWS_REGION';
      if (message.startsWith('Region not accepted')) {
        return `that is no AWS region: check --region and AWS_REGION (${message})`;
      }
      return undefined;
  }
}

/** What the SDK threw. */
function causeOf({ cause, message }: StoreError): ErrorFacts {
  const facts = errorFacts(cause ?? { message });
  return { ...facts, message: onOneLine(facts.message) };
}
