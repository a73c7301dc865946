import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Folder, makeFolder } from '../../testing/folder.ts';
import { startTestTables, type TestTables } from '../../testing/policy-table.ts';
import { type RunOptions, runCli } from '../../testing/run-cli.ts';

const FILE = `version: 1
defaultEffect: deny
rules:
  - { id: office, effect: allow, match: { sourceIps: [203.0.113.0/24] } }
  - { id: old-office, effect: allow, match: { sourceIps: [192.0.2.0/24] } }
`;
const withBlock = (text: string) =>
  text.replace('rules:\n', 'rules:\n  - { id: block-batchi, effect: deny, match: { identities: [batchi] } }\n');
const OBEYED = 'Every handler obeys it within its POLICY_TTL_SECONDS (10 where nothing else is set).\n';

let folder: Folder;
let tables: TestTables;
let table: readonly string[];
let file: string;

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

const run = (args: readonly string[], options?: RunOptions) => runCli([...args, ...table], options);

async function apply(text: string, flags: readonly string[] = [], options?: RunOptions) {
  file = await folder.file('policy.yaml', text);
  return run(['apply', file, ...flags], options);
}

/** By somebody who knows nothing of the file. */
async function change(text: string, reason: string): Promise<void> {
  const ran = await run(['seed', '-', '--replace', '--reason', reason], { stdin: text });
  expect(ran).toMatchObject({ exitCode: 0 });
}

async function inForce(): Promise<string> {
  return (await run(['export'])).stdout;
}

/** The newest revision, as `seed` tells it. */
async function newest(): Promise<{ readonly number: number; readonly reason: string; readonly applied: unknown }> {
  const { stdout } = await run(['seed', '-', '--replace', '--json'], { stdin: await inForce() });
  return JSON.parse(stdout).revision;
}

async function planned(text: string, flags: readonly string[] = []): Promise<string> {
  const out = join(folder.path, 'plan.json');
  const ran = await run(['plan', await folder.file('policy.yaml', text), '--out', out, ...flags]);
  expect(ran).toMatchObject({ exitCode: 3 });
  return out;
}

describe('vpn-policy apply', () => {
  it('publishes a first policy, and knows the file again', async () => {
    const first = await apply(FILE);
    expect([first.exitCode, first.stderr]).toEqual([0, '']);
    expect(first.stdout).toMatch(/\nPlan: 4 to add, 0 to change, 0 to remove\nRevision 1: first policy: 2 rules, /);
    expect(first.stdout.endsWith(OBEYED)).toBe(true);
    expect(await newest()).toMatchObject({
      number: 1,
      reason: 'apply policy.yaml',
      applied: [{ source: 'policy.yaml', revision: 1 }],
    });

    const again = await apply(FILE);
    expect([again.exitCode, again.stderr]).toEqual([0, '']);
    expect(again.stdout).toMatch(/\nNo changes: revision 1 already says what policy\.yaml says\n$/);
    expect((await newest()).number).toBe(1);
  });

  it('keeps what others changed, and says so', async () => {
    await apply(FILE);
    await change(withBlock(FILE), 'call at 3 a.m.');
    const ran = await apply(FILE.replace('203.0.113.0/24', '203.0.113.0/25'));
    expect([ran.exitCode, ran.stderr]).toEqual([0, '']);
    expect(ran.stdout).toContain(`
Kept, since others changed it
  + rule block-batchi: refuse batchi, everywhere
      revision 2 (10:00 today by tanaka@laptop: call at 3 a.m.)

Plan: 0 to add, 1 to change, 0 to remove; 1 kept
Revision 3: rule office changed (match)
${OBEYED}Undo: vpn-policy revert 3 ${table.join(' ')}
`);
    expect(await inForce()).toContain('id: block-batchi');
  });

  it('takes out what the file had and has no longer, also what an export brought into it', async () => {
    await apply(FILE);
    await change(withBlock(FILE), 'call at 3 a.m.');
    const recorded = await apply(await inForce());
    expect([recorded.exitCode, recorded.stdout.split('\n').slice(-4, -2)]).toEqual([
      0,
      [
        'No changes: apply would only record that policy.yaml was applied',
        'Revision 3: no change; applied from policy.yaml',
      ],
    ]);
    const removed = await apply(FILE);
    expect(removed.stdout).toContain('\n  - rule block-batchi: refuse batchi, everywhere\n');
    expect(await inForce()).not.toContain('block-batchi');
  });

  describe('where the file and others changed the same', () => {
    const ours = FILE.replace('203.0.113.0/24', '203.0.113.0/26');
    beforeEach(async () => {
      await apply(FILE);
      await change(FILE.replace('203.0.113.0/24', '203.0.113.0/25'), 'half of it');
    });

    it('changes nothing and shows both sides', async () => {
      expect(await apply(ours)).toEqual({
        exitCode: 1,
        stdout: '',
        stderr: `rule office: match
  as last applied: {"sourceIps":["203.0.113.0/24"]}
  in the file:     {"sourceIps":["203.0.113.0/26"]}
  in force:        {"sourceIps":["203.0.113.0/25"]}
vpn-policy: 1 conflict with what others changed, nothing has changed
Take what is in force into the file (vpn-policy export prints it), or let the file count with --force-conflicts.
`,
      });
      const { exitCode, stdout } = await apply(ours, ['--json']);
      expect(exitCode).toBe(1);
      expect(JSON.parse(stdout)).toMatchObject({
        outcome: 'conflict',
        written: false,
        source: 'policy.yaml',
        base: { number: 2 },
        conflicts: [{ what: 'rule', id: 'office', field: 'match' }],
      });
      expect(await inForce()).toContain('203.0.113.0/25');
    });

    it('lets the file count with --force-conflicts', async () => {
      const { exitCode, stdout } = await apply(ours, ['--force-conflicts']);
      expect(exitCode).toBe(0);
      expect(stdout).toContain('\nWhat others changed and the file overrides\n  rule office: match\n');
      expect(await inForce()).toContain('203.0.113.0/26');
    });
  });

  it('takes out with --prune what only others added', async () => {
    await apply(FILE);
    await change(withBlock(FILE), 'call at 3 a.m.');
    expect((await apply(FILE, ['--prune'])).stdout).toContain('\nRevision 3: rule block-batchi removed\n');
  });

  it('is refused by the checks of a write', async () => {
    await apply(FILE);
    const lockout = 'version: 1\ndefaultEffect: deny\n';
    const refused = await apply(lockout);
    expect([refused.exitCode, refused.stdout]).toEqual([1, '']);
    expect(
      refused.stderr,
    ).toBe(`${file}: the policy refuses everybody: the default refuses, and no allow rule can admit anybody; if that is meant: --confirm lockout
vpn-policy: ${file} is refused, nothing has changed
`);
    expect((await apply(lockout, ['--confirm', 'lockout'])).exitCode).toBe(0);
    const invalid = await apply('version: 1\n');
    expect([invalid.exitCode, invalid.stdout]).toEqual([1, '']);
    expect(invalid.stderr).toMatch(
      /^\S+policy\.yaml:1:1: defaultEffect: .*\nvpn-policy: \S+ is refused, nothing has changed\n$/,
    );
  });

  it('writes nothing with --dry-run', async () => {
    await apply(FILE);
    const { exitCode, stdout } = await apply(withBlock(FILE), ['--dry-run']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /\nPlan: 1 to add, .*\nDry run, nothing written: rule block-batchi added\nIt would follow revision 1 /,
    );
    expect((await newest()).number).toBe(1);
  });

  it.each([
    ['y', 0, 1],
    ['', 1, 0],
  ])('shows the plan on a terminal and asks: %j', async (answer, exitCode, revisions) => {
    const ran = await apply(FILE, [], { answer });
    expect(ran.exitCode).toBe(exitCode);
    expect(ran.stdout).toContain('\nPlan: 4 to add, 0 to change, 0 to remove\n');
    const question = `Apply this to the table ${table[1]} at ${tables.endpoint}? [y/N] ${answer}\n`;
    expect(ran.stderr).toBe(exitCode === 0 ? question : `${question}vpn-policy: not wanted: nothing has changed\n`);
    expect((await run(['export'])).exitCode).toBe(revisions === 1 ? 0 : 1);
  });

  it('does not ask with --yes, nor for nothing', async () => {
    expect((await apply(FILE, ['--yes'], { answer: 'n' })).exitCode).toBe(0);
    expect(await apply(FILE, [], { answer: 'n' })).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it('gives programs the result, and does not ask them', async () => {
    await apply(FILE);
    await change(withBlock(FILE), 'call at 3 a.m.');
    const { stdout, stderr } = await apply(FILE.replace('203.0.113.0/24', '203.0.113.0/25'), ['--json'], {
      answer: 'n',
    });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toMatchObject({
      outcome: 'written',
      written: true,
      revision: { number: 3 },
      source: 'policy.yaml',
      base: { number: 2 },
      lastApplied: { number: 1 },
      changes: [{ what: 'rule', id: 'office', change: 'changed' }],
      kept: [{ change: { what: 'rule', id: 'block-batchi' }, revisions: [{ number: 2 }] }],
      overridden: [],
      warnings: [],
      undo: `vpn-policy revert 3 ${table.join(' ')}`,
    });
    const unchanged = await apply(FILE.replace('203.0.113.0/24', '203.0.113.0/25'), ['--json']);
    expect(JSON.parse(unchanged.stdout)).toMatchObject({ outcome: 'unchanged', written: false, changes: [] });
  });

  it.each([
    ['GITHUB_SHA', 'apply policy.yaml (commit 0123456789ab)'],
    ['CI_COMMIT_SHA', 'apply policy.yaml (commit 0123456789ab)'],
    ['OTHER', 'apply policy.yaml'],
  ])('names the commit that %s tells as the reason', async (name, reason) => {
    await apply(FILE, [], { env: { [name]: '0123456789abcdef0123456789abcdef01234567' } });
    expect((await newest()).reason).toBe(reason);
  });

  it('takes policy.yaml of the folder where nothing is named', async () => {
    await folder.file('policy.yaml', FILE);
    const before = process.cwd();
    process.chdir(folder.path);
    try {
      expect((await run(['apply'])).exitCode).toBe(0);
    } finally {
      process.chdir(before);
    }
    expect((await newest()).applied).toEqual([{ source: 'policy.yaml', revision: 1 }]);
  });

  it('knows the file by the name that --source gives', async () => {
    await run(['apply', '-', '--source', 'vpn/policy.yaml'], { stdin: FILE });
    expect((await newest()).applied).toEqual([{ source: 'vpn/policy.yaml', revision: 1 }]);
  });

  describe('of a plan', () => {
    beforeEach(async () => {
      await apply(FILE);
    });

    it('does what was planned, once', async () => {
      const plan = await planned(withBlock(FILE));
      // What became of the file since is not looked at.
      await folder.file('policy.yaml', 'version: 2\n');
      const applied = await run(['apply', plan]);
      expect([applied.exitCode, applied.stderr]).toEqual([0, '']);
      expect(applied.stdout).toContain('\nRevision 2: rule block-batchi added\n');
      expect(await run(['apply', plan])).toEqual({
        exitCode: 1,
        stdout: '',
        stderr: `vpn-policy: the policy has changed since ${plan} was made: revision 2 (10:00 today by tanaka@laptop: apply policy.yaml); --replan applies it if it still changes the same, else make a new plan\n`,
      });
    });

    it('is refused where others changed the policy since, with what they did', async () => {
      const plan = await planned(FILE.replace('203.0.113.0/24', '203.0.113.0/25'));
      for (const count of [1, 2, 3, 4, 5])
        await change(`${withBlock(FILE)}tests: []\ndefaultMessage: m${count}\n`, `change ${count}`);
      const { exitCode, stderr } = await run(['apply', plan]);
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(
        /was made: revision 6 \(.*: change 5\), revision 5 \(.*: change 4\), revision 4 \(.*: change 3\) and 2 more revisions; --replan/,
      );
      expect((await newest()).number).toBe(6);
    });

    it('is made again with --replan, and applied where it still changes the same', async () => {
      const plan = await planned(FILE.replace('203.0.113.0/24', '203.0.113.0/25'));
      await change(withBlock(FILE), 'call at 3 a.m.');
      const { exitCode, stdout } = await run(['apply', plan, '--replan']);
      expect(exitCode).toBe(0);
      expect(stdout).toContain(
        '\nPlan: 0 to add, 1 to change, 0 to remove; 1 kept\nRevision 3: rule office changed (match)\n',
      );
    });

    it('is refused with --replan where it would change something else, which is shown', async () => {
      const plan = await planned(withBlock(FILE).replace('203.0.113.0/24', '203.0.113.0/25'));
      await change(withBlock(FILE), 'call at 3 a.m.');
      const { exitCode, stdout, stderr } = await run(['apply', plan, '--replan']);
      expect([exitCode, stdout]).toEqual([1, '']);
      expect(stderr).toContain('\nChanges\n  ~ rule office: match.sourceIps +203.0.113.0/25 -203.0.113.0/24\n');
      expect(stderr).toMatch(/call at 3 a\.m\.\); it would change something else now \(above\): make a new plan\n$/);
    });

    it('is refused elsewhere than where it was made', async () => {
      const plan = await planned(withBlock(FILE));
      table = await tables.create();
      expect((await run(['apply', plan])).stderr).toMatch(
        /^vpn-policy: the plan was made for another policy: for revision 1 of \S+, and in the table \S+ at \S+ nothing is published\n$/,
      );
      await run(['seed', '-'], { stdin: FILE, nowMs: Date.parse('2026-11-24T02:00:00Z') });
      expect((await run(['apply', plan])).stderr).toMatch(/ there is revision 1 of 2026-11-24T02:00:00\.000Z\n$/);
    });

    it('for a first policy is refused where one was published since', async () => {
      table = await tables.create();
      const plan = await planned(FILE);
      await change(withBlock(FILE), 'first');
      expect((await run(['apply', plan])).stderr).toMatch(
        /was made: revision 1 \(10:00 today by tanaka@laptop: first\); --replan/,
      );
    });

    it('carries what was confirmed', async () => {
      const plan = await planned('version: 1\ndefaultEffect: deny\n', ['--confirm', 'lockout']);
      expect((await run(['apply', plan])).exitCode).toBe(0);
    });

    it.each<[string, (text: string) => string, readonly string[], number, RegExp]>([
      [
        'that was edited',
        (text) => text.replaceAll('batchi', 'tanaka'),
        [],
        2,
        /^vpn-policy: \S+ was changed after the plan was made: /,
      ],
      [
        'with --prune',
        (text) => text,
        ['--prune'],
        2,
        / is a plan, which has its own --prune: make a new one with vpn-policy plan\n$/,
      ],
      ['with --source', (text) => text, ['--source', 'x'], 2, / has its own --source: /],
      ['with --force-conflicts', (text) => text, ['--force-conflicts'], 2, / has its own --force-conflicts: /],
    ])('is refused %s', async (_, edit, flags, exitCode, line) => {
      const text = edit(await readFile(await planned(withBlock(FILE)), 'utf8'));
      const ran = await run(['apply', '-', ...flags], { stdin: text });
      expect([ran.exitCode, ran.stdout]).toEqual([exitCode, '']);
      expect(ran.stderr).toMatch(line);
    });
  });

  it.each<[readonly string[], RegExp]>([
    [
      ['apply'],
      /^vpn-policy: which file\? Without one it is policy\.yaml of this folder: cannot read policy\.yaml: there is no such file or folder\n$/,
    ],
    [
      ['apply', '-'],
      /^vpn-policy: standard input has no name for the history: give --source, such as vpn\/policy\.yaml\n$/,
    ],
    [['apply', '-', '--source', 'x', '--replan'], /^vpn-policy: --replan is for a plan, and <stdin> is none\n$/],
  ])('refuses %j in one line', async (args, line) => {
    const ran = await run(args, { stdin: FILE });
    expect([ran.exitCode, ran.stdout]).toEqual([2, '']);
    expect(ran.stderr).toMatch(line);
  });
});
