/** Sorts what the AWS SDK throws into the store's errors. */
import { withoutRequest } from '../without-request.ts';
import { StoreError, StoreRefusedError, StoreUnreachableError } from './errors.ts';

/** DynamoDB's throttling answers come as 400 (developer guide, "Error handling with DynamoDB"). */
const THROTTLED = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
  'ThrottledException',
  'TooManyRequestsException',
  'LimitExceededException',
]);

const NO_ANSWER = new Set(['AbortError', 'TimeoutError', 'RequestTimeout', 'RequestTimeoutException']);

const NETWORK = new Set([
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EADDRNOTAVAIL',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);

/** True when a conditional put found its condition not met. */
export function isConditionFailed(error: unknown): boolean {
  return error instanceof Error && error.name === 'ConditionalCheckFailedException';
}

/**
 * Turns whatever a call threw into one of the store's errors; those pass through. What is not known to be an outage is
 * a refusal: `ON_POLICY_UNAVAILABLE=allow` must not admit anybody because a role or a table's name is wrong.
 */
export function toStoreError(error: unknown, doing: string): StoreError {
  if (error instanceof StoreError) return error;
  const cause = presentable(error);
  const { name, message, code, status } = describe(cause);
  const told = `Could not ${doing}: ${name}: ${message}`;
  const outage =
    NO_ANSWER.has(name) ||
    THROTTLED.has(name) ||
    NETWORK.has(code) ||
    status === 429 ||
    (status !== undefined && status >= 500);
  if (outage) return new StoreUnreachableError(told, { cause });
  return new StoreRefusedError(told, { cause, mayBeDone: !isFirstAnswer(error) });
}

/** The error, or one like it that can be logged. */
function presentable(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const message = withoutRequest(error.message);
  return message === error.message ? error : Object.assign(new Error(message), { name: error.name });
}

/** True for what DynamoDB itself answered to the first try of a request: that it refuses it. */
function isFirstAnswer(error: unknown): boolean {
  if (!(error instanceof Error && '$fault' in error && '$metadata' in error)) return false;
  const { $fault: fault, $metadata: metadata } = error;
  return fault === 'client' && !(Number(Reflect.get(Object(metadata), 'attempts')) > 1);
}

interface Described {
  readonly name: string;
  readonly message: string;
  readonly code: string;
  readonly status: number | undefined;
}

function describe(error: unknown): Described {
  if (!(error instanceof Error)) return { name: typeof error, message: String(error), code: '', status: undefined };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const metadata = '$metadata' in error ? error.$metadata : undefined;
  const status =
    typeof metadata === 'object' && metadata !== null && 'httpStatusCode' in metadata
      ? metadata.httpStatusCode
      : undefined;
  return { name: error.name, message: error.message, code, status: typeof status === 'number' ? status : undefined };
}
