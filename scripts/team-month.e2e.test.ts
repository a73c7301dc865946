/** A month in a team's life, played with the built command on the local stack: once through the API, once straight on the table. */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { messageOf } from '../shared/client-vpn/index.ts';
import { expectValidResponse } from '../shared/client-vpn/testing/expect-valid-response.ts';
import { bundleCommand } from './build/bundle-command.ts';
import { type Folder, makeFolder } from './cli/testing/folder.ts';
import { type LocalStackProcess, startLocalStack } from './local-stack/testing/start-local-stack.ts';

const POLICY = `version: 1
defaultEffect: deny
defaultMessage: "Not from here."
sets:
  offices:
    kind: ip
    entries:
      - 203.0.113.0/24 # Tokyo
rules:
  - id: no-contractors
    effect: deny
    match: { users: ["*@contractor.example"] }
    message: "No contractors."
  - id: from-offices
    effect: allow
    match: { sourceIps: ["@offices"] }
tests:
  - name: the office gets in
    connection: { username: tanaka, public-ip: 203.0.113.9 }
    at: 2026-11-24T10:00:00+09:00
    expect: { allow: true, rule: from-offices }
`;
const OFFICE = '203.0.113.9';
const OSAKA = '198.51.100.7';
/** A busy machine takes its time. */
const OBEYED_WITHIN_MS = 60_000;
/** Ten times what it takes until the handler has heard of it, on an idle machine. */
const ADMITTED_FOR_MS = 15_000;

let stack: LocalStackProcess;
let folder: Folder;

beforeAll(async () => {
  folder = await makeFolder();
  await bundleCommand(resolve(__dirname, '..'), join(folder.path, 'vpn-policy.mjs'));
  stack = await startLocalStack({ POLICY_TTL_SECONDS: '1' });
}, 90_000);

afterAll(async () => {
  await stack.end('SIGKILL');
  await folder.remove();
});

describe.each(['through the API', 'straight on the table'])('a month in a team’s life, %s', (way) => {
  const file = () => join(folder.path, 'policy.yaml');
  const edit = async (from: string, to: string) => {
    const text = await readFile(file(), 'utf8');
    expect(text).toContain(from);
    await writeFile(file(), text.replace(from, to));
  };
  const environment = () =>
    way === 'through the API'
      ? { VPN_POLICY_API: `http://127.0.0.1:${stack.httpPort}` }
      : { DYNAMODB_PORT: String(stack.dynamoDbPort) };

  /** Runs a command that must end with `exitCode`; gives what it printed, messages too. */
  async function vpnPolicy(line: readonly string[], exitCode = 0): Promise<string> {
    const args = way === 'through the API' ? line : [...line, '--local'];
    const ran = await new Promise<{ exitCode: number | null; text: string }>((done) => {
      const child = execFile(
        process.execPath,
        [join(folder.path, 'vpn-policy.mjs'), ...args],
        { cwd: folder.path, env: { PATH: process.env.PATH, TZ: 'Asia/Tokyo', ...environment() } },
        (_, stdout, stderr) => done({ exitCode: child.exitCode, text: stdout + stderr }),
      );
    });
    if (ran.exitCode !== exitCode) throw new Error(`vpn-policy ${line.join(' ')}: exit ${ran.exitCode}\n${ran.text}`);
    return ran.text;
  }
  const revisionInForce = async (): Promise<number> =>
    JSON.parse(await vpnPolicy(['log', '--limit', '1', '--json'])).revisions[0].number;
  const exported = async (...options: string[]) => JSON.parse(await vpnPolicyData(['export', '--json', ...options]));
  /** What a command says on stdout alone, for programs. */
  async function vpnPolicyData(line: readonly string[]): Promise<string> {
    const out = join(folder.path, 'exported.json');
    await vpnPolicy([...line, '--output', out]);
    return readFile(out, 'utf8');
  }
  const ruleIds = async (): Promise<string[]> => (await exported()).rules.map(({ id }: { readonly id: string }) => id);

  async function answerTo(username: string, publicIp: string): Promise<{ allow: boolean; message: string }> {
    const response = await fetch(
      `http://127.0.0.1:${stack.lambdaPort}/2015-03-31/functions/AWSClientVPN-policy-local/invocations`,
      { method: 'POST', body: JSON.stringify({ username, 'public-ip': publicIp, 'schema-version': 'v3' }) },
    );
    const answer: unknown = await response.json();
    expectValidResponse(answer, 'v3');
    return { allow: answer.allow, message: messageOf(answer) };
  }
  async function obeyed(username: string, publicIp: string, expected: { allow: boolean; message?: string }) {
    const deadline = Date.now() + OBEYED_WITHIN_MS;
    for (;;) {
      const answer = await answerTo(username, publicIp);
      const { allow, message = answer.message } = expected;
      if ((answer.allow === allow && answer.message === message) || Date.now() > deadline) {
        expect(answer).toMatchObject(expected);
        return;
      }
      await delay(200);
    }
  }

  it('day 1: the file is published; nothing is left to plan', async () => {
    await writeFile(file(), POLICY);
    expect(await vpnPolicy(['seed', 'policy.yaml', '--replace', '--confirm', 'tests'])).toContain('Revision ');
    expect(await vpnPolicy(['plan', 'policy.yaml'])).toContain('No changes');
    await obeyed('tanaka', OFFICE, { allow: true });
    await obeyed('tanaka', OSAKA, { allow: false, message: 'Not from here.' });
  }, 90_000);

  it('day 3: an office is added, by a plan that was looked at first', async () => {
    await edit('- 203.0.113.0/24 # Tokyo', '- 203.0.113.0/24 # Tokyo\n      - 198.51.100.0/24 # Osaka');
    const plan = await vpnPolicy(['plan', 'policy.yaml', '--out', 'plan.json'], 3);
    expect(plan).toContain('~ set offices: +198.51.100.0/24');
    expect(plan).toContain('Plan: 0 to add, 1 to change, 0 to remove');
    await vpnPolicy(['apply', 'plan.json']);
    await obeyed('tanaka', OSAKA, { allow: true });
    // The plan is spent: its revision is no longer in force.
    await edit('Not from here.', 'Not from there.');
    await vpnPolicy(['plan', 'policy.yaml', '--out', 'old-plan.json'], 3);
    await vpnPolicy(['set', 'add', 'offices', '192.0.2.1', '--note', 'somebody was first']);
    expect(await vpnPolicy(['apply', 'old-plan.json'], 1)).toContain('somebody was first');
  }, 90_000);

  it('day 9, 3 a.m.: batchi is blocked, and the next apply from git keeps the block', async () => {
    const said = await vpnPolicy(['block', 'batchi', '--for', '2h', '--reason', 'phishing']);
    expect(said).toMatch(/until \d{4}-\d\d-\d\d \d\d:\d\d \(Asia\/Tokyo, UTC\+09:00\)/);
    await obeyed('batchi', OFFICE, { allow: false });
    await edit('No contractors.', 'No contractors, call 1234.');
    const applied = await vpnPolicy(['apply', 'policy.yaml']);
    expect(applied).toContain('+ rule block-batchi: refuse batchi');
    expect(applied).toContain('phishing');
    expect(await ruleIds()).toContain('block-batchi');
    await obeyed('x@contractor.example', OFFICE, { allow: false, message: 'No contractors, call 1234.' });
    await obeyed('batchi', OFFICE, { allow: false });
  }, 150_000);

  it('day 12: git and an operator change the same address: refused, with both sides shown', async () => {
    await vpnPolicy(['set', 'rm', 'offices', '198.51.100.0/24', '--reason', 'Osaka is closed']);
    await edit('- 198.51.100.0/24 # Osaka', '- { value: 198.51.100.0/24, note: Osaka }');
    const before = await revisionInForce();
    const refused = await vpnPolicy(['apply', 'policy.yaml'], 1);
    expect(refused).toContain('198.51.100.0/24');
    expect(refused).toContain('note');
    expect(await revisionInForce()).toBe(before);
    await obeyed('tanaka', OSAKA, { allow: false });
  }, 90_000);

  it('day 13: an export brings what operators did into git; what is then taken out of the file goes', async () => {
    await vpnPolicy(['export', '--output', 'policy.yaml']);
    expect(await readFile(file(), 'utf8')).toContain('block-batchi');
    expect(await vpnPolicy(['plan', 'policy.yaml'])).toContain('No changes');
    await vpnPolicy(['apply', 'policy.yaml']);
    const { rules, ...rest } = await exported();
    const kept = rules.filter(({ id }: { readonly id: string }) => id !== 'block-batchi');
    await writeFile(file(), JSON.stringify({ ...rest, rules: kept }));
    expect(await vpnPolicy(['apply', 'policy.yaml'])).toContain('- rule block-batchi');
    expect(await ruleIds()).not.toContain('block-batchi');
    await obeyed('batchi', OFFICE, { allow: true });
  }, 90_000);

  it('day 20: one change is undone, the one after it stays', async () => {
    await vpnPolicy(['block', 'suzuki']);
    const wrong = await revisionInForce();
    await vpnPolicy(['block', 'mori']);
    await vpnPolicy(['revert', String(wrong), '--reason', 'it was another suzuki']);
    expect(await ruleIds()).toEqual(['no-contractors', 'from-offices', 'block-mori']);
  }, 60_000);

  it('day 21: back to the state of yesterday, whatever came since', async () => {
    const good = await revisionInForce();
    await vpnPolicy(['set', 'rm', 'offices', '192.0.2.1']);
    await vpnPolicy(['unblock', 'mori']);
    await vpnPolicy(['rollback', String(good), '--yes']);
    expect(await exported()).toEqual(await exported('--revision', String(good)));
    expect(await revisionInForce()).toBe(good + 3);
  }, 60_000);

  it('day 28: a contractor is let in for a moment, which ends by itself', async () => {
    const contractor = 'sato@contractor.example';
    await obeyed(contractor, OFFICE, { allow: false });
    const end = new Date(Date.now() + ADMITTED_FOR_MS).toISOString();
    const said = await vpnPolicy(['admit', contractor, '--until', end, '--from', 'no-contractors']);
    expect(said).toContain('lift no-contractors for user sato@contractor.example');
    await obeyed(contractor, OFFICE, { allow: true });
    const admittedRevision = await revisionInForce();
    await obeyed(contractor, OFFICE, { allow: false, message: 'No contractors, call 1234.' });
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(end));
    expect(await revisionInForce()).toBe(admittedRevision);
  }, 150_000);

  it('the end of the month: the history tells all of it, and holds together', async () => {
    const log = await vpnPolicy(['log', '--limit', '30']);
    for (const told of ['phishing', 'Osaka is closed', 'it was another suzuki', 'apply policy.yaml']) {
      expect(log).toContain(told);
    }
    expect(await vpnPolicy(['verify'])).toMatch(/revisions?/);
  }, 60_000);
});
