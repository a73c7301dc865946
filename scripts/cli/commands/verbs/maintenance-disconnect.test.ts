import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type LiveVpn, standing, startLiveVpn } from '../../testing/live-vpn.ts';
import { startTestTables, type TestTables } from '../../testing/policy-table.ts';

const POLICY = 'version: 1\ndefaultEffect: allow\n';
/** More than are ended at once without a word. */
const CONNECTIONS = Array.from({ length: 12 }, (_, index) =>
  standing(index + 1, `user-${index + 1}`, index === 0 ? { groups: ['vpn-admins'] } : {}),
);
const ON_SUNDAY = ['--from', '2026-11-29 22:00', '--for', '4h', '--except-group', 'vpn-admins'];
const NOW = ['--from', 'now', '--for', '4h', '--except-group', 'vpn-admins'];

let tables: TestTables;
let vpn: LiveVpn;

beforeAll(async () => {
  tables = await startTestTables();
});
afterEach(() => vpn.stop());
afterAll(() => tables.stop());

async function start(options: Partial<Parameters<typeof startLiveVpn>[2]> = {}): Promise<void> {
  vpn = await startLiveVpn(tables, POLICY, { connections: CONNECTIONS, ...options });
}

const rules = async () => (await vpn.document()).rules;

describe('vpn-policy maintenance --disconnect', () => {
  it('has the enforcer end everybody as it begins, after a grace', async () => {
    await start();
    const { exitCode, stdout, stderr } = await vpn.run(['maintenance', ...ON_SUNDAY, '--disconnect', '--grace', '10m']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain(
      '\nConnections that stand: the enforcer, where it is on, ends them after 10 min, however many they are.\n',
    );
    expect(stdout).toMatch(/\nNow 12 connections stand\.\n$/);
    expect(await rules()).toMatchObject([{ standing: 'endAll', grace: 'PT10M' }]);
    expect(vpn.enforcer.standing()).toHaveLength(12);
  });

  it('warns where the enforcer only looks on, or does not answer', async () => {
    await start({ mode: 'observe' });
    const observed = await vpn.run(['maintenance', ...ON_SUNDAY, '--disconnect']);
    expect(observed).toMatchObject({
      exitCode: 0,
      stderr: expect.stringMatching(/^vpn-policy: warning: the enforcer only observes: it ends nobody by itself /),
    });
    const env = { AWS_ENDPOINT_URL_LAMBDA: tables.endpoint };
    const silent = await vpn.run(['maintenance', ...ON_SUNDAY, '--disconnect'], { env });
    expect(silent).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/^vpn-policy: warning: whether the enforcer will end anybody is not known: /),
    });
  });

  it('ends everybody but those excepted at once where it has begun', async () => {
    await start();
    const { exitCode, stdout } = await vpn.run(['maintenance', ...NOW, '--disconnect']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/\nEnded 11 connections\.\n$/);
    expect(vpn.enforcer.standing()).toEqual(['cvpn-connection-1']);
    // A pass is enough: the rule itself confirms that they are many.
    expect(vpn.enforcer.invocations.map(({ request }) => request)).toEqual([
      expect.not.objectContaining({ confirm: expect.anything() }),
    ]);
    expect(vpn.enforcer.invocations[0]?.request).toMatchObject({ task: 'pass', by: { reason: expect.any(String) } });
  });

  it('leaves to the next passes what there is no time for', async () => {
    await start({ atMost: 4 });
    const { exitCode, stdout, stderr } = await vpn.run(['maintenance', ...NOW, '--disconnect']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/\nEnded 4 connections; no time was left for 7 connections\.\n$/);
    expect(stderr).toMatch(/\nvpn-policy: the enforcer's next passes end the other 7\n$/);
    expect(stderr).not.toContain('the same command');
  });

  it('exits with 1 where EC2 does not end one', async () => {
    await start({ stubborn: ['cvpn-connection-12'] });
    expect(await vpn.run(['maintenance', ...NOW, '--disconnect'])).toMatchObject({
      exitCode: 1,
      stdout: expect.stringMatching(/\nEnded 10 connections; EC2 did not end 1 connection\.\n$/),
      stderr: expect.stringContaining("\nvpn-policy: the enforcer's next passes end the other 1\n"),
    });
  });

  it('warns that nobody was ended at once where the enforcer only looks on', async () => {
    await start({ mode: 'observe' });
    const { exitCode, stdout, stderr } = await vpn.run(['maintenance', ...NOW, '--disconnect']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/\nWould end 11 connections\.\n$/);
    expect(stderr).toMatch(
      /^vpn-policy: warning: the enforcer only observes: it ends nobody by itself .*\nvpn-policy: nobody was ended: vpn-policy kick CONNECTION… ends those that are named\n$/,
    );
    expect(vpn.enforcer.standing()).toHaveLength(12);
    expect(await rules()).toMatchObject([{ standing: 'endAll' }]);
  });

  it('leaves the rule at once where the enforcer does not answer', async () => {
    await start();
    const env = { AWS_ENDPOINT_URL_LAMBDA: tables.endpoint };
    const { exitCode, stderr } = await vpn.run(['maintenance', ...NOW, '--disconnect'], { env });
    expect([exitCode, await rules()]).toMatchObject([1, [{ standing: 'endAll' }]]);
    expect(stderr).toMatch(
      /^vpn-policy: the rule is in force, but whether connections were ended is not known: .*\nvpn-policy: vpn-policy connections --would-refuse shows who is in; vpn-policy kick CONNECTION… ends them\n$/,
    );
  });

  it('says what other rules refuse and is held', async () => {
    const leavers = Array.from({ length: 7 }, (_, index) => standing(index + 1, 'mori', { groups: ['vpn-admins'] }));
    const rule = '\nrules: [{ id: leavers, effect: deny, match: { identities: [mori] } }]\n';
    vpn = await startLiveVpn(tables, `${POLICY}${rule}`, { connections: [...leavers, standing(8, 'sato')] });
    const { exitCode, stderr } = await vpn.run(['maintenance', ...NOW, '--disconnect']);
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(
      /\nvpn-policy: what other rules refuse is held at cvpn-endpoint-0a1b2c3d4e5f67890: 8 of 8 refused, at most 5 .*\n$/,
    );
    expect(vpn.enforcer.standing()).toHaveLength(7);
  });

  it('ends nobody at once where there is a grace, or in a dry run', async () => {
    await start();
    for (const more of [['--grace', '1h'], ['--dry-run']]) {
      expect((await vpn.run(['maintenance', ...NOW, '--disconnect', ...more])).exitCode).toBe(0);
    }
    expect(vpn.enforcer.standing()).toHaveLength(12);
    expect(await rules()).toMatchObject([{ standing: 'endAll', grace: 'PT1H' }]);
  });

  it('without it keeps those that stand; with it changes just that of a rule that is there', async () => {
    await start();
    await vpn.run(['maintenance', ...ON_SUNDAY]);
    expect(await rules()).toMatchObject([{ id: 'maintenance-2026-11-29', standing: 'keep' }]);
    const changed = await vpn.run(['maintenance', ...ON_SUNDAY, '--disconnect', '--grace', '90m']);
    expect(changed.stdout).toContain('\nmaintenance-2026-11-29 (changed): ');
    expect(await rules()).toMatchObject([{ standing: 'endAll', grace: 'PT1H30M' }]);
    const again = await vpn.run(['maintenance', ...ON_SUNDAY]);
    expect(again.stdout).toContain('\nmaintenance-2026-11-29 (unchanged): ');
    expect(again.stdout).toContain(' ends them after 1 h 30 min, however many they are.\n');
    await vpn.run(['maintenance', ...ON_SUNDAY, '--disconnect']);
    expect(await rules()).toEqual([expect.not.objectContaining({ grace: expect.anything() })]);
  });

  it.each([
    [['--grace', '10m'], '--grace is for --disconnect'],
    [
      ['--disconnect', '--grace', '25h'],
      '--grace: "25h" is over 24 hours, after which a connection ends anyway; accepted: such as 10m, 1h',
    ],
    [['--disconnect', '--grace', 'soon'], '--grace: "soon" is no duration; accepted: '],
  ])('answers %j with one line and exit code 2', async (args, told) => {
    await start();
    const { exitCode, stdout, stderr } = await vpn.run(['maintenance', ...ON_SUNDAY, ...args]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(/^vpn-policy: .*\n$/);
    expect(stderr).toContain(told);
  });
});
