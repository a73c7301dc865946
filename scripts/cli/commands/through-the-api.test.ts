/** The commands for sets and history, through the admin API. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Folder, makeFolder } from '../testing/folder.ts';
import { startTestApi, type TestApi } from '../testing/policy-api.ts';
import { startTestTables, type TestTables } from '../testing/policy-table.ts';
import { NOW, runCli } from '../testing/run-cli.ts';

const POLICY = `version: 1
defaultEffect: allow
sets:
  leavers: { kind: user, entries: [batchi] }
  tor: { kind: ip, entries: [192.0.2.1] }
rules:
  - { id: no-entry, effect: deny, match: [{ users: ["@leavers"] }, { missing: [username] }, { sourceIps: ["@tor"] }] }
`;

let folder: Folder;
let tables: TestTables;
let api: TestApi;

beforeAll(async () => {
  [folder, tables] = await Promise.all([makeFolder(), startTestTables()]);
  const [, tableName = ''] = await tables.create();
  api = await startTestApi({ endpoint: tables.endpoint, tableName, now: () => Date.parse(NOW) });
  expect(await runCli(['seed', '-', '--api', api.url], { stdin: POLICY })).toMatchObject({ exitCode: 0 });
});
afterAll(async () => {
  await api.stop();
  await tables.stop();
  await folder.remove();
});

async function done(...args: string[]): Promise<string> {
  const ran = await runCli([...args, '--api', api.url]);
  expect({ args, exitCode: ran.exitCode, stderr: ran.stderr }).toEqual({ args, exitCode: 0, stderr: '' });
  return ran.stdout;
}

const json = async (...args: string[]) => JSON.parse(await done(...args, '--json'));
const addresses = (count: number, note = '') =>
  Array.from({ length: count }, (_, index) => `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}${note}\n`).join(
    '',
  );

describe('through the API', () => {
  it('sets are changed and shown', async () => {
    expect(await done('set', 'add', 'leavers', 'sato', 'Batchi')).toMatch(
      /^Revision 2: set leavers: \+sato\n.*\nAlready there: batchi\nUndo: vpn-policy revert 2 --api http:.*\n$/,
    );
    expect(await done('set', 'rm', 'leavers', 'BATCHI')).toMatch(/^Revision 3: set leavers: -batchi\n/);
    expect(await json('set', 'show', 'leavers')).toMatchObject({ revision: 3, entries: ['sato'], rules: ['no-entry'] });
    expect(await json('rules', '--user', 'sato')).toMatchObject({ rules: [{ id: 'no-entry', state: 'in-force' }] });
  });

  it.each(['', 'x'])('a command line that is too long for a reason is cut between characters (%j)', async (before) => {
    const names = ['a', 'b', 'c'].map((name) => `${before}${name}${'👍'.repeat(100)}`);
    const { revision } = await json('set', 'add', 'leavers', ...names, '--dry-run');
    expect(revision).not.toBeUndefined();
  });

  it('the history is told, and gone back in', async () => {
    expect(await done('log', '--author', 'ALICE')).toContain('vpn-operator/alice');
    expect(await done('log', '2')).toContain('\n~ set leavers: +sato\n');
    expect(await json('diff', '1', '3')).toMatchObject({ from: 1, to: 3, changes: [{ id: 'leavers' }] });
    expect(await done('revert', '3')).toMatch(/^Revision 4: set leavers: \+batchi\n/);
    const back = await runCli(['rollback', '1', '--api', api.url], { answer: 'y' });
    expect(back).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('\nRevision 5: set leavers: -sato\n') });
    expect(await done('verify')).toContain('all is as it was written');
  });

  it('a list is imported as one revision, and the second time nothing is sent', async () => {
    const file = await folder.file('tor.txt', addresses(30_000));
    const options = ['set', 'import', 'tor', '--file', file];
    const first = await runCli([...options, '--api', api.url]);
    expect(first).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('30,000 entries: 30,000 new') });
    expect(await done(...options)).toContain('all 30,000 entries are in the set tor already.');
    const longer = await folder.file('longer.txt', addresses(30_010));
    expect(await json('set', 'import', 'tor', '--file', longer)).toMatchObject({
      added: 10,
      alreadyThere: 30_000,
    });
  });

  it('what is too large for it is refused in one line that names the other way', async () => {
    const note = ` # ${'x'.repeat(100)}`;
    const file = await folder.file('large.txt', addresses(40_000, note));
    const { exitCode, stdout, stderr } = await runCli(['set', 'import', 'large', '--file', file, '--api', api.url]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(
      /^vpn-policy: this is \d\.\d MB, and the API http:\S+ takes at most 4: write it straight to the table with --table NAME\n$/,
    );
  });
});
