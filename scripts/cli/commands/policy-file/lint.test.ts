import { describe, expect, it } from '@jest/globals';
import { runCli } from '../../testing/run-cli.ts';

const WARNED = `version: 1
defaultEffect: allow
sets:
  leavers: { kind: user, entries: [batchi] }
tests:
  - name: fails
    connection: {}
    at: 2026-11-24T10:00:00+09:00
    expect: { allow: false }
`;

const CLEAN = 'version: 1\ndefaultEffect: allow\n';

describe('vpn-policy lint', () => {
  it.each<[string, readonly string[], string, number, string | RegExp]>([
    [
      'warns, and refuses nothing',
      [],
      WARNED,
      0,
      /^<stdin>:4:12: sets\.leavers: warning: .* \[unused-set]\n<stdin>: 1 warning\n$/,
    ],
    ['refuses what has a warning with --strict', ['--strict'], WARNED, 1, /\n<stdin>: 1 warning\n$/],
    ['has nothing against a clean file', ['--strict'], CLEAN, 0, '<stdin>: no warnings\n'],
    [
      'refuses what is no policy',
      [],
      'version: 2\n',
      1,
      /^<stdin>:1:1: defaultEffect: .*\n<stdin>:1:10: version: .*\n<stdin>: not valid: 2 errors\n$/,
    ],
  ])('%s', async (_, flags, stdin, exitCode, printed) => {
    const ran = await runCli(['lint', '-', ...flags], { stdin });
    expect([ran.exitCode, ran.stderr]).toEqual([exitCode, '']);
    expect(ran.stdout).toEqual(typeof printed === 'string' ? printed : expect.stringMatching(printed));
  });

  it('gives programs the warnings with their places', async () => {
    const { exitCode, stdout } = await runCli(['lint', '--json', '--strict', '-'], { stdin: WARNED });
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      passed: false,
      files: [
        {
          file: '<stdin>',
          valid: true,
          issues: [],
          warnings: [{ code: 'unused-set', where: 'sets.leavers', line: 4 }],
        },
      ],
    });
  });
});
