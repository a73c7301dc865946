/** `revert` and `rollback`: to undo one change, and to go back as a whole. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startTestTables, type TestTables } from '../../testing/policy-table.ts';
import { type RunOptions, runCli } from '../../testing/run-cli.ts';

const POLICY = `version: 1
defaultEffect: allow
sets: { leavers: { kind: user, entries: [batchi] } }
rules: [{ id: leavers, effect: deny, match: [{ users: ["@leavers"] }, { missing: [username] }] }]
`;
const TTL_LINE = 'Every handler obeys it within its POLICY_TTL_SECONDS (10 where nothing else is set).\n';

let tables: TestTables;
let table: readonly string[];

beforeAll(async () => {
  tables = await startTestTables();
});
afterAll(() => tables.stop());

/** Runs a command on the table; the undo line without the table's options. */
async function run(args: readonly string[], options: RunOptions = {}) {
  const ran = await runCli([...args, ...table], options);
  return { ...ran, stdout: ran.stdout.replace(/^(Undo: vpn-policy revert \d+) --.*$/m, '$1') };
}

const entries = async () => JSON.parse((await run(['set', 'show', 'leavers', '--json'])).stdout).entries;

/** Revision 1 has batchi, 2 adds sato, 3 adds mori. */
beforeEach(async () => {
  table = await tables.create();
  await run(['seed', '-', '--reason', 'first'], { stdin: POLICY });
  await run(['set', 'add', 'leavers', 'sato', '--note', 'HR-77']);
  expect(await run(['set', 'add', 'leavers', 'mori'])).toMatchObject({ exitCode: 0 });
});

describe('vpn-policy revert', () => {
  it('undoes one change and keeps those made since', async () => {
    expect(await run(['revert', '2'])).toEqual({
      exitCode: 0,
      stdout: `Revision 4: set leavers: -sato\n${TTL_LINE}Undo: vpn-policy revert 4\n`,
      stderr: '',
    });
    expect(await entries()).toEqual(['batchi', 'mori']);
    expect((await run(['revert', '4'])).exitCode).toBe(0);
    expect(await entries()).toEqual(['batchi', { value: 'sato', note: 'HR-77' }, 'mori']);
    expect(JSON.parse((await run(['log', '--limit', '2', '--json'])).stdout).revisions).toMatchObject([
      { reason: 'revert 4' },
      { reason: 'revert 2' },
    ]);
  });

  it('writes nothing in a dry run, or where the change is undone already', async () => {
    expect((await run(['revert', '2', '--dry-run'])).stdout).toMatch(/^Dry run, nothing written: set leavers: -sato\n/);
    await run(['revert', '2']);
    expect(await run(['revert', '2'])).toEqual({
      exitCode: 0,
      stdout: 'Nothing to change: revision 4 already says the same.\n',
      stderr: '',
    });
  });

  it('shows both sides where a later change touched the same', async () => {
    await run(['set', 'add', 'leavers', 'sato', '--note', 'HR-78']);
    expect(await run(['revert', '2'])).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: `set leavers: sato
  before the change: (not there)
  after the change:  {"note":"HR-77","value":"sato"}
  now:               {"note":"HR-78","value":"sato"}
vpn-policy: 1 conflict with what others changed, nothing has changed
vpn-policy: change it by hand, or go back as a whole with vpn-policy rollback; vpn-policy log 2 shows the change
`,
    });
    const { exitCode, stdout } = await run(['revert', '2', '--json']);
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      outcome: 'conflict',
      reverted: 2,
      conflicts: [{ what: 'set-entry', id: 'leavers', entry: 'sato' }],
    });
  });

  it.each<[args: string[], exitCode: number, message: string]>([
    [['1'], 1, 'revision 1 is the first policy: there is nothing before it to go back to\n'],
    [['9'], 1, 'there is no revision 9 in the table '],
    [['two'], 2, "revision 'two' is invalid."],
    [[], 2, "missing required argument 'revision'"],
  ])('refuses %j', async (args, exitCode, message) => {
    expect(await run(['revert', ...args])).toEqual({
      exitCode,
      stdout: '',
      stderr: expect.stringContaining(`vpn-policy: ${message}`),
    });
  });
});

describe('vpn-policy rollback', () => {
  const SHOWN = `vpn-policy: in force is revision 3 (2026-11-24 10:00 +09:00 by tanaka@laptop: set add leavers mori)\nvpn-policy: back to revision 1 (2026-11-24 10:00 +09:00 by tanaka@laptop: first)\n`;

  it('goes back as a whole, and shows what that takes back', async () => {
    expect(await run(['rollback', '1', '--reason', 'all wrong'])).toEqual({
      exitCode: 0,
      stdout: `~ set leavers: -sato -mori\nRevision 4: set leavers: -sato, -mori\n${TTL_LINE}Undo: vpn-policy revert 4\n`,
      stderr: SHOWN,
    });
    expect(await entries()).toEqual(['batchi']);
    expect((await run(['rollback', '3'])).exitCode).toBe(0);
    expect(await entries()).toHaveLength(3);
  });

  it('asks whoever sits there, and takes anything but yes for no', async () => {
    for (const answer of ['', 'n', 'what?']) {
      expect(await run(['rollback', '1'], { answer })).toEqual({
        exitCode: 1,
        stdout: '~ set leavers: -sato -mori\n',
        stderr: `${SHOWN}Go back to revision 1? [y/N] ${answer}\nvpn-policy: not wanted: nothing has changed\n`,
      });
    }
    expect(await entries()).toHaveLength(3);
    expect(await run(['rollback', '1'], { answer: 'y' })).toMatchObject({ exitCode: 0 });
    expect(await entries()).toEqual(['batchi']);
  });

  it.each(['--yes', '--dry-run', '--json'])('does not ask with %s', async (option) => {
    const { exitCode, stderr } = await run(['rollback', '1', option], { answer: 'n' });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: SHOWN });
  });

  it('does not take back what others write while it is looked at', async () => {
    const ran = await runCli(['rollback', '1', ...table], {
      answer: async () => {
        await run(['set', 'add', 'leavers', 'kato']);
        return 'y';
      },
    });
    expect(ran).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(
        /\nvpn-policy: others have changed the policy meanwhile: look at it again; nothing was written\n$/,
      ),
    });
    expect(await entries()).toHaveLength(4);
  });

  it('tells programs what it takes back', async () => {
    expect(JSON.parse((await run(['rollback', '2', '--json'])).stdout)).toMatchObject({
      outcome: 'written',
      revision: { number: 4 },
      restored: 2,
      changes: [{ what: 'set', id: 'leavers', change: 'changed', entries: { removed: ['mori'] } }],
      undo: expect.stringMatching(/^vpn-policy revert 4 /),
    });
  });

  it('changes nothing where the policy is that one', async () => {
    expect(await run(['rollback', '3'], { answer: 'n' })).toEqual({
      exitCode: 0,
      stdout: 'Nothing to change: revision 3 already says the same.\n',
      stderr: '',
    });
  });

  it('names a revision that is not there', async () => {
    expect(await run(['rollback', '9'])).toMatchObject({
      exitCode: 1,
      stdout: '',
      stderr: expect.stringContaining('vpn-policy: there is no revision 9 in the table '),
    });
  });
});
