/** `vpn-policy attach` and `detach`: the SDK's own EC2 client on a server that answers as EC2 does. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { changeAuthorization } from '../ec2/change-authorization.ts';
import { openClientVpn } from '../ec2/client-vpn.ts';
import { type FakeEc2, type FakeEc2Options, type FakeEndpoint, startFakeEc2 } from '../ec2/testing/fake-ec2.ts';
import { NOW, type RunOptions, runCli } from '../testing/run-cli.ts';

const ENDPOINT = 'cvpn-endpoint-0a1b2c3d4e5f67890';
const ARN = 'arn:aws:lambda:eu-central-1:123456789012:function:AWSClientVPN-policy-prod:live';
const OTHER = 'arn:aws:lambda:eu-central-1:123456789012:function:AWSClientVPN-old';

const environment = { ...process.env };
let ec2: FakeEc2 | undefined;

beforeAll(() => {
  // The SDK looks for credentials nowhere else.
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' });
});
afterEach(async () => {
  await ec2?.stop();
  ec2 = undefined;
});
afterAll(() => {
  process.env = environment;
});

/** Starts EC2 with one endpoint in that state; gives the endpoint. */
async function start(endpoint: FakeEndpoint, options: Partial<FakeEc2Options> = {}): Promise<FakeEndpoint> {
  ec2 = await startFakeEc2({ endpoints: { [ENDPOINT]: endpoint }, ...options });
  return endpoint;
}

const run = (args: readonly string[], options: RunOptions = {}) =>
  runCli(args, { env: { AWS_ENDPOINT_URL: ec2?.url }, ...options });
const attach = (args: readonly string[] = [], options: RunOptions = {}) =>
  run(['attach', '--endpoint', ENDPOINT, '--function', ARN, ...args], options);
const detach = (args: readonly string[] = [], options: RunOptions = {}) =>
  run(['detach', '--endpoint', ENDPOINT, '--region', 'eu-central-1', ...args], options);

/** The changes that EC2 was asked for. */
const changes = () => (ec2?.requests ?? []).filter(({ Action }) => Action === 'ModifyClientVpnEndpoint');

describe('attach', () => {
  it('has the endpoint ask the function, says what was and what will be, and waits until it is so', async () => {
    const endpoint = await start({ description: 'Frankfurt', enabled: false }, { looksUntilApplied: 1 });
    const { exitCode, stdout, stderr } = await attach();
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toBe(`\
Client VPN endpoint ${ENDPOINT} (Frankfurt) in eu-central-1
  asks now   nobody: whoever authenticates may connect
  will ask   ${ARN}
Done: it asks about every new connection from now on; standing ones stay.
Out again: vpn-policy detach --endpoint ${ENDPOINT} --region eu-central-1
`);
    expect(endpoint).toMatchObject({ enabled: true, functionArn: ARN, applying: 0 });
    expect(changes()).toEqual([
      {
        Action: 'ModifyClientVpnEndpoint',
        Version: '2016-11-15',
        ClientVpnEndpointId: ENDPOINT,
        'ClientConnectOptions.Enabled': 'true',
        'ClientConnectOptions.LambdaFunctionArn': ARN,
        DryRun: 'false',
      },
    ]);
  });

  it('changes nothing where the endpoint asks it already', async () => {
    await start({ enabled: true, functionArn: ARN });
    const { exitCode, stdout } = await attach();
    expect({ exitCode, changes: changes() }).toEqual({ exitCode: 0, changes: [] });
    expect(stdout).toContain('Nothing to change.');
  });

  it('waits for the same change where somebody has made it just before', async () => {
    await start({ enabled: true, functionArn: ARN, applying: 2 });
    const { exitCode, stdout } = await attach([], { answer: 'n' });
    expect({ exitCode, changes: changes() }).toEqual({ exitCode: 0, changes: [] });
    expect(stdout).toContain('(being applied)');
    expect(stdout).toContain('Done');
  });

  it('takes the place of another function', async () => {
    const endpoint = await start({ enabled: true, functionArn: OTHER });
    const { stdout } = await attach(['--yes'], { answer: 'n' });
    expect(stdout).toContain(`asks now   ${OTHER}`);
    expect(endpoint.functionArn).toBe(ARN);
  });

  it('asks whoever sits there, and does as they say', async () => {
    const endpoint = await start({ enabled: false });
    const declined = await attach([], { answer: 'n' });
    expect(declined.exitCode).toBe(1);
    expect(declined.stderr).toContain(`Change what ${ENDPOINT} asks? [y/N]`);
    expect(declined.stderr).toContain('nothing has changed');
    expect(endpoint.enabled).toBe(false);
    expect((await attach([], { answer: 'y' })).exitCode).toBe(0);
    expect(endpoint.enabled).toBe(true);
  });

  it('changes nothing in a dry run, in which AWS says whether it may', async () => {
    const endpoint = await start({ enabled: false });
    const { exitCode, stdout } = await attach(['--dry-run'], { answer: 'n' });
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`will ask   ${ARN}\nDry run, nothing changed: these credentials may make the change.\n`);
    expect(changes()).toMatchObject([{ DryRun: 'true' }]);
    expect(endpoint.enabled).toBe(false);
  });

  it('tells programs before and after, and people on stderr', async () => {
    await start({ enabled: true, functionArn: OTHER });
    const { stdout, stderr } = await attach(['--json']);
    expect(JSON.parse(stdout)).toEqual({
      outcome: 'changed',
      endpoint: ENDPOINT,
      region: 'eu-central-1',
      before: { enabled: true, functionArn: OTHER },
      asks: { enabled: true, functionArn: ARN },
    });
    expect(stderr).toContain('will ask');
  });

  it('says that an ARN without an alias is no good choice, and takes it', async () => {
    const endpoint = await start({ enabled: false });
    const { exitCode, stderr } = await run(['attach', '--endpoint', ENDPOINT, '--function', OTHER]);
    expect(exitCode).toBe(0);
    expect(stderr).toContain('the ARN names no alias');
    expect(endpoint.functionArn).toBe(OTHER);
  });

  it.each([
    ['no ARN', 'AWSClientVPN-policy-prod', 'is no ARN of a Lambda function'],
    [
      'another service',
      'arn:aws:sns:eu-central-1:123456789012:function:AWSClientVPN-x',
      'is no ARN of a Lambda function',
    ],
    [
      'a name that Client VPN may not invoke',
      'arn:aws:lambda:eu-central-1:123456789012:function:client-vpn-policy-admin-api-prod',
      'Client VPN invokes only functions whose names begin with AWSClientVPN-, and this is client-vpn-policy-admin-api-prod',
    ],
    [
      'another account',
      ARN.replace('123456789012', '999999999999'),
      'the function is in the AWS account 999999999999 and these credentials are of 123456789012',
    ],
  ])('refuses a function with %s', async (_, arn, message) => {
    await start({ enabled: false });
    const { exitCode, stdout, stderr } = await run(['attach', '--endpoint', ENDPOINT, '--function', arn]);
    expect({ exitCode, stdout, changes: changes() }).toEqual({ exitCode: 2, stdout: '', changes: [] });
    expect(stderr).toMatch(/^vpn-policy: [^\n]+\n$/);
    expect(stderr).toContain(message);
  });

  it('refuses a function of another region', async () => {
    const { exitCode, stderr } = await attach(['--region', 'us-east-1']);
    expect(exitCode).toBe(2);
    expect(stderr).toBe(
      'vpn-policy: the function is in eu-central-1 and --region says us-east-1: Client VPN asks functions of its own region alone\n',
    );
  });
});

describe('detach', () => {
  it('has the endpoint ask nobody', async () => {
    const endpoint = await start({ enabled: true, functionArn: ARN }, { looksUntilApplied: 1 });
    const { exitCode, stdout } = await detach();
    expect(exitCode).toBe(0);
    expect(stdout).toBe(`\
Client VPN endpoint ${ENDPOINT} in eu-central-1
  asks now   ${ARN}
  will ask   nobody: whoever authenticates may connect
Done: it asks nobody, and whoever authenticates may connect.
`);
    expect(endpoint.enabled).toBe(false);
    expect(changes()).toMatchObject([{ 'ClientConnectOptions.Enabled': 'false' }]);
    expect(changes()[0]).not.toHaveProperty('ClientConnectOptions.LambdaFunctionArn');
  });

  it('changes nothing where it asks nobody already, whatever function is still named', async () => {
    await start({ enabled: false, functionArn: ARN });
    const { exitCode, stdout } = await detach(['--json']);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'unchanged' });
    expect(changes()).toEqual([]);
  });
});

describe('what goes wrong', () => {
  const unauthorized = {
    status: 403,
    code: 'UnauthorizedOperation',
    message: 'You are not authorized to perform this operation.',
  };

  it.each<[string, readonly string[], Partial<FakeEc2Options>, number, string]>([
    [
      'a wrong id',
      ['--endpoint', 'cvpn-7'],
      {},
      2,
      '--endpoint: "cvpn-7" is no id of a Client VPN endpoint; accepted: such as',
    ],
    [
      'no such endpoint',
      ['--endpoint', 'cvpn-endpoint-00000000000000000'],
      {},
      1,
      'there is no Client VPN endpoint cvpn-endpoint-00000000000000000 in eu-central-1: check --endpoint, --region and the AWS account',
    ],
    [
      'a missing right',
      [],
      { failing: { ModifyClientVpnEndpoint: unauthorized } },
      2,
      'these credentials may not do this with Client VPN endpoint cvpn-endpoint-0a1b2c3d4e5f67890 in eu-central-1',
    ],
    [
      'a missing right in a dry run',
      ['--dry-run'],
      { failing: { ModifyClientVpnEndpoint: unauthorized } },
      2,
      'these credentials may not do this with',
    ],
    [
      'credentials that AWS does not know',
      [],
      {
        failing: {
          DescribeClientVpnEndpoints: { status: 401, code: 'AuthFailure', message: 'AWS was not able to validate.' },
        },
      },
      2,
      'AWS does not accept the credentials: AWS was not able to validate.',
    ],
    [
      'what nobody has thought of',
      [],
      {
        failing: {
          ModifyClientVpnEndpoint: { status: 400, code: 'InvalidParameterValue', message: 'No such\nfunction.' },
        },
      },
      2,
      'AWS does not take the request (InvalidParameterValue): No such function.',
    ],
  ])('is one line: %s', async (_, args, options, exitCode, message) => {
    await start({ enabled: true, functionArn: ARN }, options);
    const ran = await detach(args);
    expect(ran.exitCode).toBe(exitCode);
    expect(ran.stderr).toMatch(/^vpn-policy: [^\n]+\n$/);
    expect(ran.stderr).toContain(message);
  });

  it('is one line: nobody there', async () => {
    const gone = await startFakeEc2({ endpoints: {} });
    await gone.stop();
    const { exitCode, stderr } = await detach([], { env: { AWS_ENDPOINT_URL: gone.url } });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('(ECONNREFUSED): check --region and the network');
  });

  it('is told where an endpoint never says that it has applied the change', async () => {
    await start({ enabled: true, functionArn: ARN }, { looksUntilApplied: 1_000 });
    const silent = { write: () => {} };
    const clientVpn = await openClientVpn('eu-central-1', { AWS_ENDPOINT_URL: ec2?.url });
    const change = changeAuthorization(
      clientVpn,
      {
        endpointId: ENDPOINT,
        asks: { enabled: false },
        dryRun: false,
        yes: true,
        json: false,
        done: [],
        pollMs: 1,
        waitMs: 5,
      },
      {
        stdout: silent,
        stderr: silent,
        readStdin: async () => new Uint8Array(),
        env: {},
        now: () => Date.parse(NOW),
        timezone: 'Asia/Tokyo',
        user: 'tanaka@laptop',
      },
    );
    await expect(change).rejects.toMatchObject({
      exitCode: 1,
      message: expect.stringContaining('does not say after 0 s that it is applied; look again with: aws ec2 describe'),
    });
    clientVpn.close();
  });
});
