/** No credential of the operator's is printed, whatever AWS or the API says, and however much is asked for. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type RepeatingAws, SECRETS, startRepeatingAws } from '../../shared/testing/repeating-aws.ts';
import { runCli } from './testing/run-cli.ts';

let aws: RepeatingAws;
const before = { ...process.env };
beforeAll(async () => {
  aws = await startRepeatingAws();
  Object.assign(process.env, SECRETS, { AWS_MAX_ATTEMPTS: '1', AWS_EC2_METADATA_DISABLED: 'true' });
});
afterAll(async () => {
  process.env = before;
  await aws.stop();
});

const TOKEN = 'tokenOfTests.000.000';
const straight = ['--table', 'rules', '--region', 'us-east-1'];

describe('no secret is printed', () => {
  it.each([
    ['DynamoDB', (at: string) => ['export', ...straight, '--endpoint', at], {}],
    ['DynamoDB, of a write', (at: string) => ['block', 'batchi', '--for', '1h', ...straight, '--endpoint', at], {}],
    [
      'STS',
      (at: string) => ['block', 'batchi', '--for', '1h', ...straight, '--endpoint', at],
      { AWS_ENDPOINT_URL_STS: 'AWS' },
    ],
    [
      'EC2',
      () => ['detach', '--endpoint', 'cvpn-endpoint-0a1b2c3d4e5f67890', '--region', 'us-east-1', '--yes'],
      { AWS_ENDPOINT_URL: 'AWS' },
    ],
    ['Lambda', () => ['connections', ...straight, '--enforcer', 'x'], { AWS_ENDPOINT_URL_LAMBDA: 'AWS' }],
    ['the API, of connections', (at: string) => ['kick', '--user', 'x', '--api', at, '--token', TOKEN], {}],
    ['the API', (at: string) => ['export', '--api', at, '--region', 'us-east-1'], {}],
    ['the API, which was shown a token', (at: string) => ['export', '--api', at, '--token', TOKEN], {}],
    ['the API, of decisions', (at: string) => ['decisions', '--api', at, '--token', TOKEN], {}],
  ])('where %s repeats what it was asked', async (_, args, env) => {
    const endpoints = Object.fromEntries(Object.keys(env).map((name) => [name, aws.endpoint]));
    const asked = aws.asked();
    for (const DEBUG of ['', '1']) {
      const { exitCode, stdout, stderr } = await runCli(args(aws.endpoint), {
        env: { ...SECRETS, ...endpoints, DEBUG },
      });
      expect(exitCode).toBe(2);
      expect(stderr).not.toMatch(/unknown option|unexpected error/);
      for (const secret of [...Object.values(SECRETS), TOKEN, 'Canonical String'])
        expect(stdout + stderr).not.toContain(secret);
    }
    expect(aws.asked()).toBeGreaterThan(asked);
  });

  it.each([
    ['--api', ['export', '--api', 'https://me:passwordOfTests@vpn.example.com']],
    ['--endpoint', ['export', ...straight, '--endpoint', 'http://me:passwordOfTests@127.0.0.1:9']],
  ])('where %s holds a password', async (_, args) => {
    const { exitCode, stdout, stderr } = await runCli(args, { env: { DEBUG: '1' } });
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toContain('has a user or a password in it');
    expect(stderr).not.toContain('passwordOfTests');
  });
});
