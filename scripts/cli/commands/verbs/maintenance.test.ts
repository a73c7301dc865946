import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startTestTables, type TestTables } from '../../testing/policy-table.ts';
import { type PublishedPolicy, publishPolicy } from '../../testing/published-policy.ts';

const POLICY = `version: 1
defaultEffect: allow
endpoints:
  cvpn-endpoint-0a1b2c3d4e5f67890: { name: frankfurt }
`;

let tables: TestTables;
let policy: PublishedPolicy;

beforeAll(async () => {
  tables = await startTestTables();
});
beforeEach(async () => {
  policy = await publishPolicy(tables, POLICY);
});
afterAll(() => tables.stop());

describe('vpn-policy maintenance', () => {
  const ON_SUNDAY = ['--from', '2026-11-29 22:00', '--for', '4h', '--timezone', 'Asia/Tokyo'];

  it('closes the VPN for just that long, and says so in full', async () => {
    const except = ['--except-group', 'vpn-admins', '--except-user', 'oncall'];
    expect(await policy.run(['maintenance', ...ON_SUNDAY, ...except], { timezone: 'Europe/Berlin' })).toEqual({
      exitCode: 0,
      stdout: [
        'Revision 2: rule maintenance-2026-11-29 added',
        'Every handler obeys it within its POLICY_TTL_SECONDS (10 where nothing else is set).',
        'maintenance-2026-11-29 (added): refuse everyone from 2026-11-29 22:00 +09:00 until 2026-11-30 02:00 +09:00, but not everyone in vpn-admins; or user oncall, everywhere, standing connections go on',
        'From 2026-11-29 22:00 (Asia/Tokyo, UTC+09:00), in 5 days 12 h',
        'Until 2026-11-30 02:00 (Asia/Tokyo, UTC+09:00), in 5 days 16 h: it lasts 4 h',
        'Connections that stand go on: new ones alone are refused (--disconnect ends those that stand, too).',
        `Undo: vpn-policy revert 2 ${policy.table.join(' ')}`,
        '',
      ].join('\n'),
      stderr: '',
    });
    const anybody = { username: 'batchi', groups: ['staff'] };
    expect(await policy.decide(anybody, '2026-11-29T21:59:59+09:00')).toMatchObject({ effect: 'allow' });
    expect(await policy.decide(anybody, '2026-11-29T22:00:00+09:00')).toMatchObject({
      effect: 'deny',
      message: 'Maintenance until 2026-11-30 02:00 (UTC+09:00).',
    });
    expect(await policy.decide(anybody, '2026-11-30T01:59:59+09:00')).toMatchObject({ effect: 'deny' });
    expect(await policy.decide(anybody, '2026-11-30T02:00:00+09:00')).toMatchObject({ effect: 'allow' });
    for (const admitted of [{ username: 'oncall' }, { username: 'x', groups: ['a', 'VPN-Admins'] }]) {
      expect(await policy.decide(admitted, '2026-11-30T00:00:00+09:00')).toMatchObject({ effect: 'allow' });
    }
  });

  it('lasts as long as it says over the night on which the clocks are turned back', async () => {
    const nowMs = Date.parse('2026-10-20T12:00:00+02:00');
    const { stdout } = await policy.run(['maintenance', '--from', '2026-10-25 00:00', '--until', '06:00', '--json'], {
      nowMs,
      timezone: 'Europe/Berlin',
    });
    expect(JSON.parse(stdout)).toMatchObject({
      from: '2026-10-25T00:00:00+02:00',
      until: '2026-10-25T06:00:00+01:00',
      timezone: 'Europe/Berlin',
      deed: 'added',
      rule: { id: 'maintenance-2026-10-25' },
    });
    const told = await policy.run(['maintenance', '--from', '2026-10-25 00:00', '--until', '06:00'], {
      nowMs,
      timezone: 'Europe/Berlin',
    });
    expect(told.stdout).toContain(': it lasts 7 h\n');
  });

  it('begins now, at one endpoint, with a message', async () => {
    const { exitCode, stderr } = await policy.run([
      ...['maintenance', '--from', 'now', '--until', '12:00', '--vpn-endpoint', 'frankfurt'],
      ...['--message', 'Back at {until}.'],
    ]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const at = '2026-11-24T10:00:00+09:00';
    const frankfurt = { 'endpoint-id': 'cvpn-endpoint-0a1b2c3d4e5f67890' };
    expect(await policy.decide(frankfurt, at)).toMatchObject({ message: 'Back at 2026-11-24 12:00 (UTC+09:00).' });
    expect(await policy.decide({}, at)).toMatchObject({ effect: 'allow' });
  });

  it('writes the same once', async () => {
    await policy.run(['maintenance', ...ON_SUNDAY]);
    const again = await policy.run(['maintenance', ...ON_SUNDAY]);
    expect(again.stdout).toMatch(
      /^Nothing to change: revision 2 already says the same\.\nmaintenance-2026-11-29 \(unchanged\): /,
    );
    await policy.run(['maintenance', ...ON_SUNDAY, '--vpn-endpoint', 'frankfurt']);
    expect((await policy.document()).rules?.map(({ id }) => id)).toEqual([
      'maintenance-2026-11-29',
      'maintenance-2026-11-29-2',
    ]);
  });

  it.each([
    [[], "required option '--from <time>' not specified"],
    [['--from', '22:00'], 'until when? Give --until TIME or --for DURATION'],
    [
      ['--from', '22:00', '--until', 'today 21:00'],
      '--until: 2026-11-24 21:00 (Asia/Tokyo, UTC+09:00) is not after the start, ',
    ],
    [['--from', '2026-11-23 22:00', '--for', '4h'], '--for: 2026-11-24 02:00 (Asia/Tokyo, UTC+09:00) is past, 8 h ago'],
    [['--from', '10pm', '--for', '4h'], '--from: "10pm" is no time; accepted: 18:00 (the next one), '],
    [
      ['--from', '2026-03-28 02:30', '--for', '4h', '--timezone', 'Europe/Berlin', '--except-group', '@admins'],
      '--for: 2026-03-28 06:30 (Europe/Berlin, UTC+01:00) is past, ',
    ],
    [
      ['--from', '2027-03-28 02:30', '--for', '4h', '--timezone', 'Europe/Berlin'],
      '2027-03-28T02:30 does not come in Europe/Berlin',
    ],
    [
      ['--from', '22:00', '--for', '4h', '--except-group', '@admins'],
      '--except-group: "@admins" is how rules call a set',
    ],
  ])('answers %j with one line and exit code 2', async (args, told) => {
    const { exitCode, stdout, stderr } = await policy.run(['maintenance', ...args]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(/^vpn-policy: .*\n$/);
    expect(stderr).toContain(told);
  });
});
