import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type LiveVpn, standing, startLiveVpn } from '../../testing/live-vpn.ts';
import { startTestTables, type TestTables } from '../../testing/policy-table.ts';

const POLICY = `version: 1
defaultEffect: allow
rules:
  - { id: old-team, effect: deny, standing: keep, match: { identities: [sato] } }
`;
const CONNECTIONS = [
  standing(1, 'mori'),
  standing(2, 'batchi'),
  standing(3, 'CORP\\mori'),
  standing(4, 'sato'),
  standing(5, 'mori', { standing: { verdict: 'unknown', rules: [] } }),
];
const MANY = Array.from({ length: 8 }, (_, index) => standing(index + 1, index < 6 ? 'mori' : 'batchi'));

let tables: TestTables;
let vpn: LiveVpn;

beforeAll(async () => {
  tables = await startTestTables();
});
afterEach(() => vpn.stop());
afterAll(() => tables.stop());

async function start(options: Parameters<typeof startLiveVpn>[2] = { connections: CONNECTIONS }): Promise<void> {
  vpn = await startLiveVpn(tables, POLICY, options);
}

const ids = (...numbers: number[]) => numbers.map((number) => `cvpn-connection-${number}`);

describe('vpn-policy block --disconnect', () => {
  it("writes the rule, ends the user's connections and nobody else's, and tells who is left", async () => {
    await start();
    expect(await vpn.run(['block', 'mori', '--for', '2h', '--disconnect', '--reason', 'HELP-7'])).toEqual({
      exitCode: 0,
      stdout: [
        'Revision 2: rule block-mori added',
        'Every handler obeys it within its POLICY_TTL_SECONDS (10 where nothing else is set).',
        'block-mori (added): refuse mori, everywhere, until 2026-11-24 12:00 (Asia/Tokyo, UTC+09:00), in 2 h',
        `Undo: vpn-policy revert 2 ${vpn.access.slice(0, -2).join(' ')}`,
        'CONNECTION         WHO        ENDPOINT                         REFUSED BY  OUTCOME',
        'cvpn-connection-1  mori       cvpn-endpoint-0a1b2c3d4e5f67890  block-mori  ended',
        'cvpn-connection-3  CORP\\mori  cvpn-endpoint-0a1b2c3d4e5f67890  block-mori  ended',
        'Ended 2 connections.',
        '',
      ].join('\n'),
      stderr: [
        "vpn-policy: until every handler has the rule (POLICY_TTL_SECONDS) they may get in once more: the enforcer's next pass ends that",
        'vpn-policy: 1 connection whose decision is not on record goes on: vpn-policy connections shows them, vpn-policy kick ends them',
        '',
      ].join('\n'),
    });
    expect(vpn.enforcer.standing()).toEqual(ids(2, 4, 5));
    expect(vpn.enforcer.invocations.map(({ request }) => request)).toEqual([
      expect.objectContaining({
        task: 'terminate',
        refusedBy: ['block-mori'],
        confirm: false,
        by: { author: { type: 'cli', id: 'tanaka@laptop' }, reason: 'HELP-7' },
      }),
    ]);
  });

  it('says so where nobody is in, and does it again where the rule is there already', async () => {
    await start();
    expect((await vpn.run(['block', 'nobody', '--disconnect'])).stdout).toMatch(
      /\nNobody whom it refuses is connected any more at the endpoints that the enforcer of this Region watches\.\n$/,
    );
    await vpn.run(['block', 'mori']);
    const again = await vpn.run(['block', 'mori', '--disconnect']);
    expect(again).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^Nothing to change: .*\nEnded 2 connections\.\n$/s),
    });
  });

  it('ends those whom the rule has kept so far, and says without it that they go on', async () => {
    await start();
    expect((await vpn.run(['block', 'sato'])).stdout).toContain(
      '\nConnections that stand go on: new ones alone are refused (--disconnect ends those that stand, too).\n',
    );
    const { stdout } = await vpn.run(['block', 'sato', '--disconnect']);
    expect(stdout).toContain('\nold-team (changed): ');
    expect(vpn.enforcer.standing()).toEqual(ids(1, 2, 3, 5));
    const [rule] = (await vpn.document()).rules ?? [];
    expect(rule).toEqual({ id: 'old-team', effect: 'deny', match: { identities: ['sato'] } });
  });

  it('asks for a word where they are too many: the block stands', async () => {
    await start({ connections: MANY });
    const held = await vpn.run(['block', 'mori', '--disconnect']);
    expect(held).toMatchObject({ exitCode: 1, stdout: expect.stringMatching(/^Revision 2: /) });
    const command = `vpn-policy block mori --disconnect ${vpn.access.slice(-2).join(' ')} ${vpn.access.slice(0, -2).join(' ')}`;
    expect(held.stderr).toBe(
      [
        'vpn-policy: the rule is in force, but it refuses too many at once, so nobody was ended: cvpn-endpoint-0a1b2c3d4e5f67890: 6 of 8 refused, at most 5 are ended at once',
        `vpn-policy: if that is meant: ${command} --confirm share`,
        '',
      ].join('\n'),
    );
    expect(vpn.enforcer.standing()).toHaveLength(8);
    const confirmed = await vpn.run(['block', 'mori', '--disconnect', '--confirm', 'share,lockout']);
    expect(confirmed.exitCode).toBe(0);
    expect(vpn.enforcer.standing()).toHaveLength(2);
  });

  it('tells of each endpoint where they are too many, and that nobody is ended elsewhere either', async () => {
    const at = (endpoint: string, first: number, count: number) =>
      Array.from({ length: count }, (_, index) => standing(first + index, 'mori', { endpoint }));
    const connections = [
      ...at('cvpn-endpoint-a', 1, 6),
      ...at('cvpn-endpoint-b', 11, 2),
      ...at('cvpn-endpoint-c', 21, 7),
    ];
    await start({ connections });
    const { exitCode, stderr } = await vpn.run(['block', 'mori', '--disconnect']);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(
      'so nobody was ended, at the other endpoints neither: cvpn-endpoint-a: 6 of 6 refused, at most 5 are ended at once; cvpn-endpoint-c: 7 of 7 refused, at most 5 are ended at once\n',
    );
    expect(vpn.enforcer.standing()).toHaveLength(15);
    const { stdout } = await vpn.run(['block', 'mori', '--disconnect', '--json']);
    const { problem } = JSON.parse(stdout).disconnect;
    const outcomes = problem.report.connections.map(({ outcome }: { outcome: string }) => outcome);
    expect(outcomes).toEqual([...Array(6).fill('held'), ...Array(2).fill('would-end'), ...Array(7).fill('held')]);
  });

  it('takes a word to the enforcer only where it asks the enforcer', async () => {
    await start();
    expect(await vpn.run(['block', 'mori', '--confirm', 'share'])).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: 'vpn-policy: --confirm share is for --disconnect: without it nobody is ended\n',
    });
    expect((await vpn.document()).rules).toHaveLength(1);
  });

  it('leaves the block where the enforcer does not answer, and says what is done and what is not', async () => {
    await start();
    const env = { AWS_ENDPOINT_URL_LAMBDA: tables.endpoint };
    const { exitCode, stdout, stderr } = await vpn.run(['block', 'mori', '--disconnect'], { env });
    expect([exitCode, stdout]).toEqual([1, expect.stringMatching(/^Revision 2: rule block-mori added\n/)]);
    expect(stderr).toMatch(
      /^vpn-policy: the rule is in force, but whether connections were ended is not known: the enforcer .*\nvpn-policy: vpn-policy connections --would-refuse shows who is in; vpn-policy kick --user mori ends them\n$/,
    );
    const { stdout: json } = await vpn.run(['block', 'batchi', '--disconnect', '--json'], { env });
    expect(JSON.parse(json)).toMatchObject({ outcome: 'written', disconnect: { problem: { code: 'unreachable' } } });
  });

  it('tells programs all in one', async () => {
    await start({ connections: CONNECTIONS, stubborn: ids(3) });
    const { exitCode, stdout, stderr } = await vpn.run(['block', 'mori', '--disconnect', '--json']);
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      outcome: 'written',
      revision: { number: 2 },
      disconnect: { revision: 2, connections: [{ outcome: 'ended' }, { outcome: 'failed' }] },
    });
    expect(stderr).toContain('not all were ended: the same command again, or vpn-policy kick --user mori\n');
  });

  it.each([
    [['mori'], 'Would end 2 connections.'],
    [['--ip', '203.0.113.2', '--ip', '203.0.113.4'], 'Would end 2 connections.'],
    [['--group', 'staff'], 'Whom of a group it would end can be told once the rule is there, and not before.'],
  ])('only looks in a dry run of %j', async (whom, told) => {
    await start();
    const { exitCode, stdout } = await vpn.run(['block', ...whom, '--disconnect', '--dry-run']);
    expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/^Dry run, nothing written: /)]);
    expect(stdout.endsWith(`\n${told}\n`)).toBe(true);
    expect(vpn.enforcer.standing()).toHaveLength(5);
    expect((await vpn.document()).rules).toHaveLength(1);
  });

  it('ends nobody where the block is refused', async () => {
    await start();
    expect((await vpn.run(['block', '--ip', '0.0.0.0/0', '--disconnect'])).exitCode).toBe(1);
    expect(vpn.enforcer.invocations).toEqual([]);
  });
});
