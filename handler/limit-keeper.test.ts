/** The handler and limits of sessions per user, on real tables: who is refused, what is told, and that no fault refuses anybody. */
import { type DynamoDBDocumentClient, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { messageOf, readRequest } from '../shared/client-vpn/index.ts';
import { expectValidResponse } from '../shared/client-vpn/testing/expect-valid-response.ts';
import { createDecisionSource, pseudonyms } from '../shared/decision-log/index.ts';
import { compile, type PolicyDocument } from '../shared/engine/index.ts';
import { DynamoDbPolicyStore } from '../shared/store/index.ts';
import {
  createDecisionsTable,
  createRulesTable,
  createSessionsTable,
  type LocalDynamoDb,
  localDocumentClient,
  startDynalite,
} from '../shared/store/testing/dynalite.ts';
import { startTcpProxy, type TcpProxy } from '../shared/store/testing/tcp-proxy.ts';
import { emfLines, logLines, printedLines } from '../shared/testing/printed-lines.ts';
import type { AdmittedVerdict } from './limit-keeper.ts';
import { createLimitKeeper } from './limit-keeper.ts';
import type { Environment } from './settings.ts';
import { startHandler } from './start-handler.ts';
import { lambdaContext } from './testing/lambda-context.ts';

const FRANKFURT = 'cvpn-endpoint-0a1b2c3d4e5f67890';
const TOKYO = 'cvpn-endpoint-05e3cd01fe10ad9ee';
const NOW_MS = Date.parse('2026-11-24T10:00:00+09:00');
const MESSAGE = 'You are connected already, {username}. Quote {connectionId}.';

const POLICY: PolicyDocument = {
  version: 1,
  defaultEffect: 'allow',
  defaultMessage: 'Not now. Quote {connectionId}.',
  endpoints: { [TOKYO]: { name: 'tokyo', mode: 'observe' } },
  rules: [
    { id: 'leavers', effect: 'deny', match: { users: ['tanaka'] } },
    { id: 'try-it', effect: 'deny', mode: 'report', match: { groups: ['trial'] } },
    { id: 'staff', effect: 'allow', match: { groups: ['staff'] }, postureStatuses: ['compliant'] },
  ],
  limits: [
    { id: 'one-each', match: 'everyone', except: { groups: ['vpn-admins'] }, maxConnections: 1, message: MESSAGE },
    { id: 'few-admins', match: { groups: ['vpn-admins'] }, maxConnections: 1, whenExceeded: 'endOldest' },
  ],
};

const EVENT = {
  'endpoint-id': FRANKFURT,
  'connection-id': 'cvpn-connection-01',
  username: 'Batchi',
  'common-name': 'laptop-7.example.com',
  'public-ip': '203.0.113.9',
  groups: ['staff'],
  'schema-version': 'v3',
};

/** Time enough on a busy machine, where nothing is to fail. */
const PATIENT = { DECISION_LOG_TIMEOUT_MS: '2000', SESSIONS_TIMEOUT_MS: '2000' };

let dynamoDb: LocalDynamoDb;
let direct: DynamoDBDocumentClient;
let proxy: TcpProxy;

beforeAll(async () => {
  dynamoDb = await startDynalite();
  direct = localDocumentClient(dynamoDb.endpoint);
  proxy = await startTcpProxy(dynamoDb.port);
});

afterAll(async () => {
  direct.destroy();
  await proxy.stop();
  await dynamoDb.stop();
});

/** A handler on tables of its own, reached through the proxy, after a pass; the clock stands until a test moves it. */
async function started(environment: Environment = {}, policy = POLICY) {
  const [rulesTable, decisionsTable, sessionsTable] = await Promise.all([
    createRulesTable(direct),
    createDecisionsTable(direct),
    createSessionsTable(direct),
  ]);
  await new DynamoDbPolicyStore({ client: direct, tableName: rulesTable }).commit({
    prepare: () => ({ document: policy, summary: 'test' }),
    author: { type: 'test', id: 'test' },
    reason: 'test',
  });
  const pass = { pk: 'PASS', atMs: NOW_MS, endpoints: [FRANKFURT, TOKYO] };
  await direct.send(new PutCommand({ TableName: sessionsTable, Item: pass }));
  const clock = { nowMs: NOW_MS };
  const tables = { RULES_TABLE: rulesTable, DECISIONS_TABLE: decisionsTable, SESSIONS_TABLE: sessionsTable };
  const { result } = await printedLines(async () => {
    const client = localDocumentClient(proxy.endpoint, { maxAttempts: 1 });
    const begun = startHandler({ ...tables, ...PATIENT, ...environment }, { client, now: () => clock.nowMs });
    await begun.loaded;
    return begun;
  });
  const answerTo = async (event: object) => {
    const response = await result.handler({ ...EVENT, ...event }, lambdaContext());
    expectValidResponse(response, readRequest({ ...EVENT, ...event }).schemaVersion);
    return { allow: response.allow, message: messageOf(response) };
  };
  const invoke = async (event: object = {}) => {
    const { result: answered, lines } = await printedLines(() => answerTo(event));
    return { ...answered, logged: logLines(lines), metrics: emfLines(lines) };
  };
  const source = createDecisionSource({ client: direct, tableName: decisionsTable, now: () => clock.nowMs + 1 });
  const users = async () => {
    const { Items } = await direct.send(new ScanCommand({ TableName: sessionsTable }));
    return (Items ?? []).map(({ pk }) => String(pk)).filter((pk) => pk !== 'PASS');
  };
  return { invoke, answerTo, source, users, clock };
}

const second = { 'connection-id': 'cvpn-connection-02' };

describe('a user who has as many sessions as they may', () => {
  it('is refused with the limit’s message; log line, metrics and record say so', async () => {
    const { invoke, source } = await started();
    expect(await invoke()).toMatchObject({ allow: true, message: '' });
    const { allow, message, logged, metrics } = await invoke({ ...second, username: 'BATCHI' });
    expect([allow, message]).toEqual([false, 'You are connected already, BATCHI. Quote cvpn-connection-02.']);
    expect(logged).toMatchObject([
      {
        level: 'INFO',
        outcome: 'refused',
        effect: 'deny',
        decidedBy: 'limit',
        rules: ['one-each'],
        postureStatuses: [],
      },
    ]);
    expect(metrics).toMatchObject([
      { endpoint: FRANKFURT, Refused: 1, LimitRefusals: 1 },
      { rule: 'one-each', RefusalsByRule: 1 },
    ]);
    const record = await source.get('cvpn-connection-02');
    expect(record).toMatchObject({
      outcome: 'refused',
      allow: false,
      decidedBy: 'limit',
      rules: ['one-each'],
      message,
    });
    expect((await source.list({ rule: 'one-each' })).decisions).toEqual([record]);
  });

  it('is let in where the endpoint only observes, which is told', async () => {
    const { invoke, source } = await started();
    await invoke();
    const { allow, logged, metrics } = await invoke({ ...second, 'endpoint-id': TOKYO });
    expect(allow).toBe(true);
    expect(logged).toMatchObject([{ outcome: 'observed', decidedBy: 'limit', rules: ['one-each'] }]);
    expect(metrics).toMatchObject([{ Observed: 1 }]);
    expect(metrics[0]).not.toHaveProperty('LimitRefusals');
    expect(await source.get('cvpn-connection-02')).toMatchObject({
      outcome: 'observed',
      allow: true,
      decidedBy: 'limit',
    });
  });

  it('gets in with one of many logins at the same moment', async () => {
    const { answerTo } = await started();
    const { result } = await printedLines(() =>
      Promise.all(Array.from({ length: 6 }, (_, n) => answerTo({ 'connection-id': `cvpn-connection-1${n}` }))),
    );
    expect(result.filter(({ allow }) => allow)).toHaveLength(1);
  });

  it('keeps the place that they have when their connection is asked about again', async () => {
    const { invoke } = await started();
    expect([await invoke(), await invoke()]).toMatchObject([{ allow: true }, { allow: true }]);
  });
});

describe('whose sessions they are', () => {
  it.each<[string, object, Environment, string]>([
    ['is the user name', {}, {}, 'USER#batchi'],
    ['is the common name where there is no user name', { username: null }, {}, 'USER#laptop-7.example.com'],
    [
      'is a pseudonym where names are not kept',
      {},
      { PSEUDONYMIZE: 'true', PSEUDONYM_KEY: 'k'.repeat(32) },
      `USER#${pseudonyms('k'.repeat(32)).pseudonymOf('batchi').toLowerCase()}`,
    ],
  ])('%s', async (_, event, environment, key) => {
    const { invoke, users } = await started(environment);
    expect(await invoke(event)).toMatchObject({ allow: true });
    expect(await users()).toEqual([key]);
    expect(await invoke({ ...event, ...second })).toMatchObject({ allow: false });
  });
});

describe('the sessions table', () => {
  it.each<[string, object, boolean]>([
    ['the rules refuse', { username: 'tanaka' }, false],
    ['the rules refuse and the endpoint observes', { username: 'tanaka', 'endpoint-id': TOKYO }, true],
    ['only a limit that ends the oldest applies', { groups: ['vpn-admins'] }, true],
  ])('is not asked where %s', async (_, event, allow) => {
    const { invoke, users } = await started();
    const before = proxy.operations.length;
    expect(await invoke(event)).toMatchObject({ allow });
    expect(proxy.operations.slice(before).filter((operation) => operation !== 'PutItem')).toEqual([]);
    expect(await users()).toEqual([]);
  });

  it('is not asked where the policy has no limits', async () => {
    const { limits: _, ...policy } = POLICY;
    const { invoke } = await started({ SESSIONS_TABLE: 'no-such-table' }, policy);
    const { allow, logged } = await invoke();
    expect(allow).toBe(true);
    expect(logged).toHaveLength(1);
  });
});

describe('a count that is not known lets the connection in, with an error line and a metric', () => {
  const NOT_KNOWN = "a user's sessions are not known, so that no limit refuses";

  it.each<[string, string, Environment, object, number]>([
    ['there is no such table', 'refused', { SESSIONS_TABLE: 'no-such-table' }, {}, 0],
    ['no table is configured', 'not-configured', { SESSIONS_TABLE: '' }, {}, 0],
    ['the last pass was long ago', 'stale-count', {}, {}, 300_001],
    ['the event names nobody', 'unnamed', {}, { username: null, 'common-name': '' }, 0],
    ['the event’s name is malformed', 'unnamed', {}, { username: null, 'common-name': 'x'.repeat(513) }, 0],
    ['the event names no connection', 'unnamed', {}, { 'connection-id': null }, 0],
    ['the event names no endpoint', 'unnamed', {}, { 'endpoint-id': 7 }, 0],
    ['names are left out', 'unnamed', { PSEUDONYMIZE: 'true' }, {}, 0],
  ])('where %s: %s', async (_, cause, environment, event, laterMs) => {
    const { invoke, clock } = await started({ ...environment, POLICY_TTL_SECONDS: '3600' });
    clock.nowMs += laterMs;
    const { allow, logged, metrics } = await invoke(event);
    expect(allow).toBe(true);
    expect(logged[0]).toMatchObject({ level: 'ERROR', message: NOT_KNOWN, cause });
    expect(logged[1]).toMatchObject({ message: 'decision', outcome: 'admitted' });
    expect(metrics).toMatchObject([{ Admitted: 1, LimitsNotKnown: 1 }]);
  });

  it('where the table does not answer in time', async () => {
    const { invoke } = await started({ SESSIONS_TIMEOUT_MS: '50', DECISION_LOG: 'off' });
    proxy.mode = 'stall';
    try {
      const { allow, logged } = await invoke();
      expect(allow).toBe(true);
      expect(logged[0]).toMatchObject({ message: NOT_KNOWN, cause: 'timeout', connectionId: EVENT['connection-id'] });
    } finally {
      proxy.mode = 'pass';
    }
  });

  it('once a minute for each cause, with how many were not told; each is counted', async () => {
    const { invoke, clock } = await started({ SESSIONS_TABLE: '' });
    const told = async () => {
      const { logged, metrics } = await invoke();
      expect(metrics).toMatchObject([{ LimitsNotKnown: 1 }]);
      return logged.filter(({ message }) => message === NOT_KNOWN);
    };
    expect(await told()).toHaveLength(1);
    expect([await told(), await told()]).toEqual([[], []]);
    clock.nowMs += 60_000;
    expect(await told()).toMatchObject([{ untoldFailures: 2 }]);
  });

  it('also where counting itself fails', async () => {
    const broken = (): never => {
      throw new Error('broken');
    };
    const counted: string[] = [];
    const parts = {
      names: { names: 'clear' },
      now: () => NOW_MS,
      metrics: { count: (name: string) => counted.push(name) },
    } as const;
    const keeper = (error: () => void) =>
      createLimitKeeper({ ...parts, counter: { admit: broken }, logger: { error } });
    const admission: AdmittedVerdict = {
      outcome: 'admitted',
      decidedAtMs: NOW_MS,
      decision: {
        allow: true,
        effect: 'allow',
        decidedBy: 'default',
        rules: [],
        postureStatuses: [],
        reported: [],
        observed: false,
      },
      policy: compile(POLICY),
      revision: 1,
      policyAgeMs: 0,
      stale: false,
    };
    const lines: unknown[] = [];
    expect(await keeper((...line: unknown[]) => lines.push(line)).keep(admission, readRequest(EVENT), 1_000)).toBe(
      admission,
    );
    expect(await keeper(broken).keep(admission, readRequest(EVENT), 1_000)).toBe(admission);
    expect(lines).toMatchObject([[NOT_KNOWN, { cause: 'internal', error: { text: 'broken' } }]]);
    expect(counted).toEqual(['LimitsNotKnown', 'LimitsNotKnown']);
  });
});
