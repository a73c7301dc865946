/** Whatever stands in a policy, its history, recorded decisions, files and arguments: nothing that the command prints steers a terminal or looks like another line. */

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type FakeLambda, startFakeLambda } from '../../../shared/enforcement/testing/fake-lambda.ts';
import type { PolicyDocument } from '../../../shared/engine/index.ts';
import { readPolicy } from '../../../shared/policy/index.ts';
import { type Folder, makeFolder } from '../testing/folder.ts';
import { startTestTables, type TestTables } from '../testing/policy-table.ts';
import { type RecordedVpn, startRecordedVpn, WAYS, type Way } from '../testing/recorded-vpn.ts';
import { NOW, type RunOptions, runCli } from '../testing/run-cli.ts';
import { CLEAR_LINE } from './progress.ts';

/** Clears the screen, sets a title, begins a line of its own, an eight-bit CSI, turns the direction, half a pair, Unicode's line ends. */
const EVIL =
  '\u001b[2J\u001b]0;owned\u0007\r\nADMITTED batchi\n\u009b31m\u202ecba\u2066\u2028x\u2029\u200b\u0000\ud800\u0085y\u{e0041}';
/** As an argument can be: the system hands over whole characters, and no NUL. */
const ARGUMENT = EVIL.replaceAll('\u0000', '').replaceAll('\ud800', '');
const at = '2026-11-24T10:00:00+09:00';
const POLICY = {
  version: 1,
  defaultEffect: 'deny',
  defaultMessage: `No. ${EVIL}`,
  endpoints: { 'cvpn-endpoint-0a1b2c3d4e5f67890': { name: 'frankfurt', defaultMessage: `Nein. ${EVIL}` } },
  sets: {
    leavers: {
      kind: 'user',
      description: EVIL,
      entries: [`a${EVIL}`, { value: `b${EVIL}`, note: EVIL, expiresAt: '2026-12-31T00:00:00Z' }],
    },
  },
  rules: [
    {
      id: 'block',
      description: EVIL,
      effect: 'deny',
      match: { users: ['@leavers', `c*${EVIL}`], groups: [EVIL] },
      message: `Out ${EVIL} {username}`,
    },
    { id: 'staff', effect: 'allow', match: { groups: [EVIL, 'staff'] }, postureStatuses: [`ok ${EVIL}`] },
    { id: 'watch', effect: 'deny', mode: 'report', match: { commonNames: [EVIL] } },
  ],
  tests: [{ name: `t ${EVIL}`, connection: { username: EVIL, groups: ['staff'] }, at, expect: { allow: true } }],
} as unknown as PolicyDocument; // it is plain JSON, so its literal types are gone

let tables: TestTables;
let vpn: RecordedVpn;
let folder: Folder;

beforeAll(async () => {
  folder = await makeFolder();
  tables = await startTestTables();
  vpn = await startRecordedVpn(tables, () => Date.parse(NOW));
  await table('seed', ['-', '--reason', ARGUMENT], { stdin: JSON.stringify(POLICY) });
  await table('block', [`d${ARGUMENT}`, '--for', '2h', '--reason', ARGUMENT]);
  const event = {
    'connection-id': 'cvpn-connection-1',
    'endpoint-id': `cvpn-endpoint-${EVIL}`,
    username: EVIL,
    'common-name': EVIL,
    'public-ip': EVIL,
    platform: EVIL,
    'platform-version': EVIL,
    'client-openvpn-version': EVIL,
    'aws-client-version': EVIL,
    groups: [EVIL],
    'schema-version': EVIL,
  };
  const decided = { policy: POLICY, revision: 1, atMs: Date.parse(NOW) - 60_000 };
  await vpn.decisions.record(event, decided);
  await vpn.decisions.record({ ...event, 'connection-id': EVIL }, { ...decided, atMs: decided.atMs - 60_000 });
  await vpn.decisions.record({ ...event, 'connection-id': 'cvpn-connection-3', groups: ['staff'] }, decided);
});
afterAll(async () => {
  await vpn.stop();
  await tables.stop();
  await folder.remove();
});

async function table(command: string, args: readonly string[], options?: RunOptions): Promise<void> {
  const ran = await runCli([command, ...args, ...vpn.access.table.slice(0, -2)], options);
  expect(ran).toMatchObject({ exitCode: 0 });
}

/** The colours that the command itself uses on a terminal, and what takes its progress lines away. */
const OWN = [...[1, 2, 22, 31, 32, 33, 39].map((code) => `\u001b[${code}m`), CLEAR_LINE];

function expectHarmless(printed: string): void {
  const text = OWN.reduce((rest, own) => rest.replaceAll(own, ''), printed);
  const foreign = text.match(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu) ?? [];
  expect(foreign.map((character) => character.codePointAt(0)?.toString(16))).toEqual([]);
  for (const line of printed.split('\n')) expect(line).not.toMatch(/^ADMITTED batchi/);
}

async function harmless(args: readonly string[], options: RunOptions = {}): Promise<string> {
  let printed = '';
  for (const terminal of [undefined, 80]) {
    const { stdout, stderr } = await runCli(args, { ...options, ...(terminal !== undefined && { terminal }) });
    expectHarmless(stdout);
    expectHarmless(stderr);
    printed += stdout + stderr;
  }
  return printed;
}

const ASKED: readonly (readonly string[])[] = [
  ['rules'],
  ['rules', '--user', ARGUMENT],
  ['rules', '--json'],
  ['set', 'list'],
  ['set', 'show', 'leavers'],
  ['set', 'show', 'leavers', '--json'],
  ['set', 'show', ARGUMENT],
  ['set', 'rm', 'leavers', ARGUMENT],
  ['set', 'add', 'leavers', `e${ARGUMENT}`, '--note', ARGUMENT, '--dry-run'],
  ['log'],
  ['log', '--json'],
  ['diff', '1', '2'],
  ['diff', '1', '2', '--json'],
  ['export'],
  ['export', '--json'],
  ['verify'],
  ['evaluate', '--username', ARGUMENT, '--groups', ARGUMENT, '--explain'],
  ['evaluate', '--username', `a${ARGUMENT}`, '--json'],
  ['block', ARGUMENT, '--for', '2h', '--dry-run'],
  ['unblock', `d${ARGUMENT}`, '--dry-run'],
  ['admit', ARGUMENT, '--for', '2h', '--dry-run'],
  ['revert', '2', '--dry-run'],
  ['rollback', '1', '--dry-run', '--reason', ARGUMENT],
];
const OF_DECISIONS: readonly (readonly string[])[] = [
  ['decisions'],
  ['decisions', '--json'],
  ['decisions', '--user', ARGUMENT],
  ['decisions', '--user', ARGUMENT, '--last', '--explain'],
  ['decisions', 'cvpn-connection-1', '--explain'],
  ['decisions', ARGUMENT],
  ['replay', '--since', '1d'],
  ['replay', '--since', '1d', '--json'],
  ['replay', '--since', '1d', '--file', '-'],
];

describe.each(WAYS)('by %s', (way: Way) => {
  const access = (ofDecisions: boolean) =>
    way === 'table' && !ofDecisions ? vpn.access.table.slice(0, -2) : vpn.access[way];
  const nothingElse = JSON.stringify({ version: 1, defaultEffect: 'deny' });

  it.each(ASKED)('%s %j prints nothing of it as it came', async (...args) => {
    const printed = await harmless([...args, ...access(false)]);
    expect(printed).not.toMatch(/unknown option|unexpected error/);
  });

  it.each(OF_DECISIONS)('%s %j prints nothing of it as it came', async (...args) => {
    const printed = await harmless([...args, ...access(true)], { stdin: nothingElse });
    expect(printed).not.toMatch(/unknown option|unexpected error/);
  });

  it.each([['plan'], ['plan', '--json'], ['plan', '--markdown'], ['apply', '--dry-run']])(
    '%s %s prints nothing of it as it came',
    async (...args) => {
      const file = await folder.file('policy\u001b[2J\u202e.json', nothingElse);
      const printed = await harmless([...args, file, ...access(false)]);
      expect(printed).not.toMatch(/unknown option|unexpected error/);
    },
  );
});

it.each([[[]], [['--json']]])('an export %j reads back as what was published', async (json) => {
  const { stdout } = await runCli(['export', '--revision', '1', ...json, ...vpn.access.table.slice(0, -2)]);
  expect(readPolicy(stdout)).toMatchObject({ ok: true, document: POLICY });
});

describe('of connections', () => {
  let lambda: FakeLambda;
  const evil = { id: `c${EVIL}`, endpoint: EVIL, username: EVIL, commonName: EVIL };
  const list = {
    at: NOW,
    revision: 1,
    mode: 'enforce',
    connections: (['admitted', 'kept', 'grace', 'refused', 'unknown'] as const).map((verdict, index) => ({
      ...evil,
      ...(index % 2 === 0 && { endpointName: `${EVIL}${index}` }),
      clientIp: EVIL,
      since: index === 0 ? EVIL : NOW,
      publicIp: EVIL,
      platform: EVIL,
      admitted: { at: EVIL, revision: 1, rules: [EVIL] },
      standing: { verdict, rules: [EVIL], endsAt: EVIL },
    })),
  };
  const sums = { active: 9, unknown: 1, kept: 1, grace: 1, refused: 8, ended: 1, cap: 5 };
  const report = {
    at: EVIL,
    revision: 1,
    mode: 'enforce',
    dryRun: false,
    endpoints: [
      { endpoint: EVIL, ...sums, held: true },
      { endpoint: `2${EVIL}`, ...sums, held: false },
    ],
    connections: (['ended', 'would-end', 'gone', 'held', 'left', 'failed'] as const).map((outcome) => ({
      ...evil,
      rules: [EVIL],
      outcome,
      ...(outcome === 'failed' && { error: EVIL }),
    })),
  };
  let problem: object | undefined;

  beforeAll(async () => {
    lambda = await startFakeLambda(({ request }) => ({
      answer: problem === undefined ? (request.task === 'list' ? list : report) : { problem },
    }));
  });
  afterAll(() => lambda.stop());

  const COMMANDS: readonly (readonly string[])[] = [
    ['connections'],
    ['connections', '--user', ARGUMENT, '--vpn-endpoint', ARGUMENT],
    ['kick', '--user', ARGUMENT],
    ['kick', 'cvpn-connection-1', '--reason', ARGUMENT],
    ['enforce'],
    ['enforce', '--reason', ARGUMENT],
    ['block', `d${ARGUMENT}`, '--disconnect'],
    ['block', `d${ARGUMENT}`, '--disconnect', '--dry-run'],
  ];
  it.each(COMMANDS.flatMap((args) => [args, [...args, '--json']]))(
    '%s %j prints nothing of it as it came',
    async (...args) => {
      const asked = [...args, ...vpn.access.table.slice(0, -2), '--enforcer', 'x'];
      const options = { env: { AWS_ENDPOINT_URL_LAMBDA: lambda.endpoint }, answer: 'y' };
      for (const code of [undefined, 'too-many', 'ec2-refused']) {
        problem = code === undefined ? undefined : { code, message: EVIL, report };
        const printed = await harmless(asked, options);
        expect(printed).not.toMatch(/unknown option|unexpected error/);
      }
    },
  );

  it.each(['--enforcer'])('%s is told harmlessly', async (option) => {
    expect(await harmless(['connections', '--table', 't', option, ARGUMENT])).not.toBe('');
  });
});

describe('without a policy', () => {
  it.each([
    ['an unknown command', [ARGUMENT]],
    ['an unknown option', ['rules', `--${ARGUMENT}`]],
    ['a file that is not there', ['validate', ARGUMENT]],
    ['an address that is none', ['rules', '--api', ARGUMENT]],
    ['a table’s name', ['rules', '--table', ARGUMENT, '--region', 'us-east-1', '--endpoint', 'http://127.0.0.1:9']],
    ['a region', ['rules', '--table', 't', '--region', ARGUMENT]],
    ['a time', ['block', 'a', '--until', ARGUMENT, '--local']],
    ['help on nothing', ['help', ARGUMENT]],
  ])('%s is told harmlessly', async (_, args) => {
    expect(await harmless(args)).not.toBe('');
  });

  it.each([
    ['keys', JSON.stringify({ [EVIL]: 1, version: 1, defaultEffect: EVIL })],
    [
      'values',
      JSON.stringify({
        version: 1,
        defaultEffect: 'deny',
        rules: [
          {
            id: EVIL,
            effect: EVIL,
            match: { users: [EVIL], sourceIps: [EVIL], windows: [{ cron: EVIL, timezone: EVIL }] },
          },
        ],
      }),
    ],
    ['text that is no JSON', `{${EVIL}`],
    [
      'a failing test',
      JSON.stringify({
        ...POLICY,
        tests: [{ name: EVIL, connection: { username: EVIL }, at, expect: { allow: true, rule: 'staff' } }],
      }),
    ],
  ])('a file with evil %s is told harmlessly', async (_, text) => {
    for (const command of ['validate', 'lint', 'test']) {
      for (const json of [[], ['--json']])
        expect(await harmless([command, '-', ...json], { stdin: text })).not.toBe('');
    }
    await harmless(['validate', '-'], { stdin: text.replace('{', '\ufeff{') });
  });
});
