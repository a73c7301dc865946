import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startTestTables, type TestTables } from '../../testing/policy-table.ts';
import { type PublishedPolicy, publishPolicy } from '../../testing/published-policy.ts';
import { NOW } from '../../testing/run-cli.ts';

const POLICY = `version: 1
defaultEffect: allow
sets:
  leavers: { kind: user, entries: [leaver, "*@contractor.example.com"] }
rules:
  - { id: block-leavers, effect: deny, match: { identities: ["@leavers"] } }
  - { id: both, effect: deny, final: true, match: { identities: [tick, tack] } }
  - id: only-by-day
    effect: deny
    match: { users: [owl], windows: [{ days: [mon, tue, wed, thu, fri], start: "20:00", end: "06:00", timezone: Asia/Tokyo }] }
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

describe('vpn-policy unblock', () => {
  it('takes away what block has made', async () => {
    await policy.run(['block', 'batchi', '--until', '18:00']);
    await policy.run(['admit', 'batchi', '--from', 'block-batchi', '--for', '1h']);
    expect(await policy.decide({ 'common-name': 'batchi' }, NOW)).toMatchObject({ effect: 'deny' });
    expect(await policy.run(['unblock', 'Batchi'])).toEqual({
      exitCode: 0,
      stdout: [
        'Revision 4: rule block-batchi removed; rule admit-batchi removed',
        'Every handler obeys it within its POLICY_TTL_SECONDS (10 where nothing else is set).',
        'block-batchi (removed): refuse batchi, everywhere, until 2026-11-24 18:00 (Asia/Tokyo, UTC+09:00)',
        'admit-batchi (removed): lift block-batchi for user batchi, everywhere, until 2026-11-24 11:00 (Asia/Tokyo, UTC+09:00)',
        `Undo: vpn-policy revert 4 ${policy.table.join(' ')}`,
        '',
      ].join('\n'),
      stderr: '',
    });
    expect(await policy.decide({ 'common-name': 'batchi' }, NOW)).toMatchObject({ effect: 'allow' });
  });

  it('takes away blocks of addresses, of groups, and by their id', async () => {
    for (const [blocked, unblocked] of [
      [
        ['block', '--ip', '203.0.113.0/24'],
        ['--ip', '203.0.113.0-203.0.113.255'],
      ],
      [
        ['block', '--group', 'staff'],
        ['--group', 'Staff'],
      ],
      [
        ['maintenance', '--from', 'now', '--for', '1h'],
        ['--id', 'maintenance-2026-11-24'],
      ],
    ] as const) {
      expect(await policy.run(blocked)).toMatchObject({ exitCode: 0 });
      expect(await policy.run(['unblock', ...unblocked])).toMatchObject({ exitCode: 0, stderr: '' });
    }
    const event = { username: 'x', 'public-ip': '203.0.113.9', groups: ['staff'] };
    expect(await policy.decide(event, NOW)).toMatchObject({ effect: 'allow' });
  });

  it('says what refuses them still, and the command that changes it for them alone', async () => {
    await policy.run(['block', 'leaver', 'x@contractor.example.com', 'tick', 'owl', 'batchi']);
    const { exitCode, stderr } = await policy.run([
      ...['unblock', 'leaver', 'x@contractor.example.com', 'tick', 'owl', 'batchi', 'nobody'],
    ]);
    expect({ exitCode, lines: stderr.split('\n') }).toEqual({
      exitCode: 0,
      lines: [
        'vpn-policy: no deny rule is about nobody alone: nothing to take away',
        'vpn-policy: leaver is still refused by block-leavers (refuse @leavers, everywhere): vpn-policy set rm leavers leaver',
        'vpn-policy: x@contractor.example.com is still refused by block-leavers (refuse @leavers, everywhere): vpn-policy admit x@contractor.example.com --from block-leavers --for 2h',
        'vpn-policy: tick is still refused by both (refuse tick or tack, everywhere, whatever is exempt): the rule is final: only changing it helps (vpn-policy export, then vpn-policy apply)',
        'vpn-policy: owl is also refused by only-by-day, under further conditions (refuse user owl on mon, tue, wed and 2 more 20:00 to 06:00 (Asia/Tokyo), everywhere): vpn-policy admit owl --from only-by-day --for 2h',
        '',
      ],
    });
  });

  it.each([
    ['leaver', 'vpn-policy set rm leavers leaver'],
    ['x@contractor.example.com', 'vpn-policy admit x@contractor.example.com --from block-leavers --for 2h'],
  ])('names commands for %s that do what they say', async (name, command) => {
    expect((await policy.run(['unblock', name])).stderr).toContain(`: ${command}\n`);
    expect(await policy.run(command.split(' ').slice(1))).toMatchObject({ exitCode: 0 });
    expect(await policy.decide({ username: name }, NOW)).toMatchObject({ effect: 'allow' });
  });

  it('exits with 1 where nothing is there to be taken away, and writes nothing', async () => {
    expect(await policy.run(['unblock', 'leaver'])).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: [
        'vpn-policy: no deny rule is about leaver alone: nothing to take away',
        'vpn-policy: leaver is still refused by block-leavers (refuse @leavers, everywhere): vpn-policy set rm leavers leaver',
        '',
      ].join('\n'),
    });
    const { exitCode, stdout } = await policy.run(['unblock', 'leaver', '--json']);
    expect({ exitCode, data: JSON.parse(stdout) }).toEqual({
      exitCode: 1,
      data: {
        outcome: 'unchanged',
        written: false,
        dryRun: false,
        removed: [],
        notBlocked: ['leaver'],
        stillRefusedBy: [
          {
            subject: 'leaver',
            rule: 'block-leavers',
            says: 'refuse @leavers, everywhere',
            always: true,
            remedy: 'vpn-policy set rm leavers leaver',
          },
        ],
      },
    });
    expect(await policy.run(['unblock', '--id', 'blok-leavers'])).toMatchObject({
      exitCode: 1,
      stderr:
        'vpn-policy: --id: there is no rule "blok-leavers" (did you mean "block-leavers"?); see vpn-policy rules --effect deny\n',
    });
    expect((await policy.run(['export'])).stderr).toContain('revision 1 ');
  });

  it('needs somebody', async () => {
    expect(await policy.run(['unblock'])).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: 'vpn-policy: whom? Give NAMES, --ip ADDRESSES, --group NAME or --id RULE\n',
    });
  });
});
