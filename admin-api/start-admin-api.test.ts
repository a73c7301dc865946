/** The API as the environment makes it: settings that are wrong close it, a store that fails is told as such. */
import { LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { passReport } from '../shared/enforcement/testing/answers.ts';
import { startFakeLambda } from '../shared/enforcement/testing/fake-lambda.ts';
import {
  createRulesTable,
  type LocalDynamoDb,
  localDocumentClient,
  startDynalite,
} from '../shared/store/testing/dynalite.ts';
import { printedLines } from '../shared/testing/printed-lines.ts';
import { startAdminApi } from './start-admin-api.ts';
import { POLICY } from './testing/example-policy.ts';
import { httpEvent, iamAuthorizer, type TestRequest } from './testing/http-event.ts';

let dynalite: LocalDynamoDb;
beforeAll(async () => {
  dynalite = await startDynalite();
});
afterAll(() => dynalite.stop());

const LOCAL = { host: '127.0.0.1:3000' };

async function start(environment: Record<string, string>, endpoint = dynalite.endpoint, lambda?: LambdaClient) {
  const client = localDocumentClient(endpoint, { maxAttempts: 1 });
  const table = endpoint === dynalite.endpoint ? await createRulesTable(client) : 'no-such-table';
  const { result: handler, lines } = await printedLines(() =>
    startAdminApi({ RULES_TABLE: table, ...environment }, { client, ...(lambda && { lambda }) }),
  );
  const call = async (request: TestRequest | { readonly event: unknown }) => {
    const event = 'event' in request ? request.event : httpEvent(request);
    const { result, lines: told } = await printedLines(() => handler(event));
    return { status: result.statusCode, headers: result.headers, body: JSON.parse(result.body ?? 'null'), lines: told };
  };
  return { call, lines };
}

describe('startAdminApi', () => {
  it('serves the API, logs a line a request and counts writes', async () => {
    const { call, lines } = await start({});
    expect(lines).toEqual([]);
    const written = await call({ method: 'PUT', path: '/v1/policy', body: POLICY, headers: { 'if-none-match': '*' } });
    expect(written.status).toBe(201);
    expect(written.lines).toEqual([
      expect.objectContaining({ level: 'INFO', message: 'request', status: 201, route: '/v1/policy' }),
      expect.objectContaining({ _aws: expect.anything(), PolicyWrites: 1 }),
    ]);
  });

  it.each([
    ['ADMIN_ACCESS', { ADMIN_ACCESS: '[{"role":"admin"}]' }, 'ADMIN_ACCESS cannot be used, so nobody may do anything'],
    ['CORS_ORIGIN', { CORS_ORIGIN: '*' }, 'settings that cannot be used'],
    ['ENFORCER_FUNCTION', { ENFORCER_FUNCTION: 'no name' }, 'settings that cannot be used'],
    ['LOCAL_STACK', { LOCAL_STACK: 'true' }, 'settings that cannot be used'],
    [
      'LOCAL_STACK',
      { LOCAL_STACK: 'true', AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1.evil.example:8000' },
      'settings that cannot be used',
    ],
  ])('says that %s is wrong', async (_, environment, message) => {
    const { lines } = await start(environment);
    expect(lines).toEqual([
      expect.objectContaining({ level: 'ERROR', message }),
      expect.objectContaining({ _aws: expect.anything(), SettingErrors: 1 }),
    ]);
  });

  it('asks the enforcer that ENFORCER_FUNCTION names, and counts where it cannot be asked', async () => {
    const lambda = await startFakeLambda(({ type }) =>
      type === 'Event' ? { error: 'AccessDeniedException', status: 403 } : { answer: passReport() },
    );
    const client = new LambdaClient({
      endpoint: lambda.endpoint,
      region: 'eu-central-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    const { call, lines } = await start({ ENFORCER_FUNCTION: 'an-enforcer' }, dynalite.endpoint, client);
    expect(lines).toEqual([]);

    const put = { method: 'PUT', path: '/v1/policy', body: POLICY, headers: { 'if-none-match': '*' } };
    const written = await call(put);
    const enforced = await call({ method: 'POST', path: '/v1/connections/enforce' });

    expect([written.status, enforced.status]).toEqual([201, 200]);
    expect(lambda.invocations.map(({ functionName, type }) => [functionName, type])).toEqual([
      ['an-enforcer', 'Event'],
      ['an-enforcer', 'RequestResponse'],
    ]);
    expect(written.lines).toEqual([
      expect.objectContaining({ level: 'INFO', message: 'request', written: true }),
      expect.objectContaining({ level: 'ERROR', message: expect.stringContaining('not asked for a pass') }),
      expect.objectContaining({ _aws: expect.anything(), PolicyWrites: 1, PassesNotAsked: 1 }),
    ]);
    client.destroy();
    await lambda.stop();
  });

  it.each([{}, { ENFORCER_FUNCTION: '' }])('asks nobody where no enforcer is named (%j)', async (environment) => {
    const { call, lines } = await start(environment);
    const written = await call({ method: 'PUT', path: '/v1/policy', body: POLICY, headers: { 'if-none-match': '*' } });

    expect([lines, written.lines.filter(({ level }) => level === 'ERROR')]).toEqual([[], []]);
    expect(await call({ path: '/v1/connections' })).toMatchObject({
      status: 404,
      body: { type: 'urn:client-vpn-policy:problem:no-enforcer' },
    });
  });

  it('lets nobody do anything where ADMIN_ACCESS is wrong', async () => {
    const { call } = await start({ ADMIN_ACCESS: 'everybody' });
    expect(await call({ path: '/v1/policy', authorizer: iamAuthorizer() })).toMatchObject({
      status: 403,
      body: { needed: ['read'] },
    });
  });

  it('is closed without an authorizer, even where LOCAL_STACK is set by mistake', async () => {
    const { call } = await start({ LOCAL_STACK: 'true' });
    expect(await call({ path: '/v1/policy', authorizer: null, headers: LOCAL })).toMatchObject({ status: 403 });
  });

  it('serves this machine in the local stack, and no page or name from elsewhere', async () => {
    const { call, lines } = await start({ LOCAL_STACK: 'true', AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:8000' });
    expect(lines).toEqual([]);
    const put = { method: 'PUT', path: '/v1/policy', body: POLICY, authorizer: null };
    const headers = { ...LOCAL, 'if-none-match': '*' };
    for (const foreign of [{ host: 'evil.example:3000' }, { origin: 'https://evil.example' }, { origin: 'null' }]) {
      expect(await call({ ...put, headers: { ...headers, ...foreign } })).toMatchObject({
        status: 403,
        body: { type: 'urn:client-vpn-policy:problem:foreign-request' },
      });
    }
    // What serverless-offline makes of a token that nobody checked does not count.
    const claimed = { jwt: { claims: { sub: 'root', iss: 'x' }, scopes: [] } };
    expect(await call({ ...put, headers, authorizer: claimed })).toMatchObject({
      status: 201,
      body: { revision: { author: { type: 'local', id: 'local-stack' } } },
    });
  });

  it('says so where no table is configured', async () => {
    const { call } = await start({ RULES_TABLE: '' });
    expect(await call({ path: '/v1/policy' })).toMatchObject({
      status: 500,
      body: { type: 'urn:client-vpn-policy:problem:not-configured' },
    });
    expect(await call({ path: '/openapi.json' })).toMatchObject({ status: 200 });
  });

  it('asks to try again where the store cannot be reached, and tells the cause to the log alone', async () => {
    const gone = await startDynalite();
    await gone.stop();
    const { call } = await start({}, gone.endpoint);
    for (const request of [
      { path: '/v1/policy' },
      { path: '/v1/health' },
      { method: 'PUT', path: '/v1/policy', body: POLICY, headers: { 'if-none-match': '*' } },
    ]) {
      const { status, headers, body, lines } = await call(request);
      expect({ status, headers, body }).toMatchObject({
        status: 503,
        headers: { 'retry-after': '5', 'content-type': 'application/problem+json' },
        body: { type: 'urn:client-vpn-policy:problem:store-unreachable' },
      });
      expect(JSON.stringify(body)).not.toMatch(/ECONN|127\.0\.0\.1/);
      expect(lines).toContainEqual(
        expect.objectContaining({ level: 'ERROR', message: 'request failed', error: expect.anything() }),
      );
      expect(lines).toContainEqual(expect.objectContaining({ RequestsFailed: 1 }));
    }
  });

  it('tells a missing table from one that cannot be reached', async () => {
    const { call } = await start({ RULES_TABLE: 'another-table' });
    expect(await call({ path: '/v1/policy' })).toMatchObject({
      status: 500,
      body: { type: 'urn:client-vpn-policy:problem:store-refused' },
    });
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'GET /v1/policy'],
    ['a list', []],
    [
      'payload format 1.0',
      { version: '1.0', path: '/v1/policy', httpMethod: 'GET', requestContext: { authorizer: iamAuthorizer() } },
    ],
    ['an event without a method', { version: '2.0', rawPath: '/v1/policy', requestContext: {} }],
    ['a method that is none', { ...httpEvent({ path: '/v1/policy' }), requestContext: { http: { method: 'GE T' } } }],
    ['a query that is no text', { ...httpEvent({ path: '/v1/policy' }), rawQueryString: 17 }],
    [
      'one that names the request with half a character',
      { requestContext: { requestId: '\ud800', http: { method: 'GET' } } },
    ],
    ['a header name that is none', httpEvent({ path: '/v1/policy', headers: { 'a b': 'c' } })],
  ])('answers an event that is %s with a problem', async (_, event) => {
    const { call } = await start({});
    expect(await call({ event })).toMatchObject({
      status: 400,
      body: { type: 'urn:client-vpn-policy:problem:bad-request' },
    });
  });

  it('takes a GET with a body, and headers of any bytes, for what they are', async () => {
    const { call } = await start({});
    const headers = { 'x-name': 'Müller 🚫\r\nx-injected: 1' };
    expect(await call({ path: '/v1/health', body: '{}', headers })).toMatchObject({ status: 200 });
  });
});
