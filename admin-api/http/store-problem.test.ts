/** Faults as problems: what to do about each, and nothing of the inside. */
import { describe, expect, it } from '@jest/globals';
import {
  CommitOutcomeUnknownError,
  LanguageVersionError,
  PolicyTooLargeError,
  RevisionNotFoundError,
  StoreCorruptError,
  StoreRefusedError,
  StoreUnreachableError,
  WriteContentionError,
} from '../../shared/store/index.ts';
import { jsonAnswer } from './json-answer.ts';
import { Problem, problemResponse } from './problem.ts';
import { problemOf } from './store-problem.ts';

describe('problemOf', () => {
  it.each([
    [new StoreUnreachableError('connect ECONNREFUSED'), 503, 'store-unreachable', '5'],
    [new CommitOutcomeUnknownError(42, 'write-id'), 503, 'commit-outcome-unknown', '5'],
    [new WriteContentionError('others'), 503, 'write-contention', '1'],
    [new RevisionNotFoundError('There is no revision 7'), 404, 'no-such-revision', null],
    [new PolicyTooLargeError('too many parts'), 413, 'policy-too-large', null],
    [new StoreRefusedError('AccessDenied on arn:aws:dynamodb'), 500, 'store-refused', null],
    [new StoreCorruptError('wrong hash'), 500, 'store-corrupt', null],
    [new LanguageVersionError('version 2'), 500, 'store-corrupt', null],
    [new TypeError('x is not a function'), 500, 'internal', null],
    ['a text', 500, 'internal', null],
  ])('makes of %s the problem %i %s', async (error, status, code, retryAfter) => {
    const response = problemResponse(problemOf(error), 'request/1');
    expect([response.status, response.headers.get('retry-after')]).toEqual([status, retryAfter]);
    const body = await response.json();
    expect(body).toMatchObject({
      type: `urn:client-vpn-policy:problem:${code}`,
      status,
      instance: 'urn:client-vpn-policy:request:request%2F1',
    });
    expect(JSON.stringify(body)).not.toMatch(/ECONN|arn:|not a function|write-id/);
  });

  it('says where to look when it is not known whether a change was made', () => {
    expect(problemOf(new CommitOutcomeUnknownError(42, 'write-id'))).toMatchObject({
      message: expect.stringContaining('/v1/revisions/42'),
      members: { revision: 42 },
    });
  });

  it('leaves problems as they are', () => {
    const problem = new Problem('forbidden', 'no');
    expect(problemOf(problem)).toBe(problem);
  });
});

describe('jsonAnswer', () => {
  it('refuses to send more than 4 MB, in bytes', () => {
    expect(jsonAnswer('x'.repeat(4 * 1024 * 1024 - 2)).status).toBe(200);
    expect(() => jsonAnswer('ü'.repeat(2 * 1024 * 1024))).toThrow(/4194306 bytes; at most 4194304 .*limit and cursor/);
  });
});
