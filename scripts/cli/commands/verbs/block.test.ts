import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startTestTables, type TestTables } from '../../testing/policy-table.ts';
import { type PublishedPolicy, publishPolicy } from '../../testing/published-policy.ts';
import { NOW } from '../../testing/run-cli.ts';

const POLICY = `version: 1
defaultEffect: allow
endpoints:
  cvpn-endpoint-0a1b2c3d4e5f67890: { name: frankfurt }
sets:
  leavers: { kind: user, entries: [leaver] }
rules:
  - { id: block-leavers, effect: deny, match: { identities: ["@leavers"] } }
  - { id: admins, effect: exempt, from: "*", match: { users: [admin] } }
tests:
  - name: the boss gets in
    connection: { username: boss }
    at: 2026-11-24T10:00:00+09:00
    expect: { allow: true }
`;
const TTL_LINE = 'Every handler obeys it within its POLICY_TTL_SECONDS (10 where nothing else is set).';
const STANDING_LINE =
  'Connections that stand: the enforcer, where it is on, ends them within a minute; --disconnect ends them at once.';
const AT_NOON = '2026-11-24T12:00:00+09:00';

let tables: TestTables;
let policy: PublishedPolicy;

beforeAll(async () => {
  tables = await startTestTables();
});
beforeEach(async () => {
  policy = await publishPolicy(tables, POLICY);
});
afterAll(() => tables.stop());

const undo = (revision: number) => `Undo: vpn-policy revert ${revision} ${policy.table.join(' ')}`;

describe('vpn-policy block', () => {
  it('refuses somebody for two hours, however they log in, and says so in full', async () => {
    expect(await policy.run(['block', 'batchi', '--for', '2h'])).toEqual({
      exitCode: 0,
      stdout: [
        'Revision 2: rule block-batchi added',
        TTL_LINE,
        'block-batchi (added): refuse batchi, everywhere, until 2026-11-24 12:00 (Asia/Tokyo, UTC+09:00), in 2 h',
        STANDING_LINE,
        undo(2),
        '',
      ].join('\n'),
      stderr: '',
    });
    const refused = { effect: 'deny', rules: ['block-batchi'] };
    for (const event of [
      { username: 'batchi' },
      { username: 'CORP\\BATCHI' },
      { username: 'batchi@example.com' },
      { 'common-name': 'batchi' },
    ]) {
      expect(await policy.decide(event, NOW)).toMatchObject(refused);
      expect(await policy.decide(event, '2026-11-24T11:59:59+09:00')).toMatchObject(refused);
      expect(await policy.decide(event, AT_NOON)).toMatchObject({ effect: 'allow' });
    }
    expect(await policy.decide({ username: 'batchi2' }, NOW)).toMatchObject({ effect: 'allow' });
  });

  it('records the command as the reason, without how it came to the policy, or the reason given', async () => {
    await policy.run(['block', "o'neil", '--until', 'friday 18:00', '--final', '--confirm', 'tests']);
    await policy.run(['block', 'batchi', '--reason', 'HR-77']);
    const reasonOf = async (revision: string) =>
      (await policy.run(['export', '--revision', revision])).stderr.replace(/^.*?tanaka@laptop: (.*)\)\n$/, '$1');
    expect(await reasonOf('2')).toBe("block 'o'\\''neil' --until 'friday 18:00' --final");
    expect(await reasonOf('3')).toBe('HR-77');
  });

  it("reads times on the caller's clock: --timezone, TZ, the machine's", async () => {
    const until = async (args: string[], tz?: string) => {
      const { stdout } = await policy.run(['block', 'batchi', '--until', '18:00', '--dry-run', '--json', ...args], {
        env: tz === undefined ? {} : { TZ: tz },
        timezone: 'America/New_York',
      });
      const { until, timezone } = JSON.parse(stdout);
      return [until, timezone];
    };
    expect(await until([])).toEqual(['2026-11-24T18:00:00-05:00', 'America/New_York']);
    expect(await until([], 'Europe/Berlin')).toEqual(['2026-11-24T18:00:00+01:00', 'Europe/Berlin']);
    expect(await until(['--timezone', 'Asia/Tokyo'], 'Europe/Berlin')).toEqual([
      '2026-11-24T18:00:00+09:00',
      'Asia/Tokyo',
    ]);
  });

  it.each([
    ['JST-9', 'TZ: "JST-9" is no time zone; accepted: '],
    ['', "this machine's time zone cannot be told: set TZ, such as TZ=Asia/Tokyo, or give --timezone"],
  ])('needs no zone to block for two hours, nor to show times, where TZ is %j', async (TZ, reason) => {
    const away = { env: { TZ }, timezone: 'Etc/Unknown' };
    const { stdout } = await policy.run(['block', 'batchi', '--for', '2h'], away);
    expect(stdout).toContain('everywhere, until 2026-11-24 03:00 (UTC), in 2 h\n');
    expect((await policy.run(['log'], away)).stdout).toMatch(/ 01:00 today .*\nTimes: UTC\n$/s);
    const typed = await policy.run(['block', 'batchi', '--until', '18:00'], away);
    expect(typed).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringContaining(`vpn-policy: ${reason}`) });
  });

  it('refuses addresses at one endpoint, with a message', async () => {
    const { exitCode, stderr } = await policy.run([
      ...['block', '--ip', '203.0.113.9', '--ip', '2001:db8::/32', '--vpn-endpoint', 'frankfurt'],
      ...['--message', 'Not from {publicIp} until {until}.', '--until', '2026-11-29'],
    ]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const frankfurt = { 'endpoint-id': 'cvpn-endpoint-0a1b2c3d4e5f67890' };
    expect(await policy.decide({ ...frankfurt, 'public-ip': '203.0.113.9' }, NOW)).toMatchObject({
      rules: ['block-203-0-113-9-frankfurt'],
      message: 'Not from 203.0.113.9 until 2026-11-29 00:00 (UTC+09:00).',
    });
    expect(await policy.decide({ ...frankfurt, 'public-ip': '2001:db8::1' }, NOW)).toMatchObject({ effect: 'deny' });
    expect(await policy.decide({ 'public-ip': '203.0.113.9' }, NOW)).toMatchObject({ effect: 'allow' });
  });

  it('goes on with a block, and does not end it sooner by accident', async () => {
    await policy.run(['block', 'batchi', '--for', '2h']);
    const extended = await policy.run(['block', 'BATCHI', '--until', '18:00']);
    expect(extended.stdout).toContain('Revision 3: rule block-batchi changed (expiresAt)\n');
    expect(extended.stdout).toContain('block-batchi (extended): refuse batchi, everywhere, until 2026-11-24 18:00 (');
    const again = await policy.run(['block', 'batchi', '--until', '18:00']);
    expect(again).toMatchObject({ exitCode: 0, stdout: expect.not.stringContaining('Undo') });
    expect(again.stdout).toMatch(
      /^Nothing to change: revision 3 already says the same\.\nblock-batchi \(unchanged\): /,
    );
    const sooner = ['block', 'batchi', '--for', '1h'];
    const message =
      'the rule block-batchi says so already and lasts until 2026-11-24 18:00 (Asia/Tokyo, UTC+09:00); accepted: --replace to end it sooner';
    expect(await policy.run(sooner)).toEqual({ exitCode: 1, stdout: '', stderr: `vpn-policy: ${message}\n` });
    expect(JSON.parse((await policy.run([...sooner, '--json'])).stdout)).toEqual({
      outcome: 'refused',
      written: false,
      dryRun: false,
      issues: [{ code: 'shorter-end', message, where: '' }],
      failedTests: [],
      unconfirmed: [],
    });
    expect((await policy.run([...sooner, '--replace'])).stdout).toContain('block-batchi (shortened): ');
    const afterIt = { nowMs: Date.parse('2026-11-24T11:00:00+09:00') };
    expect((await policy.run(['block', 'batchi', '--for', '1h'], afterIt)).stdout).toContain(
      'block-batchi (renewed): ',
    );
  });

  it('tells who is refused already, and which exemption lifts the block', async () => {
    expect((await policy.run(['block', 'leaver'])).stderr).toBe(
      'vpn-policy: leaver is refused by block-leavers already\n',
    );
    expect((await policy.run(['block', 'admin'])).stderr).toBe(
      'vpn-policy: warning: block-admin does not refuse admin now: admins lifts it; --final lets nothing lift it\n',
    );
    expect((await policy.run(['block', 'admin', '--final'])).stderr).toBe('');
    expect(await policy.decide({ username: 'admin' }, NOW)).toMatchObject({ effect: 'deny' });
  });

  it('takes a name that is typed in two forms once, when it goes on, too', async () => {
    await policy.run(['block', 'batchi', '--for', '1h']);
    const { exitCode, stdout } = await policy.run(['block', 'batchi', 'bàtchi', '--for', '2h']);
    expect(exitCode).toBe(0);
    expect(stdout.match(/block-batchi/g)).toHaveLength(2);
    expect((await policy.document()).rules).toHaveLength(3);
  });

  it.each([
    ['CORP\\batchi', 'batchi', 'batchi'],
    ["o'neil@example.com", "o'neil", "'o'\\''neil'"],
  ])('says that %s may also be %s', async (typed, bare, quoted) => {
    expect((await policy.run(['block', typed])).stderr).toBe(
      `vpn-policy: ${typed} is refused in this form alone, and not as ${bare}: vpn-policy block ${quoted} refuses every form\n`,
    );
    expect(await policy.decide({ username: typed }, NOW)).toMatchObject({ effect: 'deny' });
    expect(await policy.decide({ username: bare }, NOW)).toMatchObject({ effect: 'allow' });
  });

  it('says of a range what goes for its first address', async () => {
    await policy.run(['block', '--ip', '203.0.113.0/25']);
    expect((await policy.run(['block', '--ip', '203.0.113.0/24'])).stderr).toBe(
      'vpn-policy: 203.0.113.0 of 203.0.113.0/24 is refused by block-203-0-113-0-25 already\n',
    );
  });

  it('warns of endpoints that let everybody in', async () => {
    const observing = POLICY.replace('{ name: frankfurt }', '{ name: frankfurt, mode: observe }');
    await policy.run(['seed', '-', '--replace'], { stdin: observing });
    const warning =
      'vpn-policy: warning: it keeps nobody out at frankfurt, where the policy only observes (mode: observe)\n';
    expect((await policy.run(['block', 'batchi'])).stderr).toBe(warning);
    expect((await policy.run(['block', 'mori', '--vpn-endpoint', 'frankfurt'])).stderr).toBe(warning);
    const elsewhere = ['--vpn-endpoint', 'cvpn-endpoint-00000000000000000'];
    expect((await policy.run(['block', 'sato', ...elsewhere])).stderr).toBe('');
  });

  it('tells programs each rule and how to undo it', async () => {
    const { stdout } = await policy.run(['block', 'admin', 'leaver', '--for', '1d', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      outcome: 'written',
      revision: { number: 2, summary: 'rule block-admin added; rule block-leaver added' },
      until: '2026-11-25T10:00:00+09:00',
      timezone: 'Asia/Tokyo',
      rules: [
        {
          subject: 'admin',
          deed: 'added',
          rule: { id: 'block-admin', effect: 'deny', match: { identities: ['admin'] } },
          alsoRefusedBy: [],
          liftedBy: ['admins'],
        },
        { subject: 'leaver', alsoRefusedBy: ['block-leavers'], liftedBy: [] },
      ],
      undo: `vpn-policy revert 2 ${policy.table.join(' ')}`,
    });
    const open = await policy.run(['block', 'x', '--dry-run', '--json']);
    expect(JSON.parse(open.stdout)).toMatchObject({ outcome: 'checked', until: null });
  });

  it("is checked as any write: a test of the policy stands in a block's way", async () => {
    const refused = await policy.run(['block', 'boss', '--until', '2026-11-25']);
    expect(refused).toMatchObject({ exitCode: 1, stdout: '' });
    expect(refused.stderr).toContain('--confirm tests\n');
    expect((await policy.run(['block', 'boss', '--until', '2026-11-25', '--confirm', 'tests'])).exitCode).toBe(0);
  });

  it('refuses everybody only where that is meant', async () => {
    const everybody = ['block', '--ip', '0.0.0.0/0', '--for', '1h'];
    expect(await policy.run(everybody)).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'vpn-policy: 0.0.0.0/0 is every address of its family; if that is meant: --confirm lockout\n',
    });
    expect((await policy.run([...everybody, '--confirm', 'lockout'])).exitCode).toBe(0);
  });

  it('does not undo what another block does at the same time', async () => {
    const [both, one] = await Promise.all([
      policy.run(['block', 'batchi', 'other', '--for', '1d']),
      policy.run(['block', 'batchi', '--for', '1d']),
    ]);
    expect([both.exitCode, one.exitCode]).toEqual([0, 0]);
    expect((await policy.document()).rules?.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['block-batchi', 'block-other']),
    );
    expect((await policy.document()).rules).toHaveLength(4);
  });

  it.each([
    [[], 'whom? Give NAMES, --ip ADDRESSES or --group NAME'],
    [['a', 'b', '--id', 'x'], '--id is for one rule: give one name'],
    [['a', '--until', 'friday', '18:00'], '"18:00" looks like a part of a time; quote what belongs together'],
    [['a', '--until', '18:00', '--for', '2h'], "option '--for <duration>' cannot be used with option '--until <time>'"],
    [['a', '--until', 'today 09:00'], '--until: 2026-11-24 09:00 (Asia/Tokyo, UTC+09:00) is past, 1 h ago'],
    [['a', '--for', '2x'], '--for: "2x" is no duration; accepted: such as 2h, '],
    [['a', '--timezone', 'JST', '--for', '2h'], '--timezone: "JST" is no time zone; accepted: UTC or '],
    [['a', '--message', '{nobody}'], 'is invalid. "{nobody}" is no placeholder; accepted: {username} '],
    [['a', '--id', 'A'], "option '--id <id>' argument 'A' is invalid. Accepted: "],
    [['a', '--group', 'b'], 'NAMES and --group together could mean both at once or either'],
  ])('answers %j with one line and exit code 2', async (args, told) => {
    const { exitCode, stdout, stderr } = await policy.run(['block', ...args]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(/^vpn-policy: .*\n$/);
    expect(stderr).toContain(told);
  });
});
