import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Folder, makeFolder } from '../../testing/folder.ts';
import { startTestTables, type TestTables } from '../../testing/policy-table.ts';
import { runCli } from '../../testing/run-cli.ts';

const POLICY = `version: 1
defaultEffect: allow
sets:
  tor: { kind: ip, entries: [192.0.2.1, { value: 192.0.2.2, note: ours }] }
  leavers: { kind: user, entries: [batchi] }
rules:
  - { id: no-tor, effect: deny, match: [{ sourceIps: ["@tor"] }, { users: ["@leavers"] }, { missing: [username] }] }
`;
const TTL_LINE = 'Every handler obeys it within its POLICY_TTL_SECONDS (10 where nothing else is set).\n';
const UNUSED = /^the policy: sets\.[a-z]+: warning: nothing refers to @[a-z]+ \[unused-set]\n$/;

let folder: Folder;
let tables: TestTables;
let table: readonly string[];

beforeAll(async () => {
  [folder, tables] = await Promise.all([makeFolder(), startTestTables()]);
});
beforeEach(async () => {
  table = await tables.create();
  await runCli(['seed', '-', ...table], { stdin: POLICY });
});
afterAll(async () => {
  await tables.stop();
  await folder.remove();
});

/** Imports a text; the undo line without the table's options. */
async function importText(name: string, text: string, ...options: string[]) {
  const ran = await runCli(['set', 'import', name, '--file', '-', ...options, ...table], { stdin: text });
  return { ...ran, stdout: ran.stdout.replace(/^(Undo: vpn-policy revert \d+) --.*$/m, '$1') };
}

async function entriesOf(name: string): Promise<unknown> {
  return JSON.parse((await runCli(['set', 'show', name, '--json', ...table])).stdout || '{}').entries;
}

describe('vpn-policy set import', () => {
  it('adds what the file lists, and tells what it does not', async () => {
    const text = '\ufeff# exit nodes\r\n192.0.2.1\r\n198.51.100.7 # new\r\n198.51.100.7\r\n';
    expect(await importText('tor', text)).toEqual({
      exitCode: 0,
      stdout: `Revision 2: set tor: +198.51.100.7\n${TTL_LINE}<stdin>: 2 entries (1 repeat not counted): 1 new, 1 there already.\n1 entry of the set is not in the file; --sync would take them out.\nUndo: vpn-policy revert 2\n`,
      stderr: '',
    });
    expect(await entriesOf('tor')).toEqual([
      '192.0.2.1',
      { value: '192.0.2.2', note: 'ours' },
      { value: '198.51.100.7', note: 'new' },
    ]);
  });

  it('makes the set what the file is with --sync', async () => {
    expect(await importText('tor', '192.0.2.0/31\n192.0.2.2\n', '--sync')).toMatchObject({
      exitCode: 0,
      stdout: `Revision 2: set tor: +192.0.2.0/31, -192.0.2.1, ~192.0.2.2\n${TTL_LINE}<stdin>: 2 entries: 1 new, 1 with another end or note, 0 there already.\n1 entry of the set is not in the file: taken out.\nUndo: vpn-policy revert 2\n`,
    });
    expect(await entriesOf('tor')).toEqual(['192.0.2.2', '192.0.2.0/31']);
  });

  it('changes nothing the second time, and says so', async () => {
    const text = '192.0.2.1\n192.0.2.2\n';
    expect(await importText('tor', text)).toEqual({
      exitCode: 0,
      stdout:
        'Nothing to change: revision 1 already says the same.\n<stdin>: all 2 entries are in the set tor already.\n',
      stderr: '',
    });
    await importText('tor', text, '--sync');
    expect((await importText('tor', text, '--sync')).stdout).toBe(
      'Nothing to change: revision 2 already says the same.\n<stdin>: all 2 entries are in the set tor already.\n',
    );
  });

  it('names the file in the history, and gives notes and ends to what has none', async () => {
    const file = await folder.file('guests.csv', 'who,until\nsato,x\n');
    const options = ['--column', 'who', '--note', 'guest', '--until', 'friday 18:00'];
    expect(await runCli(['set', 'import', 'leavers', '--file', file, ...options, ...table])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('Until 2026-11-27 18:00 (Asia/Tokyo, UTC+09:00), in 3 days 8 h.\n'),
    });
    expect(await entriesOf('leavers')).toEqual([
      'batchi',
      { value: 'sato', note: 'guest', expiresAt: '2026-11-27T18:00:00+09:00' },
    ]);
    const { stderr } = await runCli(['export', ...table]);
    expect(stderr).toContain(`: set import leavers --file ${file} --column who --note guest --until 'friday 18:00')`);
  });

  it.each<[what: string, text: string, options: string[], kind: string, entries: unknown[]]>([
    ['addresses', '192.0.2.9\n2001:db8::/32\n', [], 'ip', ['192.0.2.9', '2001:db8::/32']],
    ['days', '2026/12/29\n', [], 'date', ['2026-12-29']],
    ['groups, when it is told so', 'VPN Admins\n', ['--kind', 'group'], 'group', ['VPN Admins']],
    ['JSON', '["192.0.2.9"]', [], 'ip', ['192.0.2.9']],
    [
      'ip-ranges.json',
      JSON.stringify({
        prefixes: [
          { ip_prefix: '192.0.2.0/24', region: 'eu-west-1', service: 'AMAZON' },
          { ip_prefix: '192.0.2.0/24', region: 'eu-west-1', service: 'EC2' },
          { ip_prefix: '198.51.100.0/24', region: 'us-east-1', service: 'EC2' },
        ],
        ipv6_prefixes: [{ ipv6_prefix: '2001:db8::/32', region: 'eu-west-1', service: 'EC2' }],
      }),
      ['--only-region', 'eu-west-1'],
      'ip',
      ['192.0.2.0/24', '2001:db8::/32'],
    ],
    [
      'a calendar',
      'BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20200101\nRRULE:FREQ=YEARLY\nSUMMARY:元日\nEND:VEVENT\nEND:VCALENDAR\n',
      ['--years', '1'],
      'date',
      [
        { value: '2026-01-01', note: '元日' },
        { value: '2027-01-01', note: '元日' },
      ],
    ],
  ])('makes a set of %s', async (_, text, options, kind, entries) => {
    const { exitCode, stdout, stderr } = await importText('new', text, '--json', ...options);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      outcome: 'written',
      set: 'new',
      kind,
      entries: entries.length,
      notInFile: 0,
    });
    expect(stderr.replace(/^vpn-policy: <stdin>: of 1 event .*\n/, '')).toMatch(UNUSED);
    expect(await entriesOf('new')).toEqual(entries);
  });

  it('gives programs the counts', async () => {
    const { stdout } = await importText('tor', '192.0.2.1\n192.0.2.9\n192.0.2.9/32\n', '--sync', '--json', '--dry-run');
    expect(JSON.parse(stdout)).toMatchObject({
      outcome: 'checked',
      dryRun: true,
      set: 'tor',
      file: '<stdin>',
      kind: 'ip',
      entries: 2,
      repeats: 1,
      added: 1,
      changed: 0,
      alreadyThere: 1,
      removed: 1,
      notInFile: 1,
    });
    expect(await entriesOf('tor')).toHaveLength(2);
  });

  it('tells every mistake with its line, and writes nothing', async () => {
    const refused = await importText('tor', '192.0.2.1\n\n192.0.2.256\nlocalhost\n');
    expect(refused).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: [
        '<stdin>:3: "192.0.2.256" is no address range: "192.0.2.256" is not an IPv4 or IPv6 address; accepted: an address (203.0.113.9, 2001:db8::1), a CIDR block (203.0.113.0/24) or a range (203.0.113.1-203.0.113.9)',
        '<stdin>:4: "localhost" is no address range: "localhost" does not have four octets; accepted: an address (203.0.113.9, 2001:db8::1), a CIDR block (203.0.113.0/24) or a range (203.0.113.1-203.0.113.9)',
        'vpn-policy: <stdin> is refused, nothing has changed',
        '',
      ].join('\n'),
    });
    expect(await entriesOf('tor')).toHaveLength(2);
  });

  it('tells the first 20 of many mistakes, and counts the others', async () => {
    const text = Array.from({ length: 5_000 }, (_, index) => `host-${index}\n`).join('');
    const { stderr } = await importText('tor', text);
    expect(stderr.trimEnd().split('\n')).toHaveLength(22);
    expect(stderr).toContain('<stdin>: and 4,980 more mistakes\n');
    const { exitCode, stdout } = await importText('tor', text, '--json');
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'refused', issues: { length: 21 } });
  });

  it.each<[what: string, name: string, text: string, options: string[], exitCode: number, message: string]>([
    [
      'a new set of who knows what',
      'new',
      'batchi\n',
      [],
      2,
      'what are the entries of <stdin>, such as "batchi"? Say --kind user, commonName or group; addresses (ip) and days (date) are known by their looks',
    ],
    [
      'another kind than the set is of',
      'tor',
      'x\n',
      ['--kind', 'user'],
      2,
      'the set tor is there already, of kind ip: --kind user cannot be',
    ],
    [
      'days for a set of addresses',
      'tor',
      'BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20200101\nEND:VEVENT\nEND:VCALENDAR',
      [],
      1,
      '<stdin> has entries of kind date, and the set is of kind ip',
    ],
    ['an empty file, which would empty the set', 'tor', '# nothing\n', ['--sync'], 1, '<stdin> has no entries'],
    ['what is no text', 'tor', 'a\0b\n', [], 1, '<stdin>:1: '],
    ['a table without a column', 'tor', '192.0.2.1,x\n', [], 2, 'which column? the file has 2 columns'],
    [
      'so many years',
      'tor',
      '192.0.2.1\n',
      ['--years', '11'],
      2,
      "option '--years <number>' argument '11' is invalid. Accepted: 1 to 10.",
    ],
    ['a name that is none', 'Tor', '192.0.2.1\n', [], 1, 'the policy: [0].name: "Tor" is no id'],
  ])('refuses %s', async (_, name, text, options, exitCode, message) => {
    const ran = await importText(name, text, ...options);
    expect(ran).toMatchObject({ exitCode, stdout: '' });
    expect(ran.stderr.replace(/^vpn-policy: /, '')).toContain(message);
    expect(await entriesOf('tor')).toHaveLength(2);
  });

  it('refuses what would lock everybody out, as every write', async () => {
    expect(await importText('tor', '0.0.0.0/0\n::/0\n')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('if that is meant: --confirm lockout\n'),
    });
  });

  it('tells of a file that is not there', async () => {
    expect(await runCli(['set', 'import', 'tor', '--file', '/no/list.txt', ...table])).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: 'vpn-policy: cannot read /no/list.txt: there is no such file or folder\n',
    });
    expect(await runCli(['set', 'import', 'tor', ...table])).toMatchObject({
      exitCode: 2,
      stderr: "vpn-policy: required option '--file <file>' not specified\n",
    });
  });
});
