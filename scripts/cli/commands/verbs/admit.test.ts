import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startTestApi } from '../../testing/policy-api.ts';
import { startTestTables, type TestTables } from '../../testing/policy-table.ts';
import { type PublishedPolicy, publishPolicy } from '../../testing/published-policy.ts';
import { NOW, runCli } from '../../testing/run-cli.ts';

const POLICY = `version: 1
defaultEffect: deny
endpoints:
  cvpn-endpoint-0a1b2c3d4e5f67890: { name: frankfurt, defaultEffect: allow }
rules:
  - { id: offices, effect: allow, match: { sourceIps: [203.0.113.0/24] } }
  - id: patch-night
    effect: deny
    match: { windows: [{ from: 2026-11-24T09:00:00+09:00, until: 2026-11-24T20:00:00+09:00 }] }
  - { id: leavers, effect: deny, final: true, match: { identities: [leaver, other] } }
  - { id: old-clients, effect: deny, match: [{ openvpnVersion: "<2.6" }, { missing: [openvpnVersion] }] }
`;
const TTL_LINE = 'Every handler obeys it within its POLICY_TTL_SECONDS (10 where nothing else is set).';

let tables: TestTables;
let policy: PublishedPolicy;

beforeAll(async () => {
  tables = await startTestTables();
});
beforeEach(async () => {
  policy = await publishPolicy(tables, POLICY);
});
afterAll(() => tables.stop());

describe('vpn-policy admit', () => {
  const event = { username: 'batchi', 'public-ip': '203.0.113.9', 'client-openvpn-version': '2.6.1' };

  it('lifts a deny rule for somebody until a time, and no longer', async () => {
    expect(await policy.decide(event, NOW)).toMatchObject({ effect: 'deny', rules: ['patch-night'] });
    expect(await policy.run(['admit', 'batchi', '--until', '18:00', '--from', 'patch-night'])).toEqual({
      exitCode: 0,
      stdout: [
        'Revision 2: rule admit-batchi added',
        TTL_LINE,
        'admit-batchi (added): lift patch-night for user batchi, everywhere, until 2026-11-24 18:00 (Asia/Tokyo, UTC+09:00), in 8 h',
        `Undo: vpn-policy revert 2 ${policy.table.join(' ')}`,
        '',
      ].join('\n'),
      stderr:
        'vpn-policy: nothing admits batchi by that alone: other rules may, by address or time; so does admit without --from\n',
    });
    expect(await policy.decide(event, NOW)).toMatchObject({ effect: 'allow', rules: ['offices'] });
    expect(await policy.decide(event, '2026-11-24T17:59:59+09:00')).toMatchObject({ effect: 'allow' });
    expect(await policy.decide(event, '2026-11-24T18:00:00+09:00')).toMatchObject({ rules: ['patch-night'] });
    expect(await policy.decide({ ...event, username: 'bàtchi' }, NOW)).toMatchObject({ effect: 'deny' });
  });

  it('admits where no deny rule refuses, and says which one does', async () => {
    const first = await policy.run(['admit', 'batchi', '--for', '2h']);
    expect(first).toMatchObject({
      exitCode: 0,
      stderr:
        'vpn-policy: batchi is still refused by patch-night (refuse everyone from 2026-11-24 09:00 +09:00 until 2026-11-24 20:00 +09:00, everywhere): add --from patch-night\n',
    });
    const second = await policy.run(['admit', 'batchi', '--for', '2h', '--from', 'patch-night']);
    expect(second).toMatchObject({ exitCode: 0, stderr: '' });
    expect(second.stdout).toContain('batchi is admitted now, by admit-batchi\n');
    const fromHome = { ...event, 'public-ip': '198.51.100.7' };
    expect(await policy.decide(fromHome, NOW)).toMatchObject({ effect: 'allow', rules: ['admit-batchi'] });
    expect(await policy.decide(fromHome, '2026-11-24T12:00:00+09:00')).toMatchObject({ effect: 'deny' });
  });

  it('knows the endpoint, and says what no exemption lifts', async () => {
    const atFrankfurt = ['--vpn-endpoint', 'frankfurt', '--from', '*', '--for', '1h'];
    expect((await policy.run(['admit', 'batchi', ...atFrankfurt])).stdout).toContain(
      'batchi is admitted now, by default\n',
    );
    expect((await policy.run(['admit', 'leaver', ...atFrankfurt])).stderr).toBe(
      'vpn-policy: leaver is still refused by leavers (refuse leaver or other, everywhere, whatever is exempt): it is final, so that nothing lifts it\n',
    );
  });

  it('admits groups, addresses and certificates, for good on purpose', async () => {
    for (const whom of [
      ['--group', 'staff'],
      ['--ip', '198.51.100.0/24'],
      ['--common-name', 'client1.domain.tld'],
    ]) {
      expect((await policy.run(['admit', ...whom, '--no-end'])).stdout).toContain(', without end\n');
    }
    const at = '2030-01-01T00:00:00Z';
    const version = { 'client-openvpn-version': '2.6' };
    expect(await policy.decide({ ...version, groups: ['staff'] }, at)).toMatchObject({ rules: ['admit-group-staff'] });
    expect(await policy.decide({ ...version, 'public-ip': '198.51.100.1' }, at)).toMatchObject({ effect: 'allow' });
    expect(await policy.decide({ ...version, 'common-name': 'client1.domain.tld' }, at)).toMatchObject({
      effect: 'allow',
    });
  });

  it('tells programs what the policy says of them then', async () => {
    const { stdout } = await policy.run(['admit', 'batchi', '--until', '18:00', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      outcome: 'written',
      until: '2026-11-24T18:00:00+09:00',
      timezone: 'Asia/Tokyo',
      rules: [
        {
          subject: 'batchi',
          deed: 'added',
          rule: { id: 'admit-batchi', effect: 'allow', match: { users: ['batchi'] } },
          admitted: false,
          refusedBy: ['patch-night'],
        },
      ],
      undo: `vpn-policy revert 2 ${policy.table.join(' ')}`,
    });
  });

  it('exits with 1 for a rule that cannot be lifted, each told', async () => {
    const from = ['--from', 'patch-nigth', '--from', 'offices', '--from', 'leavers'];
    const { exitCode, stdout, stderr } = await policy.run(['admit', 'batchi', '--for', '2h', ...from]);
    expect({ exitCode, stdout, lines: stderr.split('\n').length }).toEqual({ exitCode: 1, stdout: '', lines: 4 });
    expect(stderr).toContain('vpn-policy: --from: there is no rule "patch-nigth" (did you mean "patch-night"?); ');
  });

  it('does the same through the API', async () => {
    const [, tableName = ''] = policy.table;
    const api = await startTestApi({ endpoint: tables.endpoint, tableName, now: () => Date.parse(NOW) });
    try {
      const run = (...args: string[]) => runCli([...args, '--api', api.url]);
      const admitted = await run(
        'admit',
        'batchi',
        '--until',
        '18:00',
        '--from',
        'patch-night',
        '--from',
        'old-clients',
      );
      expect(admitted).toMatchObject({
        exitCode: 0,
        stdout: expect.stringContaining(`Undo: vpn-policy revert 2 --api ${api.url}\n`),
      });
      expect(await policy.decide({ ...event, 'client-openvpn-version': '2.4' }, NOW)).toMatchObject({
        effect: 'allow',
      });
      expect(await run('block', 'batchi', '--for', '2h')).toMatchObject({ exitCode: 0 });
      expect(await policy.decide(event, NOW)).toMatchObject({ rules: ['block-batchi'] });
      expect(await run('block', 'batchi', '--for', '1h')).toMatchObject({ exitCode: 1 });
      expect(await run('unblock', 'batchi')).toMatchObject({ exitCode: 0 });
      expect(await run('maintenance', '--from', '22:00', '--until', '06:00')).toMatchObject({ exitCode: 0 });
      expect(await policy.decide(event, '2026-11-25T05:59:00+09:00')).toMatchObject({
        rules: ['maintenance-2026-11-24'],
      });
    } finally {
      await api.stop();
    }
  });

  it.each([
    [['--for', '2h'], 'whom? Give NAMES, --common-name NAME, --group NAME or --ip ADDRESSES'],
    [['a'], 'until when? Give --until TIME or --for DURATION; --no-end on purpose'],
    [['a', '--no-end', '--for', '2h'], "option '--no-end' cannot be used with option '--for <duration>'"],
    [['a', '--for', '2h', '--from', '*', '--from', 'x'], "--from '*' stands for every deny rule: give it alone"],
    [['a', '--for', '2h', '--ip', '203.0.113.9'], 'NAMES and --ip together could mean both at once or either'],
    [['a', 'b', '--for', '2h', '--id', 'x'], '--id is for one rule: give one name'],
  ])('answers %j with one line and exit code 2', async (args, told) => {
    const { exitCode, stdout, stderr } = await policy.run(['admit', ...args]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(/^vpn-policy: .*\n$/);
    expect(stderr).toContain(told);
  });
});
