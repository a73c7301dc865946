import { describe, expect, it } from '@jest/globals';
import { runCli } from '../../testing/run-cli.ts';

const POLICY = `version: 1
defaultEffect: deny
rules:
  - { id: office, effect: allow, match: { sourceIps: [203.0.113.0/24] } }
tests:
  - name: from the office
    connection: { public-ip: 203.0.113.9 }
    at: 2026-11-24T10:00:00+09:00
    expect: { allow: true, rule: office }
  - name: from anywhere
    connection: { public-ip: 192.0.2.1 }
    at: 2026-11-24T10:00:00+09:00
    expect: { allow: true, rule: office }
`;
const PASSING = POLICY.replace('192.0.2.1', '203.0.113.1');

const test = (stdin: string, ...flags: string[]) => runCli(['test', '-', ...flags], { stdin });

describe('vpn-policy test', () => {
  it('tells of every test whether it passes, and what is otherwise than expected', async () => {
    expect(await test(POLICY)).toEqual({
      exitCode: 1,
      stdout: `pass from the office
FAIL from anywhere
     allow: expected true, got false
     rule: expected "office", got "default"
<stdin>: 1 of 2 tests failed
`,
      stderr: '',
    });
  });

  it.each<[string, string, readonly string[], string]>([
    ['all pass', PASSING, [], 'pass from the office\npass from anywhere\n<stdin>: 2 tests passed\n'],
    [
      'the one asked for passes',
      POLICY,
      ['--only', 'from the office'],
      'pass from the office\n<stdin>: 1 test passed\n',
    ],
    ['there are none', 'version: 1\ndefaultEffect: allow\n', [], '<stdin>: no tests\n'],
  ])('exits with 0 where %s', async (_, stdin, flags, stdout) => {
    expect(await test(stdin, ...flags)).toEqual({ exitCode: 0, stdout, stderr: '' });
  });

  it('takes several names, and refuses one that no test has', async () => {
    const both = await test(POLICY, '--only', 'from the office', '--only', 'from anywhere');
    expect(both.exitCode).toBe(1);
    const none = await test(POLICY, '--only', 'from the ofice', '--json');
    expect(none).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: 'vpn-policy: no test has the name "from the ofice" (did you mean "from the office"?)\n',
    });
  });

  it('gives programs what was expected and what happened', async () => {
    const { exitCode, stdout } = await test(POLICY, '--json');
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      passed: false,
      files: [
        {
          file: '<stdin>',
          tests: [
            { name: 'from the office', passed: true, differences: [] },
            { name: 'from anywhere', passed: false, actual: { allow: false, rule: 'default' } },
          ],
        },
      ],
    });
  });

  it('tells what is wrong with a file that is no policy', async () => {
    const { exitCode, stdout } = await test('version: 1\n');
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^<stdin>:1:1: defaultEffect: .*\n<stdin>: not valid: 1 error\n$/);
  });
});
