/** Permissions one by one: what each lets through, and that nothing else does. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type LocalDynamoDb, startDynalite } from '../../shared/store/testing/dynalite.ts';
import { POLICY, RULE } from '../testing/example-policy.ts';
import { iamAuthorizer, jwtAuthorizer } from '../testing/http-event.ts';
import { startTestApi, type TestApi } from '../testing/test-api.ts';

/** A role for each permission, called like it, and some with several. */
const ROLES = [
  ['read'],
  ['evaluate'],
  ['block'],
  ['write'],
  ['tests'],
  ['restore'],
  ['confirm'],
  ['write', 'confirm'],
  ['restore', 'tests', 'confirm'],
];
const ACCESS = JSON.stringify([
  { scope: 'vpn.admin', permissions: ['read', 'write'] },
  ...ROLES.map((permissions) => ({ role: `arn:aws:iam::123456789012:role/${permissions.join('-')}`, permissions })),
]);

let dynalite: LocalDynamoDb;
let api: TestApi;
beforeAll(async () => {
  dynalite = await startDynalite();
  api = await startTestApi(dynalite.endpoint, ACCESS);
  const begin = await api.call({
    method: 'PUT',
    path: '/v1/policy',
    body: POLICY,
    headers: { 'if-none-match': '*' },
    authorizer: jwtAuthorizer('vpn.admin'),
  });
  expect(begin).toMatchObject({
    status: 201,
    body: { revision: { author: { type: 'jwt', id: '00u1alice', issuer: 'https://login.example.com/' } } },
  });
  const second = await api.call({
    method: 'PATCH',
    path: '/v1/rules/offices',
    body: { enabled: false },
    headers: { 'if-match': '*' },
    authorizer: iamAuthorizer('write'),
  });
  expect(second.status).toBe(200);
});
afterAll(() => dynalite.stop());

it('block alone does not read other rules by patches that change nothing', async () => {
  const patch = { method: 'PATCH', body: {}, headers: { 'if-match': '*' }, authorizer: iamAuthorizer('block') };
  expect(await api.call({ ...patch, path: '/v1/rules/offices' })).toMatchObject({
    status: 403,
    body: { needed: ['write'] },
  });
});

it.each([
  ['PUT', '/v1/policy'],
  ['POST', '/v1/rules'],
  ['PUT', '/v1/rules/offices'],
  ['PATCH', '/v1/rules/offices'],
  ['PUT', '/v1/sets/leavers'],
  ['PATCH', '/v1/sets/leavers'],
  ['POST', '/v1/changes'],
  ['POST', '/v1/apply'],
  ['POST', '/v1/evaluate'],
])('%s %s looks at no body of a caller who may not send one', async (method, path) => {
  const query = path === '/v1/apply' ? SOURCE : '';
  const { status } = await api.call({ method, path, query, body: 'no JSON', authorizer: iamAuthorizer('read') });
  expect(status).toBe(403);
});

const SOURCE = 'source=vpn%2Fpolicy.yaml';
const TEST = { ...POLICY.tests[0], name: 'another' };
const REQUESTS: readonly (readonly [string, string, unknown, string])[] = [
  ['GET', '/v1/policy', undefined, 'read'],
  ['GET', '/v1/rules', undefined, 'read'],
  ['GET', '/v1/rules/offices', undefined, 'read'],
  ['GET', '/v1/sets', undefined, 'read'],
  ['GET', '/v1/sets/leavers', undefined, 'read'],
  ['GET', '/v1/revisions', undefined, 'read'],
  ['GET', '/v1/revisions/1', undefined, 'read'],
  ['GET', '/v1/revisions/2/diff', undefined, 'read'],
  ['GET', '/v1/applied', undefined, 'read'],
  ['GET', '/v1/verify', undefined, 'read'],
  ['POST', '/v1/evaluate', { connection: {} }, 'evaluate'],
  ['PUT', '/v1/policy', { ...POLICY, defaultMessage: 'No.' }, 'write'],
  ['POST', '/v1/rules', RULE, 'write'],
  ['PUT', '/v1/rules/offices', { ...POLICY.rules[2], description: 'ours' }, 'write'],
  ['PATCH', '/v1/rules/offices', { description: 'ours' }, 'write'],
  ['DELETE', '/v1/rules/offices', undefined, 'write'],
  ['PUT', '/v1/sets/leavers', { kind: 'user', entries: ['batchi'] }, 'write'],
  ['PATCH', '/v1/sets/leavers', { add: ['carol'] }, 'write'],
  ['POST', '/v1/changes', { operations: [{ op: 'patch-settings', patch: { defaultMessage: 'No.' } }] }, 'write'],
  ['POST', '/v1/changes', { operations: [{ op: 'put-test', test: TEST }] }, 'write tests'],
  ['POST', '/v1/apply', { ...POLICY, rules: [RULE] }, 'write'],
  ['POST', '/v1/revisions/1/restore', undefined, 'restore'],
  ['POST', '/v1/revisions/2/revert', undefined, 'restore'],
];

describe('permissions', () => {
  it.each(REQUESTS)('%s %s %j needs %s', async (method, path, body, needed) => {
    const query = [method === 'GET' || path === '/v1/evaluate' ? '' : 'dryRun=true', path === '/v1/apply' ? SOURCE : '']
      .filter(Boolean)
      .join('&');
    for (const [role] of ROLES.filter((permissions) => permissions.length === 1)) {
      const answer = await api.call({
        method,
        path,
        query,
        body,
        headers: method === 'GET' || method === 'POST' ? {} : { 'if-match': '*' },
        authorizer: iamAuthorizer(role),
      });
      expect([role, answer.status]).toEqual([role, needed.split(' ').includes(role ?? '') ? 200 : 403]);
    }
  });

  it.each(['/v1/health', '/openapi.json'])('%s needs none', async (path) => {
    expect((await api.call({ path, authorizer: iamAuthorizer('stranger') })).status).toBe(200);
  });

  it.each([
    ['prunes them', 'forceConflicts=true&prune=true', []],
    ['forces its own', 'forceConflicts=true', [{ ...POLICY.tests[0], at: '2027-01-01T00:00:00Z' }]],
  ])('who applies a file that takes or changes tests needs tests: %s', async (_, how, tests) => {
    const body = { ...POLICY, tests };
    const query = `${SOURCE}&dryRun=true&confirm=tests&${how}`;
    const send = (role: string) =>
      api.call({ method: 'POST', path: '/v1/apply', query, body, authorizer: iamAuthorizer(role) });
    expect(await send('write')).toMatchObject({ status: 403, body: { needed: ['confirm'] } });
    expect(await send('write-confirm')).toMatchObject({ status: 403, body: { needed: ['tests'] } });
  });

  it('changing or removing a test needs tests besides write, and each check overridden confirm', async () => {
    const operations = [{ op: 'delete-test', name: 'leavers stay out' }];
    const send = (role: string, query: string) =>
      api.call({ method: 'POST', path: '/v1/changes', query, body: { operations }, authorizer: iamAuthorizer(role) });
    expect(await send('write', 'dryRun=true')).toMatchObject({ status: 403, body: { needed: ['tests'] } });
    expect(await send('tests', 'dryRun=true')).toMatchObject({
      status: 422,
      body: { confirm: [{ confirm: 'tests' }] },
    });
    expect(await send('tests', 'dryRun=true&confirm=tests')).toMatchObject({
      status: 403,
      body: { needed: ['confirm'] },
    });

    const { tests: _, ...withoutTests } = POLICY;
    const replace = (role: string) =>
      api.call({
        method: 'PUT',
        path: '/v1/policy',
        query: 'dryRun=true&confirm=tests',
        body: withoutTests,
        headers: { 'if-match': '*' },
        authorizer: iamAuthorizer(role),
      });
    expect(await replace('write-confirm')).toMatchObject({ status: 403, body: { needed: ['tests'] } });
  });

  it('is checked on what the application of a file changes, not on what the file says', async () => {
    const apply = (body: object, more = '') =>
      api.call({
        method: 'POST',
        path: '/v1/apply',
        query: `dryRun=true&${SOURCE}${more}`,
        body,
        authorizer: iamAuthorizer('write'),
      });
    const { tests: _, ...withoutTests } = POLICY;
    expect(await apply({ ...withoutTests, rules: [...POLICY.rules.slice(0, 2), RULE] })).toMatchObject({
      status: 200,
      body: {
        kept: [
          { what: 'rule', id: 'offices' },
          { what: 'test', id: 'leavers stay out' },
        ],
      },
    });
    const changed = { ...POLICY, tests: [{ ...POLICY.tests[0], at: '2026-11-25T10:00:00+09:00' }] };
    expect(await apply(changed, '&forceConflicts=true')).toMatchObject({ status: 403, body: { needed: ['tests'] } });
  });

  it('is checked on what a restore changes', async () => {
    const added = await api.call({
      method: 'POST',
      path: '/v1/changes',
      body: { operations: [{ op: 'put-test', test: TEST }] },
      authorizer: iamAuthorizer('write'),
    });
    expect(added.status).toBe(200);
    const restore = (role: string) =>
      api.call({
        method: 'POST',
        path: '/v1/revisions/1/restore',
        query: role.includes('confirm') ? 'confirm=tests' : '',
        authorizer: iamAuthorizer(role),
      });
    expect(await restore('restore')).toMatchObject({ status: 403, body: { needed: ['tests'] } });
    expect(await restore('restore-tests-confirm')).toMatchObject({
      status: 200,
      body: { written: true, revision: { confirmed: ['tests'] } },
    });
  });

  it('nobody is anybody without an authorizer, whatever the request claims', async () => {
    const claims = {
      authorization: 'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJyb290IiwiaXNzIjoieCJ9.',
      'x-amzn-request-context': JSON.stringify(iamAuthorizer('write')),
      'sls-offline-authorizer-override': JSON.stringify(iamAuthorizer('write')),
    };
    for (const path of ['/v1/policy', '/v1/health', '/openapi.json', '/nothing']) {
      expect(await api.call({ path, headers: claims, authorizer: null })).toMatchObject({
        status: 403,
        body: { type: 'urn:client-vpn-policy:problem:no-caller' },
      });
    }
  });
});
