import type { IncomingMessage } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { iamAuthorizer, jwtAuthorizer } from '../../../admin-api/testing/http-event.ts';
import { startHttpServer, type TestServer } from '../../../shared/testing/http-server.ts';
import { startTestApi, type TestApi } from '../testing/policy-api.ts';
import { startTestTables, type TestTables } from '../testing/policy-table.ts';
import { NOW, runCli } from '../testing/run-cli.ts';
import { sha256, signedHeaders } from '../testing/signature.ts';

const POLICY = '{"version":1,"defaultEffect":"allow","defaultMessage":"für alle"}';
/** Everything that an encoding could get wrong. */
const REASON = `what's new? a+b & c/d (*!) = ~50% "für" 東京`;
const CREDENTIALS = {
  AWS_ACCESS_KEY_ID: 'ASIAEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG',
  AWS_SESSION_TOKEN: 'a/session+token==',
};
const KEY = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG', service: 'execute-api' };
const TOKEN = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIwMHUxYWxpY2UifQ.c2ln';

let tables: TestTables;
const started: (TestServer | TestApi)[] = [];
const environment = { ...process.env };

beforeAll(async () => {
  tables = await startTestTables();
  // The SDK looks nowhere else.
  Object.assign(process.env, CREDENTIALS);
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.stop()));
});
afterAll(async () => {
  process.env = environment;
  await tables.stop();
});

/** The real API, which lets in whom the check of a request names. */
async function apiFor(authorizerOf: (request: IncomingMessage) => object | undefined, adminAccess?: string) {
  const [, tableName = ''] = await tables.create();
  const now = () => Date.parse(NOW);
  const api = await startTestApi({
    endpoint: tables.endpoint,
    tableName,
    now,
    authorizerOf,
    ...(adminAccess !== undefined && { adminAccess }),
  });
  started.push(api);
  return api.url;
}

describe('a signature', () => {
  it('lets write whom the API knows by it', async () => {
    const url = await apiFor(({ method = '', url: target = '', headers }) => {
      const bodyHash = String(headers['x-amz-content-sha256']);
      const signed = signedHeaders({ method, target, headers, bodyHash }, { ...KEY, region: 'eu-west-1' });
      return signed && iamAuthorizer();
    });
    const options = ['--api', url, '--region', 'eu-west-1'];
    const seeded = await runCli(['seed', '-', '--reason', REASON, '--json', ...options], { stdin: POLICY });
    expect(seeded).toMatchObject({ exitCode: 0, stderr: '' });
    expect(JSON.parse(seeded.stdout)).toMatchObject({
      outcome: 'written',
      revision: { reason: REASON, author: { type: 'iam', id: 'AROAEXAMPLE:alice' } },
    });
    const exported = await runCli(['export', '--json', ...options]);
    expect(JSON.parse(exported.stdout)).toEqual(JSON.parse(POLICY));
    const elsewhere = await runCli(['export', '--api', url, '--region', 'eu-central-1']);
    expect(elsewhere).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: `vpn-policy: the API ${url} does not let in the access key ASIAEXAMPLE (403: Forbidden): it needs execute-api:Invoke on this API, --region must be the API's, and the clock must be right\n`,
    });
  });

  it('covers the body, the condition and the session, behind a stage, too', async () => {
    const server = await startHttpServer(() => ({ status: 403, body: { message: 'Forbidden' } }));
    started.push(server);
    await runCli(['seed', '-', '--replace', '--api', `${server.url}/prod`, '--region', 'eu-west-1'], { stdin: POLICY });
    const [request] = server.requests;
    if (request === undefined) throw new Error('nothing came');
    expect(request).toMatchObject({ method: 'PUT', body: POLICY });
    expect(request.target).toBe('/prod/v1/policy?reason=seed%20%3Cstdin%3E');
    const bodyHash = sha256(request.body);
    const signed = signedHeaders({ ...request, bodyHash }, { ...KEY, region: 'eu-west-1' });
    expect(signed).toEqual(
      expect.arrayContaining([
        'content-type',
        'host',
        'if-match',
        'x-amz-content-sha256',
        'x-amz-date',
        'x-amz-security-token',
      ]),
    );
    expect(request.headers['x-amz-security-token']).toBe(CREDENTIALS.AWS_SESSION_TOKEN);
    expect(request.headers['x-amz-date']).toBe('20261124T010000Z');
  });

  it('is not made for the local stack, which asks nobody', async () => {
    const server = await startHttpServer(() => ({ status: 200, body: { revisions: [] } }));
    started.push(server);
    await runCli(['export', '--api', server.url], { env: { AWS_REGION: 'eu-west-1' } });
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });
});

describe('a token', () => {
  const allowed = ({ headers }: IncomingMessage) =>
    headers.authorization === `Bearer ${TOKEN}` ? jwtAuthorizer('vpn.read') : undefined;

  it.each([
    ['an option', ['--token', TOKEN], {}],
    ['the environment', [], { VPN_POLICY_TOKEN: TOKEN }],
    ['an option before the environment', ['--token', TOKEN], { VPN_POLICY_TOKEN: 'another' }],
  ])('comes from %s', async (_, options, env) => {
    const url = await apiFor(allowed);
    const { stderr } = await runCli(['export', ...options], { env: { VPN_POLICY_API: url, ...env } });
    expect(stderr).toBe(
      `vpn-policy: no policy has been published yet in the API ${url}: publish one with vpn-policy seed FILE\n`,
    );
  });

  it('may not do more than the API allows it', async () => {
    const url = await apiFor(allowed, '[{"scope":"vpn.read","permissions":["read"]}]');
    const options = ['--api', url, '--token', TOKEN];
    expect(await runCli(['seed', '-', '--replace', ...options], { stdin: POLICY })).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: `vpn-policy: the API ${url} does not allow this to the token: To replace the policy you need the permission write. ADMIN_ACCESS of the API gives permissions\n`,
    });
  });
});
