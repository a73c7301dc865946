/** Answers that would be too large: reads and dry runs are refused, a write that was made is answered. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type LocalDynamoDb, startDynalite } from '../shared/store/testing/dynalite.ts';
import { POLICY } from './testing/example-policy.ts';
import { startTestApi, type TestApi } from './testing/test-api.ts';

let dynalite: LocalDynamoDb;
let api: TestApi;
beforeAll(async () => {
  dynalite = await startDynalite();
  api = await startTestApi(dynalite.endpoint);
  await api.send('PUT', '/v1/policy', POLICY, { 'if-none-match': '*' });
});
afterAll(() => dynalite.stop());

const ANY = { 'if-match': '*' };
const names = (count: number, length: number) =>
  Array.from({ length: count }, (_, index) => String(index).padStart(6, '0').padEnd(length, 'x'));

it('a patch of a set is answered however many values it did not find', async () => {
  const remove = names(16_383, 253);
  const { status, body } = await api.send('PATCH', '/v1/sets/leavers', { add: ['carol'], remove }, ANY);
  expect({ status, ...body.entries }).toEqual({
    status: 200,
    added: 1,
    replaced: 0,
    removed: 0,
    notFound: remove.slice(0, 100),
    notFoundInAll: remove.length,
  });
  const operations = [{ op: 'patch-set', name: 'leavers', add: ['dave'], remove }];
  const changes = await api.send('POST', '/v1/changes', { operations });
  expect(changes).toMatchObject({ status: 200, body: { written: true } });
  expect(changes.body.results[0].entries).toMatchObject({ notFoundInAll: remove.length });
});

it('a rule as large as a body is written, and not told again', async () => {
  const match = Array.from({ length: 16 }, () => ({ users: names(1_000, 254) }));
  const { status, body, headers } = await api.send('POST', '/v1/rules', { id: 'large', effect: 'deny', match });
  expect({ status, written: body.written, rule: body.rule }).toEqual({ status: 201, written: true, rule: undefined });
  expect((await api.get('/v1/rules/large')).headers.etag).toBe(headers.etag);
  await api.send('DELETE', '/v1/rules/large', undefined, ANY);
}, 30_000);

it('what Lambda could not hand over is refused: escaping can double a text', async () => {
  const entries = names(6_000, 12).map((value) => ({ value, note: '\\'.repeat(256) }));
  const { status } = await api.send('PUT', '/v1/sets/noted', { kind: 'user', entries }, { 'if-none-match': '*' });
  expect(status).toBe(201);
  expect(await api.get('/v1/sets/noted')).toMatchObject({
    status: 413,
    body: { type: 'urn:client-vpn-policy:problem:answer-too-large' },
  });
  expect(await api.get('/v1/sets/noted?limit=1000')).toMatchObject({ status: 200, body: { total: 6_000 } });
}, 30_000);

it('a dry run whose difference is too large is refused, as the document says', async () => {
  await api.send('PUT', '/v1/sets/many', { kind: 'user', entries: names(15_500, 254) }, { 'if-none-match': '*' });
  const added = (await api.store.head())?.number;
  await api.send('PATCH', '/v1/sets/many', { add: names(3_000, 200).map((name) => `${name}y`) }, ANY);
  const { number = 0 } = (await api.store.head()) ?? {};
  expect(number).toBe((added ?? 0) + 1);
  await api.send('PUT', '/v1/sets/many', { kind: 'user', entries: ['carol'] }, ANY);
  const { status, headers } = await api.send('POST', `/v1/revisions/${number}/restore?dryRun=true`);
  expect({ status, type: headers['content-type'] }).toEqual({ status: 413, type: 'application/problem+json' });
  expect(await api.store.head()).toMatchObject({ number: number + 1 });
}, 30_000);
