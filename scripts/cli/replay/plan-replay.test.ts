/** `plan` and `apply` with `--replay`. */
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { PolicyDocument } from '../../../shared/engine/index.ts';
import { type Folder, makeFolder } from '../testing/folder.ts';
import { startTestTables, type TestTables } from '../testing/policy-table.ts';
import { type RecordedVpn, startRecordedVpn, WAYS, type Way } from '../testing/recorded-vpn.ts';
import { NOW, type RunOptions, runCli } from '../testing/run-cli.ts';

const POLICY: PolicyDocument = { version: 1, defaultEffect: 'allow', rules: [] };
/** What an operator did meanwhile, and the file does not know. */
const BLOCK = { id: 'block-batchi', effect: 'deny', match: { identities: ['batchi'] } } as const;
/** Refuses tanaka, and would refuse batchi, too, whom the operator's rule refuses already. */
const FILE: PolicyDocument = {
  ...POLICY,
  rules: [{ id: 'no-contractors', effect: 'deny', match: { users: ['tanaka', 'batchi'] } }],
};
const HOUR_MS = 3_600_000;

let folder: Folder;
let tables: TestTables;
let vpn: RecordedVpn;
let file: string;

beforeAll(async () => {
  [folder, tables] = await Promise.all([makeFolder(), startTestTables()]);
  file = await folder.file('policy.json', JSON.stringify(FILE));
});
beforeEach(async () => {
  vpn = await startRecordedVpn(tables, () => Date.parse(NOW));
  const table = vpn.access.table.slice(0, -2);
  const seed = (policy: PolicyDocument) =>
    runCli(['seed', '-', '--replace', ...table], { stdin: JSON.stringify(policy) });
  expect(await seed(POLICY)).toMatchObject({ exitCode: 0 });
  const applied = await runCli(['apply', '-', '--source', 'policy.json', ...table], { stdin: JSON.stringify(POLICY) });
  expect(applied).toMatchObject({ exitCode: 0 });
  const inForce = { ...POLICY, rules: [BLOCK] };
  expect(await seed(inForce)).toMatchObject({ exitCode: 0 });
  for (const [index, username] of ['tanaka', 'batchi', 'sato', 'kato'].entries()) {
    const event = { 'connection-id': `cvpn-connection-${index}`, username, 'schema-version': 'v3' };
    await vpn.decisions.record(event, { policy: inForce, revision: 3, atMs: Date.parse(NOW) - (index + 1) * HOUR_MS });
  }
});
afterEach(() => vpn.stop());
afterAll(async () => {
  await tables.stop();
  await folder.remove();
});

const run = (way: Way, args: readonly string[], options?: RunOptions) => runCli([...args, ...vpn.access[way]], options);
const withSource = ['--source', 'policy.json', '--replay', '14d'];

describe.each(WAYS)('with --replay, by %s,', (way) => {
  it('plan tells whom what would come of the merge refuses', async () => {
    const { exitCode, stdout } = await run(way, ['plan', file, ...withSource]);
    expect(exitCode).toBe(3);
    expect(stdout).toContain(
      [
        'Replay of 4 connections on record',
        '   would newly refuse 1 of 4 users seen in 14 days (1 connection)',
        '   would newly admit 0 of 4 users seen in 14 days (0 connections)',
        '  - tanaka: refused by no-contractors, was admitted by default; 1 time, last 09:00 today (cvpn-connection-0)',
        '',
      ].join('\n'),
    );
    const data = JSON.parse((await run(way, ['plan', file, ...withSource, '--json'])).stdout);
    expect(data).toMatchObject({
      outcome: 'checked',
      replay: { connections: 4, changed: { newlyRefused: { users: { count: 1 } } } },
      stopped: null,
    });
    const { stdout: markdown } = await run(way, ['plan', file, ...withSource, '--markdown']);
    expect(markdown).toContain('#### Replay of 4 connections on record\n```diff\n would newly refuse 1 of 4 users');
  });

  it('plan stops beyond the limit, and writes no plan', async () => {
    const out = join(folder.path, `plan-${way}.json`);
    const limited = await run(way, ['plan', file, ...withSource, '--max-newly-refused', '10%', '--out', out]);
    expect(limited.exitCode).toBe(1);
    expect(limited.stdout).toContain(
      '\nBeyond --max-newly-refused 10%: it would newly refuse 1 of 4 users seen in 14 days (1 connection).\n',
    );
    await expect(access(out)).rejects.toThrow();
    const within = await run(way, ['plan', file, ...withSource, '--max-newly-refused', '25%', '--out', out]);
    expect(within.exitCode).toBe(3);
    expect(JSON.parse(await readFile(out, 'utf8'))).toMatchObject({ source: 'policy.json' });
  });

  it('apply stops beyond the limit and writes nothing, within it applies', async () => {
    const stopped = await run(way, ['apply', file, ...withSource, '--max-newly-refused', '0']);
    expect(stopped).toMatchObject({
      exitCode: 1,
      stdout: expect.stringContaining('- tanaka: refused by no-contractors'),
      stderr:
        'vpn-policy: beyond --max-newly-refused 0: it would newly refuse 1 of 4 users seen in 14 days (1 connection); nothing has changed\n',
    });
    const data = JSON.parse(
      (await run(way, ['apply', file, ...withSource, '--max-newly-refused', '0', '--json'])).stdout,
    );
    expect(data).toMatchObject({ outcome: 'stopped', stopped: expect.stringContaining('1 of 4 users') });
    const revisions = async () => JSON.parse((await runCli(['log', '--json', ...logAccess(way)])).stdout).revisions;
    expect(await revisions()).toHaveLength(3);
    const applied = await run(way, ['apply', file, ...withSource, '--max-newly-refused', '1']);
    expect([applied.exitCode, applied.stderr]).toEqual([0, '']);
    expect(await revisions()).toHaveLength(4);
    // Nothing changes any more, so that there is nothing to replay.
    const again = await run(way, ['plan', file, ...withSource, '--max-newly-refused', '0']);
    expect([again.exitCode, again.stdout.includes('Replay')]).toEqual([0, false]);
  });
});

/** `log` knows no decisions. */
function logAccess(way: Way): readonly string[] {
  return way === 'api' ? vpn.access.api : vpn.access.table.slice(0, -2);
}

it.each([
  ['plan', ['--max-newly-refused', '1%'], '--max-newly-refused needs --replay, such as --replay 14d'],
  ['apply', ['--decisions-table', 'x'], '--decisions-table needs --replay, such as --replay 14d'],
  [
    'plan',
    ['--replay', 'tomorrow 09:00'],
    '--replay: 2026-11-25 09:00 (Asia/Tokyo, UTC+09:00) is still to come; accepted: 3d (ago), 2026-11-20, "today 09:00"',
  ],
])('%s %j is wrong usage', async (command, args, message) => {
  const table = vpn.access.table.slice(0, -2);
  expect(await runCli([command, file, '--source', 'x', ...args, ...table])).toEqual({
    exitCode: 2,
    stdout: '',
    stderr: `vpn-policy: ${message}\n`,
  });
});
