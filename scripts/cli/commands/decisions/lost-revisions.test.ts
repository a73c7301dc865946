/** Decisions of revisions that cannot be read any more: what is on record is told all the same. */
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PolicyDocument } from '../../../../shared/engine/index.ts';
import { DynamoDbPolicyStore } from '../../../../shared/store/index.ts';
import { localDocumentClient } from '../../../../shared/store/testing/dynalite.ts';
import { startTestTables, type TestTables } from '../../testing/policy-table.ts';
import { type RecordedVpn, startRecordedVpn, WAYS, type Way } from '../../testing/recorded-vpn.ts';
import { NOW, runCli } from '../../testing/run-cli.ts';

const POLICY: PolicyDocument = {
  version: 1,
  defaultEffect: 'allow',
  rules: [{ id: 'block-batchi', effect: 'deny', match: { users: ['batchi'] } }],
};
/** With a condition that this program does not know. */
const FOREIGN = JSON.parse(JSON.stringify(POLICY).replace('"users"', '"countries"'));
const AT_MS = Date.parse(NOW) - 60_000;

let tables: TestTables;
let vpn: RecordedVpn;

beforeAll(async () => {
  tables = await startTestTables();
  vpn = await startRecordedVpn(tables, () => Date.parse(NOW));
  const [, tableName = ''] = vpn.access.table;
  const client = localDocumentClient(tables.endpoint);
  const store = new DynamoDbPolicyStore({ client, tableName });
  for (const document of [FOREIGN, POLICY, POLICY]) {
    await store.commit({
      prepare: () => ({ document, summary: 'test' }),
      author: { type: 'test', id: 'test' },
      reason: 'test',
    });
  }
  const damaged = { pk: 'POLICY', sk: 'REVISION#0000000002', kind: 'client-vpn-policy/revision@1', writeId: 'x' };
  await client.send(new PutCommand({ TableName: tableName, Item: damaged }));
  client.destroy();
  for (const revision of [1, 2, 3, 4]) {
    const event = { 'connection-id': `cvpn-connection-${revision}`, username: 'batchi', 'schema-version': 'v3' };
    await vpn.decisions.record(event, { policy: POLICY, revision, atMs: AT_MS });
  }
  const outdated = { 'connection-id': 'cvpn-connection-5', username: 'batchi' };
  await vpn.decisions.record(outdated, { policy: undefined, revision: 3, atMs: AT_MS });
});
afterAll(async () => {
  await vpn.stop();
  await tables.stop();
});

const run = (way: Way, args: readonly string[]) => runCli([...args, ...vpn.access[way]]);

describe.each(WAYS)('by %s', (way) => {
  it.each([
    ['another language', 1],
    ['damaged', 2],
    ['not there', 4],
  ])('a decision of a revision that is %s is told, and that there are no reasons', async (_, revision) => {
    const { exitCode, stdout, stderr } = await run(way, ['decisions', `cvpn-connection-${revision}`]);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^REFUSED by block-batchi\n/);
    expect(stdout).toContain('  user: batchi\n');
    expect(stdout).toContain(`\nnote: revision ${revision} is not in the rules table any more or cannot be read`);
  });

  it('a decision that no policy made has no reasons, though a revision was at hand', async () => {
    const { exitCode, stdout } = await run(way, ['decisions', 'cvpn-connection-5']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^REFUSED \(FAILED\) no policy decided: unreachable\n/);
    expect(stdout).toContain('  policy: revision 3\n');
    expect(stdout).not.toMatch(/By the rules|note:/);
    expect(JSON.parse((await run(way, ['decisions', 'cvpn-connection-5', '--json'])).stdout).trace).toBeNull();
  });

  it.each([1, 2])('a replay of revision %d says in a line why it cannot be', async (revision) => {
    const { exitCode, stdout, stderr } = await run(way, ['replay', '--revision', String(revision)]);
    expect([stdout, stderr.split('\n').length]).toEqual(['', 2]);
    expect(exitCode).toBeGreaterThan(0);
    expect(stderr).toMatch(way === 'api' ? /cannot be read as it was written/ : /countries|REVISION#0000000002/);
  });
});
