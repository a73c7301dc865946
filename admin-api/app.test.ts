/** What operators do with the API, over a real store, in API Gateway's own event form. */
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DynamoDbPolicyStore } from '../shared/store/index.ts';
import {
  createRulesTable,
  type LocalDynamoDb,
  localDocumentClient,
  startDynalite,
} from '../shared/store/testing/dynalite.ts';
import { POLICY, RULE } from './testing/example-policy.ts';
import { iamAuthorizer, jwtAuthorizer } from './testing/http-event.ts';
import { NOW_MS, startTestApi, type TestApi } from './testing/test-api.ts';

let dynalite: LocalDynamoDb;
let api: TestApi;

beforeAll(async () => {
  dynalite = await startDynalite();
});
afterAll(() => dynalite.stop());
beforeEach(async () => {
  api = await startTestApi(dynalite.endpoint);
});

async function publish(): Promise<string> {
  const { status, headers } = await api.send('PUT', '/v1/policy?reason=begin', POLICY, { 'if-none-match': '*' });
  expect(status).toBe(201);
  return headers.etag ?? '';
}

describe('the policy as a whole', () => {
  it('is published once, read back as it was written, and replaced by who read it', async () => {
    expect((await api.get('/v1/policy')).body).toMatchObject({ type: 'urn:client-vpn-policy:problem:no-policy' });
    const first = await api.send('PUT', '/v1/policy?reason=begin', POLICY, { 'if-none-match': '*' });
    expect(first).toMatchObject({
      status: 201,
      headers: { location: '/v1/policy' },
      body: {
        written: true,
        revision: { number: 1, reason: 'begin', author: { type: 'iam', id: 'AROAEXAMPLE:alice' } },
      },
    });
    const etag = first.headers.etag ?? '';
    expect(await api.get('/v1/policy')).toMatchObject({ status: 200, body: POLICY, headers: { etag } });
    expect(await api.get('/v1/policy', { 'if-none-match': `"x", W/${etag}` })).toMatchObject({
      status: 304,
      headers: { etag },
    });

    const next = await api.send('PUT', '/v1/policy', { ...POLICY, defaultMessage: 'No.' }, { 'if-match': etag });
    expect(next).toMatchObject({ status: 200, body: { written: true, revision: { number: 2 } } });
    expect(await api.send('PUT', '/v1/policy', POLICY, { 'if-match': etag })).toMatchObject({ status: 412 });
    expect((await api.get('/v1/policy?revision=1')).body).toEqual(POLICY);
  });

  it('cannot be changed in part before there is one', async () => {
    for (const answer of [
      await api.send('POST', '/v1/rules', RULE),
      await api.send('PUT', '/v1/sets/a', POLICY.sets.leavers, { 'if-none-match': '*' }),
      await api.send('POST', '/v1/changes', { operations: [{ op: 'put-rule', rule: RULE }] }),
      await api.get('/v1/rules'),
    ]) {
      expect(answer).toMatchObject({ status: 404, body: { type: 'urn:client-vpn-policy:problem:no-policy' } });
    }
    expect((await api.get('/v1/health')).body).toMatchObject({ status: 'ok', revision: null, policyAgeSeconds: null });
    expect((await api.get('/v1/revisions')).body).toEqual({ revisions: [] });
  });

  it('is checked and not written in a dry run, which tells what would change', async () => {
    const dry = await api.send('PUT', '/v1/policy?dryRun=true', POLICY, { 'if-none-match': '*' });
    expect(dry).toMatchObject({ status: 200, body: { written: false, dryRun: true, revision: null } });
    expect(dry.headers.etag).toBeUndefined();
    await publish();
    const rule = await api.send('POST', '/v1/rules?dryRun=true', RULE);
    expect(rule).toMatchObject({
      status: 200,
      body: {
        written: false,
        dryRun: true,
        revision: { number: 1 },
        rule: RULE,
        diff: { rules: { added: ['block-carol'] } },
      },
    });
    expect(rule.headers.location).toBeUndefined();
    expect(await api.get('/v1/rules/block-carol')).toMatchObject({ status: 404 });
  });

  it('refuses everybody only when that is confirmed, and the revision says so', async () => {
    await publish();
    const operations = [
      { op: 'patch-settings', patch: { defaultEffect: 'deny' } },
      { op: 'delete-rule', id: 'offices' },
    ];
    const written = await api.send('POST', '/v1/changes?confirm=lockout&reason=breach', { operations });
    expect(written).toMatchObject({
      status: 200,
      body: { confirmed: [{ confirm: 'lockout' }], revision: { number: 2, confirmed: ['lockout'], reason: 'breach' } },
    });
    expect(api.counted.at(-1)).toEqual({ status: 200, written: true, confirm: true });
  });
});

describe('rules', () => {
  beforeEach(publish);

  it('are created, changed in part, replaced and taken away, each with its own ETag', async () => {
    const { id: _, ...withoutId } = RULE;
    const created = await api.send('PUT', '/v1/rules/block-carol', withoutId, { 'if-none-match': '*' });
    expect(created).toMatchObject({
      status: 201,
      headers: { location: '/v1/rules/block-carol' },
      body: { rule: RULE },
    });
    const tag = created.headers.etag ?? '';
    // Another rule changes: this one's tag stays.
    expect((await api.send('PATCH', '/v1/rules/offices', { enabled: false }, { 'if-match': '*' })).status).toBe(200);
    expect(await api.get('/v1/rules/block-carol', { 'if-none-match': tag })).toMatchObject({
      status: 304,
      body: undefined,
    });

    const patched = await api.send(
      'PATCH',
      '/v1/rules/block-carol',
      { message: 'No.' },
      { 'if-match': tag, 'content-type': 'application/merge-patch+json; charset=UTF-8' },
    );
    expect(patched).toMatchObject({
      status: 200,
      body: { rule: { ...RULE, message: 'No.' }, revision: { number: 4 } },
    });
    const replaced = await api.send('PUT', '/v1/rules/block-carol', RULE, { 'if-match': patched.headers.etag ?? '' });
    expect(replaced).toMatchObject({ status: 200, headers: { etag: tag }, body: { rule: RULE } });

    const gone = await api.send('DELETE', '/v1/rules/block-carol?reason=back', undefined, { 'if-match': tag });
    expect(gone).toMatchObject({ status: 200, body: { written: true, revision: { number: 6, reason: 'back' } } });
    expect(await api.get('/v1/rules/block-carol')).toMatchObject({ status: 404 });
  });

  it('are added last by POST', async () => {
    const added = await api.send('POST', '/v1/rules', RULE);
    expect(added).toMatchObject({ status: 201, headers: { location: '/v1/rules/block-carol' } });
    expect((await api.get('/v1/rules')).body.rules.at(-1)).toEqual(RULE);
    expect((await api.get('/v1/rules/block-carol')).headers.etag).toBe(added.headers.etag);
  });

  it('a patch that changes nothing writes nothing', async () => {
    const same = await api.send('PATCH', '/v1/rules/offices', { effect: 'allow', message: null }, { 'if-match': '*' });
    expect(same).toMatchObject({ status: 200, body: { written: false, revision: { number: 1 } } });
  });

  it.each([
    ['', ['block-leavers', 'old-clients', 'offices']],
    ['effect=deny', ['block-leavers', 'old-clients']],
    ['mode=report', ['old-clients']],
    ['mode=enforce', ['block-leavers', 'offices']],
    ['enabled=false', []],
    ['enabled=true&effect=allow', ['offices']],
    ['user=BATCHI', ['block-leavers']],
    ['user=b%C3%A0tchi', ['block-leavers']],
    ['user=carol', []],
    ['ip=203.0.113.9', ['offices']],
    ['ip=::ffff:203.0.113.9', ['offices']],
    ['ip=203.0.114.9', []],
    ['user=batchi&ip=203.0.113.9', []],
  ])('are listed by %s', async (query, ids) => {
    const { body } = await api.get(`/v1/rules?${query}`);
    expect(body.rules.map(({ id }: { id: string }) => id)).toEqual(ids);
  });

  it('are listed in pages that stay right while others write', async () => {
    const first = await api.get('/v1/rules?limit=2');
    expect(first.body.rules).toEqual(POLICY.rules.slice(0, 2));
    expect((await api.send('DELETE', '/v1/rules/old-clients', undefined, { 'if-match': '*' })).status).toBe(200);
    expect((await api.send('PATCH', '/v1/rules/offices', { enabled: false }, { 'if-match': '*' })).status).toBe(200);
    const second = await api.get(`/v1/rules?limit=2&cursor=${first.body.next}`);
    expect(second.body).toEqual({ rules: POLICY.rules.slice(2), revision: 1 });
    for (const query of [`effect=deny&cursor=${first.body.next}`, `cursor=${first.body.next}x`]) {
      expect(await api.get(`/v1/rules?${query}`)).toMatchObject({
        status: 400,
        body: { type: 'urn:client-vpn-policy:problem:bad-cursor' },
      });
    }
    expect(await api.get(`/v1/sets/leavers?cursor=${first.body.next}`)).toMatchObject({ status: 400 });
  });
});

describe('sets', () => {
  beforeEach(publish);

  it('are created, read, replaced and taken away', async () => {
    const offices = { kind: 'ip', description: 'ours', entries: ['203.0.113.0/24'] };
    const created = await api.send('PUT', '/v1/sets/offices', offices, { 'if-none-match': '*' });
    expect(created).toMatchObject({
      status: 201,
      headers: { location: '/v1/sets/offices' },
      body: { set: { name: 'offices', kind: 'ip', entries: 1 } },
    });
    const etag = created.headers.etag ?? '';
    expect(await api.get('/v1/sets/offices')).toMatchObject({ body: offices, headers: { etag } });
    expect((await api.get('/v1/sets')).body).toMatchObject({
      revision: 2,
      sets: [
        { name: 'leavers', entries: 2 },
        { name: 'offices', etag: etag.slice(1, -1) },
      ],
    });
    const replaced = await api.send('PUT', '/v1/sets/offices', { ...offices, entries: [] }, { 'if-match': etag });
    expect(replaced).toMatchObject({ status: 200, body: { set: { entries: 0 } } });
    expect(
      await api.send('DELETE', '/v1/sets/offices', undefined, { 'if-match': replaced.headers.etag ?? '' }),
    ).toMatchObject({ status: 200 });
  });

  it('take entries in and out, and tell what was not there', async () => {
    const patched = await api.send(
      'PATCH',
      '/v1/sets/leavers',
      { add: ['Carol', { value: 'BATCHI', note: 'HR-78' }], remove: ['user-0481', 'dave'] },
      { 'if-match': '*' },
    );
    expect(patched).toMatchObject({
      status: 200,
      body: { entries: { added: 1, replaced: 1, removed: 1, notFound: ['dave'] }, set: { entries: 2 } },
    });
    expect((await api.get('/v1/sets/leavers')).body.entries).toEqual([{ value: 'BATCHI', note: 'HR-78' }, 'Carol']);
  });

  it('are read in pages of one revision', async () => {
    const entries = Array.from({ length: 2_500 }, (_, index) => `user-${index}`);
    await api.send('PUT', '/v1/sets/many', { kind: 'user', entries }, { 'if-none-match': '*' });
    const read: string[] = [];
    let next = '';
    let pages = 0;
    do {
      const { body } = await api.get(`/v1/sets/many?${next === '' ? 'limit=1000' : `cursor=${next}`}`);
      expect(body).toMatchObject({ name: 'many', kind: 'user', total: 2_500, revision: 2 });
      read.push(...body.page);
      next = body.next ?? '';
      pages++;
      await api.send(
        'PATCH',
        '/v1/sets/many',
        { add: [`new-${pages}`], remove: [`user-${pages}`] },
        { 'if-match': '*' },
      );
    } while (next !== '');
    expect([pages, read]).toEqual([3, entries]);
  });
});

describe('two operators at once', () => {
  beforeEach(publish);

  it('both succeed on different rules', async () => {
    const tags = [
      (await api.get('/v1/rules/offices')).headers.etag ?? '',
      (await api.get('/v1/rules/old-clients')).headers.etag ?? '',
    ];
    const [one, other] = await Promise.all([
      api.send('PATCH', '/v1/rules/offices', { description: 'one' }, { 'if-match': tags[0] ?? '' }),
      api.send('PATCH', '/v1/rules/old-clients', { description: 'other' }, { 'if-match': tags[1] ?? '' }),
    ]);
    expect([one.status, other.status]).toEqual([200, 200]);
    expect((await api.get('/v1/policy')).body.rules).toMatchObject([
      {},
      { description: 'other' },
      { description: 'one' },
    ]);
  });

  it('the second gets 412 on the same rule, and nothing is lost', async () => {
    const etag = (await api.get('/v1/rules/offices')).headers.etag ?? '';
    const answers = await Promise.all(
      ['one', 'other'].map((description) =>
        api.send('PATCH', '/v1/rules/offices', { description }, { 'if-match': etag }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
    const won = answers.find(({ status }) => status === 200);
    expect((await api.get('/v1/rules/offices')).body).toEqual(won?.body.rule);
    expect((await api.get('/v1/revisions')).body.revisions).toHaveLength(2);
  });

  it('8 clients with 5 writes each make 40 revisions, each with its caller and reason', async () => {
    const clients = Array.from({ length: 8 }, (_, client) =>
      (async () => {
        for (let write = 0; write < 5; write++) {
          const answer = await api.call({
            method: 'POST',
            path: '/v1/rules',
            query: `reason=${client}-${write}`,
            body: { ...RULE, id: `block-${client}-${write}` },
            authorizer: client % 2 === 0 ? iamAuthorizer('vpn-operator', `client-${client}`) : jwtAuthorizer(),
          });
          expect(answer.status).toBe(201);
        }
      })(),
    );
    await Promise.all(clients);
    const { body } = await api.get('/v1/revisions?limit=100');
    expect(body.revisions).toHaveLength(41);
    const told = body.revisions
      .slice(0, 40)
      .map(({ reason, author }: { reason: string; author: { id: string } }) => [reason, author.id]);
    const expected = Array.from({ length: 40 }, (_, at) => {
      const client = Math.floor(at / 5);
      return [`${client}-${at % 5}`, client % 2 === 0 ? `AROAEXAMPLE:client-${client}` : '00u1alice'];
    });
    expect(told.sort()).toEqual(expected.sort());
  }, 60_000);
});

describe('changes', () => {
  beforeEach(publish);

  it('make one revision of many operations', async () => {
    const endpoint = 'cvpn-endpoint-0a1b2c3d4e5f67890';
    const operations = [
      { op: 'put-endpoint', id: endpoint, endpoint: { name: 'frankfurt' } },
      { op: 'patch-set', name: 'leavers', add: ['carol'] },
      { op: 'patch-rule', id: 'offices', patch: { match: { endpoints: ['frankfurt'] } } },
      { op: 'put-rule', rule: RULE, ifNoneMatch: '*' },
      { op: 'patch-settings', patch: { defaultMessage: 'Call 1234.' } },
      { op: 'delete-rule', id: 'old-clients' },
    ];
    const done = await api.send('POST', '/v1/changes?reason=many', { operations });
    expect(done).toMatchObject({
      status: 200,
      body: {
        revision: { number: 2, reason: 'many' },
        results: [
          { outcome: 'created' },
          { outcome: 'changed', entries: { added: 1 } },
          { outcome: 'changed' },
          { outcome: 'created' },
          { outcome: 'changed' },
          { outcome: 'deleted' },
        ],
      },
    });
    const policy = await api.get('/v1/policy');
    expect(policy.headers.etag).toBe(done.headers.etag);
    expect(policy.body.rules.map(({ id }: { id: string }) => id)).toEqual(['block-leavers', 'offices', 'block-carol']);
  });

  it('take the ETags of items and of the whole', async () => {
    const tag = ((await api.get('/v1/rules/offices')).headers.etag ?? '').slice(1, -1);
    const etag = (await api.get('/v1/policy')).headers.etag ?? '';
    const operations = [{ op: 'patch-rule', id: 'offices', patch: { description: 'ours' }, ifMatch: tag }];
    expect((await api.send('POST', '/v1/changes', { operations }, { 'if-match': etag })).status).toBe(200);
    expect((await api.send('POST', '/v1/changes', { operations })).status).toBe(412);
  });
});

describe('history', () => {
  beforeEach(async () => {
    await publish();
    await api.send('PATCH', '/v1/rules/offices?reason=two', { enabled: false }, { 'if-match': '*' });
    await api.send('PATCH', '/v1/sets/leavers?reason=three', { add: ['carol'] }, { 'if-match': '*' });
  });

  it('is listed, the newest first, in pages', async () => {
    const first = await api.get('/v1/revisions?limit=2');
    expect(first.body.revisions).toMatchObject([
      { number: 3, reason: 'three' },
      { number: 2, reason: 'two' },
    ]);
    const second = await api.get(`/v1/revisions?cursor=${first.body.next}`);
    expect(second.body).toMatchObject({ revisions: [{ number: 1, reason: 'begin' }] });
    expect(second.body.next).toBeUndefined();
    const two = await api.get('/v1/revisions/2');
    expect(two.body).toMatchObject({ number: 2, summary: expect.stringContaining('offices') });
    expect((await api.get('/v1/revisions/2', { 'if-none-match': two.headers.etag ?? '' })).status).toBe(304);
  });

  it('tells what differs between two revisions, as data and as text', async () => {
    expect((await api.get('/v1/revisions/2/diff')).body).toMatchObject({
      from: 1,
      to: 2,
      changes: [{ what: 'rule', id: 'offices', change: 'changed', fields: [{ key: 'enabled', after: false }] }],
    });
    expect((await api.get('/v1/revisions/1/diff?against=3')).body.changes).toHaveLength(2);
    expect((await api.get('/v1/revisions/1/diff')).body).toMatchObject({ from: 0, to: 1 });
    const text = await api.get('/v1/revisions/3/diff?against=1', { accept: 'text/plain' });
    expect(text.headers).toMatchObject({ 'content-type': 'text/plain; charset=utf-8', vary: 'Accept' });
    expect(text.body).toMatch(/~ set leavers: \+carol\n/);
  });

  it('takes the policy back to a revision, as a new one', async () => {
    const restored = await api.send('POST', '/v1/revisions/1/restore?reason=back');
    expect(restored).toMatchObject({ status: 200, body: { written: true, revision: { number: 4, reason: 'back' } } });
    expect((await api.get('/v1/policy')).body).toEqual(POLICY);
    expect(await api.send('POST', '/v1/revisions/1/restore')).toMatchObject({
      body: { written: false, revision: { number: 4 } },
    });
  });

  it('undoes one change and keeps those made since', async () => {
    const reverted = await api.send('POST', '/v1/revisions/2/revert?reason=wrong');
    expect(reverted).toMatchObject({ status: 200, body: { written: true, revision: { number: 4 } } });
    const { body } = await api.get('/v1/policy');
    expect(body.rules).toEqual(POLICY.rules);
    expect(body.sets.leavers.entries).toContain('carol');
  });

  it('does not undo what has been changed again', async () => {
    await api.send('PATCH', '/v1/rules/offices', { enabled: null, mode: 'report' }, { 'if-match': '*' });
    await api.send('PATCH', '/v1/rules/offices', { enabled: true }, { 'if-match': '*' });
    const refused = await api.send('POST', '/v1/revisions/2/revert');
    expect(refused).toMatchObject({
      status: 409,
      body: {
        type: 'urn:client-vpn-policy:problem:revert-conflict',
        conflicts: [{ what: 'rule', id: 'offices', field: 'enabled', changed: false, current: true }],
      },
    });
    expect(await api.store.head()).toMatchObject({ number: 5 });
  });
});

describe('history with a gap in its numbers', () => {
  it('compares with the revision before, and goes back to it', async () => {
    const client = localDocumentClient(dynalite.endpoint);
    const tableName = await createRulesTable(client);
    const gap = await startTestApi(dynalite.endpoint, undefined, {
      store: new DynamoDbPolicyStore({ client, tableName }),
    });
    await gap.send('PUT', '/v1/policy', POLICY, { 'if-none-match': '*' });
    const foreign = { pk: 'POLICY', sk: 'REVISION#0000000002', note: 'not of this project' };
    await client.send(new PutCommand({ TableName: tableName, Item: foreign }));
    expect(await gap.send('POST', '/v1/rules', RULE)).toMatchObject({ status: 201, body: { revision: { number: 3 } } });
    expect(await gap.get('/v1/revisions/3/diff')).toMatchObject({ status: 200, body: { from: 1, to: 3 } });
    expect(await gap.send('POST', '/v1/revisions/3/revert')).toMatchObject({ status: 200, body: { written: true } });
    expect((await gap.get('/v1/rules/block-carol')).status).toBe(404);
  });
});

describe('evaluate', () => {
  beforeEach(publish);
  const connection = { username: 'Batchi', 'public-ip': '203.0.113.9' };

  it('tells what the policy in force decides, and why', async () => {
    expect((await api.send('POST', '/v1/evaluate', { connection })).body).toMatchObject({
      at: new Date(NOW_MS).toISOString(),
      revision: 1,
      decision: { allow: false, rules: ['block-leavers'], message: 'Not permitted.' },
      rules: [
        { rule: 'block-leavers', outcome: 'decided' },
        { rule: 'old-clients', outcome: 'not-matched' },
        { rule: 'offices', outcome: 'outranked' },
      ],
    });
  });

  it('asks a revision, with changes, or a draft, at another moment', async () => {
    await api.send('PATCH', '/v1/sets/leavers?confirm=tests', { remove: ['batchi'] }, { 'if-match': '*' });
    const ask = async (more: object) =>
      (await api.send('POST', '/v1/evaluate', { connection, trace: 'applying', ...more })).body;
    expect(await ask({})).toMatchObject({ revision: 2, decision: { allow: true } });
    expect(await ask({ revision: 1 })).toMatchObject({ revision: 1, decision: { allow: false } });
    const block = { ...RULE, match: { users: ['batchi'] }, expiresAt: '2026-11-27T18:00:00+09:00' };
    const changes = [{ op: 'put-rule', rule: block }];
    expect(await ask({ changes })).toMatchObject({ revision: 2, decision: { allow: false, rules: ['block-carol'] } });
    expect(await ask({ changes, at: '2026-11-28T00:00:00+09:00' })).toMatchObject({
      decision: { allow: true },
      rules: [{ rule: 'offices' }],
    });
    expect(await ask({ policy: { version: 1, defaultEffect: 'deny' } })).toMatchObject({
      revision: null,
      decision: { allow: false, decidedBy: 'default' },
    });
    expect(await api.store.head()).toMatchObject({ number: 2 });
  });
});

describe('every request', () => {
  it('takes base64 bodies and text with umlauts, as API Gateway sends them', async () => {
    await publish();
    const rule = { ...RULE, message: 'Zugang gesperrt für Müller 🚫' };
    const answer = await api.call({
      method: 'POST',
      path: '/v1/rules',
      query: 'reason=f%C3%BCr+M%C3%BCller',
      body: rule,
      base64: true,
    });
    expect(answer).toMatchObject({ status: 201, body: { rule, revision: { reason: 'für Müller' } } });
  });

  it('is one line in the log, with its caller and never with a body', async () => {
    await publish();
    expect(api.log).toEqual([
      {
        message: 'request',
        method: 'PUT',
        route: '/v1/policy',
        path: '/v1/policy',
        status: 201,
        caller: {
          type: 'iam',
          id: 'AROAEXAMPLE:alice',
          arn: expect.stringContaining('assumed-role/vpn-operator/alice'),
        },
        revision: 1,
        reason: 'begin',
        written: true,
        apiRequestId: 'JKJaXmPLvHcESHA=',
        durationMs: 0,
      },
    ]);
    expect(api.counted).toEqual([{ status: 201, written: true, confirm: false }]);
  });

  it('of HEAD is answered as GET without its body', async () => {
    const etag = await publish();
    expect(await api.call({ method: 'HEAD', path: '/v1/policy' })).toMatchObject({
      status: 200,
      headers: { etag },
      body: undefined,
    });
  });

  it('tells of its health', async () => {
    await publish();
    api.nowMs += 90_500;
    expect((await api.get('/v1/health')).body).toEqual({ status: 'ok', revision: 1, policyAgeSeconds: 90, storeMs: 0 });
  });

  it('is shared with the configured web origin alone', async () => {
    const shared = await startTestApi(dynalite.endpoint, undefined, { corsOrigin: 'https://vpn-admin.example.com' });
    const asked = { 'access-control-request-method': 'PATCH' };
    const ours = await shared.call({
      method: 'OPTIONS',
      path: '/v1/policy',
      headers: { ...asked, origin: 'https://vpn-admin.example.com' },
      authorizer: null,
    });
    expect(ours).toMatchObject({
      status: 204,
      headers: { 'access-control-allow-origin': 'https://vpn-admin.example.com', vary: 'Origin' },
    });
    const theirs = await shared.call({
      method: 'OPTIONS',
      path: '/v1/policy',
      headers: { ...asked, origin: 'https://evil.example' },
      authorizer: null,
    });
    expect(theirs.status).toBe(403);
    const read = await shared.get('/v1/health', { origin: 'https://evil.example' });
    expect(read.headers['access-control-allow-origin']).toBeUndefined();
  });
});
