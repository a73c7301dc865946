import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { devNull } from 'node:os';
import { resolve } from 'node:path';
import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { rulesTable } from '../shared/store/index.ts';
import { type LocalDynamoDb, localDocumentClient, startDynalite } from '../shared/store/testing/dynalite.ts';
import { LOCAL_RULES_TABLE } from './local-stack/settings.ts';

const FOLDER = resolve(__dirname, '..');
/** Nothing of who runs the tests, so that no command here can reach an AWS account. */
const ENVIRONMENT = {
  PATH: process.env.PATH,
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_CONFIG_FILE: devNull,
  AWS_SHARED_CREDENTIALS_FILE: devNull,
};

let dynamoDb: LocalDynamoDb;

beforeAll(async () => {
  dynamoDb = await startDynalite();
  const client = localDocumentClient(dynamoDb.endpoint);
  await client.send(new CreateTableCommand(rulesTable(LOCAL_RULES_TABLE)));
  client.destroy();
});
afterAll(() => dynamoDb.stop());

describe('scripts/vpn-policy.ts', () => {
  it('validates the example policy', async () => {
    expect(await vpnPolicy(['validate', 'policies/example.yaml'])).toEqual({
      exitCode: 0,
      stdout: 'policies/example.yaml: valid, 6 tests passed\n',
      stderr: '',
    });
  }, 30_000);

  it('publishes to the local stack without any AWS settings, and asks it why', async () => {
    const env = { DYNAMODB_PORT: String(dynamoDb.port) };
    const seeded = await vpnPolicy(['seed', 'policies/example.yaml', '--local'], env);
    expect({ ...seeded, stdout: seeded.stdout.split(':')[0] }).toEqual({
      exitCode: 0,
      stdout: 'Revision 1',
      stderr: '',
    });
    const asked = await vpnPolicy(
      ['evaluate', '--local', '--connection', '-', '--explain'],
      env,
      '{"username":"Batchi"}',
    );
    expect({ exitCode: asked.exitCode, stderr: asked.stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(asked.stdout).toMatch(/^REFUSED by block-leavers\n/);
  }, 30_000);

  it('says that nothing answers where the local stack is not running', async () => {
    const port = await closedPort();
    expect(await vpnPolicy(['export', '--local'], { DYNAMODB_PORT: String(port) })).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: `vpn-policy: nothing answers at http://127.0.0.1:${port}: start the local stack with npm start, and set DYNAMODB_PORT here as there\n`,
    });
  }, 30_000);

  it.each([
    [[], 'vpn-policy: which AWS region? Give --region or set AWS_REGION\n'],
    [
      ['--region', 'eu-west-1'],
      'vpn-policy: no AWS credentials: Could not load credentials from any providers. Set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY\n',
    ],
  ])(
    'says what is missing with %j',
    async (options, stderr) => {
      const env = { RULES_TABLE: 'rules' };
      expect(await vpnPolicy(['export', ...options], env)).toEqual({ exitCode: 2, stdout: '', stderr });
    },
    30_000,
  );
});

async function vpnPolicy(args: readonly string[], env: Readonly<Record<string, string>> = {}, stdin = '') {
  return new Promise<{ exitCode: number | null; stdout: string; stderr: string }>((done) => {
    const child = execFile(
      process.execPath,
      ['--import', 'tsx', 'scripts/vpn-policy.ts', ...args],
      { cwd: FOLDER, env: { ...ENVIRONMENT, ...env } },
      (_, stdout, stderr) => done({ exitCode: child.exitCode, stdout, stderr }),
    );
    child.stdin?.end(stdin);
  });
}

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo; // it listens on TCP
  await new Promise((closed) => server.close(closed));
  return port;
}
