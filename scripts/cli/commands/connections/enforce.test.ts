import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { passReport } from '../../../../shared/enforcement/testing/answers.ts';
import { startFakeLambda } from '../../../../shared/enforcement/testing/fake-lambda.ts';
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

  it('that has no time for all of what was confirmed has the enforcer go on with it', async () => {
    await start({ connections: MANY, atMost: 4 });
    const { exitCode, stdout, stderr } = await vpn.run(['enforce', '--confirm', 'share', '--revision', '1']);
    expect([exitCode, stderr]).toEqual([
      0,
      'vpn-policy: the enforcer goes on with the other 2, for up to 15 minutes: vpn-policy connections --would-refuse shows who is left\n',
    ]);
    expect(stdout).toMatch(/\nEnded 4 connections; no time was left for 2 connections\. By revision 1\.\n$/);
    const [asked, goesOn] = vpn.enforcer.invocations;
    expect([asked?.type, goesOn?.type]).toEqual(['RequestResponse', 'Event']);
    const by = { author: { type: 'cli', id: 'tanaka@laptop' }, reason: expect.any(String) };
    expect(goesOn?.request).toEqual({ task: 'pass', by, confirm: { revision: 1 } });
    expect(vpn.enforcer.standing()).toHaveLength(2);
  });

  it('says so where the enforcer could not be asked to go on', async () => {
    await start({ connections: [] });
    const { endpoints, connections } = passReport();
    const report = passReport({
      endpoints: endpoints.map((endpoint) => ({ ...endpoint, refused: 2 })),
      connections: [
        ...connections,
        ...connections.map((one) => ({ ...one, id: `${one.id}0`, outcome: 'left' as const })),
      ],
    });
    const lambda = await startFakeLambda(({ type }) =>
      type === 'Event' ? { error: 'AccessDeniedException', status: 403 } : { answer: report },
    );
    const env = { AWS_ENDPOINT_URL_LAMBDA: lambda.endpoint };
    const told = await vpn.run(['enforce', '--confirm', 'share', '--revision', '1'], { env });
    await lambda.stop();
    expect(told).toMatchObject({
      exitCode: 1,
      stdout: expect.stringMatching(/\nEnded 1 connection; no time was left for 1 connection\. By revision 1\.\n$/),
      stderr: 'vpn-policy: the enforcer could not be asked to go on: the same command again ends the other 1\n',
    });
  });

  it('that nobody confirmed leaves the rest to the next pass', async () => {
    await start({ connections: CONNECTIONS, atMost: 1 });
    expect(await vpn.run(['enforce'])).toMatchObject({
      exitCode: 0,
      stderr: "vpn-policy: the enforcer's next passes end the other 1\n",
    });
    expect(vpn.enforcer.invocations.map(({ type }) => type)).toEqual(['RequestResponse']);
  });

  it('counts those that the report does not name, and exits with 1 where one of them failed', async () => {
    const all = Array.from({ length: 3_000 }, (_, index) => standing(index + 1, 'mori'));
    await start({ connections: all, stubborn: ['cvpn-connection-2999'] });
    const { exitCode, stdout } = await vpn.run(['enforce', '--confirm', 'share', '--revision', '1']);
    expect([exitCode, stdout]).toEqual([
      1,
      expect.stringMatching(
        /\n… and 2,950 more .*\n\nEnded 2,999 connections; 1 more was not ended\. By revision 1\.\n$/,
      ),
    ]);
    expect(vpn.enforcer.standing()).toEqual(['cvpn-connection-2999']);
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
