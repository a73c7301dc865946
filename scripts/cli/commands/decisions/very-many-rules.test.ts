/** A decision by a policy of as many rules as there may be: more reasons than the API can send at once. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { PolicyDocument } from '../../../../shared/engine/index.ts';
import { DynamoDbPolicyStore } from '../../../../shared/store/index.ts';
import { localDocumentClient } from '../../../../shared/store/testing/dynalite.ts';
import { startTestTables, type TestTables } from '../../testing/policy-table.ts';
import { type RecordedVpn, startRecordedVpn, WAYS } from '../../testing/recorded-vpn.ts';
import { NOW, runCli } from '../../testing/run-cli.ts';

const BLOCK = { users: ['x'], groups: ['y'], sourceIps: ['192.0.2.1'], platforms: ['win'], openvpnVersion: '<2.6' };
const POLICY: PolicyDocument = {
  version: 1,
  defaultEffect: 'allow',
  rules: [
    ...Array.from({ length: 9_999 }, (_, n) => ({
      id: `rule-${n}`,
      effect: 'deny' as const,
      match: [BLOCK, { groups: ['z'] }],
    })),
    { id: 'block-batchi', effect: 'deny', match: { users: ['batchi'] } },
  ],
};

let tables: TestTables;
let vpn: RecordedVpn;

beforeAll(async () => {
  tables = await startTestTables();
  vpn = await startRecordedVpn(tables, () => Date.parse(NOW));
  const client = localDocumentClient(tables.endpoint);
  await new DynamoDbPolicyStore({ client, tableName: vpn.access.table[1] ?? '' }).commit({
    prepare: () => ({ document: POLICY, summary: 'test' }),
    author: { type: 'test', id: 'test' },
    reason: 'test',
  });
  client.destroy();
  const event = { 'connection-id': 'cvpn-connection-1', username: 'batchi', 'schema-version': 'v3' };
  await vpn.decisions.record(event, { policy: POLICY, revision: 1, atMs: Date.parse(NOW) - 60_000 });
}, 60_000);
afterAll(async () => {
  await vpn.stop();
  await tables.stop();
});

it.each(WAYS)(
  'is told by %s with the reasons that count',
  async (way) => {
    const { exitCode, stdout, stderr } = await runCli(['decisions', 'cvpn-connection-1', ...vpn.access[way]]);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^REFUSED by block-batchi\n/);
    expect(stdout).toMatch(/^block-batchi +deny +refuses +match holds: users match$/m);
    expect(stdout.includes('(9,999 rules did not apply')).toBe(way === 'table');
  },
  60_000,
);
