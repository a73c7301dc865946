/** Applying files, what is remembered of them, and the check of the whole history. */
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DynamoDbPolicyStore } from '../shared/store/index.ts';
import {
  createRulesTable,
  type LocalDynamoDb,
  localDocumentClient,
  startDynalite,
} from '../shared/store/testing/dynalite.ts';
import { readAccessMap } from './access/access-map.ts';
import { createAdminApi } from './app.ts';
import { POLICY, RULE } from './testing/example-policy.ts';
import { iamAuthorizer } from './testing/http-event.ts';
import { startTestApi, type TestApi } from './testing/test-api.ts';

let dynalite: LocalDynamoDb;
let api: TestApi;
beforeAll(async () => {
  dynalite = await startDynalite();
});
beforeEach(async () => {
  api = await startTestApi(dynalite.endpoint);
});
afterAll(() => dynalite.stop());

const SOURCE = 'vpn/policy.yaml';
const apply = (file: unknown, more = '') =>
  api.send('POST', `/v1/apply?source=${encodeURIComponent(SOURCE)}&reason=in-git${more}`, file);
const get = async (path: string) => (await api.get(path)).body;

describe('applying a file', () => {
  it('publishes the first policy', async () => {
    const { status, headers, body } = await apply(POLICY, '&ifRevision=0');
    expect({ status, location: headers.location }).toEqual({ status: 201, location: '/v1/policy' });
    expect(body).toMatchObject({
      written: true,
      revision: { number: 1, reason: 'in-git', applied: [{ source: SOURCE, revision: 1 }] },
      kept: [],
      overridden: [],
      base: null,
    });
    expect((await api.get('/v1/policy')).headers.etag).toBe(headers.etag);
  });

  it('keeps what an operator did at night, and says so', async () => {
    await apply(POLICY);
    await api.send('POST', '/v1/rules?reason=03:12', RULE);
    const file = { ...POLICY, defaultMessage: 'Call 1234.' };
    const dry = await apply(file, '&dryRun=true');
    expect(dry).toMatchObject({
      status: 200,
      body: { written: false, wouldWrite: true, diff: { settings: ['defaultMessage'], rules: { removed: [] } } },
    });
    const { status, body } = await apply(file, '&ifRevision=2');
    expect({ status, kept: body.kept }).toEqual({
      status: 200,
      kept: [{ what: 'rule', id: 'block-carol', change: 'added', after: RULE }],
    });
    expect(body).toMatchObject({
      written: true,
      summary: 'defaultMessage changed',
      base: { number: 1, reason: 'in-git' },
    });
    expect(await get('/v1/policy')).toEqual({ ...file, rules: [...file.rules, RULE] });
    expect(await apply(file)).toMatchObject({ status: 200, body: { written: false, kept: [{}], base: { number: 3 } } });
  });

  it('takes it out with prune', async () => {
    await apply(POLICY);
    await api.send('POST', '/v1/rules', RULE);
    expect(await apply(POLICY, '&prune=true')).toMatchObject({
      body: { summary: 'rule block-carol removed', kept: [] },
    });
    expect(await get('/v1/policy')).toEqual(POLICY);
  });

  it('refuses where both changed the same, shows both sides, and prefers the file on demand', async () => {
    await apply(POLICY);
    await api.send('PATCH', '/v1/rules/offices', { enabled: false }, { 'if-match': '*' });
    const [block, old, offices] = POLICY.rules;
    const file = { ...POLICY, rules: [block, old, { ...offices, enabled: true }] };
    const conflict = { what: 'rule', id: 'offices', field: 'enabled', file: true, current: false };
    const refused = await apply(file);
    expect(refused).toMatchObject({ status: 409, body: { conflicts: [conflict], base: { number: 1 } } });
    expect(refused.body.detail).toContain('The file and others have changed the same: rule offices enabled.');
    expect(await apply(file, '&forceConflicts=true')).toMatchObject({
      status: 200,
      body: { written: true, overridden: [conflict], kept: [] },
    });
    expect(await get('/v1/policy')).toEqual(file);
  });

  it('tells 12,000 conflicts and as many kept changes in an answer that fits', async () => {
    const names = Array.from({ length: 6_000 }, (_, place) => `user-${place}`.padEnd(200, 'x'));
    const noted = (note: string) => ({
      ...POLICY,
      sets: { ...POLICY.sets, many: { kind: 'user', entries: names.map((value) => ({ value, note })) } },
    });
    await apply(noted('a'));
    await api.send('PUT', '/v1/policy', noted('b'), { 'if-match': '*' });
    const refused = await apply(noted('c'));
    expect(refused).toMatchObject({ status: 409, body: { conflictsInAll: 6_000 } });
    expect(refused.body.conflicts.length).toBe(100);
    const kept = await apply({ ...noted('a'), defaultMessage: 'No.' });
    expect(kept.body.kept).toEqual([{ what: 'set', id: 'many', change: 'changed', fields: [] }]);
    const forced = await apply(noted('c'), '&forceConflicts=true');
    expect(forced).toMatchObject({ status: 200, body: { written: true, overriddenInAll: 6_000 } });
  }, 30_000);

  it('leaves the values of a large conflict out', async () => {
    const users = Array.from({ length: 900 }, (_, place) => `user-${place}`);
    const rule = (...more: string[]) => ({ ...RULE, match: { users: [...users, ...more] } });
    const saying = (...more: string[]) => ({ ...POLICY, rules: [...POLICY.rules, rule(...more)] });
    await apply(saying());
    await api.send('PATCH', '/v1/rules/block-carol', { match: { users: ['b'] } }, { 'if-match': '*' });
    const { body } = await apply(saying('a'));
    expect(body.conflicts).toEqual([{ what: 'rule', id: 'block-carol', field: 'match' }]);
    await api.send('PATCH', '/v1/rules/block-carol', rule('b'), { 'if-match': '*' });
    const kept = await apply({ ...saying(), defaultMessage: 'No.' });
    expect(kept.body.kept).toEqual([
      { what: 'rule', id: 'block-carol', change: 'changed', fields: [{ key: 'match' }] },
    ]);
    await api.send('DELETE', '/v1/rules/block-carol', undefined, { 'if-match': '*' });
    expect((await apply({ ...saying(), defaultMessage: 'Never.' })).body.kept).toEqual([
      { what: 'rule', id: 'block-carol', change: 'removed' },
    ]);
  });

  it('8 clients with a file each at once lose nothing', async () => {
    await apply(POLICY);
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, client) =>
        api.send('POST', `/v1/apply?source=team-${client}.yaml`, {
          version: 1,
          defaultEffect: 'allow',
          rules: [{ ...RULE, id: `team-${client}` }],
        }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200));
    const { rules } = await get('/v1/policy');
    expect(rules.map(({ id }: { id: string }) => id).sort()).toEqual(
      [...POLICY.rules.map(({ id }) => id), ...Array.from({ length: 8 }, (_, client) => `team-${client}`)].sort(),
    );
    expect((await get('/v1/applied')).applied.length).toBe(9);
  }, 30_000);
});

describe('what was applied', () => {
  it('is told file by file, without what others did', async () => {
    expect(await api.get('/v1/applied')).toMatchObject({ status: 200, body: { applied: [] } });
    await api.send('PUT', `/v1/policy?source=${SOURCE}`, POLICY, { 'if-none-match': '*' });
    await api.send('POST', '/v1/rules', RULE);
    expect(await get(`/v1/applied?source=${SOURCE}`)).toMatchObject({
      source: SOURCE,
      revision: { number: 1 },
      policy: POLICY,
    });
    expect(await get('/v1/applied')).toEqual({ applied: [{ source: SOURCE, revision: 1 }] });
    expect((await get('/v1/revisions/2')).applied).toEqual([{ source: SOURCE, revision: 1 }]);
  });

  it('is recorded by a PUT that changes nothing else, once', async () => {
    await api.send('PUT', '/v1/policy', POLICY, { 'if-none-match': '*' });
    const put = () => api.send('PUT', `/v1/policy?source=${SOURCE}`, POLICY, { 'if-match': '*' });
    expect(await put()).toMatchObject({ body: { written: true, summary: `no change; applied from ${SOURCE}` } });
    expect(await put()).toMatchObject({ body: { written: false, revision: { number: 2 } } });
  });
});

describe('the check of the history', () => {
  it('tells what it found', async () => {
    expect(await api.get('/v1/verify')).toMatchObject({ body: { ok: true, revisions: 0, parts: 0, findings: [] } });
    await apply(POLICY);
    await apply({ ...POLICY, defaultMessage: 'No.' });
    expect(await api.get('/v1/verify')).toMatchObject({ status: 200, body: { ok: true, revisions: 2, parts: 2 } });
  });

  it('tells at most 100 findings, and how many there are', async () => {
    const client = localDocumentClient(dynalite.endpoint);
    const tableName = await createRulesTable(client);
    const put = (number: number) => {
      const Item = { pk: 'POLICY', sk: `REVISION#${String(number).padStart(10, '0')}`, note: 'of others' };
      return client.send(new PutCommand({ TableName: tableName, Item }));
    };
    await Promise.all(Array.from({ length: 110 }, (_, number) => put(number + 1)));
    const store = new DynamoDbPolicyStore({ client, tableName });
    api = await startTestApi(dynalite.endpoint, undefined, { store });
    const { body } = await api.get('/v1/verify');
    expect({ ...body, findings: body.findings.length }).toEqual({
      ok: true,
      revisions: 0,
      parts: 0,
      findings: 100,
      findingsInAll: 110,
    });
  });

  it('says what to do where it takes too long', async () => {
    for (let round = 0; round < 20; round++) await apply({ ...POLICY, defaultMessage: `${round}` });
    const app = createAdminApi({
      store: api.store,
      access: readAccessMap(undefined).access,
      logger: { info: () => {}, error: () => {} },
      metrics: { settingErrors: () => {}, request: () => {} },
      now: Date.now,
    });
    const request = new Request('https://api.example.com/v1/verify');
    const answer = await app.fetch(request, { authorizer: iamAuthorizer(), remainingMs: () => 3_000 });
    expect(await answer.json()).toMatchObject({
      status: 413,
      type: 'urn:client-vpn-policy:problem:history-too-long',
      detail: expect.stringContaining('vpn-policy verify --table'),
    });
  });
});
