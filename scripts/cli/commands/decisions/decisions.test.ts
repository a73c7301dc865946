import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pseudonyms } from '../../../../shared/decision-log/index.ts';
import type { PolicyDocument } from '../../../../shared/engine/index.ts';
import { startTestApi } from '../../testing/policy-api.ts';
import { startTestTables, type TestTables } from '../../testing/policy-table.ts';
import { type RecordedVpn, startRecordedVpn, WAYS, type Way } from '../../testing/recorded-vpn.ts';
import { NOW, type RunOptions, runCli } from '../../testing/run-cli.ts';

const POLICY: PolicyDocument = {
  version: 1,
  defaultEffect: 'deny',
  defaultMessage: 'Not allowed. Quote {connectionId}.',
  endpoints: { 'cvpn-endpoint-0a1b2c3d4e5f67890': { name: 'frankfurt' } },
  rules: [
    { id: 'block-batchi', effect: 'deny', match: { identities: ['batchi'] }, message: 'Call 1234, {connectionId}.' },
    { id: 'staff', effect: 'allow', match: { groups: ['staff'] } },
    { id: 'old-clients', effect: 'deny', mode: 'report', match: { openvpnVersion: '<2.6' } },
  ],
};
const LIMITED: PolicyDocument = { ...POLICY, limits: [{ id: 'one-each', match: 'everyone', maxConnections: 1 }] };
const KEY = 'k'.repeat(32);
const MINUTE_MS = 60_000;

let tables: TestTables;
let vpn: RecordedVpn;

beforeAll(async () => {
  tables = await startTestTables();
  vpn = await startRecordedVpn(tables, () => Date.parse(NOW));
  const seeded = await runCli(['seed', '-', ...vpn.access.table.slice(0, -2)], { stdin: JSON.stringify(POLICY) });
  expect(seeded).toMatchObject({ exitCode: 0 });
  const limited = await runCli(['seed', '-', '--replace', '--reason', 'limits', ...vpn.access.table.slice(0, -2)], {
    stdin: JSON.stringify(LIMITED),
  });
  expect(limited).toMatchObject({ exitCode: 0 });
  await record('batchi', 1, { groups: ['staff'] });
  await record('tanaka', 2, { groups: ['staff'], 'client-openvpn-version': '2.4.1' });
  await record('sato', 3);
  await record('Batchi', 60 * 24 * 30);
});
afterAll(async () => {
  await vpn.stop();
  await tables.stop();
});

/** `minutesAgo` also numbers the connection. */
function record(username: string, minutesAgo: number, more: object = {}, names = {}) {
  const event = {
    'connection-id': `cvpn-connection-${minutesAgo}`,
    'endpoint-id': 'cvpn-endpoint-0a1b2c3d4e5f67890',
    username,
    'public-ip': '203.0.113.9',
    platform: 'win',
    'schema-version': 'v3',
    ...more,
  };
  const atMs = Date.parse(NOW) - minutesAgo * MINUTE_MS;
  return vpn.decisions.record(event, { policy: POLICY, revision: 1, atMs, ...names });
}

const run = (way: Way, args: readonly string[], options?: RunOptions) =>
  runCli(['decisions', ...args, ...vpn.access[way]], options);
const idsOf = (stdout: string) => [...stdout.matchAll(/cvpn-connection-(\d+)/g)].map(([, id]) => Number(id));

describe.each(WAYS)('decisions, by %s', (way) => {
  it('are listed, the newest first', async () => {
    const { exitCode, stdout, stderr } = await run(way, []);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toBe(
      [
        'WHEN         OUTCOME   WHO     FROM         WHY              ENDPOINT   CONNECTION',
        '09:59 today  refused   batchi  203.0.113.9  by block-batchi  frankfurt  cvpn-connection-1',
        '09:58 today  admitted  tanaka  203.0.113.9  by staff         frankfurt  cvpn-connection-2',
        '09:57 today  refused   sato    203.0.113.9  by default       frankfurt  cvpn-connection-3',
        '',
        'Times: Asia/Tokyo, UTC+09:00',
        '',
      ].join('\n'),
    );
  });

  it.each([
    [
      ['--user', 'BATCHI'],
      [1, 43_200],
    ],
    [['--rule', 'old-clients'], [2]],
    [
      ['--outcome', 'refused', '--vpn-endpoint', 'frankfurt'],
      [1, 3],
    ],
    [
      ['--since', '2m'],
      [1, 2],
    ],
    [['--since', '60d', '--until', '1d'], [43_200]],
    [['--vpn-endpoint', 'tokyo'], []],
  ])('with %j are %j', async (args, expected) => {
    const { exitCode, stdout } = await run(way, args);
    expect([exitCode, idsOf(stdout)]).toEqual([0, expected]);
  });

  it('are cut at --limit, and it is told', async () => {
    const { stdout, stderr } = await run(way, ['--limit', '2']);
    expect([idsOf(stdout), stderr]).toEqual([[1, 2], 'vpn-policy: there are older ones; --limit 4 tells more\n']);
    const { decisions, more } = JSON.parse((await run(way, ['--limit', '2', '--json'])).stdout);
    expect([decisions.length, decisions[0].rules, more]).toEqual([2, ['block-batchi'], true]);
  });

  it('are told whole by the connection of the message', async () => {
    const { exitCode, stdout } = await run(way, ['cvpn-connection-1']);
    expect(exitCode).toBe(0);
    expect(stdout).toBe(
      [
        'REFUSED by block-batchi',
        '  user: batchi',
        '  address: 203.0.113.9',
        '  groups: staff',
        '  platform: win',
        '  endpoint: frankfurt (cvpn-endpoint-0a1b2c3d4e5f67890)',
        '  when: 2026-11-24 09:59 (Asia/Tokyo, UTC+09:00), 1 min ago',
        '  message: Call 1234, cvpn-connection-1.',
        '  policy: revision 1',
        '  connection: cvpn-connection-1',
        '',
        'By the rules of revision 1:',
        'RULE          EFFECT  OUTCOME             WHY',
        'block-batchi  deny    refuses             match holds: identities match',
        'staff         allow   applies, outranked  match holds: groups match',
        '(1 rule did not apply: --explain tells why)',
        '',
      ].join('\n'),
    );
    const explained = (await run(way, ['cvpn-connection-3', '--explain'])).stdout;
    expect(explained).toContain('REFUSED by default\n');
    expect(explained).toContain('staff         allow          no match  match fails: groups absent\n');
    const data = JSON.parse((await run(way, ['cvpn-connection-1', '--json'])).stdout);
    expect(data).toMatchObject({ decision: { revision: 1 }, trace: { revision: 1, agrees: true } });
    expect(data.trace.rules).toHaveLength(3);
  });

  it('tell of a refusal by a limit, and what the rules said', async () => {
    const decided = { policy: LIMITED, revision: 2, atMs: Date.parse(NOW) - 90 * 24 * 60 * MINUTE_MS + MINUTE_MS };
    const event = {
      'connection-id': 'cvpn-connection-7',
      username: 'suzuki',
      groups: ['staff'],
      'schema-version': 'v3',
    };
    await vpn.decisions.record(event, { ...decided, limit: 'one-each' });
    const { exitCode, stdout } = await run(way, ['cvpn-connection-7']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^REFUSED by the limit one-each\n/);
    expect(stdout.slice(stdout.indexOf('By the rules'))).toBe(
      [
        'By the rules of revision 2:',
        'RULE   EFFECT  OUTCOME  WHY',
        'staff  allow   admits   match holds: groups match',
        '(2 rules did not apply: --explain tells why)',
        'note: these rules let it in: it is the limit one-each that refused one more session of the user',
        '',
      ].join('\n'),
    );
    const data = JSON.parse((await run(way, ['cvpn-connection-7', '--json'])).stdout);
    expect(data).toMatchObject({ decision: { decidedBy: 'limit' }, trace: { agrees: true } });
  });

  it('tell of the last of a user', async () => {
    const { exitCode, stdout } = await run(way, ['--user', 'tanaka', '--last']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^ADMITTED by staff\n/);
    expect(stdout).toContain('  in report mode: old-clients would have applied\n');
    expect(await run(way, ['--user', 'nobody', '--last'])).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/^vpn-policy: no such decision is on record in the (table|API) \S+.*\n$/),
    });
  });

  it('say where there is none', async () => {
    const { exitCode, stderr } = await run(way, ['cvpn-connection-none']);
    expect([exitCode, stderr]).toEqual([
      1,
      expect.stringMatching(/^vpn-policy: no decision on cvpn-connection-none is on record in .*\n$/),
    ]);
    expect(await run(way, ['--user', 'nobody'])).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: 'vpn-policy: no such decision is on record\n',
    });
  });
});

describe.each(WAYS)('connections that were ended, by %s', (way) => {
  const [n, m] = way === 'table' ? [70, 71] : [80, 81];
  const connection = (number: number) => ({
    id: `cvpn-connection-${number}`,
    endpointId: 'cvpn-endpoint-0a1b2c3d4e5f67890',
    username: `e-${way}`,
    sinceMs: Date.parse(NOW) - number * MINUTE_MS,
  });
  const facts = { names: { names: 'clear' }, revision: 1, endpoint: 'frankfurt' } as const;
  const limited = `limited-${way}`;

  beforeAll(async () => {
    const event = {
      'connection-id': `cvpn-connection-${n}`,
      'endpoint-id': 'cvpn-endpoint-0a1b2c3d4e5f67890',
      username: 'batchi',
      'public-ip': '203.0.113.9',
      groups: ['staff'],
      'schema-version': 'v3',
    };
    // Before he was blocked.
    const policy = { ...POLICY, rules: POLICY.rules?.slice(1) ?? [] };
    const atMs = Date.parse(NOW) - n * MINUTE_MS;
    const admission = await vpn.decisions.record(event, { policy, revision: 1, atMs });
    await vpn.decisions.recordEnd({
      ...facts,
      endedAtMs: Date.parse(NOW) - 65 * MINUTE_MS,
      connection: { ...connection(n), username: 'batchi' },
      admission,
      refusal: { decidedBy: 'rule', rules: ['block-batchi'] },
      by: 'policy',
    });
    await vpn.decisions.recordEnd({
      ...facts,
      endedAtMs: Date.parse(NOW) - 64 * MINUTE_MS,
      connection: connection(m),
      by: 'operator',
      asked: { author: { type: 'iam', id: 'alice' }, reason: 'laptop stolen, HR-77' },
    });
    await vpn.decisions.recordEnd({
      ...facts,
      endedAtMs: Date.parse(NOW) - 63 * MINUTE_MS,
      connection: { ...connection(n), id: `cvpn-connection-${limited}` },
      refusal: { decidedBy: 'limit', rules: ['two-each'] },
      by: 'policy',
    });
  });

  it('are told with who let them in, and whole as decisions of their own', async () => {
    expect((await run(way, [`cvpn-connection-${n}`])).stdout).toContain(
      `\n  ended: 2026-11-24 08:55 (Asia/Tokyo, UTC+09:00), 1 h 5 min ago, by block-batchi (vpn-policy decisions ended:cvpn-connection-${n})\n`,
    );
    const { exitCode, stdout } = await run(way, [`ended:cvpn-connection-${n}`]);
    expect(exitCode).toBe(0);
    expect(stdout).toBe(
      [
        'ENDED by block-batchi',
        '  user: batchi',
        '  address: 203.0.113.9',
        '  groups: staff',
        '  endpoint: frankfurt (cvpn-endpoint-0a1b2c3d4e5f67890)',
        `  let in: 2026-11-24 08:${way === 'table' ? 50 : 40} (Asia/Tokyo, UTC+09:00), 1 h ${n - 60} min ago`,
        '  when: 2026-11-24 08:55 (Asia/Tokyo, UTC+09:00), 1 h 5 min ago',
        '  policy: revision 1',
        `  connection: ended:cvpn-connection-${n}`,
        '',
        'By the rules of revision 1:',
        'RULE          EFFECT  OUTCOME             WHY',
        'block-batchi  deny    refuses             match holds: identities match',
        'staff         allow   applies, outranked  match holds: groups match',
        '(1 rule did not apply: --explain tells why)',
        '',
      ].join('\n'),
    );
  });

  it('name the operator who asked for it, and why; a limit as what it is', async () => {
    const { stdout } = await run(way, [`ended:cvpn-connection-${m}`]);
    expect(stdout).toMatch(/^ENDED by iam:alice\n/);
    expect(stdout).toContain('  asked for by: iam:alice\n  reason: laptop stolen, HR-77\n');
    expect(stdout).not.toContain('By the rules');
    expect((await run(way, [`ended:cvpn-connection-${limited}`])).stdout).toMatch(/^ENDED by the limit two-each\n/);
  });

  it('are listed among the others and alone', async () => {
    const { stdout } = await run(way, ['--outcome', 'ended', '--user', `e-${way}`]);
    expect(stdout.split('\n').slice(1, 3)).toEqual([
      `08:57 today  ended    e-${way}        by the limit two-each  frankfurt  ended:cvpn-connection-${limited}`,
      `08:56 today  ended    e-${way}        by iam:alice           frankfurt  ended:cvpn-connection-${m}`,
    ]);
    const byRule = JSON.parse((await run(way, ['--rule', 'block-batchi', '--outcome', 'ended', '--json'])).stdout);
    expect(byRule.decisions.map(({ id }: { id: string }) => id)).toContain(`ended:cvpn-connection-${n}`);
    const data = JSON.parse((await run(way, [`cvpn-connection-${n}`, '--json'])).stdout);
    expect(data).toMatchObject({
      decision: { allow: true },
      ended: { ended: { by: 'policy' }, rules: ['block-batchi'] },
    });
  });
});

describe.each(WAYS)('decisions that are followed, by %s', (way) => {
  it('are told as they come, each once, until it is over', async () => {
    const user = `f-${way}`;
    const first = { 'connection-id': `cvpn-connection-100-${way}` };
    const second = { 'connection-id': `cvpn-connection-200-${way}` };
    await record(user, 5, first);
    const over = new AbortController();
    let printed = '';
    let added: Promise<unknown> | undefined;
    const { exitCode } = await run(way, ['--follow', '--outcome', 'refused', '--user', user], {
      ended: over.signal,
      followEveryMs: 1,
      onPrinted: ({ stdout }) => {
        printed = stdout;
        const told = idsOf(stdout).length;
        if (told === 1) added ??= record(user, 0.5, second);
        if (told === 2) over.abort();
      },
    });
    await added;
    const line = (time: string, id: string) =>
      `${time} today  refused  ${user}  203.0.113.9  by default  frankfurt  cvpn-connection-${id}-${way}\n`;
    expect([exitCode, printed]).toEqual([0, `${line('09:55', '100')}${line('09:59:30', '200')}`]);
  });
});

describe('pseudonyms', () => {
  const names = pseudonyms(KEY);

  it('are found by the name where the key is known, and by themselves; what they hide is told', async () => {
    await record('yamada', 4, { groups: ['staff'] }, { names });
    const pseudonym = names.pseudonymOf('yamada');
    const withKey = await run('table', ['--user', 'YAMADA', '--last'], { env: { PSEUDONYM_KEY: KEY } });
    expect(withKey.stdout).toContain(`  user: ${pseudonym} (a pseudonym)\n`);
    expect(withKey.stdout).toContain('\nnote: not on record, so absent for these rules: the user name\n');
    expect(idsOf((await run('table', ['--user', 'yamada'])).stdout)).toEqual([]);
    expect(idsOf((await run('api', ['--user', pseudonym])).stdout)).toEqual([4]);
  });

  it('that hide the reason are told, too', async () => {
    await record('batchi', 9, { groups: ['staff'] }, { names });
    const { stdout } = await run('api', ['cvpn-connection-9']);
    expect(stdout).toMatch(/^REFUSED by block-batchi\n/);
    expect(stdout).toContain('note: decided again it comes out otherwise: admitted by staff\n');
  });
});

describe('what cannot be', () => {
  it.each([
    [
      'an id and a filter',
      ['cvpn-connection-1', '--user', 'x'],
      '--user is for lists of decisions, and cvpn-connection-1 is one',
    ],
    [
      'no id',
      ['a b'],
      '"a b" is no id of a connection; accepted: such as cvpn-connection-04edd76f5201e0cb8 (--user finds those of a user)',
    ],
    [
      'a time to come',
      ['--since', 'tomorrow 09:00'],
      '--since: 2026-11-25 09:00 (Asia/Tokyo, UTC+09:00) is still to come; accepted: 3d (ago), 2026-11-20, "today 09:00"',
    ],
    ['a limit', ['--limit', '0'], "option '--limit <number>' argument '0' is invalid. Accepted: 1 to 10000."],
    ['--follow with --last', ['--follow', '--last'], "option '--last' cannot be used with option '--follow'"],
  ])('%s is wrong usage', async (_, args, message) => {
    expect(await run('table', args)).toEqual({ exitCode: 2, stdout: '', stderr: `vpn-policy: ${message}\n` });
  });

  it('is told of tables', async () => {
    const [, name = ''] = vpn.access.table;
    const access = vpn.access.table.slice(0, -2);
    const sister = await runCli(['decisions', ...access]);
    expect(sister).toMatchObject({
      exitCode: 2,
      stderr:
        `vpn-policy: there is no table ${name.replace(/-rules$/, '-decisions')} in us-east-1 at ${tables.endpoint}: does this deployment keep decisions? --decisions-table names another table\n`.replace(
          ' in us-east-1',
          '',
        ),
    });
    expect(await runCli(['decisions', '--table', 'odd', '--region', 'us-east-1'])).toMatchObject({
      exitCode: 2,
      stderr:
        'vpn-policy: where are the decisions? Give --decisions-table NAME: the rules table odd does not end in -rules, so its sister is not known\n',
    });
    expect(await run('api', ['--decisions-table', 'x'])).toMatchObject({
      exitCode: 2,
      stderr: 'vpn-policy: --decisions-table is for --table: the API has its own\n',
    });
  });

  it('is told of an API that keeps none', async () => {
    const [, tableName = ''] = vpn.access.table;
    const api = await startTestApi({ endpoint: tables.endpoint, tableName, now: () => Date.parse(NOW) });
    for (const args of [['decisions'], ['decisions', 'cvpn-connection-1'], ['replay']]) {
      expect(await runCli([...args, '--api', api.url])).toEqual({
        exitCode: 2,
        stdout: '',
        stderr: `vpn-policy: the API ${api.url} has no decisions table: this deployment keeps no decisions\n`,
      });
    }
    await api.stop();
  });
});
