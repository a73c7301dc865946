/** Paths and queries that could be read in two ways are refused. */
import { describe, expect, it } from '@jest/globals';
import { checkPath } from './path.ts';
import { checkQuery } from './query.ts';

describe('checkPath', () => {
  it.each(['/', '/v1/rules', '/v1/rules/block-carol', '/openapi.json', '/v1/rules/'])('takes %s', (path) => {
    expect(() => checkPath(path)).not.toThrow();
  });
  it.each([
    '',
    'v1/rules',
    '/v1/%72ules',
    '/v1/rules/a%2Fb',
    '/v1/rules/a?dryRun=true',
    '/v1/rules/a#b',
    '/v1//rules',
    '//v1/rules',
    '/v1/./rules',
    '/v1/../rules',
    '/v1/rules/..',
    '/v1\\rules',
    '/v1/rules/é',
    '/v1/rules/a b',
    '/v1/rules/a;b',
    '/v1/rules\n',
  ])('refuses %j', (path) => {
    expect(() => checkPath(path)).toThrow(/^The path has/);
  });
});

describe('checkQuery', () => {
  it.each(['', 'reason=left%20us', 'reason=a+b&dryRun=true', 'reason=a=b', 'reason'])('takes %j', (query) => {
    expect(() => checkQuery(query)).not.toThrow();
  });
  it.each([
    'dryRun=true&dryRun=true',
    'dryRun=true&dry%52un=false',
    '=a',
    '&',
    'a=1&',
    'reason=%',
    'reason=%zz',
    'reason=%ff',
    'reason=%00',
  ])('refuses %j', (query) => {
    expect(() => checkQuery(query)).toThrow(/^The query has/);
  });
});
