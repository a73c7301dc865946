import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startTestTables, type TestTables } from '../../testing/policy-table.ts';
import { NOW, runCli } from '../../testing/run-cli.ts';

const POLICY = `version: 1
defaultEffect: allow
sets:
  leavers: { kind: user, entries: [batchi, { value: user-0481, note: HR-77, expiresAt: 2026-12-31T00:00:00+09:00 }] }
  offices: { kind: ip, description: Where we work, entries: [203.0.113.0/24] }
rules:
  - { id: block-leavers, effect: deny, match: { users: ["@leavers"] } }
  - { id: offices-only, effect: deny, match: everyone, except: { sourceIps: ["@offices", "2001:db8::/32"] } }
`;
const TTL_LINE = 'Every handler obeys it within its POLICY_TTL_SECONDS (10 where nothing else is set).\n';
const THERE = 'there are leavers, offices';

let tables: TestTables;
let table: readonly string[];

beforeAll(async () => {
  tables = await startTestTables();
});
beforeEach(async () => {
  table = await tables.create();
});
afterAll(() => tables.stop());

/** Runs `set …` on the seeded policy; the undo line without the table's options. */
async function set(...args: string[]) {
  const ran = await runCli(['set', ...args, ...table]);
  return { ...ran, stdout: ran.stdout.replace(/^(Undo: vpn-policy revert \d+) --.*$/m, '$1') };
}

async function entriesOf(name: string): Promise<unknown> {
  return JSON.parse((await set('show', name, '--json')).stdout).entries;
}

describe('on a policy', () => {
  beforeEach(async () => {
    expect(await runCli(['seed', '-', ...table], { stdin: POLICY })).toMatchObject({ exitCode: 0 });
  });

  describe('vpn-policy set add', () => {
    it('puts values into a set and says how to take them out', async () => {
      expect(await set('add', 'offices', '198.51.100.0/24', '--note', 'Osaka')).toEqual({
        exitCode: 0,
        stdout: `Revision 2: set offices: +198.51.100.0/24\n${TTL_LINE}Undo: vpn-policy revert 2\n`,
        stderr: '',
      });
      expect(await entriesOf('offices')).toEqual(['203.0.113.0/24', { value: '198.51.100.0/24', note: 'Osaka' }]);
      const { stdout } = await runCli(['export', '--json', ...table]);
      expect(JSON.parse(stdout).rules).toHaveLength(2);
    });

    it('gives the command as the reason', async () => {
      await set('add', 'offices', '198.51.100.0/24', '--note', 'Osaka office');
      const { stderr } = await runCli(['export', ...table]);
      expect(stderr).toBe(
        `vpn-policy: revision 2 (${NOW} by tanaka@laptop: set add offices 198.51.100.0/24 --note 'Osaka office')\n`,
      );
    });

    it('loses nothing of what five operators add at the same time', async () => {
      const names = Array.from({ length: 5 }, (_, index) => `user-${index}`);
      const ran = await Promise.all(names.map((name) => set('add', 'leavers', name)));
      expect(ran.map(({ exitCode }) => exitCode)).toEqual(names.map(() => 0));
      expect(await entriesOf('leavers')).toEqual(expect.arrayContaining(names));
    });

    it('tells the end in full', async () => {
      const { stdout } = await set('add', 'leavers', 'sato', '--until', 'friday 18:00');
      expect(stdout).toContain('Until 2026-11-27 18:00 (Asia/Tokyo, UTC+09:00), in 3 days 8 h.\n');
      expect(await entriesOf('leavers')).toContainEqual({ value: 'sato', expiresAt: '2026-11-27T18:00:00+09:00' });
    });

    it('tells what was there already, and with which end', async () => {
      expect(await set('add', 'leavers', 'Batchi', 'USER-0481', 'sato')).toEqual({
        exitCode: 0,
        stdout: `Revision 2: set leavers: +sato, ~user-0481\n${TTL_LINE}Already there: batchi\nChanged: user-0481 (was there until 2026-12-31 00:00 (Asia/Tokyo, UTC+09:00), "HR-77")\nUndo: vpn-policy revert 2\n`,
        stderr: '',
      });
      // It is there to stay now, and keeps its note.
      expect(await entriesOf('leavers')).toEqual(['batchi', { value: 'user-0481', note: 'HR-77' }, 'sato']);
    });

    it('writes nothing where all are there', async () => {
      expect(await set('add', 'leavers', 'BATCHI')).toEqual({
        exitCode: 0,
        stdout: 'Nothing to change: revision 1 already says the same.\nAlready there: batchi\n',
        stderr: '',
      });
    });

    it('makes a set where it is told to', async () => {
      expect(await set('add', 'partners', '192.0.2.0/24', '--create', 'ip')).toEqual({
        exitCode: 0,
        stdout: `Revision 2: set partners added\n${TTL_LINE}Undo: vpn-policy revert 2\n`,
        stderr: 'the policy: sets.partners: warning: nothing refers to @partners [unused-set]\n',
      });
    });

    it('writes nothing in a dry run', async () => {
      const { stdout } = await set('add', 'leavers', 'sato', '--dry-run');
      expect(stdout).toMatch(/^Dry run, nothing written: set leavers: \+sato\nIt would follow revision 1 /);
      expect(stdout).not.toContain('Undo');
      expect(await entriesOf('leavers')).toHaveLength(2);
    });

    it('gives programs the same', async () => {
      const { stdout } = await set('add', 'leavers', 'batchi', 'sato', 'user-0481', '--for', '2h', '--json');
      expect(JSON.parse(stdout)).toMatchObject({
        outcome: 'written',
        revision: { number: 2 },
        set: 'leavers',
        added: [{ value: 'sato', expiresAt: '2026-11-24T12:00:00+09:00' }],
        changed: [
          { before: 'batchi', after: { value: 'batchi', expiresAt: '2026-11-24T12:00:00+09:00' } },
          { before: { value: 'user-0481' }, after: { value: 'user-0481', note: 'HR-77' } },
        ],
        alreadyThere: [],
        expiresAt: '2026-11-24T12:00:00+09:00',
        timezone: 'Asia/Tokyo',
        undo: expect.stringMatching(/^vpn-policy revert 2 /),
      });
    });

    it.each<[args: string[], exitCode: number, message: string]>([
      [
        ['ofices', '192.0.2.1'],
        1,
        `there is no set "ofices" (did you mean "offices"?); ${THERE}; --create ip makes it (or another kind)`,
      ],
      [
        ['leavers', 'sato', '--create', 'ip'],
        2,
        'the set leavers is there already, of kind user: --create ip cannot be',
      ],
      [
        ['offices', '203.0.113.0/33'],
        2,
        '"203.0.113.0/33" is no address range: the prefix length is over 32; accepted: ',
      ],
      [['offices', '@leavers'], 2, '"@leavers" is a reference to a set, which a set cannot contain'],
      [
        ['offices', '192.0.2.1', '--until', '2026-11-24 09:00'],
        2,
        '--until: 2026-11-24 09:00 (Asia/Tokyo, UTC+09:00) is past',
      ],
      [['offices', '192.0.2.1', '--for', '2h', '--until', '18:00'], 2, "option '--for <duration>' cannot be used with"],
      [['offices'], 2, "missing required argument 'values'"],
    ])('refuses %j', async (args, exitCode, message) => {
      const ran = await set('add', ...args);
      expect(ran).toEqual({ exitCode, stdout: '', stderr: expect.stringContaining(`vpn-policy: ${message}`) });
      expect(ran.stderr.trimEnd().split('\n')).toHaveLength(1);
    });
  });

  describe('vpn-policy set rm', () => {
    it('takes values out, however they are spelled, and tells which were not there', async () => {
      expect(await set('rm', 'leavers', 'BATCHI', 'user-0482')).toEqual({
        exitCode: 0,
        stdout: `Revision 2: set leavers: -batchi\n${TTL_LINE}Undo: vpn-policy revert 2\n`,
        stderr: 'vpn-policy: the set leavers does not have "user-0482" (did you mean "user-0481"?)\n',
      });
      expect(await set('rm', 'offices', '203.0.113.0-203.0.113.255', '--confirm', 'lockout')).toMatchObject({
        exitCode: 0,
      });
      expect(await entriesOf('offices')).toEqual([]);
    });

    it('tells the warnings that come with it, and none of the others that the policy has', async () => {
      expect((await set('rm', 'leavers', 'batchi')).stderr).toBe('');
      expect((await set('rm', 'leavers', 'user-0481')).stderr).toBe(
        'the policy: rules[0]: warning: the rule can never apply: no entry of users counts any more [never-applies]\n',
      );
    });

    it('fails where none was there', async () => {
      expect(await set('rm', 'offices', '203.0.113.9')).toEqual({
        exitCode: 1,
        stdout: 'Nothing to change: revision 1 already says the same.\n',
        stderr: 'vpn-policy: the set offices does not have "203.0.113.9" (it is part of 203.0.113.0/24)\n',
      });
      const { exitCode, stdout } = await set('rm', 'leavers', 'nobody', '--json');
      expect(exitCode).toBe(1);
      expect(JSON.parse(stdout)).toMatchObject({
        outcome: 'unchanged',
        set: 'leavers',
        removed: [],
        notFound: ['nobody'],
      });
    });

    it('fails where there is no such set', async () => {
      expect(await set('rm', 'leaver', 'batchi')).toEqual({
        exitCode: 1,
        stdout: '',
        stderr: `vpn-policy: there is no set "leaver" (did you mean "leavers"?); ${THERE}\n`,
      });
    });
  });

  describe('vpn-policy set list', () => {
    it('tells what there is and who uses it', async () => {
      await set('add', 'partners', '192.0.2.0/24', '--create', 'ip', '--until', '2026-11-25');
      const { exitCode, stdout } = await runCli(['set', 'list', ...table], {
        nowMs: Date.parse('2026-11-26T00:00:00Z'),
      });
      expect(exitCode).toBe(0);
      expect(stdout).toBe(
        [
          'SET       KIND  ENTRIES        USED BY        DESCRIPTION',
          'leavers   user  2              block-leavers',
          'offices   ip    1              offices-only   Where we work',
          'partners  ip    1 (1 expired)',
          '',
        ].join('\n'),
      );
    });

    it('tells programs', async () => {
      expect(JSON.parse((await set('list', '--json')).stdout)).toEqual({
        revision: 1,
        sets: [
          { name: 'leavers', kind: 'user', entries: 2, expired: 0, rules: ['block-leavers'] },
          {
            name: 'offices',
            kind: 'ip',
            entries: 1,
            expired: 0,
            description: 'Where we work',
            rules: ['offices-only'],
          },
        ],
      });
    });
  });

  describe('vpn-policy set show', () => {
    it('tells the entries, with their ends on the clock of who asks', async () => {
      expect(await set('show', 'leavers', '--timezone', 'UTC')).toEqual({
        exitCode: 0,
        stdout: [
          'leavers: 2 entries of kind user',
          '  used by: block-leavers',
          '  times: UTC',
          '',
          'VALUE      UNTIL             NOTE',
          'batchi',
          'user-0481  2026-12-30 15:00  HR-77',
          '',
        ].join('\n'),
        stderr: '',
      });
    });

    it('marks what has expired', async () => {
      const { stdout } = await runCli(['set', 'show', 'leavers', ...table], {
        nowMs: Date.parse('2026-12-31T12:00:00+09:00'),
      });
      expect(stdout).toContain('user-0481  expired 00:00 today  HR-77\n');
    });

    it('gives what set import takes', async () => {
      const { stdout } = await set('show', 'leavers', '--json');
      const again = await runCli(['set', 'import', 'leavers', '--file', '-', ...table], { stdin: stdout });
      expect(again).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Nothing to change') });
      const other = await runCli(['set', 'import', 'others', '--file', '-', ...table], { stdin: stdout });
      expect(other).toMatchObject({ exitCode: 0 });
      expect(await entriesOf('others')).toEqual(await entriesOf('leavers'));
    });

    it('fails where there is no such set', async () => {
      expect(await set('show', 'constructor')).toEqual({
        exitCode: 1,
        stdout: '',
        stderr: `vpn-policy: there is no set "constructor"; ${THERE}\n`,
      });
    });
  });
});

describe('without a policy', () => {
  it.each([
    ['add', 'offices', '192.0.2.1', '--create', 'ip'],
    ['rm', 'offices', '192.0.2.1'],
    ['list'],
    ['show', 'offices'],
  ])('set %s fails', async (...args) => {
    expect(await set(...args)).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: expect.stringMatching(/^vpn-policy: no policy has been published yet in the table .*\n$/),
    });
  });
});
