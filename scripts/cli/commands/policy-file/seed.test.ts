import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Folder, makeFolder } from '../../testing/folder.ts';
import { startTestTables, type TestTables } from '../../testing/policy-table.ts';
import { NOW, runCli } from '../../testing/run-cli.ts';

const FIRST = `version: 1
defaultEffect: deny
rules:
  - { id: office, effect: allow, match: { sourceIps: [203.0.113.0/24] } }
tests:
  - name: from the office
    connection: { public-ip: 203.0.113.9 }
    at: 2026-11-24T10:00:00+09:00
    expect: { allow: true, rule: office }
`;
const SECOND = FIRST.replace('203.0.113.0/24', '203.0.113.0/25');
/** Keeps its own test and refuses everybody else. */
const WITHOUT_TEST = FIRST.slice(0, FIRST.indexOf('tests:'));
const BREAKS_ITS_TEST = FIRST.replace('203.0.113.0/24', '192.0.2.0/24');
const NOT_VALID = FIRST.replace('203.0.113.0/24', '203.0.113.0/33');

const TTL_LINE = 'Every handler obeys it within its POLICY_TTL_SECONDS (10 where nothing else is set).\n';

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

const seed = (policy: string, ...options: string[]) => runCli(['seed', '-', ...options, ...table], { stdin: policy });
const inForce = async () => JSON.parse((await runCli(['export', '--json', ...table])).stdout || 'null') as unknown;

describe('vpn-policy seed', () => {
  it('publishes the first policy', async () => {
    const file = await folder.file('first.yaml', FIRST);
    expect(await runCli(['seed', file, '--reason', 'we begin', ...table])).toEqual({
      exitCode: 0,
      stdout: `Revision 1: first policy: 1 rule, 0 sets (0 entries), 0 endpoints, 1 test\n${TTL_LINE}`,
      stderr: '',
    });
    const { stderr } = await runCli(['export', ...table]);
    expect(stderr).toBe(`vpn-policy: revision 1 (${NOW} by tanaka@laptop: we begin)\n`);
  });

  it('records which file it was, even where the policy stays as it is', async () => {
    await seed(FIRST);
    const file = await folder.file('policy.yaml', FIRST);
    const appliedFrom = async (...options: string[]) =>
      JSON.parse((await runCli(['seed', file, '--json', ...options, ...table])).stdout).revision.applied;
    expect(await appliedFrom('--replace')).toEqual([{ source: 'policy.yaml', revision: 2 }]);
    expect(await appliedFrom()).toEqual([{ source: 'policy.yaml', revision: 2 }]);
    expect(await appliedFrom('--source', 'vpn/policy.yaml')).toEqual([
      { source: 'policy.yaml', revision: 2 },
      { source: 'vpn/policy.yaml', revision: 3 },
    ]);
  });

  it('changes nothing where the policy in force says the same already, in whatever order', async () => {
    await seed(FIRST);
    const again = FIRST.replace('version: 1\ndefaultEffect: deny', 'defaultEffect: deny\nversion: 1');
    const stdout = 'Nothing to change: revision 1 already says the same.\n';
    expect(await seed(again)).toEqual({ exitCode: 0, stdout, stderr: '' });
    expect(await seed(again, '--replace', '--dry-run')).toEqual({ exitCode: 0, stdout, stderr: '' });
  });

  it('does not undo what others changed, unless it is told to', async () => {
    await seed(FIRST, '--reason', 'their work');
    expect(await seed(SECOND)).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: `vpn-policy: there is a policy already: revision 1 (${NOW} by tanaka@laptop: their work). --replace puts the file in its place, with all that others changed since; --replace --dry-run shows what that changes\n`,
    });
    expect((await seed(SECOND, '--dry-run')).exitCode).toBe(1);
    expect(await seed(SECOND, '--replace')).toEqual({
      exitCode: 0,
      stdout: `Revision 2: rule office changed (match)\n${TTL_LINE}`,
      stderr: '',
    });
  });

  it('writes nothing in a dry run', async () => {
    expect((await seed(FIRST, '--dry-run')).stdout).toBe(
      'Dry run, nothing written: first policy: 1 rule, 0 sets (0 entries), 0 endpoints, 1 test\nIt would be the first policy.\n',
    );
    expect(await inForce()).toBeNull();
    await seed(FIRST);
    expect((await seed(SECOND, '--dry-run', '--replace')).stdout).toBe(
      `Dry run, nothing written: rule office changed (match)\nIt would follow revision 1 (${NOW} by tanaka@laptop: seed <stdin>).\n`,
    );
    expect(await inForce()).toMatchObject({ rules: [{ match: { sourceIps: ['203.0.113.0/24'] } }] });
  });

  it.each<{ what: string; policy: string; told: RegExp | string }>([
    {
      what: 'one that is not valid',
      policy: NOT_VALID,
      told: /^<stdin>:4:55: rules\[0]\.match\.sourceIps\[0]: "203\.0\.113\.0\/33" .*\n$/,
    },
    {
      what: 'one that fails its own test',
      policy: BREAKS_ITS_TEST,
      told: '<stdin>: test "from the office" failed\n  allow: expected true, got false\n  rule: expected "office", got "default"\n',
    },
    {
      what: 'one that refuses everybody, unconfirmed',
      policy: 'version: 1\ndefaultEffect: deny\n',
      told: '<stdin>: the policy refuses everybody: the default refuses, and no allow rule can admit anybody; if that is meant: --confirm lockout\n',
    },
  ])('publishes nothing of $what', async ({ policy, told }) => {
    const { exitCode, stdout, stderr } = await seed(policy);
    const last = 'vpn-policy: <stdin> is refused, nothing has changed\n';
    expect({ exitCode, stdout, last: stderr.slice(-last.length) }).toEqual({ exitCode: 1, stdout: '', last });
    expect(stderr.slice(0, -last.length)).toEqual(typeof told === 'string' ? told : expect.stringMatching(told));
    expect(await inForce()).toBeNull();
  });

  it('takes a word more for a policy that loses a test, and records it', async () => {
    await seed(FIRST);
    const refused = await seed(WITHOUT_TEST, '--replace');
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain(
      '<stdin>: the test "from the office" is removed; if that is meant: --confirm tests\n',
    );
    expect((await seed(WITHOUT_TEST, '--replace', '--confirm', 'lockout,tests')).stdout).toBe(
      `Revision 2: confirmed tests: the test "from the office" is removed; test from the office removed\n${TTL_LINE}`,
    );
  });

  it('gives programs the result, and the reasons of a refusal', async () => {
    const written = await seed(FIRST, '--json');
    expect(JSON.parse(written.stdout)).toEqual({
      outcome: 'written',
      written: true,
      dryRun: false,
      revision: {
        number: 1,
        createdAt: NOW,
        author: { type: 'cli', id: 'tanaka@laptop' },
        reason: 'seed <stdin>',
        summary: 'first policy: 1 rule, 0 sets (0 entries), 0 endpoints, 1 test',
        confirmed: [],
      },
      summary: 'first policy: 1 rule, 0 sets (0 entries), 0 endpoints, 1 test',
      warnings: [],
      confirmedFor: [],
    });
    const refused = await seed(WITHOUT_TEST, '--replace', '--json');
    expect(refused.exitCode).toBe(1);
    expect(JSON.parse(refused.stdout)).toEqual({
      outcome: 'refused',
      written: false,
      dryRun: false,
      issues: [],
      failedTests: [],
      unconfirmed: [{ confirm: 'tests', message: 'the test "from the office" is removed' }],
    });
  });

  it('warns of what it publishes all the same', async () => {
    const { exitCode, stderr } = await seed(FIRST.replace('203.0.113.0/24', '203.0.113.1/24'));
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/^<stdin>:4:55: rules\[0]\.match\.sourceIps\[0]: warning: .* \[host-bits]\n$/);
  });
});
