import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type LiveVpn, standing, startLiveVpn } from '../../testing/live-vpn.ts';
import { startTestTables, type TestTables } from '../../testing/policy-table.ts';

const POLICY = 'version: 1\ndefaultEffect: allow\n';
const MORI = [standing(1, 'mori'), standing(2, 'Mori'), standing(3, 'batchi')];

let tables: TestTables;
let vpn: LiveVpn;

beforeAll(async () => {
  tables = await startTestTables();
});
afterEach(() => vpn.stop());
afterAll(() => tables.stop());

async function start(options: Partial<Parameters<typeof startLiveVpn>[2]> = {}): Promise<void> {
  vpn = await startLiveVpn(tables, POLICY, { connections: MORI, ...options });
}

/** Of the last request. */
const asked = () => vpn.enforcer.invocations.at(-1)?.request;

describe('vpn-policy kick', () => {
  it('ends one connection, and says that its user can come again', async () => {
    await start();
    expect(await vpn.run(['kick', 'cvpn-connection-3'])).toEqual({
      exitCode: 0,
      stdout: [
        'CONNECTION         WHO     ENDPOINT                         OUTCOME',
        'cvpn-connection-3  batchi  cvpn-endpoint-0a1b2c3d4e5f67890  ended',
        'Ended 1 connection.',
        '',
      ].join('\n'),
      stderr:
        'vpn-policy: batchi can connect again at once unless a rule refuses them: vpn-policy block batchi --disconnect\n',
    });
    expect(vpn.enforcer.standing()).toEqual(['cvpn-connection-1', 'cvpn-connection-2']);
    expect(asked()).toMatchObject({
      task: 'terminate',
      connections: ['cvpn-connection-3'],
      by: { author: { type: 'cli', id: 'tanaka@laptop' }, reason: 'kick cvpn-connection-3' },
    });
  });

  it('ends all of a user, where the enforcer only looks on, too', async () => {
    await start({ mode: 'observe' });
    const { exitCode, stdout } = await vpn.run(['kick', '--user', 'mori', '--reason', 'HELP-7', '--json']);
    expect([exitCode, JSON.parse(stdout)]).toMatchObject([
      0,
      { connections: [{ outcome: 'ended' }, { outcome: 'ended' }] },
    ]);
    expect(vpn.enforcer.standing()).toEqual(['cvpn-connection-3']);
    expect(asked()).toMatchObject({ user: 'mori', by: { reason: 'HELP-7' } });
  });

  it('shows whoever sits there which, and asks', async () => {
    await start();
    const no = await vpn.run(['kick', '--user', 'mori'], { answer: 'n' });
    expect(no.exitCode).toBe(1);
    expect(no.stdout).toMatch(/^CONNECTION .*\ncvpn-connection-1 .* would end\ncvpn-connection-2 .* would end\n$/);
    expect(no.stderr).toBe('End 2 connections? [y/N] n\nvpn-policy: not wanted: nobody was ended\n');
    expect(vpn.enforcer.standing()).toHaveLength(3);
    expect((await vpn.run(['kick', '--user', 'mori'], { answer: 'y' })).exitCode).toBe(0);
    expect(vpn.enforcer.standing()).toHaveLength(1);
    expect((await vpn.run(['kick', 'cvpn-connection-3', '--yes'], { answer: 'n' })).exitCode).toBe(0);
  });

  it('ends nobody in a dry run', async () => {
    await start();
    const { exitCode, stdout, stderr } = await vpn.run(['kick', '--user', 'mori', '--dry-run'], { answer: 'n' });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/\nWould end 2 connections\.\n$/);
    expect(vpn.enforcer.standing()).toHaveLength(3);
  });

  it('ends those that stand, and says which do not', async () => {
    await start();
    const { exitCode, stdout, stderr } = await vpn.run(['kick', 'cvpn-connection-9', 'cvpn-connection-3']);
    expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/^CONNECTION .*\n.* ended\nEnded 1 connection\.\n$/)]);
    expect(stderr).toMatch(/^vpn-policy: cvpn-connection-9 does not stand: it has ended, or never was\n/);
  });

  it.each([
    [['--user', 'nobody'], 'nobody has no connection'],
    [['cvpn-connection-9'], 'cvpn-connection-9 does not stand: it has ended, or never was'],
  ])('exits with 1 where nothing is there to end: %j', async (args, told) => {
    await start();
    expect(await vpn.run(['kick', ...args])).toEqual({ exitCode: 1, stdout: '', stderr: `vpn-policy: ${told}\n` });
  });

  it('exits with 1 where EC2 does not end one, and tells what it said', async () => {
    await start({ stubborn: ['cvpn-connection-2'] });
    const { exitCode, stdout } = await vpn.run(['kick', '--user', 'mori']);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('not ended: InternalError: try again\n');
    expect(stdout).toMatch(/\nEnded 1 connection; EC2 did not end 1 connection\.\n$/);
  });

  it.each([
    [[], 'whom? Give the ids of connections (vpn-policy connections tells them) or --user NAME'],
    [['cvpn-connection-1', '--user', 'mori'], 'ids of connections or --user, not both'],
    [
      Array.from({ length: 1_001 }, (_, index) => `cvpn-connection-${index}`),
      '1,001 ids of connections; accepted: at most 1,000 at once',
    ],
    [['mori@example.com'], '"mori@example.com" is no id of a connection; accepted: such as cvpn-connection-'],
  ])('answers %j with one line and exit code 2', async (args, told) => {
    await start();
    const { exitCode, stdout, stderr } = await vpn.run(['kick', ...args]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(/^vpn-policy: .*\n$/);
    expect(stderr).toContain(told);
  });
});
