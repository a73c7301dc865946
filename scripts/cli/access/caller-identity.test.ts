import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startHttpServer, type TestAnswer, type TestServer } from '../../../shared/testing/http-server.ts';
import { startTestTables, type TestTables } from '../testing/policy-table.ts';
import { runCli } from '../testing/run-cli.ts';

const POLICY = '{"version":1,"defaultEffect":"allow"}';
const ARN = 'arn:aws:sts::123456789012:assumed-role/vpn-operator/alice';
const ID = 'AROAEXAMPLE:alice';
const XML = { 'content-type': 'text/xml' };
const CALLER: TestAnswer = {
  status: 200,
  headers: XML,
  body: `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <GetCallerIdentityResult><Arn>${ARN}</Arn><UserId>${ID}</UserId><Account>123456789012</Account></GetCallerIdentityResult>
  <ResponseMetadata><RequestId>01234567-89ab-cdef-0123-456789abcdef</RequestId></ResponseMetadata>
</GetCallerIdentityResponse>`,
};
const EXPIRED: TestAnswer = {
  status: 403,
  headers: XML,
  body: `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>ExpiredToken</Code>
<Message>The security token included in the request is expired</Message></Error><RequestId>1</RequestId></ErrorResponse>`,
};

let tables: TestTables;
let sts: TestServer | undefined;

beforeAll(async () => {
  tables = await startTestTables();
});
afterEach(() => sts?.stop());
afterAll(() => tables.stop());

async function seed(answer: TestAnswer, ...more: readonly string[]) {
  sts = await startHttpServer(() => answer);
  const table = await tables.create();
  const env = { AWS_ENDPOINT_URL_STS: sts.url };
  const ran = await runCli(['seed', '-', '--json', ...table, ...more], { stdin: POLICY, env });
  const { revision } = ran.stdout === '' ? {} : JSON.parse(ran.stdout);
  return { ...ran, author: revision?.author, asked: sts.requests, table, env };
}

describe('the author of a write to a table', () => {
  it("is AWS's caller, who is asked for once", async () => {
    const { author, asked, table, env } = await seed(CALLER);
    expect(author).toEqual({ type: 'cli', id: ID, arn: ARN });
    expect(asked.map(({ body }) => body)).toEqual([expect.stringContaining('Action=GetCallerIdentity')]);
    expect(asked[0]?.headers.authorization).toContain('/us-east-1/sts/aws4_request');
    await runCli(['export', ...table], { env });
    await runCli(['seed', '-', '--dry-run', ...table], { stdin: POLICY, env });
    expect(asked).toHaveLength(1);
  });

  it.each<[string, TestAnswer, string]>([
    [
      'names nobody',
      { status: 200, headers: XML, body: '<GetCallerIdentityResponse/>' },
      'STS does not tell who you are, so nothing was done (TypeError: the answer names no caller). In an emergency --unverified-author records tanaka@laptop instead',
    ],
    [
      'finds the credentials too old',
      EXPIRED,
      'the AWS credentials have expired: sign in again (aws sso login, or new temporary credentials)',
    ],
  ])('is not made up where STS %s', async (_, answer, told) => {
    const { exitCode, stdout, stderr, table } = await seed(answer);
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 2, stdout: '', stderr: `vpn-policy: ${told}\n` });
    expect((await runCli(['export', ...table])).exitCode).toBe(1);
  });

  it('is the user of this machine where that is asked for, and STS is not', async () => {
    const { author, asked } = await seed('break', '--unverified-author');
    expect([author, asked]).toEqual([{ type: 'cli', id: 'tanaka@laptop' }, []]);
  });

  it('is asked for twice where no answer comes', async () => {
    const { exitCode, asked, stderr } = await seed('break');
    expect([exitCode, asked.length]).toEqual([2, 2]);
    expect(stderr).toMatch(/^vpn-policy: STS does not tell who you are, so nothing was done \(.*\)\. .*\n$/);
  });

  it('is not for the API, which knows who calls it', async () => {
    expect(await runCli(['seed', '-', '--unverified-author', '--api', 'http://127.0.0.1:9'])).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: 'vpn-policy: --unverified-author is for --table: the API records who calls it\n',
    });
  });
});
