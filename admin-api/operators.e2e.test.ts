/**
 * The ten things that operators do most (docs/admin-api.md), over HTTP in the local stack, and the connect handler, which
 * obeys each within its TTL: both functions from their real bundles in serverless offline, on dynalite.
 */
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LOCAL_FUNCTION } from '../scripts/local-stack/settings.ts';
import { type LocalStackProcess, startLocalStack } from '../scripts/local-stack/testing/start-local-stack.ts';
import { messageOf } from '../shared/client-vpn/index.ts';
import { expectValidResponse } from '../shared/client-vpn/testing/expect-valid-response.ts';

/** serverless.yml's default, and what a check may take beyond it. */
const TTL_MS = 10_000;
const MARGIN_MS = 3_000;

const OFFICE = '203.0.113.10';
const NEW_OFFICE = '198.51.100.200';
const HOME = '192.0.2.77';
const TOKYO = 'cvpn-endpoint-0a1b2c3d4e5f67890';
const FRANKFURT = 'cvpn-endpoint-05e3cd01fe10ad9ee';

const HOUR_MS = 3_600_000;
const startedMs = Date.now();
const inHours = (hours: number) => new Date(startedMs + hours * HOUR_MS).toISOString();

let stack: LocalStackProcess;

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: JSON whose shape each test asserts
  readonly body: any;
}

async function call(method: string, target: string, body?: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`http://127.0.0.1:${stack.httpPort}${target}`, {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json');
  const answer: Answer = { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  return answer;
}

/** The ETag that a GET answers, as If-Match wants it. */
async function current(path: string): Promise<Record<string, string>> {
  const tag = (await call('GET', path)).headers.get('etag');
  return { 'if-match': tag ?? 'the answer has no ETag' };
}

/** Plays Client VPN. The group is one that the example policy's patch night lets in, so that no answer depends on the day. */
async function connects(username: string, publicIp: string, endpoint = TOKYO) {
  const event = {
    'connection-id': 'cvpn-connection-0b359ceb0b7e702ca',
    'endpoint-id': endpoint,
    username,
    'public-ip': publicIp,
    groups: ['vpn-admins'],
    'schema-version': 'v3',
  };
  const url = `http://127.0.0.1:${stack.lambdaPort}/2015-03-31/functions/${LOCAL_FUNCTION}/invocations`;
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(event) });
  const answer: unknown = await response.json();
  expectValidResponse(answer, 'v3');
  return answer.allow ? 'admitted' : messageOf(answer);
}

/** Resolves when the handler decides so; rejects when it does not although its TTL has run out since. */
async function obeyed(connection: Parameters<typeof connects>, wanted: string | RegExp, sinceMs: number) {
  const fits = (outcome: string) => (typeof wanted === 'string' ? outcome === wanted : wanted.test(outcome));
  for (;;) {
    const outcome = await connects(...connection);
    if (fits(outcome)) return;
    if (Date.now() > sinceMs + TTL_MS + MARGIN_MS) throw new Error(`${connection.join(' ')}: ${outcome}`);
    await delay(250);
  }
}

beforeAll(async () => {
  stack = await startLocalStack();
}, 60_000);

afterAll(() => stack?.end('SIGTERM'));

describe('operators change the policy', () => {
  let changedMs: number;

  it('starts from who is let in now', async () => {
    expect(await connects('mori', OFFICE)).toBe('admitted');
    expect(await connects('mori', OFFICE, FRANKFURT)).toBe('admitted');
    expect(await connects('sato', HOME)).toMatch(/^Not allowed from this address/);
    expect(await connects('abe', NEW_OFFICE)).toMatch(/^Not allowed from this address/);
    expect((await call('GET', '/v1/health')).body).toMatchObject({ status: 'ok', revision: 1 });
  });

  it('1. blocks a user until Friday', async () => {
    const rule = {
      id: 'block-mori',
      effect: 'deny',
      match: { identities: ['mori'] },
      expiresAt: inHours(96),
      message: 'Blocked until {until}. Call 1234.',
    };
    const { status, headers, body } = await call('POST', '/v1/rules?reason=lost%20laptop', rule);
    expect([status, headers.get('location')]).toEqual([201, '/v1/rules/block-mori']);
    expect(body).toMatchObject({
      written: true,
      warnings: [],
      revision: { number: 2, reason: 'lost laptop', author: { type: 'local', id: 'local-stack' } },
    });
    const again = await call('GET', '/v1/rules/block-mori');
    expect([again.body, again.headers.get('etag')]).toEqual([rule, headers.get('etag')]);
  });

  it('2. prolongs the block', async () => {
    const path = '/v1/rules/block-mori';
    const { status, body } = await call('PATCH', path, { expiresAt: inHours(120) }, await current(path));
    expect([status, body.rule.expiresAt]).toEqual([200, inHours(120)]);
  });

  it('3. takes a block away', async () => {
    await call('POST', '/v1/rules', { id: 'block-ito', effect: 'deny', match: { users: ['ito'] } });
    const path = '/v1/rules/block-ito';
    const { status, body } = await call('DELETE', `${path}?reason=came%20back`, undefined, await current(path));
    expect([status, body.summary]).toEqual([200, expect.stringContaining('block-ito')]);
    expect((await call('GET', path)).status).toBe(404);
  });

  it('4. lets somebody in tonight', async () => {
    const rule = { id: 'sato-tonight', effect: 'allow', match: { users: ['sato'] }, expiresAt: inHours(12) };
    expect((await call('POST', '/v1/rules?reason=on%20call', rule)).status).toBe(201);
  });

  it('5. adds an office', async () => {
    const path = '/v1/sets/offices';
    const { status, body } = await call('PATCH', path, { add: ['198.51.100.192/26'] }, await current(path));
    expect([status, body.entries.added]).toEqual([200, 1]);
  });

  it('6. tries several changes together, then makes them', async () => {
    const operations = [
      { op: 'patch-set', name: 'leavers', add: [{ value: 'kato', note: 'HR-77' }] },
      {
        op: 'put-test',
        test: {
          name: 'kato stays out',
          connection: { username: 'kato', 'public-ip': OFFICE },
          at: '2026-11-24T10:00:00+09:00',
          expect: { allow: false, rule: 'block-leavers' },
        },
      },
    ];
    const tried = await call('POST', '/v1/changes?dryRun=true', { operations });
    expect(tried.body).toMatchObject({ written: false, dryRun: true, diff: { tests: { added: ['kato stays out'] } } });
    const made = await call('POST', '/v1/changes?reason=HR-77', { operations });
    expect(made.body).toMatchObject({ written: true, revision: { number: tried.body.revision.number + 1 } });
  });

  it('7. closes an endpoint for a night', async () => {
    const rule = {
      id: 'sunday-night',
      effect: 'deny',
      match: { endpoints: [FRANKFURT], windows: [{ from: inHours(-1), until: inHours(5) }] },
      except: { users: ['oncall'] },
      message: 'Closed until {until}.',
    };
    expect((await call('POST', '/v1/rules?reason=CHG-4711', rule)).status).toBe(201);
    changedMs = Date.now();
  });

  it('8. sees why somebody is refused', async () => {
    const connection = { username: 'MORI', 'public-ip': OFFICE };
    const { status, body } = await call('POST', '/v1/evaluate', { connection, trace: 'applying' });
    expect([status, body.decision.allow, body.decision.rules]).toEqual([200, false, ['block-mori']]);
    expect(body.rules).toContainEqual(expect.objectContaining({ rule: 'block-mori', outcome: 'decided' }));
  });

  it('and the connect handler obeys all of them within its TTL', async () => {
    await obeyed(['mori', OFFICE, FRANKFURT], /^Closed until |^Blocked until /, changedMs);
    await obeyed(['tanaka', OFFICE, FRANKFURT], /^Closed until \d{4}-\d\d-\d\d \d\d:\d\d/, changedMs);
    expect(await connects('Mori', OFFICE)).toMatch(/^Blocked until \d{4}-/);
    expect(await connects('ito', OFFICE)).toBe('admitted');
    expect(await connects('sato', HOME)).toBe('admitted');
    expect(await connects('abe', NEW_OFFICE)).toBe('admitted');
    expect(await connects('kato', OFFICE)).toMatch(/^This user is not permitted/);
    expect(await connects('oncall', OFFICE, FRANKFURT)).toBe('admitted');
    expect(await connects('tanaka', OFFICE, TOKYO)).toBe('admitted');
  }, 30_000);

  it('9. sees who changed what, when and why', async () => {
    const { body } = await call('GET', '/v1/revisions?limit=100');
    const reasons = body.revisions.map(({ number, reason }: { number: number; reason: string }) => [number, reason]);
    expect(reasons).toEqual([
      [9, 'CHG-4711'],
      [8, 'HR-77'],
      [7, ''],
      [6, 'on call'],
      [5, 'came back'],
      [4, ''],
      [3, ''],
      [2, 'lost laptop'],
      [1, 'npm start seeds policies/example.yaml'],
    ]);
    const diff = await call('GET', '/v1/revisions/7/diff', undefined, { accept: 'text/plain' });
    expect(diff.body).toContain('198.51.100.192/26');
  });

  it('10. undoes one change and keeps those made since, or goes back to an earlier state', async () => {
    const undone = await call('POST', '/v1/revisions/9/revert?reason=CHG-4711%20is%20off');
    expect([undone.status, undone.body.revision.number]).toEqual([200, 10]);
    await obeyed(['tanaka', OFFICE, FRANKFURT], 'admitted', Date.now());
    expect(await connects('sato', HOME)).toBe('admitted');

    // A later change touched the same rule, so that undoing the first one is refused and changes nothing.
    const conflict = await call('POST', '/v1/revisions/2/revert');
    expect([conflict.status, conflict.body.conflicts.length > 0]).toEqual([409, true]);

    // The test that came with kato would be gone, which wants to be said.
    expect(await call('POST', '/v1/revisions/1/restore')).toMatchObject({ status: 422 });
    const restored = await call('POST', '/v1/revisions/1/restore?confirm=tests&reason=start%20over');
    expect(restored.body).toMatchObject({ written: true, revision: { number: 11, confirmed: ['tests'] } });
    await obeyed(['sato', HOME], /^Not allowed from this address/, Date.now());
    expect(await connects('mori', OFFICE)).toBe('admitted');
  }, 45_000);
});

describe('two operators', () => {
  const put = (id: string, users: string[], headers: Record<string, string>) =>
    call('PUT', `/v1/rules/${id}`, { effect: 'deny', match: { users } }, headers);

  beforeAll(async () => {
    for (const id of ['two-a', 'two-b']) expect((await put(id, ['x'], { 'if-none-match': '*' })).status).toBe(201);
  });

  it('who edit different rules at once both succeed', async () => {
    const [a, b] = [await current('/v1/rules/two-a'), await current('/v1/rules/two-b')];
    const answers = await Promise.all([put('two-a', ['alice'], a), put('two-b', ['bob'], b)]);
    expect(answers.map(({ status, body }) => [status, body.written])).toEqual([
      [200, true],
      [200, true],
    ]);
  });

  it('who edit the same rule: the second gets 412, and nothing is lost', async () => {
    const tag = await current('/v1/rules/two-a');
    const answers = await Promise.all([put('two-a', ['carol'], tag), put('two-a', ['dave'], tag)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
    const won = answers.find(({ status }) => status === 200);
    expect((await call('GET', '/v1/rules/two-a')).body).toEqual(won?.body.rule);
  });
});

/** What a web page elsewhere could do that has its name pointed at this machine, or sends its visitors' browsers here. */
describe('a request that is not this machine’s own', () => {
  const rule = '{"id":"rebound","effect":"allow","match":"everyone"}';

  it.each([
    ['a foreign Host', ['Host: attacker.example:3000']],
    ['a foreign Host that contains ours', ['Host: 127.0.0.1.attacker.example']],
    ['no Host at all', []],
    ['a foreign Origin', ['Host: 127.0.0.1', 'Origin: http://attacker.example']],
    ['the Origin of a sandboxed frame', ['Host: localhost:3000', 'Origin: null']],
    [
      'a foreign Host and a made-up authorizer',
      ['Host: attacker.example', 'sls-offline-authorizer-override: {"iam":{}}'],
    ],
  ])('is refused with %s', async (_, headers) => {
    const before = (await call('GET', '/v1/health')).body.revision;
    const version = headers.length === 0 ? '1.0' : '1.1';
    const sent = [
      `POST /v1/rules HTTP/${version}`,
      ...headers,
      'Content-Type: application/json',
      `Content-Length: ${rule.length}`,
      'Connection: close',
      '',
      rule,
    ];
    const answer = await sendRaw(sent.join('\r\n'));
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    expect(answer).toContain('urn:client-vpn-policy:problem:foreign-request');
    expect((await call('GET', '/v1/health')).body.revision).toBe(before);
  });
});

/** `fetch` sets Host itself. */
function sendRaw(request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect({ host: '127.0.0.1', port: stack.httpPort });
    socket.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
    });
    socket.once('error', reject).once('close', () => resolve(text));
    socket.write(request);
  });
}
