import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestTables, type TestTables } from '../testing/policy-table.ts';
import { runCli } from '../testing/run-cli.ts';

const POLICY = `version: 1
defaultEffect: allow
sets: { leavers: { kind: user, entries: [batchi] } }
rules:
  - { id: leavers, effect: deny, match: [{ users: ["@leavers"] }, { missing: [username] }], message: "No." }
  - { id: contractors, effect: deny, mode: report, match: { groups: [contractors], endpoints: [cvpn-endpoint-0a1b2c3d4e5f67890] } }
  - { id: old, effect: deny, expiresAt: 2026-11-24T09:00:00+09:00, match: { sourceIps: [203.0.113.0/24, "2001:db8::/32"] } }
  - { id: soon, effect: deny, notBefore: 2026-11-24T18:00:00+09:00, expiresAt: 2026-11-25T18:00:00+09:00, match: { identities: [batchi] } }
  - { id: off, effect: exempt, from: [leavers], enabled: false, match: { users: [batchi] } }
`;

let tables: TestTables;
let table: readonly string[];

beforeAll(async () => {
  tables = await startTestTables();
  table = await tables.create();
  expect(await runCli(['seed', '-', ...table], { stdin: POLICY })).toMatchObject({ exitCode: 0 });
});
afterAll(() => tables.stop());

const rules = (...args: string[]) => runCli(['rules', ...args, ...table]);

describe('vpn-policy rules', () => {
  it('lists every rule as a sentence, with its state on the clock of who asks', async () => {
    expect(await rules()).toEqual({
      exitCode: 0,
      stdout: [
        'RULE         STATE             UNTIL           WHAT',
        'leavers      in force                          refuse user @leavers; or everyone without username, everywhere',
        'contractors  report only                       refuse everyone in contractors at cvpn-endpoint-0a1b2c3d4e5f67890',
        'old          expired           09:00 today     refuse everyone from 203.0.113.0/24 or 2001:db8::/32, everywhere',
        'soon         from 18:00 today  18:00 tomorrow  refuse batchi, everywhere',
        'off          off                               lift leavers for user batchi, everywhere',
        '',
        '5 rules; times: Asia/Tokyo, UTC+09:00',
        '',
      ].join('\n'),
      stderr: '',
    });
  });

  it.each<[filter: string[], ids: string[]]>([
    [['--effect', 'exempt'], ['off']],
    [['--mode', 'report'], ['contractors']],
    [['--disabled'], ['off']],
    [
      ['--enabled', '--effect', 'deny'],
      ['leavers', 'contractors', 'old', 'soon'],
    ],
    [
      ['--user', 'BATCHI'],
      ['leavers', 'soon', 'off'],
    ],
    [['--ip', '203.0.113.9'], ['old']],
    [['--in-force'], ['leavers']],
    [['--in-force', '--effect', 'allow'], []],
  ])('with %j lists %j', async (filter, ids) => {
    const { exitCode, stdout } = await rules(...filter, '--json');
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout).rules.map(({ id }: { readonly id: string }) => id)).toEqual(ids);
    expect((await rules(...filter)).stdout).toContain(`${ids.length} of 5 rules; times: `);
  });

  it('gives programs the whole rules', async () => {
    const { stdout } = await rules('--json', '--effect', 'exempt');
    expect(JSON.parse(stdout)).toEqual({
      revision: 1,
      rules: [
        {
          id: 'off',
          state: 'off',
          sentence: 'switched off: lift leavers for user batchi, everywhere',
          rule: { id: 'off', effect: 'exempt', from: ['leavers'], enabled: false, match: { users: ['batchi'] } },
        },
      ],
    });
  });

  it('colours the states on a terminal, as wide as it is, and not with NO_COLOR', async () => {
    const wide = await runCli(['rules', ...table], { terminal: 80 });
    expect(wide.stdout).toContain('\u001b[32min force\u001b[39m');
    const plain = await runCli(['rules', ...table], { terminal: 80, env: { NO_COLOR: '1' } });
    expect(plain.stdout).not.toContain('\u001b');
    expect(Math.max(...plain.stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it.each([
    [['--ip', '203.0.113.300'], '--ip "203.0.113.300" is no address; accepted: an IPv4 or IPv6 address'],
    [['--enabled', '--disabled'], "option '--enabled' cannot be used with option '--disabled'"],
    [
      ['--effect', 'lift'],
      "option '--effect <effect>' argument 'lift' is invalid. Allowed choices are allow, deny, exempt.",
    ],
    [['--timezone', 'JST'], '--timezone: "JST" is no time zone'],
  ])('refuses %j', async (args, message) => {
    expect(await rules(...args)).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: expect.stringContaining(`vpn-policy: ${message}`),
    });
  });

  it('tells that no policy has been published', async () => {
    expect(await runCli(['rules', ...(await tables.create())])).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('no policy has been published yet'),
    });
  });
});

describe('vpn-policy rules show', () => {
  it('shows a rule as it stands in a file', async () => {
    expect(await rules('show', 'soon')).toEqual({
      exitCode: 0,
      stdout: `# not yet: refuse batchi, everywhere, from 18:00 today, until 18:00 tomorrow
# times: Asia/Tokyo, UTC+09:00
rules:
  - id: soon
    effect: deny
    notBefore: "2026-11-24T18:00:00+09:00"
    expiresAt: "2026-11-25T18:00:00+09:00"
    match: { identities: [ batchi ] }
`,
      stderr: '',
    });
  });

  it('takes its options wherever they stand', async () => {
    const shown = [
      await runCli(['rules', 'show', 'soon', '--json', '--timezone', 'UTC', ...table]),
      await runCli(['rules', ...table, '--json', 'show', 'soon', '--timezone', 'UTC']),
    ];
    for (const { exitCode, stdout } of shown) {
      expect(exitCode).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ revision: 1, id: 'soon', state: 'not-yet', rule: { effect: 'deny' } });
    }
  });

  it('suggests the rule that is near', async () => {
    expect(await rules('show', 'sooon')).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'vpn-policy: there is no rule "sooon" (did you mean "soon"?): vpn-policy rules lists them\n',
    });
  });
});
