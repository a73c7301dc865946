import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { startHttpServer, type TestAnswer, type TestServer } from '../../../shared/testing/http-server.ts';
import { openPolicyApi } from './api-access.ts';
import type { PolicyWrite } from './policy-access.ts';
import { surroundingsAt } from './testing/surroundings.ts';

const started: { stop(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.stop()));
});

/** A server that gives these answers one after the other, the last one again and again. */
async function serverWith(...answers: readonly TestAnswer[]): Promise<TestServer> {
  let next = 0;
  const server = await startHttpServer(() => answers[Math.min(next++, answers.length - 1)] ?? 'break');
  started.push(server);
  return server;
}

function open(url: string, token?: string, apiTimeoutMs?: number) {
  const caller = token === undefined ? ({ kind: 'nobody' } as const) : ({ kind: 'token', token } as const);
  return openPolicyApi({ url: new URL(`${url}/`), caller }, surroundingsAt(Date.now, { apiTimeoutMs }));
}

const PROBLEM = { 'content-type': 'application/problem+json' };
const AT_ONCE = { 'retry-after': '0' };
const problem = (status: number, code: string, more: object = {}) => ({
  status,
  headers: { ...PROBLEM, ...AT_ONCE },
  body: { type: `urn:client-vpn-policy:problem:${code}`, title: 't', status, detail: `Detail of ${code}.`, ...more },
});
const gateway = (status: number, message: string) => ({ status, headers: AT_ONCE, body: { message } });
const NONE = { status: 200, body: { revisions: [] } };
const DONE = {
  status: 200,
  body: { revision: null, written: true, dryRun: false, summary: 's', warnings: [] },
};
const WRITE: PolicyWrite = {
  step: { kind: 'replace', document: { version: 1, defaultEffect: 'allow' }, mayReplace: true },
  reason: '',
  confirm: [],
  dryRun: false,
};
const read = (server: TestServer) => open(server.url).policy();
const write = (server: TestServer, more: Partial<PolicyWrite> = {}) => open(server.url).write({ ...WRITE, ...more });
const unknown = (url: string, what = 'the write') =>
  `no answer from the API ${url} to ${what}: it is made as a whole or not at all, and vpn-policy log shows which. If it is not there, try again`;

describe('a request that did not go well', () => {
  it.each<[string, TestAnswer]>([
    ['the connection broke', 'break'],
    ['the gateway had no answer', gateway(503, 'Service Unavailable')],
    ['there were too many', gateway(429, 'Too Many Requests')],
    ['the store did not answer', problem(503, 'store-unreachable')],
  ])('is sent again where it reads: %s', async (_, answer) => {
    const server = await serverWith(answer, answer, NONE);
    expect(await read(server)).toBeUndefined();
    expect(server.requests).toHaveLength(3);
  });

  it.each<[string, TestAnswer]>([
    ['there were too many', gateway(429, 'Too Many Requests')],
    ['the store did not answer', problem(503, 'store-unreachable')],
    ['others were first', problem(503, 'write-contention')],
  ])('is sent again where nothing was written: %s', async (_, answer) => {
    const server = await serverWith(answer, DONE);
    expect(await write(server)).toMatchObject({ outcome: 'written' });
    expect(server.requests).toHaveLength(2);
  });

  it.each<[string, TestAnswer]>([
    ['the connection broke', 'break'],
    ['the gateway had no answer', gateway(503, 'Service Unavailable')],
  ])('is not sent again where a write may have been made: %s', async (_, answer) => {
    const server = await serverWith(answer, DONE);
    await expect(write(server)).rejects.toMatchObject({ exitCode: 2, message: unknown(server.url) });
    expect(server.requests).toHaveLength(1);
  });

  it('names the revision to look at where the API knows it', async () => {
    const server = await serverWith(problem(503, 'commit-outcome-unknown', { revision: 8 }));
    const message = unknown(server.url, 'the write of revision 8');
    await expect(write(server)).rejects.toMatchObject({ message });
    expect(server.requests).toHaveLength(1);
  });

  it('is sent again in a dry run', async () => {
    const server = await serverWith('break', { ...DONE, body: { ...DONE.body, written: false, wouldWrite: true } });
    expect(await write(server, { dryRun: true })).toMatchObject({ outcome: 'checked' });
  });

  it('is given up where no answer comes in time', async () => {
    const server = await serverWith('silence');
    // Long enough for the request to arrive on a busy machine.
    const impatient = open(server.url, undefined, 500);
    await expect(impatient.policy()).rejects.toMatchObject({
      message: `no answer from the API ${server.url} within 0.5 s: try again; --table goes straight to the table`,
    });
    await expect(impatient.write(WRITE)).rejects.toMatchObject({ message: unknown(server.url) });
    expect(server.requests).toHaveLength(2);
  });
});

describe('an answer that is none of the admin API', () => {
  const html = { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>Sign in</html>' };
  const notOurs = (detail = '') =>
    `answers GET /v1/revisions with nothing that this vpn-policy knows${detail}: is it the admin API of client-vpn-policy, and of this version?`;

  it.each<[string, TestAnswer, string]>([
    ['a page', html, notOurs()],
    [
      'more than the API ever answers, packed or not',
      { status: 200, headers: { 'content-encoding': 'gzip' }, body: gzipSync(Buffer.alloc(17 * 1024 * 1024, ' ')) },
      notOurs(' (more than 16 MB)'),
    ],
    [
      'other JSON',
      { status: 200, body: { hello: 1 } },
      notOurs(' (revisions: Invalid input: expected array, received undefined)'),
    ],
    [
      'a redirect, which is not followed',
      { status: 302, headers: { location: 'https://login.example.com/' } },
      "leads elsewhere (302 to https://login.example.com/): is that the API's URL?",
    ],
    [
      'nothing there',
      gateway(404, 'Not Found'),
      'answers GET /v1/revisions with 404: Not Found: is that the URL of the admin API, with its stage where it has one?',
    ],
    [
      'an older API',
      problem(404, 'no-such-path'),
      'has nothing for GET /v1/revisions: check --api, and whether the API is older than this vpn-policy',
    ],
    [
      'a failure',
      gateway(500, 'Internal Server Error'),
      'failed (500: Internal Server Error): try again; --table goes straight to the table',
    ],
    ['a known failure', problem(500, 'store-refused'), 'failed: Detail of store-refused.'],
    ['an outage', problem(503, 'store-unreachable'), 'cannot do it now: Detail of store-unreachable.'],
    ['too many requests', gateway(429, 'Too Many Requests'), 'has too many requests (429): try again later'],
    [
      'a demand for a token',
      gateway(401, 'Unauthorized'),
      'wants a token (401: Unauthorized): give --token or set VPN_POLICY_TOKEN',
    ],
    [
      'a problem that is none of ours',
      problem(400, 'bad-query'),
      'does not take what this vpn-policy sends (bad-query): Detail of bad-query. Are they of one version?',
    ],
  ])('is told in one line: %s', async (_, answer, told) => {
    const server = await serverWith(answer);
    await expect(read(server)).rejects.toMatchObject({
      name: 'CommandError',
      exitCode: 2,
      message: `the API ${server.url} ${told}`,
    });
  });

  it.each([
    [401, 'does not accept the token (401: no): it may have expired; get a new one for --token or VPN_POLICY_TOKEN'],
    [403, 'does not let the token in (403: no): it may lack a scope that the API wants'],
  ])('refuses a token with %i', async (status, told) => {
    const server = await serverWith(gateway(status, 'no'));
    await expect(open(server.url, 'jwt').policy()).rejects.toMatchObject({ message: `the API ${server.url} ${told}` });
  });

  it('holds a policy that this program does not know', async () => {
    const author = { type: 'iam', id: 'i' };
    const revision = { number: 1, createdAt: 'c', author, reason: '', summary: '', confirmed: [] };
    const policy = { version: 1, defaultEffect: 'allow', rules: [{ id: 'a', effect: 'maybe', match: 'everyone' }] };
    const server = await serverWith({ status: 200, body: { revisions: [revision] } }, { status: 200, body: policy });
    await expect(read(server)).rejects.toMatchObject({
      message: expect.stringMatching(
        / answers GET \/v1\/policy with nothing that this vpn-policy knows \(.*rules\[0]\.effect: "maybe"/,
      ),
    });
  });
});

describe('what is too large for the API', () => {
  it('is not sent', async () => {
    const server = await serverWith(DONE);
    const description = 'x'.repeat(400);
    const rules = Array.from({ length: 10_000 }, (_, index) => ({
      id: `r${index}`,
      effect: 'deny' as const,
      match: 'everyone' as const,
      description,
    }));
    const step = { ...WRITE.step, document: { version: 1, defaultEffect: 'allow', rules } } as PolicyWrite['step'];
    await expect(write(server, { step })).rejects.toMatchObject({
      message: `this is 4.5 MB, and the API ${server.url} takes at most 4: write it straight to the table with --table NAME`,
    });
    expect(server.requests).toEqual([]);
  });

  it.each<[string, TestAnswer]>([
    ['the API', problem(413, 'answer-too-large')],
    ['the gateway', gateway(413, 'Request Too Long')],
  ])('is refused with the way around: by %s', async (_, answer) => {
    const server = await serverWith(answer);
    await expect(read(server)).rejects.toMatchObject({
      message: expect.stringContaining('straight to the table with --table NAME'),
    });
  });
});

describe('half of a character in a query', () => {
  it('is not sent', async () => {
    const server = await serverWith(NONE);
    await expect(write(server, { reason: 'x\ud83d' })).rejects.toMatchObject({
      exitCode: 2,
      message: 'the reason "x\\ud83d" has half of a character (a lone surrogate), which no URL can hold',
    });
    await expect(open(server.url).applied('\udc4d.yaml')).rejects.toMatchObject({ exitCode: 2 });
    expect(server.requests).toEqual([]);
  });
});

describe('an API that cannot be reached', () => {
  it('does not answer at its port', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo; // it listens on TCP
    await new Promise((done) => closed.close(done));
    const url = `http://127.0.0.1:${port}`;
    const message = `nothing answers at the API ${url}: check --api; --table goes straight to the table`;
    await expect(open(url).policy()).rejects.toMatchObject({ exitCode: 2, message });
    await expect(open(url).write(WRITE)).rejects.toMatchObject({ message });
  });

  it('speaks no TLS', async () => {
    const server = await serverWith(NONE);
    const url = server.url.replace('http:', 'https:');
    await expect(open(url).policy()).rejects.toMatchObject({
      message: expect.stringMatching(/^the API https:.* does not speak TLS \(ERR_SSL_\w+\): check --api$/),
    });
  });

  it('has a name that nobody knows', async () => {
    await expect(open('https://api.invalid').write(WRITE)).rejects.toMatchObject({
      message: 'cannot find the API https://api.invalid: check --api and the network',
    });
  });
});
