import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type LiveVpn, standing, startLiveVpn } from '../../testing/live-vpn.ts';
import { startTestTables, type TestTables } from '../../testing/policy-table.ts';
import { runCli } from '../../testing/run-cli.ts';

const POLICY = `version: 1
defaultEffect: deny
endpoints:
  cvpn-endpoint-0a1b2c3d4e5f67890: { name: frankfurt }
rules:
  - { id: offices, effect: allow, match: { sourceIps: [203.0.113.0/24] } }
  - { id: leavers, effect: deny, match: { identities: [mori] } }
  - { id: contractors, effect: deny, standing: keep, match: { users: [sato] } }
  - { id: old-team, effect: deny, grace: PT10M, match: { users: [kato] } }
`;
const CONNECTIONS = [
  standing(1, 'batchi'),
  standing(2, 'mori'),
  standing(3, 'sato'),
  standing(1500, 'kato', { publicIp: '203.0.113.4' }),
  standing(5, 'ito', { publicIp: '192.0.2.1', endpoint: 'cvpn-endpoint-00000000000000000' }),
  {
    id: 'cvpn-connection-6',
    endpoint: 'cvpn-endpoint-00000000000000000',
    commonName: 'laptop-6',
    since: '2026-11-24T00:59:59.500Z',
    standing: { verdict: 'unknown', rules: [] } as const,
  },
];

let tables: TestTables;
let vpn: LiveVpn;

beforeAll(async () => {
  tables = await startTestTables();
  vpn = await startLiveVpn(tables, POLICY, { connections: CONNECTIONS });
});
afterAll(async () => {
  await vpn.stop();
  await tables.stop();
});

describe('vpn-policy connections', () => {
  it('tells who is in, from where, since when, what let them in and what the policy says now', async () => {
    expect(await vpn.run(['connections'])).toEqual({
      exitCode: 0,
      stdout: [
        'CONNECTION            WHO       ENDPOINT                         SINCE            FROM         ADMITTED BY  NOW',
        'cvpn-connection-1500  kato      frankfurt                        09:00 yesterday  203.0.113.4  offices      ends at 10:10 today: refused by old-team',
        'cvpn-connection-5     ito       cvpn-endpoint-00000000000000000  09:55 today      192.0.2.1    offices      refused by default',
        'cvpn-connection-3     sato      frankfurt                        09:57 today      203.0.113.3  offices      kept by contractors',
        'cvpn-connection-2     mori      frankfurt                        09:58 today      203.0.113.2  offices      refused by leavers',
        'cvpn-connection-1     batchi    frankfurt                        09:59 today      203.0.113.1  offices      admitted',
        'cvpn-connection-6     laptop-6  cvpn-endpoint-00000000000000000  09:59:59 today                             not on record',
        '',
        '6 connections: 1 admitted, 1 kept, 1 to end soon, 2 refused, 1 not on record; by revision 1; times: Asia/Tokyo, UTC+09:00',
        '',
      ].join('\n'),
      stderr: '',
    });
  });

  it.each([
    [['--user', 'MORI'], ['cvpn-connection-2']],
    // Those in grace, too.
    [
      ['--vpn-endpoint', 'frankfurt', '--would-refuse'],
      ['cvpn-connection-2', 'cvpn-connection-1500'],
    ],
    [['--would-refuse'], ['cvpn-connection-2', 'cvpn-connection-1500', 'cvpn-connection-5']],
    [['--user', 'nobody'], []],
  ])('narrows the list down with %j', async (args, ids) => {
    const { exitCode, stdout } = await vpn.run(['connections', ...args, '--json']);
    expect([exitCode, JSON.parse(stdout).connections.map(({ id }: { id: string }) => id)]).toEqual([0, ids]);
  });

  it('says so where nobody is in, and where the enforcer only looks on', async () => {
    const observing = await startLiveVpn(tables, POLICY, { connections: [], mode: 'observe' });
    expect(await observing.run(['connections'])).toEqual({
      exitCode: 0,
      stdout: '0 connections; by revision 1; times: Asia/Tokyo, UTC+09:00\n',
      stderr:
        'vpn-policy: the enforcer only observes: it ends nobody by itself (ENFORCER_MODE=enforce of its function makes it)\n',
    });
    await observing.stop();
  });
});

describe('which enforcer', () => {
  const table = ['--table', 'rules', '--region', 'us-east-1'];

  it.each([
    [
      ['connections', ...table],
      'which enforcer? Give --enforcer FUNCTION: the rules table rules is not called client-vpn-policy-STAGE-rules',
    ],
    [['connections', ...table, '--enforcer', 'a b'], '--enforcer "a b" is no name of a Lambda function; accepted: '],
    [
      ['connections', '--api', 'http://127.0.0.1:9', '--enforcer', 'x'],
      '--enforcer is for --table: the API has its own',
    ],
    [
      ['connections', ...table, '--endpoint', 'http://127.0.0.1:9', '--enforcer', 'x'],
      'the table rules is at http://127.0.0.1:9, which is not AWS: where is its Lambda? Set AWS_ENDPOINT_URL_LAMBDA',
    ],
    [['block', 'x', '--disconnect', ...table], 'which enforcer? Give --enforcer FUNCTION'],
    [['kick', '--api', 'http://127.0.0.1:9', 'x', '--unverified-author'], '--unverified-author is for --table'],
  ])('%j is told in one line', async (args, told) => {
    const { exitCode, stdout, stderr } = await runCli(args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(/^vpn-policy: .*\n$/);
    expect(stderr).toContain(told);
  });

  it.each([
    [
      'the table',
      ['--table', 'client-vpn-policy-prod-eu-rules', '--region', 'us-east-1'],
      {},
      'client-vpn-policy-enforcer-prod-eu',
    ],
    ['the environment', ['--region', 'us-east-1'], { RULES_TABLE: 't', ENFORCER_FUNCTION: 'mine' }, 'mine'],
    [
      'the table that is named, and not the environment',
      ['--table', 'client-vpn-policy-a-rules', '--region', 'us-east-1'],
      { ENFORCER_FUNCTION: 'mine' },
      'client-vpn-policy-enforcer-a',
    ],
  ])('is known by %s', async (_, args, env, functionName) => {
    await runCli(['connections', ...args], { env: { ...vpn.env, ...env } });
    expect(vpn.enforcer.invocations.at(-1)).toMatchObject({ functionName });
  });

  it('of the local stack answers beside its API', async () => {
    const { port } = new URL(vpn.enforcer.endpoint);
    await runCli(['connections', '--local'], { env: { LAMBDA_PORT: port } });
    expect(vpn.enforcer.invocations.at(-1)).toMatchObject({ functionName: 'client-vpn-policy-enforcer-local' });
  });
});
