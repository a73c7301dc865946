import { DeleteCommand, type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { localDocumentClient } from '../../../../shared/store/testing/dynalite.ts';
import { startTestTables, type TestTables } from '../../testing/policy-table.ts';
import { runCli } from '../../testing/run-cli.ts';

let tables: TestTables;
let table: readonly string[];
let client: DynamoDBDocumentClient;

beforeAll(async () => {
  tables = await startTestTables();
  client = localDocumentClient(tables.endpoint);
});
beforeEach(async () => {
  table = await tables.create();
});
afterAll(async () => {
  client.destroy();
  await tables.stop();
});

const verify = (...args: string[]) => runCli(['verify', ...args, ...table]);
const place = () => `the table ${table[1]} at ${tables.endpoint}`;

async function publish(effect: string): Promise<void> {
  const policy = `version: 1\ndefaultEffect: ${effect}\n`;
  const ran = await runCli(['seed', '-', '--replace', '--confirm', 'lockout', ...table], { stdin: policy });
  expect(ran.exitCode).toBe(0);
}

describe('vpn-policy verify', () => {
  it('says that all is as it was written', async () => {
    await publish('allow');
    await publish('deny');
    expect(await verify()).toEqual({
      exitCode: 0,
      stdout: `2 revisions and 2 parts in ${place()}: all is as it was written.\n`,
      stderr: '',
    });
    expect(JSON.parse((await verify('--json')).stdout)).toEqual({ ok: true, revisions: 2, parts: 2, findings: [] });
  });

  it('tells what is not, and fails', async () => {
    for (const effect of ['allow', 'deny', 'allow']) await publish(effect);
    await client.send(new DeleteCommand({ TableName: table[1], Key: { pk: 'POLICY', sk: 'REVISION#0000000002' } }));
    const { exitCode, stdout, stderr } = await verify();
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: '' });
    expect(stdout.trimEnd().split('\n')).toEqual([
      'REVISION#0000000003: REVISION#0000000002 is missing [gap]',
      expect.stringMatching(/^REVISION#0000000003: .* \[broken-chain\]$/),
      expect.stringMatching(/^2 revisions and 1 part in .*: it is not as it was written/),
    ]);
    expect(await verify('--json')).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('"code": "gap"') });
  });

  it('tells of items that are not ours, and does not mind them', async () => {
    await publish('allow');
    await client.send(
      new PutCommand({ TableName: table[1], Item: { pk: 'POLICY', sk: 'REVISION#\u001b[2J', what: 'ours?' } }),
    );
    const { exitCode, stdout } = await verify();
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^REVISION#\\u\{1b\}\[2J: .* \[foreign-item\]\n1 revision and 1 part /);
  });

  it('fails where no policy has been published', async () => {
    expect(await verify()).toEqual({
      exitCode: 1,
      stdout: `0 revisions and 0 parts in ${place()}: no policy has been published yet.\n`,
      stderr: '',
    });
  });
});
