/** The handler as Lambda runs it, on a real store: decisions, changes, a store that fails and comes back. */

import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ConnectResponse, messageOf, readRequest } from '../shared/client-vpn/index.ts';
import { expectValidResponse } from '../shared/client-vpn/testing/expect-valid-response.ts';
import type { PolicyDocument } from '../shared/engine/index.ts';
import { DynamoDbPolicyStore } from '../shared/store/index.ts';
import {
  createRulesTable,
  type LocalDynamoDb,
  localDocumentClient,
  startDynalite,
} from '../shared/store/testing/dynalite.ts';
import { startTcpProxy, type TcpProxy } from '../shared/store/testing/tcp-proxy.ts';
import { emfLines, logLines, printedLines } from '../shared/testing/printed-lines.ts';
import type { Environment } from './settings.ts';
import { startHandler } from './start-handler.ts';
import { lambdaContext } from './testing/lambda-context.ts';

const MUTUAL = {
  'endpoint-id': 'cvpn-endpoint-05e3cd01fe10ad9ee',
  'connection-id': 'cvpn-connection-0cf828dc9f63cd328',
  'common-name': 'client1.domain.tld',
  username: null,
  platform: null,
  'platform-version': null,
  'public-ip': '203.0.113.10',
  'client-openvpn-version': null,
  'schema-version': 'v1',
};

const DIRECTORY = {
  ...MUTUAL,
  'endpoint-id': 'cvpn-endpoint-0b359ceb0b7e702ca',
  'connection-id': 'cvpn-connection-081b8badf6850d907',
  'common-name': null,
  username: 'Batchi',
};

const SAML = {
  'endpoint-id': 'cvpn-endpoint-0a1b2c3d4e5f67890',
  'connection-id': 'cvpn-connection-0aa11bb22cc33dd44',
  'common-name': null,
  username: 'batchi@corp.example.com',
  platform: 'win',
  'platform-version': '10.0.22631',
  'public-ip': '2001:db8:40:1::25',
  'client-openvpn-version': '2.6.12',
  'aws-client-version': '5.2.1',
  groups: ['staff', 'vpn-admins'],
  'schema-version': 'v3',
};

const OPEN: PolicyDocument = { version: 1, defaultEffect: 'allow' };

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

/** A handler on a rules table of its own, reached through the proxy; the clock stands until a test moves it. */
async function started(documents: readonly PolicyDocument[], environment: Environment = {}) {
  const tableName = await createRulesTable(direct);
  const store = new DynamoDbPolicyStore({ client: direct, tableName });
  const publish = (document: PolicyDocument) =>
    store.commit({
      prepare: () => ({ document, summary: 'test' }),
      author: { type: 'test', id: 'test' },
      reason: 'test',
    });
  for (const document of documents) await publish(document);
  const clock = { nowMs: Date.parse('2026-11-24T10:00:00+09:00') };
  const client = localDocumentClient(proxy.endpoint, { maxAttempts: 1 });
  const { result, lines } = await printedLines(async () => {
    const begun = startHandler({ RULES_TABLE: tableName, ...environment }, { client, now: () => clock.nowMs });
    await begun.loaded;
    return begun;
  });
  const invoke = async (event: unknown, context = lambdaContext()) => {
    const answered = await printedLines(() => result.handler(event, context));
    const response: ConnectResponse = answered.result;
    expectValidResponse(response, readRequest(event).schemaVersion);
    return { allow: response.allow, message: messageOf(response), lines: answered.lines };
  };
  return { tableName, publish, clock, invoke, startLines: lines };
}

describe('the cases that started the project', () => {
  const byAddress: PolicyDocument = {
    ...OPEN,
    rules: [
      {
        id: 'known-addresses-only',
        effect: 'deny',
        match: 'everyone',
        except: { sourceIps: ['198.51.100.0/24'] },
        message: 'Not from {publicIp}. Quote {connectionId}.',
      },
    ],
  };
  const leavers: PolicyDocument = {
    ...OPEN,
    rules: [{ id: 'leavers', effect: 'deny', match: { users: ['Batchi'] }, message: 'This user is not permitted.' }],
  };

  it('mutual authentication: refuses by source address with the rule’s message, admits from another address', async () => {
    const { invoke } = await started([byAddress]);
    expect(await invoke(MUTUAL)).toMatchObject({
      allow: false,
      message: 'Not from 203.0.113.10. Quote cvpn-connection-0cf828dc9f63cd328.',
    });
    expect(await invoke({ ...MUTUAL, 'public-ip': '198.51.100.7' })).toMatchObject({ allow: true, message: '' });
  });

  it('Active Directory: refuses a blocked user whatever the letter case, admits others', async () => {
    const { invoke } = await started([leavers]);
    for (const username of ['Batchi', 'batchi', 'BATCHI', 'bATCHI']) {
      const answer = await invoke({ ...DIRECTORY, username });
      expect(answer).toMatchObject({ allow: false, message: 'This user is not permitted.' });
    }
    expect(await invoke({ ...DIRECTORY, username: 'tanaka' })).toMatchObject({ allow: true });
  });

  it('a maintenance window begins and ends by itself', async () => {
    const { invoke, clock } = await started([
      {
        ...OPEN,
        rules: [
          {
            id: 'patch-night',
            effect: 'deny',
            match: { windows: [{ cron: '0 2 * * TUE#2', duration: 'PT4H', timezone: 'Asia/Tokyo' }] },
            message: 'Maintenance until {until}.',
          },
        ],
      },
    ]);
    const at = async (time: string) => {
      clock.nowMs = Date.parse(time);
      const { allow, message } = await invoke(MUTUAL);
      return { allow, message };
    };
    const refused = { allow: false, message: 'Maintenance until 2026-12-08 06:00 (Asia/Tokyo).' };
    expect(await at('2026-12-08T01:59:59.999+09:00')).toEqual({ allow: true, message: '' });
    expect(await at('2026-12-08T02:00:00+09:00')).toEqual(refused);
    expect(await at('2026-12-08T05:59:59.999+09:00')).toEqual(refused);
    expect(await at('2026-12-08T06:00:00+09:00')).toEqual({ allow: true, message: '' });
  });

  it('SAML with groups: admits by group, in schema version v3', async () => {
    const { invoke } = await started([
      {
        version: 1,
        defaultEffect: 'deny',
        rules: [{ id: 'admins', effect: 'allow', match: { groups: ['vpn-admins'] } }],
      },
    ]);
    expect(await invoke(SAML)).toMatchObject({ allow: true });
    expect(await invoke({ ...SAML, groups: ['staff'] })).toMatchObject({
      allow: false,
      message: "Refused by the VPN's policy. Connection cvpn-connection-0aa11bb22cc33dd44.",
    });
  });

  it.each([[{}], [null], ['a string']])('an event that is %j gets the default of a policy', async (event) => {
    const { invoke } = await started([{ version: 1, defaultEffect: 'deny', defaultMessage: 'No.' }]);
    expect(await invoke(event)).toMatchObject({ allow: false, message: 'No.' });
  });
});

describe('the policy', () => {
  it('is loaded before the first invocation, which then asks the store nothing', async () => {
    const { invoke, startLines } = await started([OPEN]);
    expect(logLines(startLines)).toMatchObject([{ message: 'policy loaded', revision: 1 }]);
    const before = proxy.operations.length;
    await invoke(MUTUAL);
    expect(proxy.operations.length).toBe(before);
  });

  it('of a newer revision is obeyed once the TTL has run out, with one query when nothing changed', async () => {
    const { invoke, clock, publish } = await started([OPEN]);
    await publish({ ...OPEN, defaultEffect: 'deny', defaultMessage: 'Closed.' });
    expect(await invoke(MUTUAL)).toMatchObject({ allow: true });
    clock.nowMs += 10_000;
    const { lines, ...answer } = await invoke(MUTUAL);
    expect(answer).toEqual({ allow: false, message: 'Closed.' });
    expect(logLines(lines)).toMatchObject([
      { message: 'policy loaded', revision: 2, previousRevision: 1 },
      { message: 'decision', revision: 2 },
    ]);
    clock.nowMs += 10_000;
    const before = proxy.operations.length;
    expect(await invoke(MUTUAL)).toMatchObject({ allow: false });
    expect(proxy.operations.slice(before)).toEqual(['Query']);
  });

  it('that nobody published yet is a refusal that says so, until one is', async () => {
    const { invoke, publish } = await started([], { ON_POLICY_UNAVAILABLE: 'allow' });
    const { allow, message } = await invoke(MUTUAL);
    expect(allow).toBe(false);
    expect(message).toContain('no policy published, connection cvpn-connection-0cf828dc9f63cd328');
    await publish(OPEN);
    expect(await invoke(MUTUAL)).toMatchObject({ allow: true });
  });

  it('goes on deciding past an item of somebody else, which is told once and counted', async () => {
    const { invoke, clock, tableName } = await started([OPEN]);
    await direct.send(
      new PutCommand({ TableName: tableName, Item: { pk: 'POLICY', sk: 'REVISION#0000000009', note: 'not ours' } }),
    );
    clock.nowMs += 10_000;
    const first = await invoke(MUTUAL);
    expect(first.allow).toBe(true);
    expect(logLines(first.lines)).toMatchObject([
      { level: 'ERROR', key: 'REVISION#0000000009' },
      { outcome: 'admitted' },
    ]);
    expect(emfLines(first.lines)).toMatchObject([{ Admitted: 1, ForeignItems: 1 }]);
    clock.nowMs += 10_000;
    const second = await invoke(MUTUAL);
    expect(logLines(second.lines)).toHaveLength(1);
    expect(emfLines(second.lines)).toMatchObject([{ ForeignItems: 1 }]);
  });

  it('that is damaged never opens the door, also where an unreachable store would', async () => {
    const { tableName, invoke, clock } = await started([OPEN], {
      ON_POLICY_UNAVAILABLE: 'allow',
      MAX_STALE_SECONDS: '60',
    });
    const damaged = { pk: 'POLICY', sk: 'REVISION#0000000002', kind: 'client-vpn-policy/revision@1', writeId: 'x' };
    await direct.send(new PutCommand({ TableName: tableName, Item: damaged }));
    clock.nowMs += 10_000;
    const stale = await invoke(MUTUAL);
    expect(stale.allow).toBe(true);
    expect(logLines(stale.lines)).toMatchObject([
      { level: 'ERROR', message: 'policy could not be refreshed', cause: 'corrupt' },
      { outcome: 'admitted', policyStale: true },
    ]);
    clock.nowMs += 60_000;
    const { allow, message } = await invoke(MUTUAL);
    expect(allow).toBe(false);
    expect(message).toContain('policy corrupt');
  });
});

describe('a store that cannot be reached', () => {
  it('leaves the last good policy in force until MAX_STALE_SECONDS, then refuses; back up, it decides at once', async () => {
    const { invoke, clock } = await started([OPEN], { MAX_STALE_SECONDS: '600' });
    proxy.mode = 'refuse';
    try {
      clock.nowMs += 599_000;
      const stale = await invoke(MUTUAL);
      expect(stale.allow).toBe(true);
      expect(logLines(stale.lines)).toMatchObject([
        { level: 'ERROR', message: 'policy could not be refreshed', cause: 'unreachable' },
        { level: 'INFO', outcome: 'admitted', policyStale: true, policyAgeMs: 599_000 },
      ]);
      expect(emfLines(stale.lines)).toMatchObject([{ Admitted: 1, StaleDecisions: 1, RefreshFailures: 1 }]);

      clock.nowMs += 1_000;
      const tooOld = await invoke(MUTUAL);
      expect(tooOld.allow).toBe(false);
      expect(tooOld.message).toContain('policy out of date, connection cvpn-connection-0cf828dc9f63cd328');
      expect(logLines(tooOld.lines).at(-1)).toMatchObject({ cause: 'outdated', revision: 1, policyAgeMs: 600_000 });
      expect(emfLines(tooOld.lines)).toMatchObject([{ FailedClosed: 1 }]);
    } finally {
      proxy.mode = 'pass';
    }
    clock.nowMs += 5_000;
    expect(await invoke(MUTUAL)).toMatchObject({ allow: true });
  });

  it.each([
    ['deny', false, 'failed-closed'],
    ['allow', true, 'failed-open'],
  ])('and never could, with ON_POLICY_UNAVAILABLE=%s: allow is %s', async (onPolicyUnavailable, allow, outcome) => {
    proxy.mode = 'refuse';
    try {
      const { invoke, startLines } = await started([OPEN], { ON_POLICY_UNAVAILABLE: onPolicyUnavailable });
      expect(logLines(startLines)).toMatchObject([{ level: 'ERROR', message: 'policy could not be refreshed' }]);
      const answer = await invoke(MUTUAL);
      expect(answer.allow).toBe(allow);
      expect(answer.message).toContain(allow ? '' : 'policy store unreachable');
      expect(logLines(answer.lines).at(-1)).toMatchObject({ level: 'ERROR', outcome, cause: 'unreachable' });
    } finally {
      proxy.mode = 'pass';
    }
  });

  it('while the handler started, and can be now: the first connection is decided, not refused', async () => {
    proxy.mode = 'refuse';
    let handler: Awaited<ReturnType<typeof started>>;
    try {
      handler = await started([OPEN]);
    } finally {
      proxy.mode = 'pass';
    }
    expect(logLines(handler.startLines)).toMatchObject([{ level: 'ERROR', message: 'policy could not be refreshed' }]);
    expect(await handler.invoke(MUTUAL)).toMatchObject({ allow: true });
  });

  it('after damage was seen in it is no reason to open the door, even with ON_POLICY_UNAVAILABLE=allow', async () => {
    const { tableName, invoke, clock } = await started([OPEN], {
      ON_POLICY_UNAVAILABLE: 'allow',
      MAX_STALE_SECONDS: '60',
    });
    const damaged = { pk: 'POLICY', sk: 'REVISION#0000000002', kind: 'client-vpn-policy/revision@1', writeId: 'x' };
    await direct.send(new PutCommand({ TableName: tableName, Item: damaged }));
    clock.nowMs += 10_000;
    await invoke(MUTUAL);
    proxy.mode = 'refuse';
    try {
      clock.nowMs += 60_000;
      const { allow, message, lines } = await invoke(MUTUAL);
      expect(allow).toBe(false);
      expect(message).toContain('policy corrupt');
      expect(logLines(lines)[0]).toMatchObject({ message: 'policy could not be refreshed', cause: 'unreachable' });
    } finally {
      proxy.mode = 'pass';
    }
  });

  it('and never answers: the refusal comes before Lambda’s time is over', async () => {
    const { invoke, clock } = await started([OPEN], { MAX_STALE_SECONDS: '0' });
    proxy.mode = 'stall';
    try {
      clock.nowMs += 10_000;
      const { allow, message } = await invoke(MUTUAL, lambdaContext(700));
      expect(allow).toBe(false);
      expect(message).toContain('policy out of date');
    } finally {
      proxy.mode = 'pass';
    }
  });
});

describe('a wrong environment', () => {
  it('without RULES_TABLE is a refusal that says so', async () => {
    const { invoke, startLines } = await started([OPEN], { RULES_TABLE: undefined, ON_POLICY_UNAVAILABLE: 'allow' });
    expect(startLines).toEqual([]);
    const { allow, message } = await invoke(SAML);
    expect(allow).toBe(false);
    expect(message).toContain('rules table not configured');
  });

  it('with values that do not parse is one error line and a metric; the defaults decide', async () => {
    const wrong = { POLICY_TTL_SECONDS: 'ten', ON_POLICY_UNAVAILABLE: 'maybe' };
    const { invoke, startLines } = await started([OPEN], wrong);
    expect(logLines(startLines)).toMatchObject([
      {
        level: 'ERROR',
        settings: [
          { variable: 'POLICY_TTL_SECONDS', value: 'ten', used: '10' },
          { variable: 'ON_POLICY_UNAVAILABLE', value: 'maybe', used: 'deny' },
        ],
      },
      { message: 'policy loaded' },
    ]);
    const { allow, lines } = await invoke(MUTUAL);
    expect(allow).toBe(true);
    expect(emfLines(lines)).toMatchObject([{ Admitted: 1, SettingErrors: 2 }]);
  });

  it.each([
    ['POWERTOOLS_LOGGER_SAMPLE_RATE', 'a tenth'],
    ['POWERTOOLS_LOGGER_LOG_EVENT', 'maybe'],
    ['POWERTOOLS_METRICS_DISABLED', 'maybe'],
  ])('with %s=%s, at which Powertools throws, is one error line and a metric', async (variable, value) => {
    process.env[variable] = value;
    try {
      const { invoke, startLines } = await started([OPEN]);
      expect(logLines(startLines)).toMatchObject([
        { level: 'ERROR', error: { text: expect.stringContaining(variable) } },
        { message: 'policy loaded' },
      ]);
      const { allow, lines } = await invoke(MUTUAL);
      expect(allow).toBe(true);
      expect(emfLines(lines)).toMatchObject([{ Admitted: 1, SettingErrors: 1 }]);
    } finally {
      delete process.env[variable];
    }
  });

  it('with a table that does not exist is a refusal that says so, also with ON_POLICY_UNAVAILABLE=allow', async () => {
    const wrong = { RULES_TABLE: 'no-such-table', ON_POLICY_UNAVAILABLE: 'allow' };
    const { invoke } = await started([OPEN], wrong);
    const { allow, message } = await invoke(MUTUAL);
    expect(allow).toBe(false);
    expect(message).toContain('policy store refused');
  });
});
