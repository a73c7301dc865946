import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type LiveVpn, standing, startLiveVpn } from '../../testing/live-vpn.ts';
import { startTestTables, type TestTables } from '../../testing/policy-table.ts';

const POLICY = `version: 1
defaultEffect: allow
rules:
  - { id: leavers, effect: deny, match: { identities: [mori] } }
`;
const CONNECTIONS = [standing(1, 'mori'), standing(2, 'batchi'), standing(3, 'mori')];
const MANY = Array.from({ length: 8 }, (_, index) => standing(index + 1, index < 6 ? 'mori' : 'batchi'));

let tables: TestTables;
let vpn: LiveVpn;

beforeAll(async () => {
  tables = await startTestTables();
});
afterEach(() => vpn.stop());
afterAll(() => tables.stop());

async function start(options: Parameters<typeof startLiveVpn>[2]): Promise<void> {
  vpn = await startLiveVpn(tables, POLICY, options);
}

describe('vpn-policy enforce', () => {
  it('ends what the policy refuses, and tells of each endpoint', async () => {
    await start({ connections: CONNECTIONS });
    expect(await vpn.run(['enforce', '--reason', 'now'])).toEqual({
      exitCode: 0,
      stdout: [
        'ENDPOINT                         ACTIVE  REFUSED  ENDED  CAP  KEPT  GRACE  NOT ON RECORD',
        'cvpn-endpoint-0a1b2c3d4e5f67890  3       2        2      5    0     0      0',
        '',
        'CONNECTION         WHO   ENDPOINT                         REFUSED BY  OUTCOME',
        'cvpn-connection-1  mori  cvpn-endpoint-0a1b2c3d4e5f67890  leavers     ended',
        'cvpn-connection-3  mori  cvpn-endpoint-0a1b2c3d4e5f67890  leavers     ended',
        '',
        'Ended 2 connections. By revision 1.',
        '',
      ].join('\n'),
      stderr: '',
    });
    expect(vpn.enforcer.standing()).toEqual(['cvpn-connection-2']);
    expect(vpn.enforcer.invocations.at(-1)?.request).toMatchObject({ task: 'pass', by: { reason: 'now' } });
    expect((await vpn.run(['enforce'])).stdout).toMatch(/\n\nNobody is to be ended\. By revision 1\.\n$/);
  });

  it('ends nobody in a dry run, nor where the enforcer only looks on', async () => {
    await start({ connections: CONNECTIONS, mode: 'observe' });
    expect((await vpn.run(['enforce', '--dry-run'])).exitCode).toBe(0);
    const { exitCode, stdout, stderr } = await vpn.run(['enforce']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/\nWould end 2 connections\. By revision 1\.\n$/);
    expect(stderr).toMatch(/^vpn-policy: the enforcer only observes: .*\n$/);
    expect(vpn.enforcer.standing()).toHaveLength(3);
  });

  it('tells what is held, and the command that confirms just that', async () => {
    await start({ connections: MANY });
    const held = await vpn.run(['enforce']);
    expect(held).toMatchObject({
      exitCode: 1,
      stdout: expect.stringContaining('\nHeld 6 connections until an operator confirms. '),
    });
    const [, first, confirm = ''] =
      /^vpn-policy: (held at .*)\nvpn-policy: if that is meant: (.*)\n$/.exec(held.stderr) ?? [];
    expect(first).toBe('held at cvpn-endpoint-0a1b2c3d4e5f67890: 6 of 8 refused, at most 5 are ended at once');
    expect(confirm).toBe(`vpn-policy enforce ${vpn.access.join(' ')} --confirm share --revision 1`);
    expect(vpn.enforcer.standing()).toHaveLength(8);
    expect(JSON.parse((await vpn.run(['enforce', '--json'])).stdout)).toMatchObject({ confirm });

    const confirmed = await vpn.run(['enforce', '--confirm', 'share', '--revision', '1']);
    expect(confirmed).toMatchObject({ exitCode: 0, stderr: '' });
    expect(vpn.enforcer.standing()).toHaveLength(2);
  });

  it('confirms nothing of another revision', async () => {
    await start({ connections: MANY });
    await vpn.run(['block', 'x']);
    expect(await vpn.run(['enforce', '--confirm', 'share', '--revision', '1'])).toEqual({
      exitCode: 1,
      stdout: '',
      stderr:
        'vpn-policy: revision 1 is not in force any more, so nobody was ended: vpn-policy enforce --dry-run shows what the one in force refuses\n',
    });
    expect(vpn.enforcer.standing()).toHaveLength(8);
  });

  it.each([
    [['--confirm', 'share'], '--confirm share wants --revision NUMBER'],
    [['--revision', '1'], '--revision is for --confirm share'],
    [['--confirm', 'tests'], "argument 'tests' is invalid. Allowed choices are share."],
  ])('answers %j with one line and exit code 2', async (args, told) => {
    await start({ connections: [] });
    const { exitCode, stdout, stderr } = await vpn.run(['enforce', ...args]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(/^vpn-policy: .*\n$/);
    expect(stderr).toContain(told);
  });
});
