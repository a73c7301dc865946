import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Folder, makeFolder } from '../../testing/folder.ts';
import { runCli } from '../../testing/run-cli.ts';

let folder: Folder;

beforeAll(async () => {
  folder = await makeFolder();
});

afterAll(() => folder.remove());

const VALID = `version: 1
defaultEffect: deny
rules:
  - { id: office, effect: allow, match: { sourceIps: [203.0.113.0/24] } }
tests:
  - name: from the office
    connection: { public-ip: 203.0.113.9 }
    at: 2026-11-24T10:00:00+09:00
    expect: { allow: true, rule: office }
`;

const TWO_ERRORS = `version: 1
defaultEffect: maybe
rules:
  - { id: office, effect: allow, match: { sourceIps: [10/8] } }
`;

const FAILING_TEST = VALID.replace('203.0.113.9', '192.0.2.1');

const WARNED = `version: 1
defaultEffect: allow
sets:
  leavers: { kind: user, entries: [batchi] }
`;

const LOCKOUT = `version: 1
defaultEffect: deny
`;

describe('vpn-policy validate', () => {
  it.each<{ what: string; text: string; exitCode: number; printed: string }>([
    { what: 'a valid policy', text: VALID, exitCode: 0, printed: '<stdin>: valid, 1 test passed\n' },
    {
      what: 'a valid policy in JSON',
      text: '{\n\t"version": 1,\n\t"defaultEffect": "allow"\n}',
      exitCode: 0,
      printed: '<stdin>: valid, no tests\n',
    },
    {
      what: 'every error, each with its place',
      text: TWO_ERRORS,
      exitCode: 1,
      printed: expect.stringMatching(
        /^<stdin>:2:16: defaultEffect: "maybe" .*\n<stdin>:4:55: rules\[0]\.match\.sourceIps\[0]: "10\/8" .*\n<stdin>: not valid: 2 errors\n$/,
      ) as unknown as string, // an asymmetric matcher stands for the text
    },
    {
      what: 'a test that fails, with what was expected and what happened',
      text: FAILING_TEST,
      exitCode: 1,
      printed: `<stdin>: test "from the office" failed
  allow: expected true, got false
  rule: expected "office", got "default"
<stdin>: 1 of 1 test failed
`,
    },
    {
      what: 'warnings, which refuse nothing',
      text: WARNED,
      exitCode: 0,
      printed: expect.stringMatching(
        /^<stdin>:4:12: sets\.leavers: warning: .* \[unused-set]\n<stdin>: valid, no tests, 1 warning\n$/,
      ) as unknown as string, // as above
    },
    {
      what: 'a policy that refuses everybody',
      text: LOCKOUT,
      exitCode: 0,
      printed: `<stdin>: warning: refuses everybody: the default refuses, and no allow rule can admit anybody; to write it takes --confirm lockout
<stdin>: valid, no tests, 1 warning
`,
    },
  ])('tells of $what', async ({ text, exitCode, printed }) => {
    expect(await runCli(['validate', '-'], { stdin: text })).toEqual({ exitCode, stdout: printed, stderr: '' });
  });

  it('reports every file, also where one cannot be read', async () => {
    const [valid, broken] = [await folder.file('a.yaml', VALID), await folder.file('b.json', '{')];
    const { exitCode, stdout, stderr } = await runCli(['validate', valid, `${folder.path}/none.yaml`, broken]);
    expect(exitCode).toBe(2);
    expect(stdout).toMatch(/a\.yaml: valid, 1 test passed\n.*b\.json:1:2: .*\n.*b\.json: not valid: 1 error\n$/);
    expect(stderr).toBe(`vpn-policy: cannot read ${folder.path}/none.yaml: there is no such file or folder\n`);
  });

  it.each([
    ['a folder', () => folder.path, 'it is a folder'],
    [
      'UTF-16',
      () => folder.file('utf-16.yaml', Buffer.from('\ufeffversion: 1', 'utf16le')),
      'it is UTF-16 text; accepted: UTF-8',
    ],
    ['no UTF-8', () => folder.file('latin-1.yaml', Buffer.from('# für', 'latin1')), 'it is no UTF-8 text'],
  ])('refuses %s in one line', async (_, file, reason) => {
    const name = await file();
    const stderr = `vpn-policy: cannot read ${name}: ${reason}\n`;
    expect(await runCli(['validate', name])).toEqual({ exitCode: 2, stdout: '', stderr });
  });

  it('gives programs all of it', async () => {
    const file = await folder.file('failing.yaml', FAILING_TEST);
    const { exitCode, stdout } = await runCli(['validate', '--json', file, '-'], { stdin: TWO_ERRORS });
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      valid: false,
      files: [
        {
          file,
          valid: false,
          issues: [],
          warnings: [],
          needsConfirm: [],
          tests: {
            passed: 0,
            failed: [
              {
                name: 'from the office',
                expected: { allow: true, rule: 'office' },
                actual: { allow: false, rule: 'default' },
              },
            ],
          },
        },
        {
          file: '<stdin>',
          valid: false,
          issues: [
            { where: 'defaultEffect', path: ['defaultEffect'], line: 2, column: 16 },
            { where: 'rules[0].match.sourceIps[0]', code: 'invalid-address', line: 4, column: 55 },
          ],
        },
      ],
    });
  });

  it('cannot be made to steer the terminal by what a file holds', async () => {
    const { stdout } = await runCli(['validate', '-'], { stdin: 'version: 1\ndefaultEffect: "\\u009b31m\\u202e"\n' });
    expect(stdout).toContain('\\u{9b}31m\\u{202e}');
    expect(stdout).not.toMatch(/[\u009b\u202e]/);
  });
});
