import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { devNull } from 'node:os';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { rulesTable } from '../shared/store/index.ts';
import { type LocalDynamoDb, localDocumentClient, startDynalite } from '../shared/store/testing/dynalite.ts';
import { bigPolicy } from '../shared/store/testing/policies.ts';
import { startTcpProxy, type TcpProxy } from '../shared/store/testing/tcp-proxy.ts';
import { makeFolder } from './cli/testing/folder.ts';
import { startTestTables } from './cli/testing/policy-table.ts';
import { runCli } from './cli/testing/run-cli.ts';
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
      'vpn-policy: no AWS credentials: Could not load credentials from any providers. Set AWS_PROFILE to a profile that there is, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY\n',
    ],
  ])(
    'says what is missing with %j',
    async (options, stderr) => {
      const env = { RULES_TABLE: 'rules' };
      expect(await vpnPolicy(['export', ...options], env)).toEqual({ exitCode: 2, stdout: '', stderr });
    },
    30_000,
  );

  it.each([
    { where: 'where nobody reads what it prints', mode: 'unread', exitCode: 0, stderr: '' },
    {
      where: 'where the disk is full',
      mode: 'full',
      exitCode: 2,
      stderr: 'vpn-policy: cannot write to standard output: no space left on the device\n',
    },
  ])(
    'writes the policy all the same $where',
    async ({ mode, exitCode, stderr }) => {
      const tables = await startTestTables();
      const table = await tables.create();
      const stdout = openSync('/dev/full', 'w');
      const options = { cwd: FOLDER, env: { ...ENVIRONMENT, ...CREDENTIALS } };
      const command = ['--import', 'tsx', 'scripts/vpn-policy.ts', 'seed', 'policies/example.yaml', ...table];
      const child = spawn(process.execPath, command, {
        ...options,
        stdio: ['ignore', mode === 'full' ? stdout : 'pipe', 'pipe'],
      });
      child.stdout?.destroy();
      const [told] = await Promise.all([child.stderr && text(child.stderr), once(child, 'close')]);
      expect({ exitCode: child.exitCode, stderr: told }).toEqual({ exitCode, stderr });
      expect((await runCli(['export', ...table])).exitCode).toBe(0);
      closeSync(stdout);
      await tables.stop();
    },
    30_000,
  );

  it("takes TZ=:/etc/localtime for the machine's zone", async () => {
    const env = { TZ: ':/etc/localtime', DYNAMODB_PORT: String(dynamoDb.port) };
    const args = ['block', 'batchi', '--until', '00:00', '--local', '--dry-run'];
    expect((await vpnPolicy(args, env)).stderr).not.toContain('time zone');
  }, 30_000);

  describe('interrupted', () => {
    const OLD = '{"version":1,"defaultEffect":"allow","defaultMessage":"old"}';
    const IN_A_WRITE =
      'vpn-policy: interrupted; the write that was under way is made as a whole or not at all: vpn-policy log shows which\n';

    it.each([
      { where: 'before its parts are there', held: 'DynamoDB_20120810.PutItem', signal: 'SIGINT', exitCode: 130 },
      { where: 'before it counts', held: 'REVISION#0000000002', signal: 'SIGTERM', exitCode: 143 },
    ] as const)(
      'in a large write, $where, leaves the old policy whole',
      async ({ held, signal, exitCode }) => {
        const tables = await startTestTables();
        const [table, proxy, folder] = await Promise.all([tables.create(), startTcpProxy(tables.port), makeFolder()]);
        expect((await runCli(['seed', '-', ...table], { stdin: OLD })).exitCode).toBe(0);

        proxy.holdRequests(held);
        const large = await folder.file('large.json', JSON.stringify(bigPolicy(500, 20_000)));
        const throughProxy = ['--endpoint', proxy.endpoint];
        const { child, ended } = startVpnPolicy(['seed', large, '--replace', ...table, ...throughProxy], CREDENTIALS);
        await heldUp(proxy, child);
        child.kill(signal);
        expect(await ended).toEqual({ exitCode, stdout: '', stderr: IN_A_WRITE });

        const inForce = await runCli(['export', '--json', ...table]);
        expect(JSON.parse(inForce.stdout)).toEqual(JSON.parse(OLD));
        expect(inForce.stderr).toMatch(/^vpn-policy: revision 1 /);
        await Promise.all([proxy.stop(), folder.remove(), tables.stop()]);
      },
      30_000,
    );

    it('says no more where nothing was being written', async () => {
      const proxy = await startTcpProxy(dynamoDb.port);
      proxy.holdRequests('DynamoDB_20120810.Query');
      const table = ['--table', 'any', '--region', 'us-east-1', '--endpoint', proxy.endpoint];
      const { child, ended } = startVpnPolicy(['export', ...table], CREDENTIALS);
      await heldUp(proxy, child);
      child.kill('SIGINT');
      expect(await ended).toEqual({ exitCode: 130, stdout: '', stderr: 'vpn-policy: interrupted\n' });
      await proxy.stop();
    }, 30_000);
  });
});

const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };

/** Resolves when the proxy holds a request of the process, or there is no process any more. */
async function heldUp(proxy: TcpProxy, child: ChildProcess): Promise<void> {
  while (proxy.held === 0 && child.exitCode === null) await delay(10);
}

function vpnPolicy(args: readonly string[], env: Readonly<Record<string, string>> = {}, stdin = '') {
  const { child, ended } = startVpnPolicy(args, env);
  child.stdin?.end(stdin);
  return ended;
}

interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function startVpnPolicy(args: readonly string[], env: Readonly<Record<string, string>>) {
  const command = ['--import', 'tsx', 'scripts/vpn-policy.ts', ...args];
  const child = spawn(process.execPath, command, { cwd: FOLDER, env: { ...ENVIRONMENT, ...env } });
  const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]).then(
    ([stdout, stderr]): Ended => ({ exitCode: child.exitCode, stdout, stderr }),
  );
  return { child, ended };
}

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo; // it listens on TCP
  await new Promise((closed) => server.close(closed));
  return port;
}
