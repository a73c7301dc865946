import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestTables, type TestTables } from './testing/policy-table.ts';
import { runCli } from './testing/run-cli.ts';

let tables: TestTables;

beforeAll(async () => {
  tables = await startTestTables();
});
afterAll(() => tables.stop());

const POLICY = 'version: 1\ndefaultEffect: allow\n';

describe('vpn-policy', () => {
  it.each<[readonly string[], string]>([
    [['frob'], "unknown command 'frob'"],
    [['seeed', 'x'], "unknown command 'seeed' (Did you mean seed?)"],
    [['help', 'frob'], "unknown command 'frob'"],
    [['validate'], "missing required argument 'files'"],
    [['seed', 'a', 'b'], "too many arguments for 'seed'. Expected 1 argument but got 2."],
    [['--api', 'https://x', 'export'], 'options stand after the command: vpn-policy COMMAND --api …'],
    [['--api=https://x', 'export'], 'options stand after the command: vpn-policy COMMAND --api …'],
    [['set', '--local', 'list'], 'options stand after the command: vpn-policy set COMMAND --local …'],
    [['--frob', 'export'], "unknown option '--frob'"],
    [['log', 'x'], "revision 'x' is invalid. Accepted: the number of a revision, from 1."],
    [['export', '--locl'], "unknown option '--locl' (Did you mean --local?)"],
    [['export', '--table'], "option '--table <name>' argument missing"],
    [['export', '--local', '--table', 'x'], "option '--local' cannot be used with option '--table <name>'"],
    [
      ['export', '--api', 'https://x', '--table', 'x'],
      "option '--api <url>' cannot be used with option '--table <name>'",
    ],
    [['export', '--token', 'x', '--local'], "option '--token <jwt>' cannot be used with option '--local'"],
    [['evaluate', '--file', 'x', '--api', 'x'], "option '--file <file>' cannot be used with option '--api <url>'"],
    [['evaluate', '--file', 'x', '--local'], "option '--file <file>' cannot be used with option '--local'"],
    [
      ['export', '--revision', '0'],
      "option '--revision <number>' argument '0' is invalid. Accepted: the number of a revision, from 1.",
    ],
    [
      ['seed', '-', '--confirm', 'tests,all'],
      "option '--confirm <checks>' argument 'tests,all' is invalid. Accepted: lockout, tests.",
    ],
    [
      ['seed', '-', '--reason', 'x'.repeat(513)],
      `option '--reason <text>' argument '${'x'.repeat(513)}' is invalid. It has 513 characters; accepted: at most 512.`,
    ],
    [
      ['seed', '-', '--reason', 'x\ud83d'],
      "option '--reason <text>' argument 'x\\u{d83d}' is invalid. It has half of a character (a lone surrogate).",
    ],
    [
      ['export'],
      'where is the policy? Give --api URL or --table NAME, or set VPN_POLICY_API or RULES_TABLE; --local is the table of the local stack (npm start)',
    ],
    [
      ['export', '--table', 'x', '--endpoint', '127.0.0.1:8000'],
      '--endpoint "127.0.0.1:8000" is no URL; accepted: such as http://127.0.0.1:8000',
    ],
    [
      ['evaluate', '--local', '--at', '2026-11-24T25:00'],
      '--at: "25:00" is no time of day; accepted: HH:MM from 00:00 to 23:59',
    ],
    [['evaluate', '--file', '-', '--connection', '-'], '--file and --connection cannot both be - (standard input)'],
    [['validate', '-', '-'], '- (standard input) can be read once'],
  ])('answers %j with one line and exit code 2', async (args, line) => {
    expect(await runCli(args)).toEqual({ exitCode: 2, stdout: '', stderr: `vpn-policy: ${line}\n` });
  });

  it('refuses a wrong DYNAMODB_PORT as the local stack does', async () => {
    const stderr = 'vpn-policy: DYNAMODB_PORT is "x": give a port number from 1 to 65535.\n';
    expect(await runCli(['export', '--local'], { env: { DYNAMODB_PORT: 'x' } })).toEqual({
      exitCode: 2,
      stdout: '',
      stderr,
    });
  });

  it('shows how it is used where no command is given', async () => {
    const { exitCode, stdout, stderr } = await runCli([]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain('Usage: vpn-policy [options] [command]');
  });

  it('tells its version', async () => {
    expect(await runCli(['--version'])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });

  it.each([
    ...['validate', 'seed', 'export', 'evaluate'],
    ...['block', 'unblock', 'admit', 'maintenance'],
    ...['connections', 'kick', 'enforce'],
  ])('explains %s with examples and exit codes', async (command) => {
    const { exitCode, stdout, stderr } = await runCli([command, '--help']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain(`Usage: vpn-policy ${command} `);
    expect(stdout).toContain('Exit codes: 0 ');
    expect(stdout).toContain(`Examples:\n  vpn-policy ${command} `);
  });

  it('fills a help to the width of the terminal, but for the examples', async () => {
    const { stdout } = await runCli(['block', '--help'], { terminal: 80 });
    const [told = ''] = stdout.split('\nExamples:\n');
    expect(told.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(told).toContain('\n\nExit codes: 0 refused ');
  });

  it('names the table that is not there', async () => {
    const env = { RULES_TABLE: 'nope', AWS_REGION: 'us-east-1' };
    expect(await runCli(['export', '--endpoint', tables.endpoint], { env })).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: `vpn-policy: there is no table nope at ${tables.endpoint}: check --table, --region and the AWS account\n`,
    });
  });

  it.each(['export', 'evaluate'])('%s exits with 1 where no policy has been published', async (command) => {
    const table = await tables.create();
    const { exitCode, stdout, stderr } = await runCli([command, ...table]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toMatch(
      /^vpn-policy: no policy has been published yet in the table test-.*: publish one with vpn-policy seed FILE\n$/,
    );
  });

  it.each([
    ['Writing to', []],
    ['Checking with', ['--dry-run']],
  ])('shows on a terminal what takes long (%s), and leaves nothing of it', async (doing, options) => {
    const slow = createServer((_, response) => {
      setTimeout(() => response.writeHead(400).end('{"__type":"x#ValidationException","message":"no"}'), 50);
    });
    await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
    const { port } = slow.address() as AddressInfo; // it listens on TCP
    const args = [
      'seed',
      '-',
      '--table',
      'x',
      '--region',
      'us-east-1',
      '--endpoint',
      `http://127.0.0.1:${port}`,
      ...options,
    ];
    const { stderr } = await runCli(args, { stdin: POLICY, terminal: 80, progressAfterMs: 1 });
    slow.close();
    expect(stderr).toBe(
      `\r\u001b[K${doing} the table x at http://127.0.0.1:${port} … 0 s\r\u001b[K` +
        `vpn-policy: the table x at http://127.0.0.1:${port} does not take the request (ValidationException): no\n`,
    );
  });
});
