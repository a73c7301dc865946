/** Replays that ask for much: bounded parts, which add up to the whole. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { storeDecisions } from '../shared/decision-log/testing/store-decisions.ts';
import { compile, type PolicyDocument } from '../shared/engine/index.ts';
import { createReplaySums, type ReplayReport } from '../shared/replay/index.ts';
import { type LocalDynamoDb, localDocumentClient, startDynalite } from '../shared/store/testing/dynalite.ts';
import { replayPart } from './decisions/replay-part.ts';
import { createRecordedDecisions, type RecordedDecisions } from './testing/recorded-decisions.ts';
import { NOW_MS, startTestApi, type TestApi } from './testing/test-api.ts';

const OPEN: PolicyDocument = { version: 1, defaultEffect: 'allow' };
const FRANKFURT = 'cvpn-endpoint-0a1b2c3d4e5f67890';
const DAY_MS = 86_400_000;
const SINCE = new Date(NOW_MS - DAY_MS).toISOString();

let dynalite: LocalDynamoDb;
let decisions: RecordedDecisions;
let api: TestApi;
beforeAll(async () => {
  dynalite = await startDynalite();
});
beforeEach(async () => {
  decisions = await createRecordedDecisions(dynalite.endpoint, () => NOW_MS);
  api = await startTestApi(dynalite.endpoint, undefined, { decisions: decisions.source });
  await api.send('PUT', '/v1/policy', OPEN, { 'if-none-match': '*' });
});
afterAll(() => dynalite.stop());

const record = (username: string, n: number, atMs = NOW_MS - 60_000) =>
  decisions.record(
    { 'connection-id': `cvpn-connection-${n}`, 'endpoint-id': FRANKFURT, username, 'schema-version': 'v3' },
    { policy: OPEN, revision: 1, atMs },
  );

/** Part by part, until there is no more. */
async function replayed(request: object): Promise<{ report: ReplayReport; parts: number }> {
  const sums = createReplaySums();
  let cursor: string | undefined;
  let parts = 0;
  do {
    const { status, body } = await api.send('POST', '/v1/replay', { since: SINCE, cursor, ...request });
    expect(status).toBe(200);
    const { since, until, reached, base, draft, next, ...part } = body;
    sums.addPart(part);
    cursor = next;
    parts += 1;
  } while (cursor !== undefined);
  return { report: sums.report(), parts };
}

const CLOSED = { ...OPEN, defaultEffect: 'deny' };

it('parts of any size add up to the whole, also within a millisecond', async () => {
  for (let n = 0; n < 12; n++) await record(n % 5 === 0 ? 'Batchi' : `user-${n % 3}`, n, NOW_MS - (n < 8 ? 60_000 : n));
  const whole = await replayed({ policy: CLOSED });
  expect(whole.report).toMatchObject({ connections: 12, users: { count: 4 } });
  for (const limit of [1, 3, 5, 12]) {
    const { report, parts } = await replayed({ policy: CLOSED, limit });
    expect(report).toEqual(whole.report);
    expect(parts).toBeGreaterThanOrEqual(12 / limit);
  }
});

it('a time without end or beginning is no more work than what can be on record', async () => {
  await record('batchi', 1);
  const { report, parts } = await replayed({
    policy: CLOSED,
    since: '0001-01-01T00:00:00Z',
    until: '9999-12-31T00:00:00Z',
    user: 'batchi',
  });
  expect([report.connections, parts]).toEqual([1, 1]);
}, 120_000);

it('the time is watched also where decisions are of another endpoint', async () => {
  for (const n of [1, 2, 3]) await record('batchi', n, NOW_MS - n * 1_000);
  const open = { document: OPEN, compiled: compile(OPEN) };
  const work = { decisions: decisions.source, policies: { before: open, after: open }, limit: 10, isOver: () => true };
  const from = { sinceMs: NOW_MS - 10_000, untilMs: NOW_MS };
  const { part, reachedMs, rest } = await replayPart({ ...work, filter: { endpoint: 'elsewhere' } }, from);
  expect([part.connections, reachedMs, rest?.sinceMs]).toEqual([0, NOW_MS - 3_000, NOW_MS - 3_000]);
  const there = await replayPart({ ...work, filter: { endpoint: FRANKFURT }, isOver: () => false }, from);
  expect([there.part.connections, there.rest]).toEqual([3, undefined]);
});

it('the largest differences can be sent', async () => {
  const rules = (effect: 'allow' | 'deny') =>
    Array.from({ length: 10 }, (_, n) => ({
      id: `${effect}-${n}-${'x'.repeat(50)}`,
      effect,
      match: 'everyone' as const,
    }));
  const before = { ...OPEN, rules: rules('allow') };
  await api.send('PUT', '/v1/policy', before, { 'if-match': '*' });
  const one = await record('batchi', 0);
  const records = Array.from({ length: 1_500 }, (_, n) => ({
    ...one,
    id: `cvpn-connection-${n}`,
    event: { ...one.event, username: `${'"漢'.repeat(250)}${n}` },
  }));
  const client = localDocumentClient(dynalite.endpoint);
  await storeDecisions(client, decisions.tableName, records);
  client.destroy();
  const { report, parts } = await replayed({ policy: { ...before, rules: [...before.rules, ...rules('deny')] } });
  expect(report.changed.newlyRefused).toMatchObject({ connections: 1_500, users: { count: 1_500 } });
  expect(parts).toBeGreaterThan(1);
}, 120_000);

describe('a cursor that was tampered with is refused:', () => {
  it.each([
    ['a time before all', / (\d+) (\d+) /, ' -1 $2 '],
    ['a time beyond all', / (\d+) (\d+) /, ' $1 9000000000000000 '],
    ['an end before its beginning', / (\d+) (\d+) /, ' $2 $1 '],
    ['no number', / (\d+) (\d+) /, ' NaN $2 '],
    ['another place', /Z#.*$/, 'Z#unheard-of#x'],
    ['a place that is none', /[^ ]*$/, 'yesterday'],
  ])('%s', async (_, from, to) => {
    for (const n of [1, 2]) await record('batchi', n);
    const request = { since: SINCE, policy: CLOSED, limit: 1 };
    const { next } = (await api.send('POST', '/v1/replay', request)).body;
    const made = Buffer.from(Buffer.from(next, 'base64url').toString().replace(from, to)).toString('base64url');
    expect(made).not.toBe(next);
    expect(await api.send('POST', '/v1/replay', { ...request, cursor: made })).toMatchObject({
      status: 400,
      body: { type: 'urn:client-vpn-policy:problem:bad-cursor' },
    });
  });
});
