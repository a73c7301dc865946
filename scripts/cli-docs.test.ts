/** docs/cli.md: every console in it is run, one after the other, and says what the page says. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Folder, makeFolder } from './cli/testing/folder.ts';
import { startTestTables, type TestTables } from './cli/testing/policy-table.ts';
import { runLine } from './cli/testing/run-line.ts';

const ROOT = resolve(__dirname, '..');
/** Stands on the page for lines that it leaves out. */
const LEFT_OUT = '…\n';

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
  const env = {
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
  expect(printed).toEqual(shown);
}, 60_000);
