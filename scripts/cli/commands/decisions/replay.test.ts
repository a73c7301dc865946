import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PolicyDocument } from '../../../../shared/engine/index.ts';
import { type Folder, makeFolder } from '../../testing/folder.ts';
import { startTestTables, type TestTables } from '../../testing/policy-table.ts';
import { type RecordedVpn, startRecordedVpn, WAYS, type Way } from '../../testing/recorded-vpn.ts';
import { NOW, type RunOptions, runCli } from '../../testing/run-cli.ts';

const POLICY: PolicyDocument = {
  version: 1,
  defaultEffect: 'deny',
  endpoints: {
    'cvpn-endpoint-0a1b2c3d4e5f67890': { name: 'frankfurt' },
    'cvpn-endpoint-0fedcba9876543210': { name: 'lab', mode: 'observe' },
  },
  rules: [
    { id: 'block-batchi', effect: 'deny', match: { identities: ['batchi'] } },
    { id: 'staff', effect: 'allow', match: { groups: ['staff'] } },
    { id: 'old-clients', effect: 'deny', mode: 'report', match: { openvpnVersion: '<2.6' } },
  ],
};
/** Lets batchi in, and contractors no longer. */
const DRAFT: PolicyDocument = {
  ...POLICY,
  rules: [
    { id: 'no-contractors', effect: 'deny', match: { groups: ['contractors'] } },
    ...(POLICY.rules ?? []).slice(1),
  ],
};
const HOUR_MS = 3_600_000;

let folder: Folder;
let tables: TestTables;
let vpn: RecordedVpn;
let draft: string;

beforeAll(async () => {
  [folder, tables] = await Promise.all([makeFolder(), startTestTables()]);
  vpn = await startRecordedVpn(tables, () => Date.parse(NOW));
  const seeded = await runCli(['seed', '-', ...vpn.access.table.slice(0, -2)], { stdin: JSON.stringify(POLICY) });
  expect(seeded).toMatchObject({ exitCode: 0 });
  draft = await folder.file('draft.json', JSON.stringify(DRAFT));
  await record('batchi', 1, ['staff']);
  await record('tanaka', 2, ['staff']);
  await record('sato', 3, ['staff', 'contractors']);
  await record('Sato', 50, ['staff', 'contractors'], { 'client-openvpn-version': '2.4.1' });
  await record('kato', 60, [], { 'endpoint-id': 'cvpn-endpoint-0fedcba9876543210' });
  await record('yamada', 24 * 20, ['contractors']);
});
afterAll(async () => {
  await vpn.stop();
  await tables.stop();
  await folder.remove();
});

function record(username: string, hoursAgo: number, groups: readonly string[], more: object = {}) {
  const event = {
    'connection-id': `cvpn-connection-${hoursAgo}`,
    'endpoint-id': 'cvpn-endpoint-0a1b2c3d4e5f67890',
    username,
    groups,
    'public-ip': '203.0.113.9',
    'schema-version': 'v3',
    ...more,
  };
  return vpn.decisions.record(event, { policy: POLICY, revision: 1, atMs: Date.parse(NOW) - hoursAgo * HOUR_MS });
}

const run = (way: Way, args: readonly string[], options?: RunOptions) =>
  runCli(['replay', ...args, ...vpn.access[way]], options);

describe.each(WAYS)('replay of decisions, by %s', (way) => {
  it('tells whom the draft would have refused and let in, by which rules, how often', async () => {
    const { exitCode, stdout, stderr } = await run(way, ['--file', draft]);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toBe(
      [
        `Replay of ${draft} against revision 1, which is in force`,
        '5 connections of 4 users, 2026-11-21 22:00 to 09:00 today',
        'Would newly refuse 1 of 4 users seen in 14 days (2 connections)',
        'Would newly admit 1 of 4 users seen in 14 days (1 connection)',
        '',
        'NEWLY     WHO     TIMES  BY              BEFORE                   FIRST             LAST         LAST CONNECTION',
        'refused   Sato    2      no-contractors  admitted by staff        2026-11-22 08:00  07:00 today  cvpn-connection-3',
        'admitted  batchi  1      staff           refused by block-batchi  09:00 today       09:00 today  cvpn-connection-1',
        '',
        'Rules in report mode, were each alone enforced:',
        'RULE         EFFECT  APPLIED  WOULD REFUSE  WOULD ADMIT  MOST OF ALL',
        'old-clients  deny    1 time',
        '',
        'Endpoints in observe mode, were they not:',
        'ENDPOINT  WOULD REFUSE          MOST OF ALL',
        'lab       1 user, 1 connection  kato',
        '',
        'Times: Asia/Tokyo, UTC+09:00',
        '',
      ].join('\n'),
    );
  });

  it('tells programs all of it', async () => {
    const { stdout } = await run(way, ['--file', draft, '--json', '--since', '1d']);
    expect(JSON.parse(stdout)).toMatchObject({
      base: 1,
      connections: 3,
      users: { count: 3 },
      changed: { newlyRefused: { connections: 1 }, groups: [{}, { change: 'newly-admitted', user: 'batchi' }] },
      notes: [],
    });
  });

  it('takes a revision, a time, a user and an endpoint', async () => {
    expect((await run(way, ['--revision', '1'])).stdout).toContain('Would newly refuse 0 of 4 users seen in 14 days');
    const old = await run(way, ['--file', draft, '--since', '30d', '--until', '10d', '--json']);
    expect(JSON.parse(old.stdout)).toMatchObject({ connections: 1, changed: { groups: [] } });
    const sato = await run(way, ['--file', draft, '--user', 'SATO', '--json']);
    expect(JSON.parse(sato.stdout)).toMatchObject({ connections: 2 });
    expect(JSON.parse((await run(way, ['--vpn-endpoint', 'lab', '--json'])).stdout)).toMatchObject({ connections: 1 });
    expect((await run(way, ['--file', draft, '--user', 'nobody'])).stdout).toContain('No connection was on record');
  });

  it('without a draft tells of report rules and observed endpoints', async () => {
    const { stdout } = await run(way, []);
    expect(stdout).toMatch(/^Replay of revision 1, which is in force\n5 connections of 4 users/);
    expect(stdout).toContain('old-clients  deny    1 time   1 user, 1 connection               Sato\n');
    expect(stdout).not.toContain('newly');
  });

  it.each([
    ['25%', 0],
    ['24.9%', 1],
    ['1', 0],
    ['0', 1],
  ])('with --max-newly-refused %s exits %d', async (most, expected) => {
    const { exitCode, stdout, stderr } = await run(way, ['--file', draft, '--max-newly-refused', most]);
    expect(exitCode).toBe(expected);
    expect(stdout).toContain('Would newly refuse 1 of 4 users');
    expect(stderr).toBe(
      expected === 0
        ? ''
        : `vpn-policy: beyond --max-newly-refused ${most}: it would newly refuse 1 of 4 users seen in 14 days (2 connections)\n`,
    );
  });

  it('stops where there is nothing to judge by', async () => {
    const args = ['--file', draft, '--max-newly-refused', '100%', '--user', 'nobody'];
    expect(await run(way, args)).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('no decision is on record in that time'),
    });
  });

  it('tells of a draft that is not valid, and of a revision that there is not', async () => {
    const bad = await run(way, ['--file', '-'], { stdin: 'version: 1\n' });
    expect(bad).toMatchObject({ exitCode: 1, stdout: '', stderr: expect.stringContaining('<stdin>') });
    expect(await run(way, ['--revision', '7'])).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('there is no revision 7'),
    });
  });
});

describe('replay of a connection log', () => {
  const line = (username: string, time: string, more: object = {}) => ({
    'connection-log-type': 'connection-attempt',
    'connection-attempt-status': 'successful',
    'connection-attempt-failure-reason': 'NA',
    'connection-id': `cvpn-connection-${username}`,
    'client-vpn-endpoint-id': 'cvpn-endpoint-0a1b2c3d4e5f67890',
    'connection-start-time': time,
    username,
    'device-ip': '203.0.113.10',
    ...more,
  });
  const LOG = [
    line('batchi', '2026-11-20 00:30:00'),
    line('tanaka', '2026-11-20 01:30:00'),
    line('tanaka', '2026-11-20 02:30:00', {
      'connection-attempt-status': 'failed',
      'connection-attempt-failure-reason': 'client-connect-failed',
    }),
    line('kato', 'NA'),
    { ...line('tanaka', '2026-11-20 03:30:00'), 'connection-log-type': 'connection-reset' },
    line('kato', '2026-11-20 04:30:00', { 'client-vpn-endpoint-id': 'cvpn-endpoint-0fedcba9876543210' }),
  ];
  const open = { ...POLICY, defaultEffect: 'allow' };
  let log: string;
  let openDraft: string;

  beforeAll(async () => {
    log = await folder.file('log.jsonl', LOG.map((each) => JSON.stringify(each)).join('\n'));
    openDraft = await folder.file('open.json', JSON.stringify(open));
  });

  it('needs no store to compare with what was answered then', async () => {
    const { exitCode, stdout } = await runCli(['replay', '--file', openDraft, '--connection-log', log, '--recorded']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`Replay of ${openDraft} against what was answered then\n4 connections of 3 users`);
    expect(stdout).toContain('Would newly refuse 1 of 3 users seen in 4 h (1 connection)\n');
    expect(stdout).toMatch(/refused {3}batchi {2}1 {6}block-batchi {2}admitted then/);
    expect(stdout).toMatch(/admitted {2}tanaka {2}1 {6}default {7}refused then/);
    expect(stdout).toContain('note: 1 line of the log passed over: the end of a connection');
    expect(stdout).toContain('note: 1 line of the log passed over: without a time that can be read\n');
    expect(stdout).toContain('note: groups of 4 connections not on record, so absent here; asked for by staff\n');
    expect(stdout).toContain(
      'the OpenVPN version of 4 connections not on record, so absent here; asked for by old-clients\n',
    );
  });

  it.each(WAYS)('compares with the policy in force, by %s', async (way) => {
    const args = ['--file', openDraft, '--connection-log', log, '--vpn-endpoint', 'frankfurt', '--json'];
    expect(JSON.parse((await run(way, args.slice(0), {})).stdout)).toMatchObject({
      base: 1,
      connections: 3,
      changed: { newlyAdmitted: { connections: 2, users: { count: 1 } }, groups: [{ user: 'tanaka' }] },
      answeredOtherwise: { refusedThen: 0, admittedThen: 1 },
    });
  });

  it('takes a time', async () => {
    const since = ['--since', '2026-11-20T02:00:00Z', '--until', '2026-11-20T03:00:00Z'];
    const args = ['replay', '--file', openDraft, '--connection-log', log, '--recorded', '--json', ...since];
    expect(JSON.parse((await runCli(args)).stdout)).toMatchObject({ base: null, connections: 1 });
  });

  it.each([
    [
      ['--file', 'DRAFT', '--connection-log', 'LOG'],
      /^vpn-policy: where is the policy\? .*; or compare with what the log says was answered: --recorded\n$/,
    ],
    [['--connection-log', 'LOG', '--recorded'], /^vpn-policy: which draft\? Give --file FILE or --revision NUMBER\n$/],
    [['--file', 'DRAFT', '--recorded'], /^vpn-policy: --recorded is for --connection-log/],
    [['--file', '-', '--connection-log', '-'], /cannot both be - \(standard input\)\n$/],
    [
      ['--file', 'DRAFT', '--recorded', '--connection-log', 'DRAFT'],
      /accepted: connect events, or lines of the Client VPN connection log/,
    ],
    [['--max-newly-refused', '1%'], /^vpn-policy: which draft\?/],
    [['--file', 'DRAFT', '--max-newly-refused', '101%'], /Accepted: such as 1%, 0.5%, 0 or 12\.\n$/],
    [['--since', '1d', '--until', '2d', '--local'], /^vpn-policy: --since must be before --until\n$/],
  ])('%j is wrong', async (args, message) => {
    const files: Readonly<Record<string, string>> = { DRAFT: openDraft, LOG: log };
    const { exitCode, stdout, stderr } = await runCli(['replay', ...args.map((arg) => files[arg] ?? arg)]);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
  });

  it('refuses connect events, which tell no time', async () => {
    const stdin = JSON.stringify({ username: 'batchi' });
    const ran = await runCli(['replay', '--file', openDraft, '--recorded', '--connection-log', '-'], { stdin });
    expect(ran).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/^vpn-policy: <stdin> has connect events in it, which tell no time; .*\n$/),
    });
  });
});
