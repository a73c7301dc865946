import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Folder, makeFolder } from '../../testing/folder.ts';
import { startTestApi } from '../../testing/policy-api.ts';
import { startTestTables, type TestTables } from '../../testing/policy-table.ts';
import { NOW, type RunOptions, runCli } from '../../testing/run-cli.ts';

/** As the team keeps it in git. */
const FILE = `version: 1
defaultEffect: deny
sets:
  leavers: { kind: user, entries: [user-0481] }
rules:
  - { id: block-leavers, effect: deny, match: { identities: ["@leavers"] } }
  - { id: patch-night, effect: deny, match: { windows: [{ from: 2026-11-24T22:00:00+09:00, until: 2026-11-25T02:00:00+09:00 }] } }
  - { id: office, effect: allow, match: { sourceIps: [203.0.113.0/24] } }
tests:
  - { name: office gets in, connection: { username: tanaka, public-ip: 203.0.113.9 }, at: 2026-11-24T10:00:00+09:00, expect: { allow: true } }
`;
const blockUntil = (text: string, hour: number) =>
  text.replace(
    'rules:\n',
    `rules:\n  - { id: block-batchi, effect: deny, match: { identities: [batchi] }, expiresAt: 2026-11-24T${hour}:00:00+09:00 }\n`,
  );
/** What an operator made of it at three in the morning. */
const IN_FORCE = blockUntil(FILE, 18).replace('[user-0481]', '[user-0481, user-0500]');
const NEW_FILE = FILE.replace('203.0.113.0/24]', '203.0.113.0/24, 198.51.100.0/24]').replace('[user-0481]', '[]');

let folder: Folder;
let tables: TestTables;
let table: readonly string[];

beforeAll(async () => {
  [folder, tables] = await Promise.all([makeFolder(), startTestTables()]);
});
beforeEach(async () => {
  table = await tables.create();
});
afterAll(async () => {
  await tables.stop();
  await folder.remove();
});

const write = (text: string) => folder.file('policy.yaml', text);
const run = (args: readonly string[], options?: RunOptions) => runCli([...args, ...table], options);

async function apply(text: string): Promise<void> {
  const { exitCode, stderr } = await run(['apply', await write(text)]);
  expect([exitCode, stderr]).toEqual([0, '']);
}

/** By somebody who knows nothing of the file. */
async function change(text: string, reason: string): Promise<void> {
  const ran = await run(['seed', '-', '--replace', '--reason', reason, '--confirm', 'tests'], { stdin: text });
  expect(ran).toMatchObject({ exitCode: 0 });
}

const plan = async (text: string, ...flags: string[]) => run(['plan', await write(text), ...flags]);

const place = () => `the table ${table[1]} at ${tables.endpoint}`;

describe('vpn-policy plan', () => {
  it('tells a first policy whole', async () => {
    expect(await plan(FILE)).toEqual({
      exitCode: 3,
      stdout: `Policy: none has been published yet in ${place()}; this would be the first
Times: Asia/Tokyo, UTC+09:00

Changes
  + version: 1
  + defaultEffect: deny
  + set leavers
  +     kind: user
  +     entries: [user-0481]
  + rule block-leavers: refuse @leavers, everywhere
  + rule patch-night: refuse everyone from 22:00 today until 02:00 tomorrow, everywhere
  + rule office: admit everyone from 203.0.113.0/24, everywhere
  + test "office gets in"

Tests
  passed: 1 of 1

Plan: 7 to add, 0 to change, 0 to remove
`,
      stderr: '',
    });
  });

  it('tells what the file changes, and what others changed and stays', async () => {
    await apply(FILE);
    await change(IN_FORCE, 'call at 3 a.m.');
    expect(await plan(NEW_FILE)).toEqual({
      exitCode: 3,
      stdout: `Policy: revision 2 (10:00 today by tanaka@laptop: call at 3 a.m.), in ${place()}
Last applied from policy.yaml: revision 1 (10:00 today by tanaka@laptop: apply policy.yaml)
Times: Asia/Tokyo, UTC+09:00

Changes
  ~ set leavers: -user-0481
  ~ rule office: match.sourceIps +198.51.100.0/24

Kept, since others changed it
  ~ set leavers: +user-0500
      revision 2 (10:00 today by tanaka@laptop: call at 3 a.m.)
  + rule block-batchi: refuse batchi, everywhere, until 18:00 today
      revision 2 (10:00 today by tanaka@laptop: call at 3 a.m.)

Tests
  passed: 1 of 1

Plan: 0 to add, 2 to change, 0 to remove; 2 kept
`,
      stderr: '',
    });
  });

  it('exits with 0 where nothing would change, and says where what stays is from', async () => {
    await apply(FILE);
    await change(IN_FORCE, 'call at 3 a.m.');
    await change(IN_FORCE.replace('18:00:00', '20:00:00'), 'two hours more');
    const { exitCode, stdout } = await plan(FILE);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`  + rule block-batchi: refuse batchi, everywhere, until 20:00 today
      revision 3 (10:00 today by tanaka@laptop: two hours more)
      revision 2 (10:00 today by tanaka@laptop: call at 3 a.m.)
`);
    expect(stdout).toMatch(/\nNo changes; 2 kept: revision 3 already says what policy\.yaml says\n$/);

    expect((await plan(FILE, '--drift')).exitCode).toBe(3);

    await apply(NEW_FILE);
    const later = await plan(NEW_FILE);
    expect(later.exitCode).toBe(0);
    expect(later.stdout).toContain('until 20:00 today\n      from before revision 4, which kept it, too\n');
  });

  it('names for what stays the revisions that touched just that', async () => {
    await apply(FILE);
    const described = FILE.replace('id: office, ', 'id: office, description: HQ, ');
    await change(described, 'describe');
    await change(described.replace('[user-0481]', '[user-0481, user-0500]'), 'leaver');
    const both = described.replace('[user-0481]', '[user-0481, user-0500]').replace('[203', '[198.51.100.7, 203');
    await change(both, 'widen');
    for (const hour of [19, 20, 21, 22]) await change(blockUntil(both, hour), `until ${hour}`);
    const { stdout } = await plan(FILE);
    const kept = stdout.slice(stdout.indexOf('Kept'), stdout.indexOf('Tests'));
    expect(kept.replaceAll('10:00 today by tanaka@laptop: ', '')).toBe(`Kept, since others changed it
  ~ set leavers: +user-0500
      revision 3 (leaver)
  ~ rule office: description none -> HQ
  ~ rule office: match.sourceIps +198.51.100.7
      revision 4 (widen)
      revision 2 (describe)
  + rule block-batchi: refuse batchi, everywhere, until 22:00 today
      revision 8 (until 22)
      revision 7 (until 21)
      revision 6 (until 20)
      and 1 revision before

`);
  });

  it('says the same through the API', async () => {
    await apply(FILE);
    await change(IN_FORCE, 'call at 3 a.m.');
    const api = await startTestApi({
      endpoint: tables.endpoint,
      tableName: table[1] ?? '',
      now: () => Date.parse(NOW),
    });
    try {
      for (const text of [
        NEW_FILE,
        FILE,
        IN_FORCE.replace('18:00:00', '19:00:00'),
        FILE.replace('0481]', '0481, tanaka]'),
      ]) {
        const onTable = await plan(text);
        const file = await write(text);
        const throughApi = await runCli(['plan', file, '--api', api.url]);
        expect(throughApi).toEqual({ ...onTable, stdout: onTable.stdout.replace(place(), `the API ${api.url}`) });
      }
    } finally {
      await api.stop();
    }
  });

  it('says so where apply would only record the file', async () => {
    await change(FILE, 'seeded');
    const { exitCode, stdout } = await plan(FILE, '--drift');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('Last applied from policy.yaml: never, so what only the policy has stays');
    expect(stdout).toMatch(/\nNo changes: apply would only record that policy\.yaml was applied\n$/);
  });

  it('takes out with --prune what only others added, and nothing else', async () => {
    await apply(FILE);
    await change(IN_FORCE.replace('id: office, ', 'id: office, description: HQ, '), 'call at 3 a.m.');
    const { exitCode, stdout } = await plan(FILE, '--prune');
    expect(exitCode).toBe(3);
    expect(stdout).toContain(`
--prune: what only others added is taken out
`);
    expect(stdout).toContain(`
Changes
  ~ set leavers: -user-0500
  - rule block-batchi: refuse batchi, everywhere, until 18:00 today

Kept, since others changed it
  ~ rule office: description none -> HQ
`);
  });

  describe('where the file and others changed the same', () => {
    const theirs = FILE.replace('203.0.113.0/24', '203.0.113.0/25');
    const ours = FILE.replace('203.0.113.0/24', '203.0.113.0/26');

    beforeEach(async () => {
      await apply(FILE);
      await change(theirs, 'half of it');
    });

    it('shows both sides and what to do', async () => {
      const { exitCode, stdout, stderr } = await plan(ours);
      expect([exitCode, stderr]).toEqual([1, '']);
      expect(stdout).toContain(`
Conflicts
  rule office: match
    as last applied: {"sourceIps":["203.0.113.0/24"]}
    in the file:     {"sourceIps":["203.0.113.0/26"]}
    in force:        {"sourceIps":["203.0.113.0/25"]}

1 conflict: the file and others changed the same, differently
Take what is in force into the file (vpn-policy export prints it), or let the file count with --force-conflicts.
`);
    });

    it('lets the file count with --force-conflicts, and says over what', async () => {
      const { exitCode, stdout } = await plan(ours, '--force-conflicts');
      expect(exitCode).toBe(3);
      expect(stdout).toContain('\n  ~ rule office: match.sourceIps +203.0.113.0/26 -203.0.113.0/25\n');
      expect(stdout).toMatch(
        /\nWhat others changed and the file overrides\n {2}rule office: match\n.*\n.*\n {4}in force: /,
      );
      expect(stdout).toMatch(/\nPlan: 0 to add, 1 to change, 0 to remove\n$/);
    });
  });

  it('tells whom of a sample it would hit', async () => {
    await apply(FILE);
    const connections = [
      '{"username":"batchi","public-ip":"203.0.113.9"}',
      ...Array.from({ length: 25 }, (_, index) => `{"username":"user-${index}","public-ip":"198.51.100.${index}"}`),
      '{"common-name":"client1","public-ip":"192.0.2.1","groups":["a"],"endpoint-id":"cvpn-endpoint-0a1b2c3d4e5f67890"}',
      '{"connection-log-type":"connection-attempt","connection-attempt-status":"successful","username":"tanaka","device-ip":"203.0.113.7"}',
    ];
    const sample = await folder.file('sample.jsonl', connections.join('\n'));
    const blocked = NEW_FILE.replace(
      'rules:\n',
      'rules:\n  - { id: block-batchi, effect: deny, match: { identities: [batchi] } }\n',
    );
    const { exitCode, stdout } = await plan(blocked, '--connections', sample);
    expect(exitCode).toBe(3);
    expect(stdout).toContain(`
Connections decided otherwise: 26 of 28, at 10:00 today
   newly refused: 1
  - batchi from 203.0.113.9: refused by block-batchi, was admitted by office
   newly admitted: 25
  + user-0 from 198.51.100.0: admitted by office, was refused by default
`);
    expect(stdout).toContain(`
  + … and 5 more
   note: the connection log names no groups, platforms or versions: rules on them see 1 connection without any
`);
    const atNight = await plan(blocked, '--connections', sample, '--at', '23:00');
    expect(atNight.stdout).toContain('\nConnections decided otherwise: 0 of 28, at 23:00 today\n');
  });

  it('takes a sample from standard input', async () => {
    const file = await write(FILE);
    const ran = await run(['plan', file, '--connections', '-'], { stdin: '{"public-ip":"203.0.113.9"}' });
    expect(ran.stdout).toContain(
      '  + nobody named from 203.0.113.9: admitted by office, was refused, as nothing was published\n',
    );
  });

  it('wants what a write wants: tests that pass, and a word more', async () => {
    await apply(FILE);
    const broken = FILE.replace('[user-0481]', '[user-0481, tanaka]');
    const refused = await plan(broken);
    expect(refused.exitCode).toBe(1);
    expect(refused.stdout).toContain(`
To be confirmed
  --confirm tests: the test "office gets in" breaks (allow: expected true, got false)

Tests
  FAIL office gets in
       allow: expected true, got false
  passed: 0 of 1

Refused as it is: 0 to add, 1 to change, 0 to remove
If that is meant: --confirm tests.
`);
    const confirmed = await plan(broken, '--confirm', 'tests');
    expect(confirmed.exitCode).toBe(3);
    expect(confirmed.stdout).toContain('\nConfirmed\n  --confirm tests: the test "office gets in" breaks');
  });

  it('tells the warnings that the change brings, and counts the others', async () => {
    await apply(FILE);
    const warned = FILE.replace('sets:\n', 'sets:\n  unused: { kind: user, entries: [x] }\n');
    const file = await write(warned);
    const { stdout } = await run(['plan', file]);
    expect(stdout).toContain(`
New warnings
  ${file}:4:11: sets.unused: warning: nothing refers to @unused [unused-set]
`);
    await apply(warned);
    const other = warned.replace(
      'rules:\n',
      'rules:\n  - { id: old, effect: allow, match: everyone, expiresAt: 2026-01-01T00:00:00Z }\n',
    );
    expect((await plan(other)).stdout).toContain('\nNew warnings (1 more as before)\n');
  });

  it('gives programs all of it', async () => {
    await apply(FILE);
    await change(IN_FORCE, 'call at 3 a.m.');
    const sample = await folder.file('sample.jsonl', '{"username":"tanaka","public-ip":"198.51.100.9","groups":7}');
    const { exitCode, stdout, stderr } = await plan(NEW_FILE, '--json', '--connections', sample);
    expect([exitCode, stderr]).toEqual([3, '']);
    expect(JSON.parse(stdout)).toMatchObject({
      outcome: 'checked',
      source: 'policy.yaml',
      prune: false,
      forceConflicts: false,
      base: { number: 2, reason: 'call at 3 a.m.' },
      lastApplied: { number: 1 },
      totals: { add: 0, change: 2, remove: 0, kept: 2 },
      onlyRecords: false,
      changes: [
        { what: 'set', id: 'leavers', change: 'changed' },
        { what: 'rule', id: 'office', change: 'changed' },
      ],
      kept: [
        { change: { what: 'set', id: 'leavers' }, revisions: [{ number: 2 }] },
        { change: { what: 'rule', id: 'block-batchi', change: 'added' }, revisions: [{ number: 2 }] },
      ],
      warnings: { brought: [], others: 0 },
      tests: [{ name: 'office gets in', passed: true }],
      connections: {
        total: 1,
        newlyRefused: [],
        newlyAdmitted: [
          {
            connection: { username: 'tanaka', publicIp: '198.51.100.9', groups: { malformed: 7 } },
            before: { allow: false, rules: [] },
            after: { allow: true, rules: ['office'] },
          },
        ],
      },
    });
    const conflict = await plan(IN_FORCE.replace('18:00:00', '19:00:00'), '--json');
    expect(conflict.exitCode).toBe(1);
    expect(JSON.parse(conflict.stdout)).toMatchObject({
      outcome: 'conflict',
      changes: [],
      conflicts: [{ what: 'rule', id: 'block-batchi', theirs: { expiresAt: '2026-11-24T18:00:00+09:00' } }],
    });
  });

  it('writes Markdown in which nothing from elsewhere is markup', async () => {
    await apply(FILE);
    await change(IN_FORCE, 'see ``` @everyone <b>');
    const { stdout } = await plan(NEW_FILE, '--markdown');
    const facts = stdout.slice(stdout.indexOf('````text'), stdout.indexOf('#### Changes'));
    expect(stdout).toMatch(
      /^### VPN policy `\S+policy\.yaml`\n\n\*\*Plan: 0 to add, 2 to change, 0 to remove; 2 kept\*\*\n\n````text\n/,
    );
    expect(facts).toContain('see ``` @everyone <b>');
    expect(stdout).toContain('#### Changes\n```diff\n! set leavers: -user-0481\n! rule office: ');
    expect(stdout).toMatch(
      /#### Kept, since others changed it\n````diff\n! set leavers: \+user-0500\n {4}revision 2 .*\n\+ rule block-batchi/,
    );
  });

  it('cuts Markdown to what a comment takes', async () => {
    const rules = Array.from(
      { length: 2_000 },
      (_, n) => `  - { id: rule-${n}, effect: deny, match: { identities: [u${n}] } }\n`,
    );
    const { stdout } = await plan(FILE.replace('rules:\n', `rules:\n${rules.join('')}`), '--markdown');
    expect(stdout.length).toBeLessThan(65_536);
    expect(stdout).toMatch(/\n … and \d+ more lines; vpn-policy plan shows them\n```\n/);
  });

  it('writes a plan file where it can be applied, and only then', async () => {
    await apply(FILE);
    const [good, bad] = [join(folder.path, 'good.json'), join(folder.path, 'bad.json')];
    const written = await plan(NEW_FILE, '--out', good);
    expect([written.exitCode, written.stderr]).toEqual([
      3,
      `vpn-policy: the plan is in ${good}; vpn-policy apply ${good} carries out exactly that\n`,
    ]);
    expect(JSON.parse(await readFile(good, 'utf8'))).toMatchObject({ source: 'policy.yaml', base: { number: 1 } });

    const refused = await plan(FILE.replace('[user-0481]', '[tanaka]'), '--out', bad);
    expect([refused.exitCode, refused.stderr]).toEqual([
      1,
      `vpn-policy: no plan was written to ${bad}, since it could not be applied\n`,
    ]);
    await expect(readFile(bad)).rejects.toThrow('ENOENT');
    const nowhere = await plan(NEW_FILE, '--out', '/none/plan.json');
    expect([nowhere.exitCode, nowhere.stderr]).toEqual([
      2,
      'vpn-policy: cannot write /none/plan.json: there is no such file or folder\n',
    ]);
  });

  it('goes by the zone of the caller', async () => {
    const { stdout } = await plan(FILE, '--timezone', 'Europe/Berlin');
    expect(stdout).toContain('\nTimes: Europe/Berlin, UTC+01:00\n');
    expect(stdout).toContain('refuse everyone from 14:00 today until 18:00 today, everywhere');
  });

  it.each<[readonly string[], string, RunOptions]>([
    [['plan', '-'], 'standard input has no name for the history: give --source, such as vpn/policy.yaml', {}],
    [
      ['plan', '-', '--source', 'x', '--connections', '-'],
      'the policy and --connections cannot both be - (standard input)',
      {},
    ],
    [['plan', '/none.yaml'], 'cannot read /none.yaml: there is no such file or folder', {}],
    [
      ['plan', '-', '--source', ''],
      "--source: it is empty; accepted: a file's name of 1 to 128 bytes, without control characters",
      {},
    ],
    [['plan', 'x', '--json', '--markdown'], "option '--markdown' cannot be used with option '--json'", {}],
    [
      ['plan', '-', '--source', 'x', '--connections', '/none.jsonl'],
      'cannot read /none.jsonl: there is no such file or folder',
      { stdin: FILE },
    ],
  ])('refuses %j in one line', async (args, line, options) => {
    expect(await run(args, options)).toEqual({ exitCode: 2, stdout: '', stderr: `vpn-policy: ${line}\n` });
  });

  it('tells what is wrong with a file that is no policy', async () => {
    const file = await write('version: 1\n');
    expect(await run(['plan', file])).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: expect.stringMatching(
        /^\S+policy\.yaml:1:1: defaultEffect: .*\nvpn-policy: \S+ is not valid, so there is no plan\n$/,
      ),
    });
    const { stdout } = await run(['plan', file, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'refused', issues: [{ where: 'defaultEffect', line: 1 }] });
  });
});
