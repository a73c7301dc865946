/** Rules that end standing connections however many they are: to write one takes the permission to end connections, whatever the write. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type LocalDynamoDb, startDynalite } from '../../shared/store/testing/dynalite.ts';
import { POLICY } from '../testing/example-policy.ts';
import { iamAuthorizer } from '../testing/http-event.ts';
import { startTestApi, type TestApi } from '../testing/test-api.ts';

const ROLES = [['write'], ['restore'], ['write', 'disconnect'], ['restore', 'disconnect'], ['block', 'disconnect']];
const ACCESS = JSON.stringify(
  ROLES.map((permissions) => ({ role: `arn:aws:iam::123456789012:role/${permissions.join('-')}`, permissions })),
);

const NIGHT = { id: 'night', effect: 'deny', match: { users: ['dave'] }, standing: 'endAll' };
const WITH_NIGHT = { ...POLICY, rules: [...POLICY.rules, NIGHT] };
const [LEAVERS] = POLICY.rules;

let dynalite: LocalDynamoDb;
let api: TestApi;
beforeAll(async () => {
  dynalite = await startDynalite();
});
afterAll(() => dynalite.stop());

const send = (role: string, method: string, path: string, body?: unknown, query = 'dryRun=true') =>
  api.call({
    method,
    path,
    query,
    body,
    headers: method === 'POST' ? {} : { 'if-match': '*' },
    authorizer: iamAuthorizer(role),
  });
const begin = async (policy: object) => {
  api = await startTestApi(dynalite.endpoint, ACCESS);
  const { status } = await api.call({
    method: 'PUT',
    path: '/v1/policy',
    body: policy,
    headers: { 'if-none-match': '*' },
    authorizer: iamAuthorizer('write-disconnect'),
  });
  expect(status).toBe(201);
};
const REFUSED = { status: 403, body: { needed: ['disconnect'] } };

describe('a rule that ends them all', () => {
  beforeAll(() => begin(POLICY));

  it.each([
    ['PUT', '/v1/policy', WITH_NIGHT],
    ['POST', '/v1/rules', NIGHT],
    ['PUT', '/v1/rules/block-leavers', { ...LEAVERS, standing: 'endAll' }],
    ['PATCH', '/v1/rules/block-leavers', { standing: 'endAll' }],
    ['POST', '/v1/rules', { ...NIGHT, enabled: false }],
    ['POST', '/v1/changes', { operations: [{ op: 'put-rule', rule: NIGHT }] }],
    ['POST', '/v1/apply', WITH_NIGHT],
  ])('is not written by %s %s %j with the permission write alone', async (method, path, body) => {
    const query = `dryRun=true${path === '/v1/apply' ? '&source=a&forceConflicts=true' : ''}`;
    expect(await send('write', method, path, body, query)).toMatchObject(REFUSED);
    expect(await send('block-disconnect', method, path, body, query)).toMatchObject({ status: 403 });
    expect(await send('write-disconnect', method, path, body, query)).toMatchObject({ body: { wouldWrite: true } });
  });

  it('is not in a first policy either', async () => {
    const empty = await startTestApi(dynalite.endpoint, ACCESS);
    const put = (role: string) =>
      empty.call({
        method: 'PUT',
        path: '/v1/policy',
        body: WITH_NIGHT,
        headers: { 'if-none-match': '*' },
        authorizer: iamAuthorizer(role),
      });
    expect(await put('write')).toMatchObject(REFUSED);
    expect(await put('write-disconnect')).toMatchObject({ status: 201 });
  });
});

describe('where one is in force', () => {
  beforeAll(() => begin(WITH_NIGHT));

  it.each<[string, string, string, unknown]>([
    ['its users', 'PATCH', '/v1/rules/night', { match: { users: ['d*'] } }],
    ['its description', 'PATCH', '/v1/rules/night', { description: 'at night' }],
    ['its grace', 'PUT', '/v1/rules/night', { ...NIGHT, grace: 'PT1M' }],
  ])('%s is not changed without the permission', async (_, method, path, body) => {
    expect(await send('write', method, path, body)).toMatchObject(REFUSED);
    expect(await send('write-disconnect', method, path, body)).toMatchObject({
      status: 200,
      body: { wouldWrite: true },
    });
  });

  it.each<[string, string, string, unknown]>([
    ['other rules', 'PATCH', '/v1/rules/offices', { description: 'ours' }],
    ['whether it ends them all', 'PATCH', '/v1/rules/night', { standing: 'keep' }],
    ['that it is there', 'DELETE', '/v1/rules/night', undefined],
    ['the policy around it', 'PUT', '/v1/policy', { ...WITH_NIGHT, defaultMessage: 'No.' }],
  ])('%s may be changed with write alone', async (_, method, path, body) => {
    expect(await send('write', method, path, body)).toMatchObject({ status: 200, body: { wouldWrite: true } });
  });
});

it('does not come back by restore or revert without the permission', async () => {
  await begin(WITH_NIGHT);
  expect(await send('write', 'DELETE', '/v1/rules/night', undefined, '')).toMatchObject({ body: { written: true } });
  for (const path of ['/v1/revisions/1/restore', '/v1/revisions/2/revert']) {
    expect(await send('restore', 'POST', path)).toMatchObject(REFUSED);
    expect(await send('restore-disconnect', 'POST', path)).toMatchObject({ body: { wouldWrite: true } });
  }
});
