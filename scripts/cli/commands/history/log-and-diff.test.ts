import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { localDocumentClient } from '../../../../shared/store/testing/dynalite.ts';
import { type Folder, makeFolder } from '../../testing/folder.ts';
import { startTestTables, type TestTables } from '../../testing/policy-table.ts';
import { runCli } from '../../testing/run-cli.ts';

const POLICY = `version: 1
defaultEffect: allow
sets: { leavers: { kind: user, entries: [batchi] } }
rules: [{ id: leavers, effect: deny, match: [{ users: ["@leavers"] }, { missing: [username] }] }]
`;
const CLOSED = 'version: 1\ndefaultEffect: deny\n';
const DAY_MS = 86_400_000;
const NOW_MS = Date.parse('2026-11-24T10:00:00+09:00');

let folder: Folder;
let tables: TestTables;
let table: readonly string[];

beforeAll(async () => {
  [folder, tables] = await Promise.all([makeFolder(), startTestTables()]);
  table = await tables.create();
  const at = async (nowMs: number, ...args: string[]) =>
    expect(await runCli([...args, ...table], { nowMs })).toMatchObject({ exitCode: 0 });
  await at(NOW_MS - 3 * DAY_MS, 'seed', await folder.file('policy.yaml', POLICY), '--reason', 'we begin');
  await at(NOW_MS - DAY_MS, 'set', 'add', 'leavers', 'sato', '--for', '2d');
  const closed = await folder.file('closed.yaml', CLOSED);
  await at(NOW_MS - 60_000, 'seed', closed, '--replace', '--confirm', 'lockout', '--reason', 'closed\nfor now');
}, 60_000);
afterAll(async () => {
  await tables.stop();
  await folder.remove();
});

const log = (...args: string[]) => runCli(['log', ...args, ...table]);

const LOCKOUT =
  'confirmed lockout: the policy refuses everybody: the default refuses, and no allow rule can admit anybody';

describe('vpn-policy log', () => {
  it('lists the revisions, the newest first, on the clock of who asks', async () => {
    expect(await log()).toEqual({
      exitCode: 0,
      stdout: [
        'REVISION  WHEN              WHO            WHY                            WHAT',
        `3         09:59 today       tanaka@laptop  closed for now                 [lockout confirmed] ${LOCKOUT}; defaultEffect is now deny; rule leavers removed; set leavers removed`,
        '2         10:00 yesterday   tanaka@laptop  set add leavers sato --for 2d  set leavers: +sato',
        '1         2026-11-21 10:00  tanaka@laptop  we begin                       first policy: 1 rule, 1 set (1 entry), 0 endpoints, 0 tests',
        '',
        'Times: Asia/Tokyo, UTC+09:00',
        '',
      ].join('\n'),
      stderr: '',
    });
  });

  it.each<[args: string[], numbers: number[], more: boolean]>([
    [['--limit', '2'], [3, 2], true],
    [['--limit', '3'], [3, 2, 1], false],
    [['--since', 'today 00:00'], [3], false],
    [['--since', '2026-11-23 10:00'], [3, 2], false],
    [['--since', '1d'], [3, 2], false],
    [['--since', '23h'], [3], false],
    [['--author', 'TANAKA'], [3, 2, 1], false],
    [['--author', 'sato'], [], false],
  ])('with %j lists %j', async (args, numbers, more) => {
    const { exitCode, stdout } = await log(...args, '--json');
    const told = JSON.parse(stdout);
    expect(exitCode).toBe(0);
    expect(told.revisions.map(({ number }: { readonly number: number }) => number)).toEqual(numbers);
    expect(told.more).toBe(more);
  });

  it('says how to see more, and that there is nothing', async () => {
    expect((await log('--limit', '2')).stderr).toBe('vpn-policy: there are older ones; --limit 4 tells more\n');
    expect(await log('--author', 'sato')).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: 'vpn-policy: no revision is as you want it\n',
    });
  });

  it('shortens long texts on a terminal, and wraps them', async () => {
    const { stdout } = await runCli(['log', ...table], { terminal: 100, env: { NO_COLOR: '1' } });
    expect(stdout).toContain('…');
    expect(stdout).not.toContain('set leavers removed');
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it('gives programs what there is to know', async () => {
    expect(JSON.parse((await log('--limit', '1', '--json')).stdout).revisions).toEqual([
      {
        number: 3,
        createdAt: '2026-11-24T00:59:00.000Z',
        author: { type: 'cli', id: 'tanaka@laptop' },
        reason: 'closed\nfor now',
        summary: expect.stringContaining('confirmed lockout'),
        confirmed: ['lockout'],
        applied: [
          { source: 'policy.yaml', revision: 1 },
          { source: 'closed.yaml', revision: 3 },
        ],
      },
    ]);
  });

  it('tells all of one revision, and what it changed', async () => {
    expect(await log('3')).toEqual({
      exitCode: 0,
      stdout: `revision 3
  when: 2026-11-24 09:59 (Asia/Tokyo, UTC+09:00), 1 min ago
  who: tanaka@laptop (cli)
  why: closed for now
  what: ${LOCKOUT}; defaultEffect is now deny; rule leavers removed; set leavers removed
  confirmed: lockout
  applied from: closed.yaml

~ defaultEffect: allow -> deny
- set leavers
-     kind: user
-     entries: [batchi, {value: sato, expiresAt: 10:00 tomorrow}]
- rule leavers: refuse user @leavers; or everyone without username, everywhere
Times: Asia/Tokyo, UTC+09:00
`,
      stderr: '',
    });
    expect((await log('1')).stdout).toContain('\n+ defaultEffect: allow\n');
  });

  it('gives programs the changes of one', async () => {
    expect(JSON.parse((await log('2', '--json')).stdout)).toMatchObject({
      revision: { number: 2 },
      from: 1,
      changes: [{ what: 'set', id: 'leavers', change: 'changed', entries: { added: [{ value: 'sato' }] } }],
    });
    expect(JSON.parse((await log('1', '--json')).stdout)).toMatchObject({ revision: { number: 1 }, from: null });
  });

  it.each<[args: string[], exitCode: number, message: string]>([
    [['9'], 1, 'there is no revision 9 in the table '],
    [['0'], 2, "revision '0' is invalid. Accepted: the number of a revision, from 1."],
    [['--limit', '0'], 2, "option '--limit <number>' argument '0' is invalid. Accepted: 1 to 10000."],
    [['--since', '18:00'], 2, '--since: 2026-11-24 18:00 (Asia/Tokyo, UTC+09:00) is still to come; accepted: '],
    [['--since', 'last week'], 2, '--since: "last week" is no time; accepted: '],
  ])('refuses %j', async (args, exitCode, message) => {
    expect(await log(...args)).toEqual({
      exitCode,
      stdout: '',
      stderr: expect.stringContaining(`vpn-policy: ${message}`),
    });
  });

  it('tells that no policy has been published', async () => {
    for (const args of [['log'], ['log', '--json']]) {
      expect(await runCli([...args, ...(await tables.create())])).toMatchObject({
        exitCode: 1,
        stderr: expect.stringContaining('no policy has been published yet'),
      });
    }
  });
});

describe('where a number was taken by an item of others', () => {
  it('a revision is compared with the one before it', async () => {
    const other = await tables.create();
    const seed = (policy: string) =>
      runCli(['seed', '-', '--replace', '--confirm', 'lockout', ...other], { stdin: policy });
    await seed(POLICY);
    const client = localDocumentClient(tables.endpoint);
    await client.send(new PutCommand({ TableName: other[1], Item: { pk: 'POLICY', sk: 'REVISION#0000000002' } }));
    client.destroy();
    await seed(CLOSED);
    expect(JSON.parse((await runCli(['log', '3', '--json', ...other])).stdout)).toMatchObject({
      revision: { number: 3 },
      from: 1,
    });
    expect(JSON.parse((await runCli(['diff', '--json', ...other])).stdout)).toMatchObject({ from: 1, to: 3 });
  });
});

describe('vpn-policy diff', () => {
  const diff = (...args: string[]) => runCli(['diff', ...args, ...table]);

  it('shows the newest change, and on stderr between what', async () => {
    const { exitCode, stdout, stderr } = await diff();
    expect(exitCode).toBe(0);
    expect(stdout).toContain('~ defaultEffect: allow -> deny\n- set leavers\n');
    expect(stderr).toBe(
      'vpn-policy: from revision 2 (2026-11-23 10:00 +09:00 by tanaka@laptop: set add leavers sato --for 2d)\n' +
        'vpn-policy: to revision 3 (2026-11-24 09:59 +09:00 by tanaka@laptop: closed for now)\n',
    );
  });

  it.each<[args: string[], from: number, to: number, ids: string[]]>([
    [['1'], 1, 3, ['defaultEffect', 'leavers', 'leavers']],
    [['1', '2'], 1, 2, ['leavers']],
    [['2', '1'], 2, 1, ['leavers']],
    [['2', '2'], 2, 2, []],
  ])('with %j shows from %i to %i', async (args, from, to, ids) => {
    const { stdout } = await diff(...args, '--json');
    const told = JSON.parse(stdout);
    expect(told).toMatchObject({ from, to });
    expect(told.changes.map(({ id }: { readonly id: string }) => id)).toEqual(ids);
  });

  it('tells where nothing differs', async () => {
    const { exitCode, stdout, stderr } = await diff('2', '2');
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' });
    expect(stderr).toMatch(/\nvpn-policy: nothing differs\n$/);
  });

  it('colours the marks on a terminal', async () => {
    const { stdout } = await runCli(['diff', '1', '2', ...table], { terminal: 100 });
    expect(stdout).toBe(
      '\u001b[33m~ set leavers: +sato (expiresAt 10:00 tomorrow)\u001b[39m\nTimes: Asia/Tokyo, UTC+09:00\n',
    );
  });

  it('names a revision that is not there', async () => {
    expect(await diff('1', '9')).toMatchObject({
      exitCode: 1,
      stdout: '',
      stderr: expect.stringContaining('vpn-policy: there is no revision 9 in the table '),
    });
  });
});
