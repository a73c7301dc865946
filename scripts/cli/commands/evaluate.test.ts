import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Folder, makeFolder } from '../testing/folder.ts';
import { startTestTables, type TestTables } from '../testing/policy-table.ts';
import { NOW, runCli } from '../testing/run-cli.ts';

const POLICY = `version: 1
defaultEffect: deny
endpoints:
  cvpn-endpoint-0a1b2c3d4e5f67890: { name: frankfurt, mode: observe }
rules:
  - id: block-batchi
    effect: deny
    match: { users: [batchi] }
    message: "{username} is not permitted."
  - id: patch-night
    effect: deny
    match: { windows: [{ cron: "0 2 * * TUE#2", duration: PT4H, timezone: Asia/Tokyo }] }
    except: [{ groups: [vpn-admins] }, { users: [oncall] }]
    message: "Maintenance until {until}."
  - { id: oncall-tonight, effect: exempt, from: [patch-night], match: { users: [yamada] } }
  - { id: old-rule, effect: allow, match: everyone, expiresAt: 2026-01-01T00:00:00Z }
  - { id: new-minimum, effect: deny, mode: report, match: [{ openvpnVersion: "<2.6" }, { missing: [openvpnVersion] }] }
  - { id: office, effect: allow, match: { sourceIps: [203.0.113.0/24] }, postureStatuses: [compliant] }
`;

const PATCH_NIGHT = '2026-12-08T03:00:00+09:00';

let folder: Folder;
let tables: TestTables;
let table: readonly string[];
let file: string;

beforeAll(async () => {
  [folder, tables] = await Promise.all([makeFolder(), startTestTables()]);
  table = await tables.create();
  file = await folder.file('policy.yaml', POLICY);
  await runCli(['seed', file, '--reason', 'r', ...table]);
  await runCli(['seed', '-', '--replace', ...table], { stdin: POLICY.replace('batchi]', 'nobody]') });
});
afterAll(async () => {
  await tables.stop();
  await folder.remove();
});

const ask = (...args: string[]) => runCli(['evaluate', '--file', file, ...args]);

describe('vpn-policy evaluate', () => {
  it('tells a refusal, its message and its reason', async () => {
    expect(await ask('--username', 'BATCHI', '--public-ip', '203.0.113.9', '--openvpn-version', '2.6.1')).toEqual({
      exitCode: 0,
      stdout: `REFUSED by block-batchi
  message: BATCHI is not permitted.
  policy: ${file}
  at: 2026-11-24 10:00 (Asia/Tokyo, UTC+09:00)
`,
      stderr: '',
    });
  });

  it.each<[string, readonly string[], string]>([
    ['an admission', ['--username', 'tanaka', '--public-ip', '203.0.113.9'], 'ADMITTED by office'],
    ['the default', ['--username', 'tanaka', '--public-ip', '192.0.2.1'], 'REFUSED by default: no rule decides'],
    ['a window', ['--username', 'tanaka', '--public-ip', '203.0.113.9', '--at', PATCH_NIGHT], 'REFUSED by patch-night'],
    [
      'groups',
      ['--groups', 'staff, vpn-admins', '--public-ip', '203.0.113.9', '--at', PATCH_NIGHT],
      'ADMITTED by office',
    ],
    ['an exemption', ['--username', 'yamada', '--public-ip', '203.0.113.9', '--at', PATCH_NIGHT], 'ADMITTED by office'],
    [
      'an endpoint that only observes',
      ['--username', 'batchi', '--endpoint-id', 'cvpn-endpoint-0a1b2c3d4e5f67890'],
      'ADMITTED since the endpoint only observes; the policy refuses, by block-batchi',
    ],
  ])('decides by %s', async (_, args, headline) => {
    const { exitCode, stdout } = await ask(...args);
    expect([exitCode, stdout.split('\n')[0]]).toEqual([0, headline]);
  });

  it("takes --at on the caller's clock, as plan does", async () => {
    const at = async (...args: string[]) => JSON.parse((await ask('--json', ...args)).stdout).at;
    expect(await at('--at', 'tomorrow 09:00')).toBe('2026-11-25T00:00:00.000Z');
    expect(await at('--at', '2026-12-08 02:00', '--timezone', 'Europe/Berlin')).toBe('2026-12-08T01:00:00.000Z');
  });

  it('explains what every rule did, and why', async () => {
    const { stdout } = await ask(
      '--username',
      'yamada',
      '--public-ip',
      '203.0.113.9',
      '--at',
      PATCH_NIGHT,
      '--explain',
    );
    expect(stdout).toBe(`ADMITTED by office
  posture: compliant
  in report mode: new-minimum would apply
  policy: ${file}
  at: 2026-12-08 03:00 (Asia/Tokyo, UTC+09:00)

RULE            EFFECT         OUTCOME      WHY
block-batchi    deny           no match     match fails: users do not match
patch-night     deny           lifted       lifted by oncall-tonight
                                            match holds: windows match
                                            except fails: groups absent
                                            except fails: users do not match
oncall-tonight  exempt         lifts        match holds: users match
old-rule        allow          expired      match: everyone
new-minimum     deny (report)  would apply  match fails: openvpnVersion absent
                                            match holds: missing match
office          allow          admits       match holds: sourceIps match

6 rules
`);
  });

  it('wraps the reasons to the terminal and colours the outcome there, unless NO_COLOR is set', async () => {
    const args = ['evaluate', '--file', file, '--username', 'batchi', '--explain'];
    const coloured = await runCli(args, { terminal: 80 });
    expect(coloured.stdout).toContain('\u001b[31m\u001b[1mREFUSED\u001b[22m\u001b[39m by block-batchi');
    const plain = await runCli(args, { terminal: 80, env: { NO_COLOR: '1' } });
    expect(plain.stdout).not.toContain('\u001b');
    expect(Math.max(...plain.stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('takes a connect event as AWS sends it, and flags before what is in it', async () => {
    const event = JSON.stringify({
      username: 'Batchi',
      'common-name': null,
      'public-ip': '203.0.113.9',
      'schema-version': 'v1',
    });
    const asked = (...flags: string[]) =>
      runCli(['evaluate', '--file', file, '--connection', '-', ...flags], { stdin: event });
    expect((await asked()).stdout).toMatch(/^REFUSED by block-batchi\n/);
    expect((await asked('--username', 'tanaka')).stdout).toMatch(/^ADMITTED by office\n/);
  });

  it.each<[string, readonly string[], string]>([
    [
      '{"userName":"x","public-ip":"203.0.113.09","groups":7}',
      [],
      `vpn-policy: not known in a connect event, so ignored: "userName"
vpn-policy: groups is malformed: conditions on it hold where they refuse and fail where they admit
vpn-policy: public-ip is malformed: conditions on it hold where they refuse and fail where they admit
`,
    ],
    ['null', ['--username', 'x'], ''],
  ])('decides on %s as the handler does, and says what it makes of it', async (event, flags, notes) => {
    const ran = await runCli(['evaluate', '--file', file, '--connection', '-', ...flags], { stdin: event });
    expect([ran.exitCode, ran.stderr]).toEqual([0, notes]);
  });

  it.each<[string, readonly string[], RegExp]>([
    ['{"username":', [], /^vpn-policy: <stdin> is no JSON: .*\n$/],
    ['"x"', ['--username', 'x'], /^vpn-policy: the event in - is no object, so that no flag can change it\n$/],
  ])('refuses the event %s with %j', async (event, flags, line) => {
    const ran = await runCli(['evaluate', '--file', file, '--connection', '-', ...flags], { stdin: event });
    expect([ran.exitCode, ran.stdout]).toEqual([2, '']);
    expect(ran.stderr).toMatch(line);
  });

  it('asks the policy in force, or that of a revision', async () => {
    const inForce = await runCli(['evaluate', '--username', 'batchi', '--public-ip', '203.0.113.9', ...table]);
    expect(inForce.stdout).toBe(`ADMITTED by office
  posture: compliant
  in report mode: new-minimum would apply
  policy: revision 2 (2026-11-24 10:00 +09:00 by tanaka@laptop: seed <stdin>)
  at: 2026-11-24 10:00 (Asia/Tokyo, UTC+09:00)
`);
    const first = await runCli(['evaluate', '--username', 'batchi', '--revision', '1', '--json', ...table]);
    expect(JSON.parse(first.stdout)).toEqual({
      revision: 1,
      at: NOW,
      decision: {
        allow: false,
        effect: 'deny',
        decidedBy: 'rule',
        rules: ['block-batchi'],
        message: 'batchi is not permitted.',
        postureStatuses: [],
        reported: ['new-minimum'],
        observed: false,
      },
    });
  });

  it('gives programs the trace, too', async () => {
    const { stdout } = await ask('--username', 'batchi', '--json', '--explain');
    const { rules } = JSON.parse(stdout) as { rules: { rule: string; outcome: string }[] };
    expect(rules.map(({ rule, outcome }) => `${rule} ${outcome}`)).toEqual([
      'block-batchi decided',
      'patch-night not-matched',
      'oncall-tonight not-matched',
      'old-rule not-in-force',
      'new-minimum reported',
      'office not-matched',
    ]);
  });

  it('keeps its columns in line over hundreds of rules', async () => {
    const rules = Array.from(
      { length: 250 },
      (_, index) => `  - { id: rule-${index}, effect: deny, match: { users: [u${index}] } }\n`,
    );
    const stdin = `version: 1\ndefaultEffect: allow\nrules:\n${rules.join('')}`;
    const { stdout } = await runCli(['evaluate', '--file', '-', '--username', 'u249', '--explain'], { stdin });
    const table = stdout.slice(stdout.indexOf('RULE')).split('\n');
    expect(table.slice(0, 251).filter((line) => !/^.{27} [Wm]/.test(line))).toEqual([]);
    expect(table[250]).toBe('rule-249  deny    refuses   match holds: users match');
    expect(table.slice(251)).toEqual(['', '250 rules', '']);
  });

  it('exits with 1 and the errors where the file is not valid', async () => {
    const stdin = 'version: 1\ndefaultEffect: perhaps\n';
    const ran = await runCli(['evaluate', '--file', '-'], { stdin });
    expect([ran.exitCode, ran.stdout]).toEqual([1, '']);
    expect(ran.stderr).toMatch(/^<stdin>:2:16: defaultEffect: .*\n<stdin>: not valid: 1 error\n$/);
    const told = await runCli(['evaluate', '--file', '-', '--json'], { stdin });
    expect([told.exitCode, told.stderr]).toEqual([1, ran.stderr]);
    expect(JSON.parse(told.stdout)).toMatchObject({ file: '<stdin>', valid: false, issues: [{ line: 2, column: 16 }] });
  });
});
