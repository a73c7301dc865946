/** The admin API over a real store, called in API Gateway's own event form. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type LocalDynamoDb, startDynalite } from '../shared/store/testing/dynalite.ts';
import { startTestApi, type TestApi } from './testing/test-api.ts';

let dynalite: LocalDynamoDb;
let api: TestApi;

beforeAll(async () => {
  dynalite = await startDynalite();
});
afterAll(() => dynalite.stop());
beforeEach(async () => {
  api = await startTestApi(dynalite.endpoint);
});

const POLICY = {
  version: 1,
  defaultEffect: 'allow',
  sets: { leavers: { kind: 'user', entries: ['batchi', { value: 'user-0481', note: 'HR-77' }] } },
  rules: [
    { id: 'block-leavers', effect: 'deny', match: { users: ['@leavers'] }, message: 'Not permitted.' },
    { id: 'old-clients', effect: 'deny', mode: 'report', match: { openvpnVersion: '<2.5' } },
    { id: 'offices', effect: 'allow', match: { sourceIps: ['203.0.113.0/24'] } },
  ],
  tests: [
    {
      name: 'leavers stay out',
      connection: { username: 'Batchi' },
      at: '2026-11-24T10:00:00+09:00',
      expect: { allow: false, rule: 'block-leavers' },
    },
  ],
};
const RULE = { id: 'block-carol', effect: 'deny', match: { users: ['carol'] } };

async function publish(): Promise<void> {
  const { status } = await api.send('PUT', '/v1/policy?reason=begin', POLICY, { 'if-none-match': '*' });
  expect(status).toBe(201);
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
        revision: {
          number: 1,
          reason: 'begin',
          author: {
            type: 'iam',
            id: 'AROAEXAMPLE:alice',
            arn: 'arn:aws:sts::123456789012:assumed-role/vpn-operator/alice',
          },
        },
      },
    });
    const read = await api.get('/v1/policy');
    expect(read).toMatchObject({ status: 200, body: POLICY, headers: { etag: first.headers.etag } });

    const next = await api.send(
      'PUT',
      '/v1/policy',
      { ...POLICY, defaultMessage: 'No.' },
      { 'if-match': read.headers.etag ?? '' },
    );
    expect(next).toMatchObject({ status: 200, body: { written: true, revision: { number: 2 } } });
    expect(await api.send('PUT', '/v1/policy', POLICY, { 'if-match': read.headers.etag ?? '' })).toMatchObject({
      status: 412,
    });
    expect((await api.get('/v1/policy?revision=1')).body).toEqual(POLICY);
  });
});

describe('rules', () => {
  beforeEach(publish);

  it('are created, changed in part, replaced and taken away, each with its own ETag', async () => {
    const created = await api.send('PUT', '/v1/rules/block-carol', RULE, { 'if-none-match': '*' });
    expect(created).toMatchObject({
      status: 201,
      headers: { location: '/v1/rules/block-carol' },
      body: { rule: RULE },
    });
    const tag = created.headers.etag ?? '';
    expect(await api.get('/v1/rules/block-carol', { 'if-none-match': tag })).toMatchObject({ status: 304 });

    const other = await api.send('PATCH', '/v1/rules/offices', { enabled: false }, { 'if-match': '*' });
    expect(other.status).toBe(200);
    const patched = await api.send(
      'PATCH',
      '/v1/rules/block-carol',
      { message: 'No.' },
      { 'if-match': tag, 'content-type': 'application/merge-patch+json' },
    );
    expect(patched).toMatchObject({
      status: 200,
      body: { rule: { ...RULE, message: 'No.' }, revision: { number: 4 } },
    });

    const gone = await api.send('DELETE', '/v1/rules/block-carol?reason=back', undefined, {
      'if-match': patched.headers.etag ?? '',
    });
    expect(gone).toMatchObject({ status: 200, body: { written: true, revision: { number: 5, reason: 'back' } } });
    expect(await api.get('/v1/rules/block-carol')).toMatchObject({ status: 404 });
  });
});
