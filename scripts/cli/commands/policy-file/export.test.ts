import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Folder, makeFolder } from '../../testing/folder.ts';
import { startTestTables, type TestTables } from '../../testing/policy-table.ts';
import { NOW, runCli } from '../../testing/run-cli.ts';

/** As export prints it. */
const FIRST = `version: 1
defaultEffect: deny

sets:
  leavers:
    kind: user
    entries:
      - batchi
      - { value: user-0481, expiresAt: "2026-12-31T00:00:00+09:00", note: on leave }

rules:
  - id: block-leavers
    effect: deny
    match: { users: [ "@leavers", "*@contractor.example.com" ] }
    message: This user is not permitted.

  - id: office-hours
    effect: allow
    match:
      sourceIps: [ 203.0.113.0/24 ]
      windows:
        - { days: [ mon, fri ], start: "07:00", end: "22:00", timezone: Asia/Tokyo }

tests:
  - name: leavers stay out
    connection: { username: Batchi, public-ip: 203.0.113.9 }
    at: "2026-11-24T10:00:00+09:00"
    expect: { allow: false, rule: block-leavers }
`;
const SECOND = FIRST.replace('22:00', '21:00');

let folder: Folder;
let tables: TestTables;
let table: readonly string[];

beforeAll(async () => {
  [folder, tables] = await Promise.all([makeFolder(), startTestTables()]);
  table = await tables.create();
  await runCli(['seed', '-', ...table], { stdin: FIRST });
  await runCli(['seed', '-', '--replace', ...table], { stdin: SECOND });
});
afterAll(async () => {
  await tables.stop();
  await folder.remove();
});

describe('vpn-policy export', () => {
  it('prints the policy in force as YAML in the language’s order, and on stderr which one it is', async () => {
    expect(await runCli(['export', ...table])).toEqual({
      exitCode: 0,
      stdout: SECOND,
      stderr: `vpn-policy: revision 2 (${NOW} by tanaka@laptop: seed <stdin>)\n`,
    });
  });

  it('prints an old revision, which seed takes back', async () => {
    const { stdout } = await runCli(['export', '--revision', '1', ...table]);
    expect(stdout).toBe(FIRST);
    const seeded = await runCli(['seed', '-', '--replace', '--dry-run', ...table], { stdin: stdout });
    expect(seeded.stdout).toMatch(/^Dry run, nothing written: rule office-hours changed \(match\)\n/);
  });

  it.each([
    ['--json', 'policy.yaml'],
    ['by its name', 'policy.json'],
  ])('writes JSON to a file, %s', async (option, name) => {
    const file = join(folder.path, name);
    const { exitCode, stdout } = await runCli([
      'export',
      '--output',
      file,
      ...(option === '--json' ? [option] : []),
      ...table,
    ]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' });
    const text = await readFile(file, 'utf8');
    expect(Object.keys(JSON.parse(text) as object)).toEqual(['version', 'defaultEffect', 'sets', 'rules', 'tests']);
    expect((await runCli(['seed', '-', ...table], { stdin: text })).stdout).toMatch(/^Nothing to change: revision 2 /);
  });

  it('says where it cannot write', async () => {
    const file = join(folder.path, 'none', 'x.yaml');
    expect(await runCli(['export', '--output', file, ...table])).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: `vpn-policy: cannot write ${file}: there is no such file or folder\n`,
    });
  });

  it('names a revision that is not there', async () => {
    const { exitCode, stderr } = await runCli(['export', '--revision', '9', ...table]);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^vpn-policy: there is no revision 9 in the table test-.*: vpn-policy log lists them\n$/);
  });
});
