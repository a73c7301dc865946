/** The commands about connections through the real admin API, which asks the enforcer. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startHttpServer, type TestServer } from '../../../../shared/testing/http-server.ts';
import { type LiveVpn, standing, startLiveApi, startLiveVpn } from '../../testing/live-vpn.ts';
import { API_AUTHOR, startTestApi } from '../../testing/policy-api.ts';
import { startTestTables, type TestTables } from '../../testing/policy-table.ts';
import { NOW, type Ran, type RunOptions, runCli } from '../../testing/run-cli.ts';

const POLICY = `version: 1
defaultEffect: allow
rules:
  - { id: leavers, effect: deny, match: { identities: [sato] } }
`;
const CONNECTIONS = [standing(1, 'mori'), standing(2, 'sato'), standing(3, 'batchi'), standing(4, 'mori')];

let tables: TestTables;
let stops: (() => Promise<void>)[] = [];

beforeAll(async () => {
  tables = await startTestTables();
});
afterEach(async () => {
  for (const stop of stops.reverse()) await stop();
  stops = [];
});
afterAll(() => tables.stop());

interface Started {
  readonly vpn: LiveVpn;
  readonly url: string;
  run(args: readonly string[], options?: RunOptions): Promise<Ran>;
}

interface StartOptions extends Pick<Parameters<typeof startLiveVpn>[2], 'mode'> {
  readonly adminAccess?: string;
}

async function start(connections = CONNECTIONS, { mode, ...access }: StartOptions = {}): Promise<Started> {
  const vpn = await startLiveVpn(tables, POLICY, { connections, ...(mode && { mode }) });
  const api = await startLiveApi(vpn, access);
  stops.push(vpn.stop, api.stop);
  return { vpn, url: api.url, run: (args, options) => runCli([...args, '--api', api.url], options) };
}

const many = (count: number) => Array.from({ length: count }, (_, index) => standing(index + 1, `user-${index + 1}`));

describe('through the API', () => {
  it('connections are listed, page by page', async () => {
    const { run, vpn } = await start(many(4_100));
    const { exitCode, stdout } = await run(['connections', '--json']);
    const ids = JSON.parse(stdout).connections.map(({ id }: { id: string }) => id);
    expect([exitCode, new Set(ids)]).toEqual([0, new Set(vpn.enforcer.standing())]);
    expect(vpn.enforcer.invocations).toHaveLength(3);
    const one = await run(['connections', '--user', 'USER-7', '--vpn-endpoint', 'cvpn-endpoint-0a1b2c3d4e5f67890']);
    expect(one.stdout).toMatch(/^CONNECTION .*\ncvpn-connection-7 .*\n\n1 connection at .*\n$/);
    expect((await run(['connections', '--would-refuse'])).stdout).toMatch(/^0 connections; by revision 1; /);
  });

  it('they are ended, in the name of whom the API knows', async () => {
    const { run, vpn } = await start();
    const two = await run([
      'kick',
      'cvpn-connection-3',
      'cvpn-connection-9',
      'cvpn-connection-2',
      '--reason',
      'HELP-7',
    ]);
    expect(two).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/\nEnded 2 connections\.\n$/),
      stderr: expect.stringContaining('vpn-policy: cvpn-connection-9 does not stand: it has ended, or never was\n'),
    });
    const { type, id } = API_AUTHOR;
    expect(vpn.enforcer.invocations).toHaveLength(1);
    expect(vpn.enforcer.invocations.at(-1)?.request).toMatchObject({ by: { author: { type, id }, reason: 'HELP-7' } });
    expect(await run(['kick', 'cvpn-connection-9'])).toMatchObject({ exitCode: 1, stdout: '' });
    expect((await run(['kick', '--user', 'mori', '--dry-run'])).stdout).toContain('\nWould end 2 connections.\n');
    expect((await run(['kick', '--user', 'mori'], { answer: 'y' })).exitCode).toBe(0);
    expect(vpn.enforcer.standing()).toEqual([]);
  });

  it('a pass holds what is too much, and is confirmed', async () => {
    const { run, vpn, url } = await start(many(8).map((one) => ({ ...one, username: 'sato' })));
    const held = await run(['enforce', '--dry-run']);
    expect(held.exitCode).toBe(1);
    expect(held.stderr).toMatch(
      new RegExp(`\nvpn-policy: if that is meant: vpn-policy enforce --api ${url} --confirm share --revision 1\n$`),
    );
    expect(await run(['enforce', '--confirm', 'share', '--revision', '2'])).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('revision 2 is not in force any more, so nobody was ended'),
    });
    expect(vpn.enforcer.standing()).toHaveLength(8);
    expect((await run(['enforce', '--confirm', 'share', '--revision', '1'])).exitCode).toBe(0);
    expect(vpn.enforcer.standing()).toEqual([]);
  });

  it('a block ends whom it refuses, with a word more where they are too many', async () => {
    const eight = many(8).map((one) => ({ ...one, id: `${one.id}0`, username: 'kato' }));
    // It observes: else the pass after each write may come first.
    const { run, vpn } = await start([...CONNECTIONS, ...eight], { mode: 'observe' });
    expect(await run(['block', 'mori', '--disconnect'])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/\nEnded 2 connections\.\n$/),
    });
    const held = await run(['block', 'kato', '--disconnect']);
    expect(held).toMatchObject({ exitCode: 1, stdout: expect.stringMatching(/^Revision 3: /) });
    expect(held.stderr).toContain(
      'so nobody was ended: cvpn-endpoint-0a1b2c3d4e5f67890: 8 of 10 refused, at most 5 are ended at once\n',
    );
    expect((await run(['block', 'kato', '--disconnect', '--confirm', 'share'])).exitCode).toBe(0);
    expect(vpn.enforcer.standing()).toEqual(['cvpn-connection-2', 'cvpn-connection-3']);
  });

  it('a block ends whom it refuses once, though the API has the enforcer look after each write', async () => {
    const { run, vpn } = await start();
    const { exitCode, stdout } = await run(['block', 'mori', '--disconnect']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /(?:Ended [12] connections?|Nobody whom it refuses is connected any more at the .* watches)\.\n$/,
    );
    expect(vpn.enforcer.standing()).not.toContain('cvpn-connection-1');
  });

  it('a maintenance from now on ends everybody, without the permission to confirm', async () => {
    const role = 'arn:aws:iam::123456789012:role/vpn-operator';
    const { run, vpn } = await start(many(12), {
      adminAccess: JSON.stringify([{ role, permissions: ['read', 'write', 'disconnect'] }]),
    });
    const { exitCode, stdout } = await run(['maintenance', '--from', 'now', '--for', '4h', '--disconnect']);
    expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/^Revision 2: /)]);
    expect(vpn.enforcer.standing()).toEqual([]);
  });

  it('who may not end connections is told so, and the block stands', async () => {
    const role = 'arn:aws:iam::123456789012:role/vpn-operator';
    const { run } = await start(CONNECTIONS, {
      adminAccess: JSON.stringify([{ role, permissions: ['read', 'write'] }]),
    });
    const { exitCode, stdout, stderr } = await run(['block', 'mori', '--disconnect']);
    expect([exitCode, stdout]).toEqual([1, expect.stringMatching(/^Revision 2: /)]);
    expect(stderr).toMatch(/^vpn-policy: the rule is in force, but nobody was ended: the API http:.*disconnect.*\n/);
    expect(await run(['kick', '--user', 'mori'])).toMatchObject({ exitCode: 2, stdout: '' });
  });

  it('an API without an enforcer says so', async () => {
    const [, tableName = ''] = await tables.create();
    const api = await startTestApi({ endpoint: tables.endpoint, tableName, now: () => Date.parse(NOW) });
    stops.push(api.stop);
    expect(await runCli(['connections', '--api', api.url])).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: `vpn-policy: the API ${api.url}: The variable ENFORCER_FUNCTION names no function: connections can be read and ended where the enforcer is deployed.\n`,
    });
  });
});

describe('an API that fails', () => {
  let server: TestServer;
  afterEach(() => server.stop());

  it('leaves open what was ended where no answer comes to it', async () => {
    server = await startHttpServer(() => 'break');
    const { exitCode, stderr } = await runCli(['kick', '--user', 'mori', '--api', server.url]);
    expect([exitCode, server.requests.length]).toEqual([2, 1]);
    expect(stderr).toBe(
      `vpn-policy: no answer from the API ${server.url}: some connections may have been ended; vpn-policy connections shows which stand\n`,
    );
  });

  it('is asked again while the enforcer is busy', async () => {
    const type = 'urn:client-vpn-policy:problem:enforcer-unavailable';
    server = await startHttpServer(() => ({
      status: 503,
      headers: { 'content-type': 'application/problem+json', 'retry-after': '0' },
      body: { type, title: 'x', status: 503, detail: 'The enforcer does not answer.' },
    }));
    expect(await runCli(['kick', '--user', 'mori', '--api', server.url])).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: `vpn-policy: the API ${server.url}: The enforcer does not answer.\n`,
    });
    expect(server.requests).toHaveLength(3);
  });
});
