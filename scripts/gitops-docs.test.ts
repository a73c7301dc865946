/** docs/gitops.md: every script in it is run, by a shell, with the real command, against a table and the admin API. */
import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { devNull } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { bundleCommand } from './build/bundle-command.ts';
import { type Folder, makeFolder } from './cli/testing/folder.ts';
import { startTestApi, type TestApi } from './cli/testing/policy-api.ts';
import { startTestTables, type TestTables } from './cli/testing/policy-table.ts';
import { runCli } from './cli/testing/run-cli.ts';

const ROOT = resolve(__dirname, '..');

const POLICY = `version: 1
defaultEffect: deny
rules:
  - { id: office, effect: allow, match: { sourceIps: [203.0.113.0/24] } }
tests:
  - { name: office gets in, connection: { public-ip: 203.0.113.9 }, at: 2026-11-24T10:00:00+09:00, expect: { allow: true } }
`;
const withRule = (rule: string) => POLICY.replace('rules:\n', `rules:\n  - ${rule}\n`);
const BLOCK = '{ id: block-batchi, effect: deny, match: { identities: [batchi] } }';
const HOME = '{ id: home, effect: allow, match: { sourceIps: [198.51.100.0/24] } }';

const LOG_LINE =
  '{"connection-log-type":"connection-attempt","connection-attempt-status":"successful","username":"tanaka","device-ip":"198.51.100.7"}';

/** What the scripts call besides; each call is noted. */
const OTHERS: Readonly<Record<string, string>> = {
  gh: 'case "$*" in "issue list"*) echo "$OPEN_ISSUE" ;; esac',
  curl: '',
  aws: `echo '${JSON.stringify({ events: [{ message: LOG_LINE }] })}'`,
};

let folder: Folder;
let tables: TestTables;
let table: readonly string[];
let api: TestApi;
let doc: string;

beforeAll(async () => {
  [folder, tables, doc] = await Promise.all([
    makeFolder(),
    startTestTables(),
    readFile(join(ROOT, 'docs/gitops.md'), 'utf8'),
  ]);
  table = await tables.create();
  api = await startTestApi({ endpoint: tables.endpoint, tableName: table[1] ?? '', now: Date.now });
  await mkdir(join(folder.path, 'bin'));
  await mkdir(join(folder.path, 'repository/vpn'), { recursive: true });
  await mkdir(join(folder.path, 'repository/.git'));
  // One file starts faster than the sources, and is what a pipeline installs.
  const command = join(folder.path, 'vpn-policy.js');
  await bundleCommand(ROOT, command);
  await Promise.all([
    executable('vpn-policy', `exec '${process.execPath}' '${command}' "$@"`),
    executable('git', ''),
    ...Object.entries(OTHERS).map(([name, script]) => executable(name, `echo "${name} $*" >> "$CALLS"\n${script}`)),
  ]);
});
afterAll(async () => {
  await api.stop();
  await tables.stop();
  await folder.remove();
});

async function executable(name: string, script: string): Promise<void> {
  const file = join(folder.path, 'bin', name);
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
}

interface Ran {
  readonly code: number;
  readonly output: string;
  /** Of other commands. */
  readonly calls: string;
}

/** As GitHub runs it: `bash -e`. */
async function runScript(script: string, env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const calls = await folder.file('calls', '');
  return new Promise((done) => {
    const options = {
      cwd: join(folder.path, 'repository'),
      env: {
        PATH: `${join(folder.path, 'bin')}:${process.env.PATH}`,
        CALLS: calls,
        RULES_TABLE: table[1],
        AWS_REGION: 'us-east-1',
        AWS_ENDPOINT_URL_DYNAMODB: tables.endpoint,
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        AWS_EC2_METADATA_DISABLED: 'true',
        AWS_CONFIG_FILE: devNull,
        AWS_SHARED_CREDENTIALS_FILE: devNull,
        ...env,
      },
    };
    execFile('bash', ['-e', '-c', script], options, async (error, stdout, stderr) => {
      const code = error === null ? 0 : Number(error.code);
      done({ code, output: `${stdout}${stderr}`, calls: await readFile(calls, 'utf8') });
    });
  });
}

function blocks(language: 'yaml' | 'sh'): string[] {
  return [...doc.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, text = '']) => text);
}

interface Job {
  readonly steps?: readonly { readonly run?: string; readonly env?: object }[];
  readonly script?: readonly string[];
}

/** The commands of a job, in one script. */
function scriptOf(job: Job | undefined): string {
  const lines = job?.steps?.flatMap(({ run }) => run ?? []) ?? job?.script ?? [];
  return lines.join('\n');
}

const fileInGit = (text: string) => writeFile(join(folder.path, 'repository/vpn/policy.yaml'), text);

/** By somebody who knows nothing of the file. */
async function change(text: string): Promise<void> {
  const ran = await runCli(['seed', '-', '--replace', '--reason', 'others', ...table], { stdin: text });
  expect(ran).toMatchObject({ exitCode: 0 });
}

describe('docs/gitops.md', () => {
  it('has workflows that parse, with nothing of an event inside a script', () => {
    const parsed = blocks('yaml').map((text) => parse(text) as { readonly jobs?: Readonly<Record<string, Job>> });
    expect(parsed.map((value) => Object.keys(value)[0])).toEqual(['name', 'name', 'image']);
    const scripts = Object.values(parsed[1]?.jobs ?? {}).map(scriptOf);
    expect(scripts).toHaveLength(3);
    expect(scripts.join()).not.toContain('${{');
  });

  it.each([
    ['GitHub Actions', 1, 'gh pr comment 7 --edit-last --create-if-none --body-file plan.md'],
    ['GitLab CI', 2, '--data-urlencode body@plan.md https://gitlab.test/projects/1/merge_requests/7/notes'],
  ])(
    'plans, applies and reports drift in %s',
    async (_, index, comment) => {
      const found = parse(blocks('yaml')[index] ?? '') as Readonly<Record<string, Job>> & {
        readonly jobs?: Readonly<Record<string, Job>>;
      };
      const jobs = found.jobs ?? found;
      table = await tables.create();
      await api.stop();
      api = await startTestApi({ endpoint: tables.endpoint, tableName: table[1] ?? '', now: Date.now });
      const env = {
        PR: '7',
        CI_API_V4_URL: 'https://gitlab.test',
        CI_PROJECT_ID: '1',
        CI_MERGE_REQUEST_IID: '7',
        VPN_POLICY_BOT_TOKEN: 'token',
        GITHUB_SHA: '0123456789abcdef0123456789abcdef01234567',
      };
      await change(POLICY);

      await fileInGit(withRule(HOME));
      const planned = await runScript(scriptOf(jobs.plan), env);
      expect(planned).toMatchObject({ code: 0, output: expect.stringContaining('1 test passed') });
      expect(planned.calls).toContain(comment);
      const plan = await readFile(join(folder.path, 'repository/plan.md'), 'utf8');
      expect(plan).toContain('+ rule home: admit everyone from 198.51.100.0/24, everywhere');

      const applied = await runScript(scriptOf(jobs.apply), { ...env, VPN_POLICY_API: api.url });
      expect(applied).toMatchObject({ code: 0, output: expect.stringContaining('Revision 2: rule home added') });

      const still = await runScript(scriptOf(jobs.drift), env);
      expect(still).toMatchObject({ code: 0, calls: '' });
      await change(withRule(`${HOME}\n  - ${BLOCK}`));
      const drifted = await runScript(scriptOf(jobs.drift), { ...env, OPEN_ISSUE: '' });
      const told = index === 1 ? await readFile(join(folder.path, 'repository/drift.md'), 'utf8') : drifted.output;
      expect(told).toContain('+ rule block-batchi: refuse batchi, everywhere');
      expect(drifted.code).toBe(index === 1 ? 0 : 3);
      expect(drifted.calls).toBe(
        index === 1
          ? 'gh label create vpn-drift --force\ngh issue list --label vpn-drift --json number --jq .[0].number\ngh issue create --title The VPN policy is not what git says --label vpn-drift --body-file drift.md\n'
          : '',
      );

      // What is broken stops the pipeline, and is told where it can be.
      await fileInGit('version: 1\ndefaultEffect: deny\n');
      const refused = await runScript(scriptOf(jobs.plan), env);
      expect([refused.code, refused.calls.includes(comment)]).toEqual([1, true]);
      const unreachable = await runScript(scriptOf(jobs.plan), { ...env, RULES_TABLE: 'none' });
      expect([unreachable.code, unreachable.calls]).toEqual([2, '']);
    },
    240_000,
  );

  it('has commands that do what it says', async () => {
    const [begin = '', connections = '', planFile = '', intoGit = '', ...rest] = blocks('sh');
    expect(rest).toEqual([]);
    table = await tables.create();
    await change(POLICY);
    const begun = await runScript(begin);
    expect(begun).toMatchObject({
      code: 0,
      output: expect.stringContaining('Revision 2: no change; applied from vpn/policy.yaml'),
    });

    await fileInGit(withRule(HOME));
    const hit = await runScript(`${connections.trim()} || [ $? -eq 3 ]`);
    expect(hit.code).toBe(0);
    expect(hit.calls).toMatch(/^aws logs filter-log-events --log-group-name \S+ --start-time \d{13}\n$/);
    expect(hit.output).toContain('+ tanaka from 198.51.100.7: admitted by home, was refused by default');

    const [plan, apply] = planFile.trim().split('\n');
    const planned = await runScript(`${plan} || [ $? -eq 3 ]\n${apply}`);
    expect(planned).toMatchObject({ code: 0, output: expect.stringContaining('Revision 3: rule home added') });

    await change(withRule(`${HOME}\n  - ${BLOCK}`));
    expect((await runScript(intoGit)).code).toBe(0);
    expect(await readFile(join(folder.path, 'repository/vpn/policy.yaml'), 'utf8')).toContain('block-batchi');
  }, 240_000);
});
