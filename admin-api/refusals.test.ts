/** Every status that is no success: each refusal is a problem of its kind, and leaves the policy as it was. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type LocalDynamoDb, startDynalite } from '../shared/store/testing/dynalite.ts';
import { POLICY, RULE } from './testing/example-policy.ts';
import type { TestRequest } from './testing/http-event.ts';
import { startTestApi, type TestApi } from './testing/test-api.ts';

let dynalite: LocalDynamoDb;
let api: TestApi;
beforeAll(async () => {
  dynalite = await startDynalite();
  api = await startTestApi(dynalite.endpoint);
  await api.send('PUT', '/v1/policy', POLICY, { 'if-none-match': '*' });
});
afterAll(() => dynalite.stop());
afterEach(async () => {
  expect(await api.store.head()).toMatchObject({ number: 1 });
});

const ANY = { 'if-match': '*' };
const NEW = { 'if-none-match': '*' };
const deep = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
const operations = (...list: unknown[]) => ({ operations: list });

type Refusal = readonly [what: string, status: number, code: string, request: TestRequest, body?: object];

const UNDERSTOOD: readonly Refusal[] = [
  ['an encoded path', 400, 'bad-path', { path: '/v1/%72ules' }],
  [
    'a decoded query in the path',
    400,
    'bad-path',
    { method: 'DELETE', path: '/v1/rules/offices?dryRun=true', headers: ANY },
  ],
  ['a dot segment', 400, 'bad-path', { path: '/v1/rules/../policy' }],
  ['an empty segment', 400, 'bad-path', { path: '/v1//policy' }],
  [
    'an unknown query key',
    400,
    'bad-query',
    { path: '/v1/rules', query: 'efect=deny' },
    { errors: [{ code: 'unknown-key', path: 'efect' }] },
  ],
  [
    'a query key with a question mark before it',
    400,
    'bad-query',
    { method: 'POST', path: '/v1/rules', query: '?dryRun=true', body: RULE },
  ],
  ['a query where none is known', 400, 'bad-query', { path: '/v1/health', query: 'verbose=1' }],
  ['__proto__ in the query', 400, 'bad-query', { path: '/v1/rules', query: '__proto__=1' }],
  ['constructor in the query', 400, 'bad-query', { path: '/v1/rules', query: 'constructor=1' }],
  ['a repeated query key', 400, 'bad-query', { path: '/v1/rules', query: 'limit=1&limit=2' }],
  [
    'dryRun other than true or false',
    400,
    'bad-query',
    { method: 'POST', path: '/v1/rules', query: 'dryRun=yes', body: RULE },
  ],
  ['dryRun without a value', 400, 'bad-query', { method: 'POST', path: '/v1/rules', query: 'dryRun', body: RULE }],
  [
    'an unknown check to confirm',
    400,
    'bad-query',
    { method: 'POST', path: '/v1/rules', query: 'confirm=all', body: RULE },
  ],
  [
    'a reason over 512 characters',
    400,
    'bad-query',
    { method: 'POST', path: '/v1/rules', query: `reason=${'x'.repeat(513)}`, body: RULE },
  ],
  ['a limit of 0', 400, 'bad-query', { path: '/v1/rules', query: 'limit=0' }],
  ['a limit that is too high', 400, 'bad-query', { path: '/v1/rules', query: 'limit=201' }],
  ['a limit that JavaScript would take', 400, 'bad-query', { path: '/v1/rules', query: 'limit=1e1' }],
  ['an address that is none', 400, 'bad-query', { path: '/v1/rules', query: 'ip=010.0.0.1' }],
  ['an application without a source', 400, 'bad-query', { method: 'POST', path: '/v1/apply', body: POLICY }],
  [
    'an empty source',
    400,
    'bad-query',
    { method: 'POST', path: '/v1/apply', query: 'source=', body: POLICY },
    { errors: [{ path: 'source', message: expect.stringContaining('it is empty; accepted:') }] },
  ],
  [
    'a source over 128 bytes',
    400,
    'bad-query',
    { method: 'POST', path: '/v1/apply', query: `source=${encodeURIComponent('鉄'.repeat(43))}`, body: POLICY },
    { errors: [{ message: expect.stringContaining('it has 129 bytes') }] },
  ],
  [
    'a source with a line break',
    400,
    'bad-query',
    { method: 'PUT', path: '/v1/policy', query: 'source=a%0Ab', body: POLICY, headers: ANY },
  ],
  ['a source of a file that cannot be', 400, 'bad-query', { path: '/v1/applied', query: 'source=%7F' }],
  [
    'prune other than true or false',
    400,
    'bad-query',
    { method: 'POST', path: '/v1/apply', query: 'source=a&prune=1', body: POLICY },
  ],
  [
    'a revision that is no number',
    400,
    'bad-query',
    { method: 'POST', path: '/v1/apply', query: 'source=a&ifRevision=-1', body: POLICY },
  ],
  ['a cursor that somebody made up', 400, 'bad-cursor', { path: '/v1/rules', query: 'cursor=MS4xMjM' }],
  [
    'an ETag without quotes',
    400,
    'bad-header',
    { method: 'DELETE', path: '/v1/rules/offices', headers: { 'if-match': 'abc' } },
  ],
  [
    'JSON that does not parse',
    400,
    'bad-json',
    { method: 'POST', path: '/v1/rules', body: '{"id": }' },
    { errors: [{ code: 'json-syntax', line: 1, column: 8 }] },
  ],
  [
    'a repeated key in JSON',
    400,
    'bad-json',
    { method: 'POST', path: '/v1/rules', body: '{"id":"a","id":"b"}' },
    { errors: [{ code: 'duplicate-key', path: 'id', pointer: '/id' }] },
  ],
  [
    'an empty body',
    400,
    'bad-json',
    { method: 'POST', path: '/v1/rules', headers: { 'content-type': 'application/json' } },
  ],
  [
    'a body that is not UTF-8',
    400,
    'bad-json',
    { method: 'POST', path: '/v1/rules', body: '\xff', base64: true, headers: {} },
  ],
  ['a body of 33 levels', 400, 'bad-json', { method: 'POST', path: '/v1/rules', body: deep(33) }],
  ['a body of 100,000 levels', 400, 'bad-json', { method: 'POST', path: '/v1/rules', body: '['.repeat(100_000) }],
];

const MISSING: readonly Refusal[] = [
  ['a path of nothing', 404, 'no-such-path', { path: '/v2/rules' }],
  ['a path with a slash at its end', 404, 'no-such-path', { path: '/v1/rules/' }],
  ['a rule that is not there', 404, 'no-such-rule', { path: '/v1/rules/nothing' }],
  ['a rule by a name that none can have', 404, 'no-such-rule', { path: '/v1/rules/__proto__' }],
  [
    'a patch of a rule that is not there',
    404,
    'no-such-rule',
    { method: 'PATCH', path: '/v1/rules/nothing', body: {}, headers: ANY },
  ],
  [
    'a patch of a rule that no rule can be',
    404,
    'no-such-rule',
    { method: 'PATCH', path: '/v1/rules/default', body: {}, headers: ANY },
  ],
  [
    'taking away a rule that is not there',
    404,
    'no-such-rule',
    { method: 'DELETE', path: '/v1/rules/nothing', headers: ANY },
  ],
  ['a set that is not there', 404, 'no-such-set', { path: '/v1/sets/nothing' }],
  ['a set called like a property of objects', 404, 'no-such-set', { path: '/v1/sets/constructor' }],
  [
    'a patch of a set that is not there',
    404,
    'no-such-set',
    { method: 'PATCH', path: '/v1/sets/nothing', body: { add: ['a'] }, headers: ANY },
  ],
  ['a revision to come', 404, 'no-such-revision', { path: '/v1/revisions/2' }],
  ['a revision 0', 404, 'no-such-path', { path: '/v1/revisions/0' }],
  ['a revision that is no number', 404, 'no-such-path', { path: '/v1/revisions/newest' }],
  ['the policy of a revision to come', 404, 'no-such-revision', { path: '/v1/policy', query: 'revision=9' }],
  ['a restore of a revision to come', 404, 'no-such-revision', { method: 'POST', path: '/v1/revisions/9/restore' }],
  ['a file that was never applied', 404, 'never-applied', { path: '/v1/applied', query: 'source=policy.yaml' }],
  [
    'a file called like a property of objects',
    404,
    'never-applied',
    { path: '/v1/applied', query: 'source=__proto__' },
  ],
  ['taking away the policy', 405, 'method-not-allowed', { method: 'DELETE', path: '/v1/policy', headers: ANY }],
  ['a patch of the policy', 405, 'method-not-allowed', { method: 'PATCH', path: '/v1/policy', body: {} }],
  [
    'OPTIONS where no origin is configured',
    405,
    'method-not-allowed',
    {
      method: 'OPTIONS',
      path: '/v1/policy',
      headers: { origin: 'https://a.example', 'access-control-request-method': 'PUT' },
    },
  ],
  ['a method that HTTP knows and no server wants', 400, 'bad-request', { method: 'TRACE', path: '/v1/policy' }],
];

const STALE = '"AAAAAAAAAAAAAAAAAAAAAAAAAAA"';
const CONDITIONAL: readonly Refusal[] = [
  [
    'a new rule with the id of another',
    409,
    'already-exists',
    { method: 'POST', path: '/v1/rules', body: { ...RULE, id: 'offices' } },
  ],
  ['undoing the first policy', 409, 'revert-conflict', { method: 'POST', path: '/v1/revisions/1/revert' }],
  [
    'a file of which nobody knows what it changed',
    409,
    'apply-conflict',
    {
      method: 'POST',
      path: '/v1/apply',
      query: 'source=policy.yaml',
      body: { ...POLICY, defaultEffect: 'deny', rules: [{ ...RULE, id: 'offices' }] },
    },
    {
      base: null,
      conflicts: [
        { what: 'setting', id: 'defaultEffect', file: 'deny', current: 'allow' },
        { what: 'rule', id: 'offices', file: { ...RULE, id: 'offices' }, current: POLICY.rules[2] },
      ],
    },
  ],
  [
    'a file for a revision that is not in force',
    412,
    'precondition-failed',
    { method: 'POST', path: '/v1/apply', query: 'source=policy.yaml&ifRevision=9', body: POLICY },
    { revision: 1, detail: 'Revision 1 is in force, not 9 as ifRevision says.' },
  ],
  [
    'a file as the first policy after the first',
    412,
    'precondition-failed',
    { method: 'POST', path: '/v1/apply', query: 'source=policy.yaml&ifRevision=0', body: POLICY },
  ],
  [
    'a policy that has changed, for a file',
    412,
    'precondition-failed',
    { method: 'POST', path: '/v1/apply', query: 'source=a', body: POLICY, headers: { 'if-match': STALE } },
  ],
  [
    'a rule that has changed',
    412,
    'precondition-failed',
    { method: 'PATCH', path: '/v1/rules/offices', body: { enabled: false }, headers: { 'if-match': STALE } },
  ],
  [
    'a set that has changed',
    412,
    'precondition-failed',
    { method: 'PUT', path: '/v1/sets/leavers', body: POLICY.sets.leavers, headers: { 'if-match': STALE } },
  ],
  [
    'a policy that has changed',
    412,
    'precondition-failed',
    { method: 'PUT', path: '/v1/policy', body: POLICY, headers: { 'if-match': STALE } },
  ],
  [
    'a policy that has changed, for changes',
    412,
    'precondition-failed',
    {
      method: 'POST',
      path: '/v1/changes',
      body: operations({ op: 'delete-rule', id: 'offices' }),
      headers: { 'if-match': STALE },
    },
  ],
  [
    'a policy that has changed, for a restore',
    412,
    'precondition-failed',
    { method: 'POST', path: '/v1/revisions/1/restore', headers: { 'if-match': STALE } },
  ],
  [
    'an item that has changed, for changes',
    412,
    'precondition-failed',
    {
      method: 'POST',
      path: '/v1/changes',
      body: operations({ op: 'delete-rule', id: 'offices', ifMatch: STALE.slice(1, -1) }),
    },
    { errors: [{ pointer: '/operations/0/ifMatch' }] },
  ],
  [
    'a rule to create that is there',
    412,
    'precondition-failed',
    { method: 'PUT', path: '/v1/rules/offices', body: POLICY.rules[2], headers: NEW },
  ],
  [
    'a rule to replace that is not there',
    412,
    'precondition-failed',
    { method: 'PUT', path: '/v1/rules/block-carol', body: RULE, headers: ANY },
  ],
  [
    'a first policy after the first',
    412,
    'precondition-failed',
    { method: 'PUT', path: '/v1/policy', body: POLICY, headers: NEW },
  ],
  [
    'PUT of a rule with no precondition',
    428,
    'precondition-required',
    { method: 'PUT', path: '/v1/rules/block-carol', body: RULE },
  ],
  [
    'PUT of a rule with a tag that it must not have',
    428,
    'precondition-required',
    { method: 'PUT', path: '/v1/rules/block-carol', body: RULE, headers: { 'if-none-match': STALE } },
  ],
  [
    'PUT of the policy with no precondition',
    428,
    'precondition-required',
    { method: 'PUT', path: '/v1/policy', body: POLICY },
  ],
  [
    'PATCH of a rule with no precondition',
    428,
    'precondition-required',
    { method: 'PATCH', path: '/v1/rules/offices', body: {} },
  ],
  [
    'DELETE of a rule with no precondition',
    428,
    'precondition-required',
    { method: 'DELETE', path: '/v1/rules/offices' },
  ],
  [
    'PUT of a set with no precondition',
    428,
    'precondition-required',
    { method: 'PUT', path: '/v1/sets/a', body: POLICY.sets.leavers },
  ],
  [
    'PATCH of a set with no precondition',
    428,
    'precondition-required',
    { method: 'PATCH', path: '/v1/sets/leavers', body: { add: ['a'] } },
  ],
  [
    'DELETE of a set with no precondition',
    428,
    'precondition-required',
    { method: 'DELETE', path: '/v1/sets/leavers' },
  ],
];

const type = (value: string) => ({ 'content-type': value });
const TYPES: readonly Refusal[] = [
  [
    'a form',
    415,
    'unsupported-media-type',
    { method: 'POST', path: '/v1/rules', body: RULE, headers: type('application/x-www-form-urlencoded') },
  ],
  [
    'text that is JSON',
    415,
    'unsupported-media-type',
    { method: 'POST', path: '/v1/rules', body: RULE, headers: type('text/plain') },
  ],
  ['no type', 415, 'unsupported-media-type', { method: 'POST', path: '/v1/rules', body: RULE, headers: type('') }],
  [
    'a merge patch as a whole rule',
    415,
    'unsupported-media-type',
    { method: 'POST', path: '/v1/rules', body: RULE, headers: type('application/merge-patch+json') },
  ],
  [
    'a JSON Patch',
    415,
    'unsupported-media-type',
    {
      method: 'PATCH',
      path: '/v1/rules/offices',
      body: [],
      headers: { ...ANY, ...type('application/json-patch+json') },
    },
  ],
  [
    'another charset',
    415,
    'unsupported-media-type',
    { method: 'POST', path: '/v1/rules', body: RULE, headers: type('application/json; charset=utf-16') },
  ],
  [
    'a compressed body',
    415,
    'unsupported-media-type',
    { method: 'POST', path: '/v1/rules', body: RULE, headers: { 'content-encoding': 'gzip' } },
  ],
  [
    'a body over 4 MB',
    413,
    'body-too-large',
    { method: 'POST', path: '/v1/rules', body: `"${'x'.repeat(4 * 1024 * 1024)}"` },
  ],
];

const INVALID: readonly Refusal[] = [
  [
    'a rule with a bad address',
    422,
    'invalid',
    { method: 'POST', path: '/v1/rules', body: { ...RULE, match: { sourceIps: ['10/8'] } } },
    {
      errors: [{ code: 'invalid-address', path: 'match.sourceIps[0]', pointer: '/match/sourceIps/0' }],
    },
  ],
  [
    'a rule on a set that is not there',
    422,
    'invalid',
    { method: 'PUT', path: '/v1/rules/block-carol', body: { ...RULE, match: { users: ['@nobody'] } }, headers: NEW },
    {
      errors: [
        {
          code: 'unknown-set',
          path: 'match.users[0]',
          pointer: '/match/users/0',
          documentPath: 'rules[3].match.users[0]',
          documentPointer: '/rules/3/match/users/0',
        },
      ],
    },
  ],
  [
    'a patch that makes a rule invalid',
    422,
    'invalid',
    { method: 'PATCH', path: '/v1/rules/offices', body: { match: { users: [] } }, headers: ANY },
    {
      errors: [{ pointer: '/match/users', documentPointer: '/rules/2/match/users' }],
    },
  ],
  [
    'a patch that renames a rule',
    422,
    'invalid',
    { method: 'PATCH', path: '/v1/rules/offices', body: { id: 'other' }, headers: ANY },
    { errors: [{ code: 'immutable-id', pointer: '/id' }] },
  ],
  [
    'a patch that is no object',
    422,
    'invalid',
    { method: 'PATCH', path: '/v1/rules/offices', body: [1], headers: ANY },
  ],
  [
    'a rule whose id is not that of the path',
    422,
    'invalid',
    { method: 'PUT', path: '/v1/rules/block-carol', body: { ...RULE, id: 'b' }, headers: NEW },
    { errors: [{ code: 'id-mismatch', pointer: '/id' }] },
  ],
  [
    'a rule with the id of none',
    422,
    'invalid',
    { method: 'PUT', path: '/v1/rules/Carol', body: { effect: 'deny', match: 'everyone' }, headers: NEW },
  ],
  ['a rule that is a number', 422, 'invalid', { method: 'POST', path: '/v1/rules', body: 17 }],
  [
    'a rule with __proto__',
    422,
    'invalid',
    { method: 'POST', path: '/v1/rules', body: '{"id":"a","effect":"deny","match":"everyone","__proto__":{}}' },
  ],
  [
    'a patch with __proto__',
    422,
    'invalid',
    { method: 'PATCH', path: '/v1/rules/offices', body: '{"__proto__":{"enabled":false}}', headers: ANY },
  ],
  [
    'a set of no kind',
    422,
    'invalid',
    { method: 'PUT', path: '/v1/sets/a', body: { kind: 'people', entries: [] }, headers: NEW },
    { errors: [{ pointer: '/kind' }] },
  ],
  [
    'an entry that is no address',
    422,
    'invalid',
    { method: 'PUT', path: '/v1/sets/a', body: { kind: 'ip', entries: ['10.0.0.0/8', '10.0.0.300'] }, headers: NEW },
    { errors: [{ pointer: '/entries/1' }] },
  ],
  [
    'a patch of a set with another key',
    422,
    'invalid',
    { method: 'PATCH', path: '/v1/sets/leavers', body: { add: ['a'], name: 'offices' }, headers: ANY },
    { errors: [{ pointer: '/name' }] },
  ],
  [
    'a patch of a set that says nothing',
    422,
    'invalid',
    { method: 'PATCH', path: '/v1/sets/leavers', body: {}, headers: ANY },
  ],
  [
    'a patch of a set with a number',
    422,
    'invalid',
    { method: 'PATCH', path: '/v1/sets/leavers', body: { add: [4711] }, headers: ANY },
    { errors: [{ pointer: '/add/0' }] },
  ],
  [
    'taking away a set in use',
    422,
    'invalid',
    { method: 'DELETE', path: '/v1/sets/leavers', headers: ANY },
    { errors: [{ code: 'unknown-set', documentPath: 'rules[0].match.users[0]' }] },
  ],
  [
    'a policy of another version',
    422,
    'invalid',
    { method: 'PUT', path: '/v1/policy', body: { ...POLICY, version: 2 }, headers: ANY },
    { errors: [{ pointer: '/version', documentPointer: '/version' }] },
  ],
  ['a policy that is a list', 422, 'invalid', { method: 'PUT', path: '/v1/policy', body: [], headers: ANY }],
  [
    'a file that is not valid',
    422,
    'invalid',
    { method: 'POST', path: '/v1/apply', query: 'source=a', body: { ...POLICY, rules: [{ ...RULE, effect: 'none' }] } },
    { errors: [{ pointer: '/rules/0/effect', documentPointer: '/rules/0/effect' }] },
  ],
  [
    'a file that makes the policy invalid, of which it is only a part',
    422,
    'invalid',
    {
      method: 'POST',
      path: '/v1/apply',
      query: 'source=a&forceConflicts=true',
      body: {
        version: 1,
        defaultEffect: 'allow',
        sets: { leavers: { kind: 'group', entries: ['batchi'] } },
        rules: [{ id: 'x', effect: 'deny', match: { groups: ['@leavers'] } }],
      },
    },
    {
      errors: [
        {
          code: 'wrong-set-kind',
          message: expect.stringContaining('leavers'),
          documentPath: 'rules[1].match.users[0]',
          documentPointer: '/rules/1/match/users/0',
        },
      ],
    },
  ],
  [
    'a file that breaks a test',
    422,
    'confirmation-needed',
    {
      method: 'POST',
      path: '/v1/apply',
      query: 'source=a&forceConflicts=true',
      body: { ...POLICY, rules: [{ ...POLICY.rules[0], enabled: false }] },
    },
    { confirm: [{ confirm: 'tests' }] },
  ],
  [
    'changes that are none',
    422,
    'invalid',
    { method: 'POST', path: '/v1/changes', body: operations() },
    { errors: [{ pointer: '/operations' }] },
  ],
  ['changes without operations', 422, 'invalid', { method: 'POST', path: '/v1/changes', body: {} }],
  [
    'changes with another key',
    422,
    'invalid',
    { method: 'POST', path: '/v1/changes', body: { ...operations({ op: 'delete-rule', id: 'offices' }), force: true } },
  ],
  [
    'an operation of no kind',
    422,
    'invalid',
    { method: 'POST', path: '/v1/changes', body: operations({ op: 'drop-table' }) },
    { errors: [{ pointer: '/operations/0/op' }] },
  ],
  [
    'changes of which one fails',
    422,
    'invalid',
    {
      method: 'POST',
      path: '/v1/changes',
      body: operations({ op: 'put-rule', rule: RULE }, { op: 'delete-rule', id: 'nothing' }),
    },
    { errors: [{ code: 'not-found', pointer: '/operations/1/id' }] },
  ],
  [
    'changes that together are not valid',
    422,
    'invalid',
    {
      method: 'POST',
      path: '/v1/changes',
      body: operations({ op: 'put-rule', rule: { ...RULE, match: { users: ['@nobody'] } } }),
    },
    { errors: [{ pointer: '/operations/0/rule/match/users/0', documentPointer: '/rules/3/match/users/0' }] },
  ],
  [
    'a change that breaks a test',
    422,
    'confirmation-needed',
    { method: 'DELETE', path: '/v1/rules/block-leavers', headers: ANY },
    { confirm: [{ confirm: 'tests', message: expect.stringContaining('leavers stay out') }] },
  ],
  [
    'a test that fails from the first',
    422,
    'tests-failed',
    {
      method: 'POST',
      path: '/v1/changes',
      body: operations({
        op: 'put-test',
        test: { ...POLICY.tests[0], name: 'batchi comes in', expect: { allow: true } },
      }),
    },
    {
      failedTests: [
        {
          name: 'batchi comes in',
          expected: { allow: true },
          actual: { allow: false, rule: 'block-leavers', message: 'Not permitted.' },
        },
      ],
    },
  ],
  [
    'a policy that refuses everybody',
    422,
    'confirmation-needed',
    {
      method: 'POST',
      path: '/v1/changes',
      body: operations(
        { op: 'patch-settings', patch: { defaultEffect: 'deny' } },
        { op: 'delete-rule', id: 'offices' },
      ),
    },
    { confirm: [{ confirm: 'lockout' }] },
  ],
  [
    'a confirmation of something else',
    422,
    'confirmation-needed',
    { method: 'DELETE', path: '/v1/rules/block-leavers', query: 'confirm=lockout', headers: ANY },
  ],
  [
    'an evaluation without a connection',
    422,
    'invalid',
    { method: 'POST', path: '/v1/evaluate', body: {} },
    { errors: [{ pointer: '/connection' }] },
  ],
  [
    'an evaluation with an unknown attribute',
    422,
    'invalid',
    { method: 'POST', path: '/v1/evaluate', body: { connection: { user: 'batchi' } } },
    { errors: [{ code: 'unknown-key', pointer: '/connection/user' }] },
  ],
  [
    'an evaluation at no moment',
    422,
    'invalid',
    { method: 'POST', path: '/v1/evaluate', body: { connection: {}, at: '2026-11-24T10:00' } },
    { errors: [{ pointer: '/at' }] },
  ],
  [
    'an evaluation of an invalid draft',
    422,
    'invalid',
    { method: 'POST', path: '/v1/evaluate', body: { connection: {}, policy: { version: 1 } } },
    { errors: [{ pointer: '/policy/defaultEffect', documentPointer: '/defaultEffect' }] },
  ],
  [
    'an evaluation of a draft and a revision',
    422,
    'invalid',
    { method: 'POST', path: '/v1/evaluate', body: { connection: {}, revision: 1, policy: POLICY } },
  ],
];

describe.each([
  ['what is not understood', UNDERSTOOD],
  ['what is not there', MISSING],
  ['preconditions', CONDITIONAL],
  ['types and sizes', TYPES],
  ['what is not valid', INVALID],
])('%s', (_, refusals) => {
  it.each(refusals)('refuses %s with %i %s', async (_what, status, code, request, body = {}) => {
    const answer = await api.call(request);
    expect(answer).toMatchObject({ status, body: { type: `urn:client-vpn-policy:problem:${code}`, ...body } });
  });
});

describe('refusals', () => {
  it('say which methods there are, and which types', async () => {
    expect((await api.call({ method: 'DELETE', path: '/v1/policy' })).headers.allow).toBe('GET, HEAD, PUT');
    const typed = await api.send('PATCH', '/v1/rules/offices', '{}', { ...ANY, ...type('text/plain') });
    expect(typed.headers['accept-patch']).toBe('application/merge-patch+json, application/json');
  });

  it('name the request that the log names', async () => {
    const { body } = await api.get('/v1/rules/nothing');
    expect(body.instance).toBe('urn:client-vpn-policy:request:JKJaXmPLvHcESHA%3D');
    expect(api.log.at(-1)).toMatchObject({
      message: 'request',
      method: 'GET',
      route: '/v1/rules/:id',
      status: 404,
      problem: 'no-such-rule',
      apiRequestId: 'JKJaXmPLvHcESHA=',
    });
  });

  it('tell at most 100 mistakes, and how many there are', async () => {
    const entries = Array.from({ length: 150 }, (_, index) => `10.0.0.${300 + index}`);
    const { status, body } = await api.send('PUT', '/v1/sets/a', { kind: 'ip', entries }, NEW);
    expect([status, body.errors.length, body.errorsInAll]).toEqual([422, 100, 150]);
  });
});
