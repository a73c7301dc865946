/** What the permission `block` allows: refusing single users for at most seven days, and ending that. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type LocalDynamoDb, startDynalite } from '../../shared/store/testing/dynalite.ts';
import { POLICY } from '../testing/example-policy.ts';
import { iamAuthorizer } from '../testing/http-event.ts';
import { startTestApi, type TestApi } from '../testing/test-api.ts';

const ACCESS = JSON.stringify([
  {
    role: 'arn:aws:iam::123456789012:role/vpn-operator',
    permissions: ['read', 'evaluate', 'write', 'tests', 'confirm'],
  },
  { role: 'arn:aws:iam::123456789012:role/helpdesk', permissions: ['read', 'block'] },
]);
const HELPDESK = iamAuthorizer('helpdesk', 'hana');
const FRIDAY = '2026-11-27T18:00:00+09:00';
const BLOCK = {
  id: 'block-carol',
  effect: 'deny',
  match: { identities: ['carol'] },
  message: 'Ask us.',
  expiresAt: FRIDAY,
};

let dynalite: LocalDynamoDb;
let api: TestApi;
beforeAll(async () => {
  dynalite = await startDynalite();
  api = await startTestApi(dynalite.endpoint, ACCESS);
  await api.send('PUT', '/v1/policy', POLICY, { 'if-none-match': '*' });
});
afterAll(() => dynalite.stop());
beforeEach(async () => {
  const { body } = await api.get('/v1/policy');
  if (JSON.stringify(body) !== JSON.stringify(POLICY)) {
    expect((await api.send('PUT', '/v1/policy', POLICY, { 'if-match': '*' })).status).toBe(200);
  }
});

const asHelpdesk = (method: string, path: string, body?: unknown, headers = {}, query = '') =>
  api.call({ method, path, body, headers, query, authorizer: HELPDESK });

describe('the permission block', () => {
  it('lets a help desk block a user until Friday, change the block and end it', async () => {
    const created = await asHelpdesk('POST', '/v1/rules', BLOCK);
    expect(created).toMatchObject({ status: 201, body: { revision: { author: { id: 'AROAEXAMPLE:hana' } } } });
    const patch = await asHelpdesk(
      'PATCH',
      '/v1/rules/block-carol',
      { expiresAt: '2026-11-25T18:00:00+09:00' },
      { 'if-match': '*' },
    );
    expect(patch.status).toBe(200);
    expect((await asHelpdesk('DELETE', '/v1/rules/block-carol', undefined, { 'if-match': '*' })).status).toBe(200);
    const operations = [
      { op: 'put-rule', rule: BLOCK },
      {
        op: 'put-rule',
        rule: { ...BLOCK, id: 'block-dave', match: [{ users: ['dave'] }, { commonNames: ['dave.example.com'] }] },
      },
    ];
    expect((await asHelpdesk('POST', '/v1/changes', { operations })).status).toBe(200);
  });

  it.each([{ standing: 'keep' }, { standing: 'end' }, { grace: 'PT10M' }])('allows a block with %j', async (more) => {
    expect(await asHelpdesk('POST', '/v1/rules', { ...BLOCK, ...more }, {}, 'dryRun=true')).toMatchObject({
      status: 200,
    });
  });

  it.each([
    ['that never ends', { ...BLOCK, expiresAt: undefined }],
    ['that lasts eight days', { ...BLOCK, expiresAt: '2026-12-02T10:00:01+09:00' }],
    ['on a pattern', { ...BLOCK, match: { users: ['c*'] } }],
    ['on a set', { ...BLOCK, match: { users: ['@leavers'] } }],
    ['on everyone', { ...BLOCK, match: 'everyone' }],
    ['on groups', { ...BLOCK, match: { users: ['carol'], groups: ['staff'] } }],
    ['on addresses in a second block', { ...BLOCK, match: [{ users: ['carol'] }, { sourceIps: ['203.0.113.0/24'] }] }],
    ['in an endpoint and on nobody', { ...BLOCK, match: { endpoints: ['cvpn-endpoint-0a1b2c3d4e5f67890'] } }],
    ['with an except', { ...BLOCK, except: { users: ['carol'] } }],
    ['that no exemption lifts', { ...BLOCK, final: true }],
    ['that ends standing connections however many they are', { ...BLOCK, standing: 'endAll' }],
    ['that admits', { id: 'let-carol-in', effect: 'allow', match: { users: ['carol'] }, expiresAt: FRIDAY }],
    [
      'that exempts',
      { id: 'let-carol-in', effect: 'exempt', from: '*', match: { users: ['carol'] }, expiresAt: FRIDAY },
    ],
  ])('does not let them put a rule %s', async (_, rule) => {
    const refused = await asHelpdesk('POST', '/v1/rules', rule);
    expect(refused).toMatchObject({
      status: 403,
      body: { type: 'urn:client-vpn-policy:problem:forbidden', needed: ['write'] },
    });
    expect((await api.get('/v1/policy')).body).toEqual(POLICY);
  });

  it.each<[string, string, string, unknown, object]>([
    [
      'take away a rule that is no block of theirs',
      'DELETE',
      '/v1/rules/block-leavers',
      undefined,
      { 'if-match': '*' },
    ],
    ['switch off a rule', 'PATCH', '/v1/rules/offices', { enabled: false }, { 'if-match': '*' }],
    [
      'make a rule into a block',
      'PUT',
      '/v1/rules/block-leavers',
      { ...BLOCK, id: 'block-leavers' },
      { 'if-match': '*' },
    ],
    ['change a set', 'PATCH', '/v1/sets/leavers', { add: ['carol'] }, { 'if-match': '*' }],
    ['replace the policy', 'PUT', '/v1/policy', { ...POLICY, rules: [...POLICY.rules, BLOCK] }, { 'if-match': '*' }],
    [
      'change the default',
      'POST',
      '/v1/changes',
      { operations: [{ op: 'patch-settings', patch: { defaultEffect: 'deny' } }] },
      {},
    ],
    [
      'add a test',
      'POST',
      '/v1/changes',
      { operations: [{ op: 'put-test', test: { ...POLICY.tests[0], name: 'mine' } }] },
      {},
    ],
    [
      'hide another change among blocks',
      'POST',
      '/v1/changes',
      {
        operations: [
          { op: 'put-rule', rule: BLOCK },
          { op: 'delete-rule', id: 'offices' },
        ],
      },
      {},
    ],
    [
      'limit connections',
      'POST',
      '/v1/changes',
      {
        operations: [
          { op: 'put-limit', limit: { id: 'one-each', match: { identities: ['carol'] }, maxConnections: 1 } },
        ],
      },
      {},
    ],
    [
      'keep the standing connections of a rule that is no block of theirs',
      'PATCH',
      '/v1/rules/block-leavers',
      { standing: 'keep' },
      { 'if-match': '*' },
    ],
    ['restore a revision', 'POST', '/v1/revisions/1/restore', undefined, {}],
    ['ask for decisions', 'POST', '/v1/evaluate', { connection: { username: 'carol' } }, {}],
  ])('does not let them %s', async (_, method, path, body, headers) => {
    expect(await asHelpdesk(method, path, body, headers)).toMatchObject({ status: 403 });
    expect((await api.get('/v1/policy')).body).toEqual(POLICY);
  });

  it('does not let them confirm, nor see in a dry run what they may not write', async () => {
    expect(await asHelpdesk('POST', '/v1/rules', BLOCK, {}, 'confirm=tests')).toMatchObject({
      status: 403,
      body: { needed: ['confirm'] },
    });
    expect(await asHelpdesk('POST', '/v1/rules', { ...BLOCK, match: 'everyone' }, {}, 'dryRun=true')).toMatchObject({
      status: 403,
    });
    expect(await asHelpdesk('POST', '/v1/rules', BLOCK, {}, 'dryRun=true')).toMatchObject({ status: 200 });
  });
});
