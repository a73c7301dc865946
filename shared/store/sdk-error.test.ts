import { describe, expect, it } from '@jest/globals';
import { StoreCorruptError, StoreRefusedError, StoreUnreachableError } from './errors.ts';
import { toStoreError } from './sdk-error.ts';

const error = (name: string, more: object = {}) => Object.assign(new Error('no'), { name, ...more });
const answered = (httpStatusCode: number) => ({ $metadata: { httpStatusCode } });

describe('What the SDK throws', () => {
  it.each([
    ['TimeoutError', {}],
    ['AbortError', {}],
    ['Error', { code: 'ECONNREFUSED' }],
    ['Error', { code: 'ENOTFOUND' }],
    ['Error', { code: 'EAI_FAIL' }],
    ['Error', { code: 'EADDRNOTAVAIL' }],
    ['InternalServerError', answered(500)],
    ['ServiceUnavailable', answered(503)],
    ['ProvisionedThroughputExceededException', answered(400)],
    ['ThrottlingException', answered(400)],
    ['Whatever', answered(429)],
  ])('is an outage: %s %j', (name, more) => {
    expect(toStoreError(error(name, more), 'read')).toBeInstanceOf(StoreUnreachableError);
  });

  it.each([
    ['ResourceNotFoundException', answered(400)],
    ['AccessDeniedException', answered(400)],
    ['ValidationException', answered(400)],
    ['ExpiredTokenException', answered(400)],
    ['CredentialsProviderError', {}],
    ['TypeError', {}],
    ['SyntaxError', {}],
  ])('is a refusal, never an outage: %s %j', (name, more) => {
    expect(toStoreError(error(name, more), 'read')).toBeInstanceOf(StoreRefusedError);
  });

  it('says what was being done, and keeps the cause', () => {
    const cause = error('TimeoutError');
    expect(toStoreError(cause, 'read the head')).toMatchObject({
      message: 'Could not read the head: TimeoutError: no',
      cause,
    });
    expect(toStoreError('nonsense', 'read the head')).toBeInstanceOf(StoreRefusedError);
    const own = new StoreCorruptError('bad');
    expect(toStoreError(own, 'read')).toBe(own);
  });
});
