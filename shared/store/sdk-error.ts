/** Sorts what the AWS SDK throws into the store's errors. */
import { awsFailure } from '../aws-failure.ts';
import { withoutRequest } from '../without-request.ts';
import { StoreError, StoreRefusedError, StoreUnreachableError } from './errors.ts';

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
  const { name, message, kind } = awsFailure(cause);
  const told = `Could not ${doing}: ${name}: ${message}`;
  if (kind !== 'refused') return new StoreUnreachableError(told, { cause });
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
