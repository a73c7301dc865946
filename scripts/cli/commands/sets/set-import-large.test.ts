/** A list of 200,000 addresses, from the file to the handler's decision. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startHandler } from '../../../../handler/start-handler.ts';
import { lambdaContext } from '../../../../handler/testing/lambda-context.ts';
import { localDocumentClient } from '../../../../shared/store/testing/dynalite.ts';
import { printedLines } from '../../../../shared/testing/printed-lines.ts';
import { type Folder, makeFolder } from '../../testing/folder.ts';
import { startTestTables, type TestTables } from '../../testing/policy-table.ts';
import { NOW, runCli } from '../../testing/run-cli.ts';

const COUNT = 200_000;
const POLICY = `version: 1
defaultEffect: allow
sets: { tor: { kind: ip, entries: [] } }
rules:
  - { id: no-tor, effect: deny, match: { sourceIps: ["@tor"] }, message: "Not through Tor." }
`;

/** Every other address of 10.0.0.0/8, far apart: no two of them touch. */
const address = (index: number) => `10.${index >> 14}.${(index >> 6) & 255}.${(index & 63) * 4}`;
const list = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => `${address(from + index)}\n`).join('');

let folder: Folder;
let tables: TestTables;
let table: readonly string[];

beforeAll(async () => {
  [folder, tables] = await Promise.all([makeFolder(), startTestTables()]);
  table = await tables.create();
  await runCli(['seed', '-', ...table], { stdin: POLICY });
});
afterAll(async () => {
  await tables.stop();
  await folder.remove();
});

/** What the handler, newly started, says to connections from these addresses. */
async function decisions(...addresses: string[]): Promise<boolean[]> {
  const client = localDocumentClient(tables.endpoint);
  const { result } = await printedLines(async () => {
    const environment = { RULES_TABLE: table[1] };
    const { handler, loaded } = startHandler(environment, { client, now: () => Date.parse(NOW) });
    await loaded;
    const answers: boolean[] = [];
    for (const ip of addresses) {
      const event = {
        'connection-id': 'c',
        'endpoint-id': 'cvpn-endpoint-0a1b2c3d4e5f67890',
        'public-ip': ip,
        'schema-version': 'v3',
      };
      answers.push((await handler(event, lambdaContext())).allow);
    }
    return answers;
  });
  client.destroy();
  return result;
}

describe('vpn-policy set import of 200,000 addresses', () => {
  it('shows progress, takes one revision, is obeyed, and changes nothing the second time', async () => {
    const file = await folder.file('tor.txt', list(0, COUNT));
    const args = ['set', 'import', 'tor', '--file', file, ...table];

    const first = await runCli(args, { terminal: 200, progressAfterMs: 0 });
    expect(first.exitCode).toBe(0);
    expect(first.stdout).toMatch(/^Revision 2: set tor: \+10\.0\.0\.0, /);
    expect(first.stdout).toContain(`${file}: 200,000 entries: 200,000 new, 0 there already.\n`);
    for (const step of [
      `Reading ${file} …`,
      `Checking 200,000 entries of ${file} …`,
      'Comparing with the set tor …',
      `Writing to the table ${table[1]} `,
    ]) {
      expect(first.stderr).toContain(step);
    }
    expect(await decisions(address(0), address(123_456), address(COUNT - 1), '10.0.0.1', address(COUNT))).toEqual([
      false,
      false,
      false,
      true,
      true,
    ]);

    const again = await runCli(args);
    expect(again).toEqual({
      exitCode: 0,
      stdout: `Nothing to change: revision 2 already says the same.\n${file}: all 200,000 entries are in the set tor already.\n`,
      stderr: '',
    });

    const newer = await folder.file('newer.txt', list(10, COUNT + 5));
    const synced = await runCli(['set', 'import', 'tor', '--file', newer, '--sync', '--json', ...table]);
    expect(JSON.parse(synced.stdout)).toMatchObject({
      outcome: 'written',
      revision: { number: 3 },
      added: 5,
      alreadyThere: COUNT - 10,
      removed: 10,
    });
    expect(await decisions(address(9), address(10), address(COUNT + 4))).toEqual([true, false, false]);
  }, 300_000);
});
