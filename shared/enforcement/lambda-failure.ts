/** What the SDK throws at an invocation, as the enforcer's errors. */
import { withoutRequest } from '../without-request.ts';
import { EnforcerError } from './enforcer.ts';

/** Lambda answers these to whom it does not know, or who may not (Lambda API reference, "Common errors"). */
const NOT_PERMITTED = new Set([
  'AccessDeniedException',
  'UnrecognizedClientException',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'IncompleteSignature',
  'ExpiredTokenException',
  'MissingAuthenticationTokenException',
  'CredentialsProviderError',
]);

/** At the account's or the function's concurrency, or at the API's rate (Lambda API reference, "Invoke"). */
const BUSY = new Set(['TooManyRequestsException', 'ThrottlingException', 'EC2ThrottledException']);

const NO_ANSWER = new Set(['AbortError', 'TimeoutError', 'RequestTimeout']);

/** @param functionName the enforcer's, as it was asked for */
export function lambdaFailure(error: unknown, functionName: string): EnforcerError {
  const [name, code] = [textOf(error, 'name') ?? 'unknown', textOf(error, 'code')];
  const said = withoutRequest(textOf(error, 'message') ?? String(error));
  const cause = presentable(error, said);
  if (NOT_PERMITTED.has(name)) {
    const message = `the function ${functionName} may not be invoked (it takes lambda:InvokeFunction): ${name}: ${said}`;
    return new EnforcerError('not-permitted', message, { cause });
  }
  if (name === 'ResourceNotFoundException') {
    const message = `there is no function ${functionName} in this account and Region: the enforcer is not deployed, or has another name`;
    return new EnforcerError('not-configured', message, { cause });
  }
  if (BUSY.has(name)) {
    const message = `the enforcer is busy (${name}); ask again in a minute`;
    return new EnforcerError('unreachable', message, { cause });
  }
  // The SDK calls a connection that ended a time-out, too; its code tells them apart.
  if (NO_ANSWER.has(name)) {
    return new EnforcerError('unreachable', `the enforcer has not answered (${code ?? name})`, { cause });
  }
  return new EnforcerError('unreachable', `the enforcer cannot be invoked (${code ?? name}): ${said}`, { cause });
}

/** The error, or one like it that can be logged. */
function presentable(error: unknown, said: string): unknown {
  if (textOf(error, 'message') === said || !(error instanceof Error)) return error;
  return Object.assign(new Error(said), { name: error.name });
}

function textOf(value: unknown, key: string): string | undefined {
  const property: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  return typeof property === 'string' && property !== '' ? property : undefined;
}
