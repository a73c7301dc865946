/** What a call of the AWS SDK threw, read by its properties alone, and what it means. */

export interface AwsFailure {
  readonly name: string;
  readonly message: string;
  /** Such as `ECONNRESET`; empty where it has none. */
  readonly code: string;
  /** Of the answer; undefined where there was none. */
  readonly status: number | undefined;
  /**
   * `throttled`: the service did nothing, there were too many requests. `unanswered`: no answer that says what was done; it may have been.
   * `refused`: the service said no, or the request was never sent.
   */
  readonly kind: 'throttled' | 'unanswered' | 'refused';
}

/** What is not known to be an outage is a refusal. */
export function awsFailure(error: unknown): AwsFailure {
  const name = textOf(error, 'name') ?? typeof error;
  const code = textOf(error, 'code') ?? '';
  const status: unknown = propertyOf(propertyOf(error, '$metadata'), 'httpStatusCode');
  const facts = {
    name,
    message: textOf(error, 'message') ?? String(error),
    code,
    status: typeof status === 'number' ? status : undefined,
  };
  return { ...facts, kind: kindOf(facts) };
}

function kindOf({ name, code, status = 0 }: Omit<AwsFailure, 'kind'>): AwsFailure['kind'] {
  if (THROTTLED.has(name) || status === 429) return 'throttled';
  if (NO_ANSWER.has(name) || NETWORK.has(code) || status >= 500) return 'unanswered';
  return 'refused';
}

/** DynamoDB's throttling answers come as 400 (its developer guide, "Error handling with DynamoDB"), EC2's as 503. */
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

function textOf(value: unknown, key: string): string | undefined {
  const property = propertyOf(value, key);
  return typeof property === 'string' ? property : undefined;
}

function propertyOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}
