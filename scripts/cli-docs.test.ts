/** docs/cli.md: every console in it is run, one after the other, and says what the page says. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Folder, makeFolder } from './cli/testing/folder.ts';
import { standing } from './cli/testing/live-vpn.ts';
import type { PlayedConnection } from './cli/testing/played-connections.ts';
import { startPlayedEnforcer } from './cli/testing/played-enforcer.ts';
import { startTestTables, type TestTables } from './cli/testing/policy-table.ts';
import { NOW } from './cli/testing/run-cli.ts';
import { runLine } from './cli/testing/run-line.ts';

const ROOT = resolve(__dirname, '..');
/** Stands on the page for lines that it leaves out. */
const LEFT_OUT = '…\n';
/** Who is in. */
const CONNECTIONS = [
  whoIsIn(214, 'batchi', { id: 'cvpn-connection-04edd76f5201e0cb8', publicIp: '203.0.113.31' }),
  whoIsIn(130, 'mori', { id: 'cvpn-connection-0a94b5f2c6d17e083' }),
  whoIsIn(95, 'sato', { id: 'cvpn-connection-0c7d41e95ab02f136' }),
  whoIsIn(12, 'kato', { id: 'cvpn-connection-0f2e86b0d13c9574a', standing: { verdict: 'unknown', rules: [] } }),
];

function whoIsIn(minutes: number, name: string, facts: Partial<PlayedConnection>): PlayedConnection {
  return standing(minutes, name, { admitted: { at: NOW, revision: 2, rules: ['from-offices'] }, ...facts });
}

let folder: Folder;
let tables: TestTables;
const startedIn = process.cwd();

beforeAll(async () => {
  [folder, tables] = await Promise.all([makeFolder(), startTestTables()]);
  await folder.file('policy.yaml', await readFile(join(ROOT, 'policies/example.yaml')));
  process.chdir(folder.path);
});
afterAll(async () => {
  process.chdir(startedIn);
  await tables.stop();
  await folder.remove();
});

it('shows what the commands print', async () => {
  const page = await readFile(join(ROOT, 'docs/cli.md'), 'utf8');
  const [, table = ''] = await tables.create();
  const now = () => Date.parse(NOW);
  const enforcer = await startPlayedEnforcer({
    endpoint: tables.endpoint,
    tableName: table,
    connections: CONNECTIONS,
    now,
  });
  const env = {
    AWS_ENDPOINT_URL_LAMBDA: enforcer.endpoint,
    ENFORCER_FUNCTION: 'client-vpn-policy-enforcer-prod',
    RULES_TABLE: table,
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL_DYNAMODB: tables.endpoint,
    NO_COLOR: '1',
  };
  let exitCode = 0;

  async function printedBy(line: string): Promise<string> {
    if (line === 'echo $?') return `${exitCode}\n`;
    if (!line.startsWith('vpn-policy ')) return (await promisify(execFile)('sh', ['-c', line])).stdout;
    const ran = await runLine(line, { env });
    exitCode = ran.exitCode;
    return ran.printed.replaceAll(
      `the table ${table} at ${tables.endpoint}`,
      'the table client-vpn-policy-prod-rules in eu-central-1',
    );
  }

  const shown = [...page.matchAll(/```console\n([\s\S]*?)```/g)].flatMap(([, console = '']) =>
    console.split(/^\$ /m).slice(1),
  );
  expect(shown.length).toBeGreaterThan(20);
  const printed: string[] = [];
  for (const told of shown) {
    const [line = ''] = told.split('\n');
    const text = `${line}\n${await printedBy(line)}`;
    const [head = '', tail] = told.split(LEFT_OUT);
    printed.push(tail !== undefined && text.startsWith(head) && text.endsWith(tail) ? told : text);
  }
  await enforcer.stop();
  expect(printed).toEqual(shown);
}, 60_000);
