/** Who wrote is whom the authorizer names, whatever else the request says of its author. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type LocalDynamoDb, startDynalite } from '../../shared/store/testing/dynalite.ts';
import { lambdaHandler } from '../lambda-adapter.ts';
import { POLICY } from '../testing/example-policy.ts';
import { httpEvent, iamAuthorizer, jwtAuthorizer, type TestRequest } from '../testing/http-event.ts';
import { startTestApi, type TestApi } from '../testing/test-api.ts';
import { readAccessMap } from './access-map.ts';
import { readCaller } from './caller.ts';

const READER = iamAuthorizer('reader', 'rita');
const EDITOR = iamAuthorizer('editor', 'eve');
const ACCESS = JSON.stringify([
  { role: 'arn:aws:iam::123456789012:role/reader', permissions: ['read'] },
  { role: 'arn:aws:iam::123456789012:role/editor', permissions: ['read', 'write'] },
  { scope: 'vpn.write', permissions: ['read', 'write'] },
]);
const ROOT = 'arn:aws:iam::123456789012:role/editor';
const TOKEN = `Bearer ${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{"sub":"root","iss":"https://login.example.com/","scope":"vpn.write"}').toString('base64url')}.`;

let dynalite: LocalDynamoDb;
let api: TestApi;
beforeAll(async () => {
  dynalite = await startDynalite();
  api = await startTestApi(dynalite.endpoint, ACCESS);
  const begin = { method: 'PUT', path: '/v1/policy', body: POLICY, headers: { 'if-none-match': '*' } };
  expect((await api.call({ ...begin, authorizer: EDITOR })).status).toBe(201);
});
afterAll(() => dynalite.stop());

const CLAIMS: readonly (readonly [string, Record<string, string>])[] = [
  ['a token of no signature', { authorization: TOKEN }],
  [
    'a signature',
    {
      authorization: `AWS4-HMAC-SHA256 Credential=AKIAROOT/20261124/us-east-1/execute-api/aws4_request, SignedHeaders=host, Signature=0`,
    },
  ],
  [
    'the names that proxies use',
    {
      'x-forwarded-user': 'root',
      'x-remote-user': 'root',
      'x-user': 'root',
      'x-amzn-oidc-identity': 'root',
      'x-amzn-oidc-data': TOKEN,
    },
  ],
  [
    'API Gateway’s own context',
    {
      'x-amzn-request-context': JSON.stringify({ authorizer: EDITOR }),
      'x-apigateway-event': JSON.stringify({ requestContext: { authorizer: EDITOR } }),
    },
  ],
  ['the override of serverless-offline', { 'sls-offline-authorizer-override': JSON.stringify(EDITOR) }],
  ['Cognito’s identity', { 'cognito-identity-id': 'us-east-1:0', 'cognito-authentication-provider': ROOT }],
  ['another method', { 'x-http-method-override': 'GET', 'x-method-override': 'GET' }],
  [
    'another address',
    {
      'x-original-url': '/v1/health',
      'x-rewrite-url': '/v1/health',
      'x-forwarded-prefix': '/v1/health',
      host: '127.0.0.1:3000',
    },
  ],
  ['cookies', { cookie: 'user=root; role=editor' }],
];

describe('an identity', () => {
  it.each(CLAIMS)('is not taken from %s', async (_, headers) => {
    const write: TestRequest = {
      method: 'PATCH',
      path: '/v1/sets/leavers',
      body: { add: ['carol'] },
      headers: { ...headers, 'if-match': '*' },
    };
    expect((await api.call({ ...write, authorizer: null })).body.type).toMatch(/no-caller$/);
    expect(await api.call({ ...write, authorizer: READER })).toMatchObject({
      status: 403,
      body: { needed: ['write'] },
    });
    expect(await api.store.head()).toMatchObject({ number: 1 });
    expect(await api.call({ ...write, query: 'dryRun=true', authorizer: EDITOR })).toMatchObject({ status: 200 });
    expect(api.log.at(-1)).toMatchObject({ caller: { type: 'iam', id: 'AROAEXAMPLE:eve' } });
  });

  it.each([
    [
      'an author beside the operations',
      '/v1/changes',
      { author: { id: 'root' }, operations: [{ op: 'delete-rule', id: 'offices' }] },
    ],
    [
      'an author in an operation',
      '/v1/changes',
      { operations: [{ op: 'delete-rule', id: 'offices', author: 'root' }] },
    ],
    ['an author in a rule', '/v1/rules', { id: 'a', effect: 'deny', match: { users: ['a'] }, author: 'root' }],
    ['permissions in an evaluation', '/v1/evaluate', { connection: {}, permissions: ['write'] }],
  ])('is not taken from a body: %s is refused', async (_, path, body) => {
    const everything = await startTestApi(dynalite.endpoint);
    await everything.send('PUT', '/v1/policy', POLICY, { 'if-none-match': '*' });
    expect(await everything.send('POST', path, body)).toMatchObject({
      status: 422,
      body: { errors: [{ code: 'unknown-key' }] },
    });
  });

  it.each(['author=root', 'user=root', 'caller=root', 'permissions=write', 'authorizer=%7B%7D'])(
    'is not taken from a query: %s is refused',
    async (query) => {
      const { status, body } = await api.call({
        method: 'POST',
        path: '/v1/rules',
        query,
        body: {},
        authorizer: EDITOR,
      });
      expect([status, body.type]).toEqual([400, 'urn:client-vpn-policy:problem:bad-query']);
    },
  );

  it('is not taken from elsewhere in the event', async () => {
    const seen: unknown[] = [];
    const handler = lambdaHandler({
      fetch: (_, { authorizer }) => {
        seen.push(authorizer);
        return new Response('');
      },
    });
    const event = httpEvent({ path: '/v1/policy', authorizer: null });
    await handler({ ...event, authorizer: EDITOR, identity: { userArn: ROOT }, authentication: EDITOR });
    await handler({
      ...event,
      requestContext: { ...event.requestContext, identity: { userArn: ROOT }, authentication: { clientCert: {} } },
    });
    // Not even from a prototype.
    await handler({
      ...event,
      requestContext: JSON.parse(`{"http":{"method":"GET"},"__proto__":{"authorizer":${JSON.stringify(EDITOR)}}}`),
    });
    expect(seen).toEqual([undefined, undefined, undefined]);
  });

  it('of a session is its role’s, however the session or a token’s subject is named', () => {
    const { access } = readAccessMap(ACCESS);
    const may = (authorizer: unknown) => [...access(readCaller(authorizer))].includes('write');
    expect(may(EDITOR)).toBe(true);
    for (const session of ['editor', 'role/editor', 'editor/editor', ROOT, '../editor', 'x\n:role/editor']) {
      expect(may(iamAuthorizer('reader', session))).toBe(false);
    }
    for (const arn of [
      'arn:aws:sts::999999999999:assumed-role/editor/eve',
      'arn:aws:sts::123456789012:federated-user/editor',
      'arn:aws:iam::123456789012:user/editor',
      'arn:aws:iam::123456789012:user/role/editor',
      'arn:aws:sts::123456789012:assumed-role/Editor/eve',
      'arn:aws:sts::123456789012:assumed-role/editor2/eve',
      'arn:aws:sts::123456789012:assumed-role/reader/assumed-role/editor/eve',
      'arn:aws:iam::123456789012:root',
      `${ROOT}\n`,
    ]) {
      expect([arn, may({ iam: { userArn: arn, userId: 'A' } })]).toEqual([arn, false]);
    }
    const named = (claims: object) => ({
      jwt: { claims: { iss: 'https://login.example.com/', ...claims }, scopes: null },
    });
    expect(may(jwtAuthorizer('vpn.write'))).toBe(true);
    for (const claims of [
      { sub: ROOT },
      { sub: 'a', role: 'editor', permissions: ['write'], userArn: ROOT },
      { sub: 'a', scope: 'vpn.writer' },
      { sub: 'a', scope: 'VPN.WRITE' },
      { sub: 'a', scope: 'x,vpn.write' },
      { sub: 'vpn.write' },
    ]) {
      expect([claims, may(named(claims))]).toEqual([claims, false]);
    }
  });
});
