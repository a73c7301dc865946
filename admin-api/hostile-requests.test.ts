/** Requests that mean two things, or are made to cost much: by path, query, header, encoding, size and depth. None changes anything. */
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type LocalDynamoDb, startDynalite } from '../shared/store/testing/dynalite.ts';
import { lambdaHandler } from './lambda-adapter.ts';
import { POLICY, RULE } from './testing/example-policy.ts';
import { httpEvent } from './testing/http-event.ts';
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

describe('a path that leads to a rule for some readers and not for others', () => {
  it.each([
    ['a percent-encoded letter', '/v1/rules/%6fffices'],
    ['one encoded twice', '/v1/rules/%256fffices'],
    ['an encoded slash', '/v1%2frules/offices'],
    ['one encoded twice', '/v1%252frules/offices'],
    ['an overlong encoding', '/v1/rules/%c0%afoffices'],
    ['encoded dots', '/v1/sets/%2e%2e/rules/offices'],
    ['dot segments', '/v1/sets/../rules/offices'],
    ['a dot segment at the end', '/v1/rules/offices/.'],
    ['two slashes', '/v1//rules/offices'],
    ['two at the beginning, as of another host', '//v1/rules/offices'],
    ['a backslash', '/v1\\rules\\offices'],
    ['a NUL', '/v1/rules/offices\0'],
    ['an encoded NUL', '/v1/rules/offices%00'],
    ['a line break', '/v1/rules/offices\n'],
    ['a tab, which URLs drop', '/v1/ru\tles/offices'],
    ['a matrix parameter', '/v1/rules/offices;a=b'],
    ['a question mark that was encoded', '/v1/rules/offices?dryRun=true'],
    ['a fragment that was encoded', '/v1/rules/offices#'],
    ['a full-width slash', '/v1／rules/offices'],
    ['a letter of another script', '/v1/rules/оffices'],
    ['a percent sign alone', '/v1/rules/%'],
    ['a whole URL', 'https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/v1/rules/offices'],
    ['no slash', 'v1/rules/offices'],
  ])('is refused: %s', async (_, path) => {
    for (const method of ['GET', 'DELETE']) {
      const answer = await api.call({ method, path, headers: ANY });
      expect([method, answer.status, answer.body.type]).toEqual([
        method,
        400,
        'urn:client-vpn-policy:problem:bad-path',
      ]);
    }
  });

  it.each([
    '/v1/rules/offices/',
    '/V1/rules/offices',
    '/v1/Rules/offices',
    '/v1/rules/Offices',
    '/v1/rules/offices.json',
    '/v1/rules/:id',
  ])('leads nowhere: %s', async (path) => {
    for (const method of ['GET', 'DELETE']) expect((await api.call({ method, path, headers: ANY })).status).toBe(404);
  });

  it('is refused at any length, and its log line stays short', async () => {
    for (const path of [
      `/v1/rules/${'a'.repeat(100_000)}`,
      `/${'a/'.repeat(50_000)}`,
      `/v1/rules/${'%'.repeat(100_000)}`,
    ]) {
      expect((await api.call({ method: 'DELETE', path, headers: ANY })).status).toBeGreaterThanOrEqual(400);
      expect(JSON.stringify(api.log.at(-1)).length).toBeLessThan(1_000);
    }
  });
});

describe('a query that says two things', () => {
  const post = (query: string) => api.call({ method: 'POST', path: '/v1/rules', query, body: RULE });
  it.each([
    'dryRun=false&dryRun=true',
    'dryRun=true&dryRun=true',
    'dryRun=true&dry%52un=false',
    'dryRun=true&%64ryRun=false',
    'dryRun[]=true',
    'dryRun[0]=true',
    'dryRun=true&DRYRUN=false',
    'dryRun=TRUE',
    'dryRun=1',
    'dryRun=true;confirm=lockout',
    'dryRun=true%00',
    'dryRun=true%0a',
    'dryRun=%E2%80%8Btrue',
    'dryRun=+true',
    '?dryRun=true',
    'dryRun=true&',
    '&&',
    '=true',
    'dryRun=%',
    'reason=%FF',
    'reason=%ED%A0%80',
    '__proto__=a',
    '__proto__[dryRun]=false',
    'constructor.prototype.dryRun=true',
    `reason=${'a'.repeat(100_000)}`,
    Array.from({ length: 10_000 }, (_, index) => `k${index}=1`).join('&'),
  ])('is refused: %.60s', async (query) => {
    expect((await post(query)).body.type).toBe('urn:client-vpn-policy:problem:bad-query');
  });

  it('is not made of a comma that API Gateway puts between repeated keys', async () => {
    const event = {
      ...httpEvent({ method: 'POST', path: '/v1/rules', query: 'dryRun=true&dryRun=false', body: RULE }),
    };
    // Its own reading of the query is not used, whatever it says.
    const told = { ...event, queryStringParameters: { dryRun: 'true' } };
    const seen: string[] = [];
    await lambdaHandler({
      fetch: (request) => {
        seen.push(new URL(request.url).search);
        return new Response('');
      },
    })(told);
    expect(seen).toEqual(['?dryRun=true&dryRun=false']);
  });
});

describe('a body that costs more than it is long', () => {
  const post = (body: string, headers = {}) => api.call({ method: 'POST', path: '/v1/changes', body, headers });

  it.each(['gzip', 'deflate', 'br', 'zstd', 'GZIP', 'identity, gzip', 'gzip, gzip', 'x-gzip', 'aws-chunked'])(
    'is not inflated: %s',
    async (encoding) => {
      const bomb = gzipSync(Buffer.alloc(20_000_000, ' ')).toString('latin1');
      const answer = await post(bomb, { 'content-encoding': encoding });
      expect(answer).toMatchObject({
        status: 415,
        body: { type: 'urn:client-vpn-policy:problem:unsupported-media-type' },
      });
    },
  );

  it('is no JSON because it is gzip that nobody calls so', async () => {
    const answer = await post(gzipSync(Buffer.alloc(20_000_000, ' ')).toString('latin1'));
    expect(answer).toMatchObject({ status: 400, body: { type: 'urn:client-vpn-policy:problem:bad-json' } });
  });

  it.each([
    ['lists', '['.repeat(4_000_000)],
    ['objects', '{"a":'.repeat(800_000)],
    ['levels in a place where anything stands', `{"operations":${'['.repeat(33)}${']'.repeat(33)}}`],
  ])('is refused at the 33rd level: %s', async (_, body) => {
    expect(await post(body)).toMatchObject({ status: 400, body: { errors: [{ code: 'too-deep' }] } });
  });

  it.each([
    ['spaces', ' '.repeat(4 * 1024 * 1024 + 1)],
    ['characters of three bytes', `"${'鉄'.repeat(1_400_000)}"`],
  ])('is refused over 4 MB, counted in bytes: %s', async (_, body) => {
    expect(await post(body)).toMatchObject({
      status: 413,
      body: { type: 'urn:client-vpn-policy:problem:body-too-large' },
    });
  });

  it.each([
    ['keys', `{${Array.from({ length: 300_000 }, (_, index) => `"k${index}":1`).join(',')}}`],
    ['one key again and again', `{${'"a":1,'.repeat(600_000)}"a":1}`],
    [
      'operations',
      JSON.stringify({ operations: Array.from({ length: 50_000 }, () => ({ op: 'delete-rule', id: 'nothing' })) }),
    ],
    ['operations of no kind', JSON.stringify({ operations: Array.from({ length: 200_000 }, () => ({})) })],
    ['digits', `{"operations":${'9'.repeat(4_000_000)}}`],
    ['escapes', `{"operations":"${'\\u0041'.repeat(690_000)}"}`],
    ['a text without an end', `{"operations":"${'a'.repeat(4_000_000)}`],
    ['backslashes', `{"operations":"${'\\\\'.repeat(2_000_000)}`],
  ])('is refused in bounded time and with a bounded answer: %s', async (_, body) => {
    const startedMs = performance.now();
    const answer = await post(body);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(JSON.stringify(answer.body).length).toBeLessThan(100_000);
    // The function has 28 s; on a quiet machine each takes less than one.
    expect(performance.now() - startedMs).toBeLessThan(20_000);
  });

  it('is one patch of 32 levels that merges into nothing', async () => {
    const patch = `{"match":${'{"a":'.repeat(30)}1${'}'.repeat(30)}}`;
    expect(await api.call({ method: 'PATCH', path: '/v1/rules/offices', body: patch, headers: ANY })).toMatchObject({
      status: 422,
    });
  });
});

describe('prototypes', () => {
  const evil = '{"polluted":true,"dryRun":"true","effect":"allow"}';
  const requests: readonly (readonly [string, string, string])[] = ['__proto__', 'constructor', 'prototype'].flatMap(
    (key) => [
      ['PUT', '/v1/policy', `{"version":1,"defaultEffect":"deny","${key}":${evil}}`] as const,
      ['PATCH', '/v1/rules/offices', `{"${key}":${evil}}`] as const,
      ['PATCH', '/v1/rules/offices', `{"match":{"${key}":${evil}}}`] as const,
      ['PATCH', '/v1/rules/offices', `{"match":{"constructor":{"prototype":${evil}}}}`] as const,
      ['PUT', '/v1/rules/a', `{"effect":"deny","match":"everyone","${key}":${evil}}`] as const,
      ['PUT', '/v1/sets/a', `{"kind":"user","entries":[],"${key}":${evil}}`] as const,
      ['PUT', '/v1/sets/a', `{"kind":"user","entries":[{"value":"x","${key}":${evil}}]}`] as const,
      ['PATCH', '/v1/sets/leavers', `{"add":["x"],"${key}":${evil}}`] as const,
      ['POST', '/v1/changes', `{"operations":[{"op":"patch-settings","patch":{"${key}":${evil}}}]}`] as const,
      [
        'POST',
        '/v1/changes',
        `{"operations":[{"op":"patch-rule","id":"offices","patch":{"match":{"${key}":${evil}}}}]}`,
      ] as const,
      ['POST', '/v1/changes', `{"operations":[{"op":"delete-rule","id":"offices","${key}":${evil}}]}`] as const,
      ['POST', '/v1/changes', `{"operations":[{"op":"${key}"}]}`] as const,
      ['POST', '/v1/changes', `{"operations":[{"op":"delete-endpoint","id":"${key}"}]}`] as const,
      ['POST', '/v1/changes', `{"${key}":${evil},"operations":[{"op":"delete-rule","id":"offices"}]}`] as const,
      ['POST', '/v1/evaluate', `{"connection":{"${key}":${evil}}}`] as const,
      ['POST', '/v1/evaluate', `{"connection":{},"${key}":${evil}}`] as const,
      [
        'POST',
        '/v1/evaluate',
        `{"connection":{},"policy":{"version":1,"defaultEffect":"deny","sets":{"${key}":${evil}}}}`,
      ] as const,
    ],
  );

  it.each(requests)('stay as they are: %s %s %s', async (method, path, body) => {
    const query = path === '/v1/evaluate' ? '' : 'confirm=lockout,tests';
    const headers = path.endsWith('/a') ? { 'if-none-match': '*' } : method === 'POST' ? {} : ANY;
    expect((await api.call({ method, path, query, body, headers })).status).toBe(422);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('are no resource: %s', async (name) => {
    for (const path of [`/v1/rules/${name}`, `/v1/sets/${name}`, `/v1/revisions/${name}`, `/v1/${name}`, `/${name}`]) {
      expect([path, (await api.call({ path })).status]).toEqual([path, 404]);
      expect((await api.call({ method: 'DELETE', path, headers: ANY })).status).toBeGreaterThanOrEqual(404);
    }
    expect((await api.call({ path: '/v1/applied', query: `source=${name}` })).status).toBe(404);
    expect((await api.call({ path: `/v1/decisions/${name}` })).status).toBe(404);
  });
});
