/** The handler behind Lambda's invoke API, as Client VPN calls it: the real bundle in serverless offline, on dynalite. */
import { setTimeout as delay } from 'node:timers/promises';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  LOCAL_DECISIONS_TABLE,
  LOCAL_FUNCTION,
  LOCAL_REGION,
  LOCAL_RULES_TABLE,
} from '../scripts/local-stack/settings.ts';
import { type LocalStackProcess, startLocalStack } from '../scripts/local-stack/testing/start-local-stack.ts';
import { messageOf, readRequest } from '../shared/client-vpn/index.ts';
import { expectValidResponse } from '../shared/client-vpn/testing/expect-valid-response.ts';
import { createDecisionSource } from '../shared/decision-log/index.ts';
import type { PolicyDocument } from '../shared/engine/index.ts';
import { DynamoDbPolicyStore } from '../shared/store/index.ts';
import { localDocumentClient } from '../shared/store/testing/dynalite.ts';

/** serverless.yml's default, and what a check may take beyond it. */
const TTL_MS = 10_000;
const MARGIN_MS = 3_000;

const BY_ADDRESS = 'cvpn-endpoint-05e3cd01fe10ad9ee';
const BY_USER = 'cvpn-endpoint-0b359ceb0b7e702ca';
const BY_GROUP = 'cvpn-endpoint-0a1b2c3d4e5f67890';
const MAINTAINED = 'cvpn-endpoint-0c0ffee0c0ffee000';

/** Two seconds of maintenance that begin when the handler surely knows of them. */
function policy(nowMs: number): { document: PolicyDocument; beginsMs: number; endsMs: number } {
  const beginsMs = nowMs + TTL_MS + MARGIN_MS;
  const endsMs = beginsMs + 2_000;
  const window = { from: new Date(beginsMs).toISOString(), until: new Date(endsMs).toISOString() };
  return {
    beginsMs,
    endsMs,
    document: {
      version: 1,
      defaultEffect: 'deny',
      defaultMessage: 'By default.',
      rules: [
        {
          id: 'known-addresses-only',
          effect: 'deny',
          match: { endpoints: [BY_ADDRESS] },
          except: { sourceIps: ['198.51.100.0/24'] },
          message: 'Not from {publicIp}.',
        },
        { id: 'leavers', effect: 'deny', match: { users: ['batchi'] }, message: 'This user is not permitted.' },
        {
          id: 'maintenance',
          effect: 'deny',
          match: { endpoints: [MAINTAINED], windows: [window] },
          message: 'Maintenance.',
        },
        { id: 'staff', effect: 'allow', match: { endpoints: [BY_GROUP], groups: ['vpn-admins'] } },
        { id: 'others', effect: 'allow', match: { endpoints: [BY_ADDRESS, BY_USER, MAINTAINED] } },
      ],
    },
  };
}

const MUTUAL = {
  'endpoint-id': BY_ADDRESS,
  'connection-id': 'cvpn-connection-0cf828dc9f63cd328',
  'common-name': 'client1.domain.tld',
  username: null,
  platform: null,
  'platform-version': null,
  'public-ip': '203.0.113.10',
  'client-openvpn-version': null,
  'schema-version': 'v1',
};

const DIRECTORY = { ...MUTUAL, 'endpoint-id': BY_USER, 'common-name': null, username: 'Batchi' };

const SAML = {
  ...MUTUAL,
  'endpoint-id': BY_GROUP,
  'common-name': null,
  username: 'tanaka@corp.example.com',
  platform: 'win',
  'aws-client-version': '5.2.1',
  groups: ['staff', 'vpn-admins'],
  'schema-version': 'v3',
};

let stack: LocalStackProcess;
let lambda: LambdaClient;
let dynamoDb: DynamoDBDocumentClient;
let published: ReturnType<typeof policy>;

async function invoke(event: unknown): Promise<{ allow: boolean; message: string }> {
  const payload = new TextEncoder().encode(JSON.stringify(event));
  const { Payload, FunctionError } = await lambda.send(
    new InvokeCommand({ FunctionName: LOCAL_FUNCTION, Payload: payload }),
  );
  expect(FunctionError).toBeUndefined();
  const response: unknown = JSON.parse(new TextDecoder().decode(Payload));
  expectValidResponse(response, readRequest(event).schemaVersion);
  return { allow: response.allow, message: messageOf(response) };
}

beforeAll(async () => {
  stack = await startLocalStack();
  lambda = new LambdaClient({
    endpoint: `http://127.0.0.1:${stack.lambdaPort}`,
    region: LOCAL_REGION,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  dynamoDb = localDocumentClient(`http://127.0.0.1:${stack.dynamoDbPort}`);
  published = policy(Date.now());
  await new DynamoDbPolicyStore({ client: dynamoDb, tableName: LOCAL_RULES_TABLE }).commit({
    prepare: () => ({ document: published.document, summary: 'for the test' }),
    author: { type: 'test', id: 'test' },
    reason: 'for the test',
  });
  // The handler has the seeded policy and asks again when its TTL is over, with no restart.
  const obeyedBy = Date.now() + TTL_MS + MARGIN_MS;
  while ((await invoke({})).message !== 'By default.') {
    if (Date.now() > obeyedBy) throw new Error('the changed policy is not obeyed after its TTL');
    await delay(250);
  }
}, 90_000);

afterAll(async () => {
  dynamoDb?.destroy();
  lambda?.destroy();
  await stack?.end('SIGTERM');
});

describe('through Lambda’s invoke API', () => {
  it('mutual authentication is refused by source address with the rule’s message, admitted from another address', async () => {
    expect(await invoke(MUTUAL)).toEqual({ allow: false, message: 'Not from 203.0.113.10.' });
    expect(await invoke({ ...MUTUAL, 'public-ip': '198.51.100.7' })).toEqual({ allow: true, message: '' });
  });

  it('a blocked Active Directory user is refused whatever the letter case, others are admitted', async () => {
    for (const username of ['Batchi', 'batchi', 'BATCHI']) {
      const refused = { allow: false, message: 'This user is not permitted.' };
      expect(await invoke({ ...DIRECTORY, username })).toEqual(refused);
    }
    expect(await invoke({ ...DIRECTORY, username: 'tanaka' })).toEqual({ allow: true, message: '' });
  });

  it('a v3 event is admitted by its groups', async () => {
    expect(await invoke(SAML)).toEqual({ allow: true, message: '' });
    expect(await invoke({ ...SAML, groups: ['staff'] })).toEqual({ allow: false, message: 'By default.' });
  });

  it('each decision is on record, and found by connection and by user', async () => {
    const event = { ...DIRECTORY, 'connection-id': 'cvpn-connection-0decision0log0000', username: 'BATCHI' };
    expect(await invoke(event)).toMatchObject({ allow: false });
    const decisions = createDecisionSource({ client: dynamoDb, tableName: LOCAL_DECISIONS_TABLE });
    const record = await decisions.get(event['connection-id']);
    expect(record).toMatchObject({ outcome: 'refused', rules: ['leavers'], message: 'This user is not permitted.' });
    expect((await decisions.list({ user: 'batchi', limit: 1 })).decisions).toEqual([record]);
  });

  it.each([[{}], [null], ['a string'], [[1, 2]], [7]])('an event that is %j gets a valid refusal', async (event) => {
    expect(await invoke(event)).toMatchObject({ allow: false });
  });

  it('maintenance begins and ends by itself', async () => {
    const event = { ...MUTUAL, 'endpoint-id': MAINTAINED };
    if (Date.now() < published.beginsMs - 500) expect(await invoke(event)).toEqual({ allow: true, message: '' });
    await delay(published.beginsMs + 300 - Date.now());
    expect(await invoke(event)).toEqual({ allow: false, message: 'Maintenance.' });
    await delay(published.endsMs + 100 - Date.now());
    expect(await invoke(event)).toEqual({ allow: true, message: '' });
  }, 30_000);
});
