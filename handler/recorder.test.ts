/** The handler and its decision log, on real tables: what is kept, and that no fault of the table changes an answer. */
import { setTimeout as delay } from 'node:timers/promises';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type ConnectResponse, messageOf, readRequest } from '../shared/client-vpn/index.ts';
import { expectValidResponse } from '../shared/client-vpn/testing/expect-valid-response.ts';
import { createDecisionSource, pseudonyms } from '../shared/decision-log/index.ts';
import {
  type FaultyDynamoDb,
  type PutFault,
  startFaultyDynamoDb,
} from '../shared/decision-log/testing/faulty-dynamodb.ts';
import type { PolicyDocument } from '../shared/engine/index.ts';
import { DynamoDbPolicyStore } from '../shared/store/index.ts';
import {
  createDecisionsTable,
  createRulesTable,
  type LocalDynamoDb,
  localDocumentClient,
  startDynalite,
} from '../shared/store/testing/dynalite.ts';
import { emfLines, logLines, printedLines } from '../shared/testing/printed-lines.ts';
import type { Environment } from './settings.ts';
import { startHandler } from './start-handler.ts';
import { lambdaContext } from './testing/lambda-context.ts';

const EVENT = {
  'endpoint-id': 'cvpn-endpoint-0a1b2c3d4e5f67890',
  'connection-id': 'cvpn-connection-0aa11bb22cc33dd44',
  username: 'Batchi',
  'common-name': 'laptop-7.example.com',
  'public-ip': '203.0.113.9',
  groups: ['staff'],
  'schema-version': 'v3',
};

const POLICY: PolicyDocument = {
  version: 1,
  defaultEffect: 'allow',
  rules: [
    { id: 'leavers', effect: 'deny', match: { users: ['batchi'] }, message: 'Not {username} from {commonName}.' },
    { id: 'try-it', effect: 'deny', mode: 'report', match: { groups: ['trial'] } },
  ],
};

/** Time enough on a busy machine, where nothing is to fail. */
const PATIENT = { DECISION_LOG_TIMEOUT_MS: '2000' };

let dynamoDb: LocalDynamoDb;
let direct: DynamoDBDocumentClient;
let faulty: FaultyDynamoDb;

beforeAll(async () => {
  dynamoDb = await startDynalite();
  direct = localDocumentClient(dynamoDb.endpoint);
  faulty = await startFaultyDynamoDb(dynamoDb.endpoint);
});

beforeEach(() => {
  faulty.onPut = 'pass';
});

afterAll(async () => {
  direct.destroy();
  await faulty.stop();
  await dynamoDb.stop();
});

/** A handler on tables of its own; the clock stands until a test moves it. */
async function started(
  environment: Environment = PATIENT,
  { policies = [POLICY], endpoint = faulty.endpoint }: { policies?: readonly PolicyDocument[]; endpoint?: string } = {},
) {
  const [rulesTable, decisionsTable] = [await createRulesTable(direct), await createDecisionsTable(direct)];
  const publish = (document: PolicyDocument) =>
    new DynamoDbPolicyStore({ client: direct, tableName: rulesTable }).commit({
      prepare: () => ({ document, summary: 'test' }),
      author: { type: 'test', id: 'test' },
      reason: 'test',
    });
  for (const policy of policies) await publish(policy);
  const clock = { nowMs: Date.parse('2026-11-24T10:00:00+09:00') };
  const client = localDocumentClient(endpoint);
  const tables = { RULES_TABLE: rulesTable, DECISIONS_TABLE: decisionsTable };
  const { result, lines: startLines } = await printedLines(async () => {
    const begun = startHandler({ ...tables, ...environment }, { client, now: () => clock.nowMs });
    await begun.loaded;
    return begun;
  });
  const invoke = async (event: object = {}, context = lambdaContext()) => {
    const sent = { ...EVENT, ...event };
    const { result: answered, lines } = await printedLines(() => result.handler(sent, context));
    const response: ConnectResponse = answered;
    expectValidResponse(response, readRequest(sent).schemaVersion);
    return { allow: response.allow, message: messageOf(response), lines };
  };
  const source = (pseudonymKey?: string) =>
    createDecisionSource({ client: direct, tableName: decisionsTable, pseudonymKey, now: () => clock.nowMs + 1 });
  return { publish, clock, invoke, source, startLines };
}

describe('on record', () => {
  it('is what was decided, at the moment for which it was decided', async () => {
    const { invoke, source } = await started();
    const { allow, message, lines } = await invoke();
    expect([allow, message]).toEqual([false, 'Not Batchi from laptop-7.example.com.']);
    expect(emfLines(lines)[0]).not.toHaveProperty('DecisionLogFailures');
    const record = await source().get(EVENT['connection-id']);
    expect(record).toEqual({
      id: EVENT['connection-id'],
      decidedAt: '2026-11-24T01:00:00.000Z',
      event: EVENT,
      names: 'clear',
      outcome: 'refused',
      allow: false,
      effect: 'deny',
      decidedBy: 'rule',
      rules: ['leavers'],
      reported: [],
      message,
      postureStatuses: [],
      endpoint: EVENT['endpoint-id'],
      revision: 1,
      policyAgeMs: 0,
    });
    expect(logLines(lines)).toMatchObject([{ decidedAt: record?.decidedAt, refusalMessage: message }]);
    for (const query of [{ user: 'batchi' }, { rule: 'leavers' }, { outcome: 'refused' as const }]) {
      expect((await source().list(query)).decisions).toEqual([record]);
    }
  });

  it('is an answer without a policy, too', async () => {
    const { invoke, source } = await started(PATIENT, { policies: [] });
    const { message } = await invoke();
    expect(await source().get(EVENT['connection-id'])).toMatchObject({
      outcome: 'failed-closed',
      allow: false,
      cause: 'empty',
      message,
      rules: [],
    });
  });

  it('is an event without an id, under the id of Lambda’s request', async () => {
    const { invoke, source } = await started();
    await invoke({ 'connection-id': null, username: ['x'] });
    const record = await source().get('request:8f5c9f2e-0000-4000-8000-000000000000');
    expect(record).toMatchObject({ event: { username: { malformed: '(object)' } } });
  });

  it.each([
    ['all', [true, true, true]],
    ['refused', [false, true, true]],
    ['off', [false, false, false]],
  ])('with DECISION_LOG=%s: an admission, one that a report rule is against, a refusal: %j', async (which, kept) => {
    const { invoke, source } = await started({ ...PATIENT, DECISION_LOG: which });
    const events = [{ username: 'tanaka' }, { username: 'tanaka', groups: ['trial'] }, {}];
    for (const [n, event] of events.entries()) {
      await invoke({ ...event, 'connection-id': `cvpn-connection-${n}` });
      const record = await source().get(`cvpn-connection-${n}`);
      expect(record !== undefined).toBe(kept[n]);
    }
  });

  it('is nothing without a table for it', async () => {
    const { invoke, startLines } = await started({ ...PATIENT, DECISIONS_TABLE: undefined });
    const before = faulty.puts;
    expect((await invoke()).allow).toBe(false);
    expect(faulty.puts).toBe(before);
    expect(logLines(startLines)).toMatchObject([{ message: 'policy loaded' }]);
  });
});

describe('names', () => {
  const key = 'a key that nobody else knows, of 40 signs';

  it('are pseudonyms in record and log, and the user reads the name', async () => {
    const { invoke, source } = await started({ ...PATIENT, PSEUDONYMIZE: 'true', PSEUDONYM_KEY: key });
    const { message, lines } = await invoke();
    expect(message).toBe('Not Batchi from laptop-7.example.com.');
    const record = await source().get(EVENT['connection-id']);
    const pseudonym = pseudonyms(key).pseudonymOf('batchi');
    expect(record).toMatchObject({ names: 'pseudonyms', event: { username: pseudonym, groups: ['staff'] } });
    expect(logLines(lines)).toMatchObject([{ username: pseudonym, refusalMessage: record?.message }]);
    for (const kept of [record, lines]) expect(JSON.stringify(kept)).not.toMatch(/batchi|laptop-7/i);
    expect((await source(key).list({ user: 'BÀTCHI' })).decisions).toEqual([record]);
    expect((await source().list({ user: pseudonym })).decisions).toEqual([record]);
  });

  it('are left out where pseudonyms are wanted and there is no key, which is an error line and a metric', async () => {
    const { invoke, source, startLines } = await started({ ...PATIENT, PSEUDONYMIZE: 'true' });
    expect(logLines(startLines)).toMatchObject([
      { level: 'ERROR', settings: [{ variable: 'PSEUDONYM_KEY', used: 'none: names are left out' }] },
      { message: 'policy loaded' },
    ]);
    const { lines } = await invoke();
    expect(emfLines(lines)).toMatchObject([{ SettingErrors: 1 }, {}]);
    const record = await source().get(EVENT['connection-id']);
    expect(record).toMatchObject({ names: 'left-out', message: 'Not … from ….' });
    for (const kept of [record, lines]) expect(JSON.stringify(kept)).not.toMatch(/batchi|laptop-7/i);
  });
});

describe('a decisions table', () => {
  const throttled = { status: 400, error: 'ProvisionedThroughputExceededException' };
  const denied = { status: 400, error: 'AccessDeniedException' };

  it.each<[string, PutFault, string]>([
    ['that is slow', { delayMs: 2_000 }, 'timeout'],
    ['that never answers', { delayMs: 3_600_000 }, 'timeout'],
    ['that throttles', throttled, 'unreachable'],
    ['that fails', { status: 500, error: 'InternalServerError' }, 'unreachable'],
    ['that may not be written', denied, 'refused'],
  ])('%s: the decision is right, in time, in the log and counted, and is tried once', async (_, fault, cause) => {
    const { invoke } = await started(cause === 'timeout' ? { DECISION_LOG_TIMEOUT_MS: '100' } : PATIENT);
    faulty.onPut = fault;
    const before = { puts: faulty.puts, givenUp: faulty.givenUp };
    const { allow, message, lines } = await invoke();
    expect([allow, message]).toEqual([false, 'Not Batchi from laptop-7.example.com.']);
    expect(logLines(lines)).toMatchObject([
      { message: 'decision', outcome: 'refused', username: 'Batchi', rules: ['leavers'], revision: 1 },
      { level: 'ERROR', message: 'decision could not be put on record', cause, id: EVENT['connection-id'] },
    ]);
    expect(emfLines(lines)).toMatchObject([{ Refused: 1, DecisionLogFailures: 1 }, {}]);
    // The record and the rule's mention, neither of them twice.
    expect(faulty.puts - before.puts).toBe(2);
    // The answer did not wait for the table's: both calls were broken off, of which the other side hears a little later.
    while (cause === 'timeout' && faulty.givenUp - before.givenUp < 2) await delay(5);
  });

  it('that does not exist, or cannot be reached at all', async () => {
    const missing = await started({ ...PATIENT, DECISIONS_TABLE: 'no-such-table' });
    const { allow, lines } = await missing.invoke();
    expect(allow).toBe(false);
    expect(logLines(lines)[1]).toMatchObject({ cause: 'refused', error: { name: 'StoreRefusedError' } });

    const another = await startFaultyDynamoDb(dynamoDb.endpoint);
    const { invoke } = await started(PATIENT, { endpoint: another.endpoint });
    await another.stop();
    const away = await invoke();
    expect(away.message).toBe('Not Batchi from laptop-7.example.com.');
    expect(logLines(away.lines)[1]).toMatchObject({ cause: 'unreachable' });
    expect(emfLines(away.lines)[0]).toMatchObject({ DecisionLogFailures: 1 });
  });

  it('that fails for long: every failure is counted, one line a minute tells of them', async () => {
    const { invoke, clock } = await started();
    faulty.onPut = throttled;
    const told = async () => logLines((await invoke()).lines).slice(1);
    expect(await told()).toMatchObject([{ cause: 'unreachable' }]);
    expect(await told()).toEqual([]);
    const { lines } = await invoke();
    expect(emfLines(lines)).toMatchObject([{ DecisionLogFailures: 1 }, {}]);
    faulty.onPut = denied;
    expect(await told()).toMatchObject([{ cause: 'refused' }]);
    faulty.onPut = throttled;
    clock.nowMs += 60_000;
    expect(await told()).toMatchObject([{ cause: 'unreachable', untoldFailures: 2 }]);
  });

  it('that never answers holds up no refresh of the policy, and works again at once', async () => {
    const { invoke, publish, clock, source } = await started({ DECISION_LOG_TIMEOUT_MS: '100' });
    faulty.onPut = { delayMs: 3_600_000 };
    await invoke({ 'connection-id': 'cvpn-connection-1' });
    await publish({ version: 1, defaultEffect: 'allow' });
    clock.nowMs += 10_000;
    const { allow, lines } = await invoke({ 'connection-id': 'cvpn-connection-2' });
    expect(allow).toBe(true);
    expect(logLines(lines)).toMatchObject([{ message: 'policy loaded', revision: 2 }, { outcome: 'admitted' }]);
    faulty.onPut = 'pass';
    // A busy machine may need several tries within a tenth of a second.
    let kept = false;
    for (let n = 3; n < 100 && !kept; n++) {
      await invoke({ 'connection-id': `cvpn-connection-${n}` });
      kept = (await source().get(`cvpn-connection-${n}`)) !== undefined;
    }
    expect(kept).toBe(true);
  });

  it('is not asked for what cannot be put on record, which is counted and told as well', async () => {
    const { invoke } = await started();
    // The type is broken on purpose: no fault is too strange.
    const strange = { ...lambdaContext(), awsRequestId: JSON.parse('7') };
    const { allow, lines } = await invoke({ 'connection-id': null }, strange);
    expect(allow).toBe(false);
    expect(logLines(lines)).toMatchObject([
      { cause: 'internal', error: { name: 'TypeError' } },
      { outcome: 'refused' },
    ]);
    expect(emfLines(lines)[0]).toMatchObject({ DecisionLogFailures: 1 });
  });

  it('has no more time than the invocation', async () => {
    const { invoke } = await started({ DECISION_LOG_TIMEOUT_MS: '2000' });
    faulty.onPut = { delayMs: 1_500 };
    const { lines } = await invoke({}, lambdaContext(300));
    expect(logLines(lines)[1]).toMatchObject({ cause: 'timeout', error: { text: expect.stringContaining('200 ms') } });
  });
});
