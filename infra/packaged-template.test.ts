/** Packages the service, without network or credentials, and walks what would be deployed. */
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { rulesTable } from '../shared/store/table.ts';

const run = promisify(execFile);
const root = resolve(__dirname, '..');
const stage = 'test';
const functionName = `AWSClientVPN-policy-${stage}`;
const tableName = `client-vpn-policy-${stage}-rules`;
const bundle = join(root, '.esbuild', stage, '.build', 'handler', 'index.mjs');

interface Resource {
  readonly Type: string;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly DependsOn?: readonly string[];
  // biome-ignore lint/suspicious/noExplicitAny: a template's properties are JSON whose shape each test asserts.
  readonly Properties: Record<string, any>;
}
interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs: Readonly<Record<string, { readonly Value: unknown }>>;
}

let folder: string;
let byDefault: Template;
let byParameters: Template;
let printed = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'client-vpn-policy-package-'));
  byParameters = await packageService('parameters', [
    'provisionedConcurrency=2',
    'logRetentionDays=7',
    'memorySize=1024',
    'policyTtlSeconds=30',
    'maxStaleSeconds=600',
    'onPolicyUnavailable=allow',
    'logLevel=WARN',
    'metricsNamespace=Vpn',
  ]);
  byDefault = await packageService('default', []);
}, 120_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Nothing of the caller's environment gets in, and what would go out meets a closed port. */
async function packageService(name: string, parameters: readonly string[]): Promise<Template> {
  const closed = 'http://127.0.0.1:9';
  const { stdout, stderr } = await run(
    process.execPath,
    [
      join(root, 'node_modules', 'serverless', 'bin', 'serverless.js'),
      'package',
      ...['--stage', stage, '--package', join(folder, name)],
      ...parameters.map((parameter) => `--param=${parameter}`),
    ],
    { cwd: root, env: { PATH: process.env.PATH, HOME: folder, HTTP_PROXY: closed, HTTPS_PROXY: closed } },
  );
  printed += stdout + stderr;
  return JSON.parse(await readFile(join(folder, name, 'cloudformation-template-update-stack.json'), 'utf8'));
}

function resourcesOf(template: Template, type: string): readonly (readonly [string, Resource])[] {
  return Object.entries(template.Resources).filter(([, resource]) => resource.Type === type);
}

function only(template: Template, type: string): Resource {
  const found = resourcesOf(template, type);
  expect(found).toHaveLength(1);
  return found[0]![1];
}

describe('packaging', () => {
  it('prints no warning and no deprecation', () => {
    expect(printed).not.toMatch(/warn|deprecat/i);
  });

  it('makes no kind of resource that is not expected', () => {
    expect([...new Set(Object.values(byDefault.Resources).map(({ Type }) => Type))].sort()).toEqual([
      'AWS::DynamoDB::Table',
      'AWS::IAM::Role',
      'AWS::Lambda::Alias',
      'AWS::Lambda::Function',
      'AWS::Lambda::Version',
      'AWS::Logs::LogGroup',
      'AWS::S3::Bucket', // the framework's deployment bucket
      'AWS::S3::BucketPolicy',
    ]);
  });
});

describe('the handler', () => {
  it('has the name that Client VPN may invoke, the newest runtime, arm64 and an answer in time', () => {
    expect(only(byDefault, 'AWS::Lambda::Function').Properties).toMatchObject({
      FunctionName: functionName,
      Handler: 'handler/index.handler',
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      MemorySize: 512,
      Timeout: 10,
    });
  });

  it('gets every setting as an environment variable, with the documented default', () => {
    expect(only(byDefault, 'AWS::Lambda::Function').Properties.Environment.Variables).toEqual({
      RULES_TABLE: tableName,
      POLICY_TTL_SECONDS: '10',
      MAX_STALE_SECONDS: '3600',
      ON_POLICY_UNAVAILABLE: 'deny',
      POWERTOOLS_SERVICE_NAME: 'client-vpn-policy',
      POWERTOOLS_METRICS_NAMESPACE: 'ClientVpnPolicy',
      POWERTOOLS_LOG_LEVEL: 'INFO',
    });
  });

  it('takes its settings from the parameters of the deployment', () => {
    const { Environment, MemorySize } = only(byParameters, 'AWS::Lambda::Function').Properties;
    expect(MemorySize).toBe(1024);
    expect(Environment.Variables).toMatchObject({
      RULES_TABLE: tableName,
      POLICY_TTL_SECONDS: '30',
      MAX_STALE_SECONDS: '600',
      ON_POLICY_UNAVAILABLE: 'allow',
      POWERTOOLS_METRICS_NAMESPACE: 'Vpn',
      POWERTOOLS_LOG_LEVEL: 'WARN',
    });
  });

  it.each([
    ['by default', () => byDefault, 90],
    ['by parameter', () => byParameters, 7],
  ])('keeps its log for a bounded time, %s', (_, template, days) => {
    expect(only(template(), 'AWS::Logs::LogGroup').Properties).toEqual({
      LogGroupName: `/aws/lambda/${functionName}`,
      RetentionInDays: days,
    });
  });
});

describe('roles', () => {
  it('gives each function a role of its own', () => {
    const roles = resourcesOf(byDefault, 'AWS::Lambda::Function').map(([, { Properties }]) => Properties.Role);
    expect(roles).toEqual([{ 'Fn::GetAtt': ['ConnectRole', 'Arn'] }]);
    expect(resourcesOf(byDefault, 'AWS::IAM::Role').map(([name]) => name)).toEqual(['ConnectRole']);
  });

  it('lets the handler read the rules table and write its own log, nothing else', () => {
    const { AssumeRolePolicyDocument, Policies, ManagedPolicyArns } = only(byDefault, 'AWS::IAM::Role').Properties;
    expect(ManagedPolicyArns).toBeUndefined();
    expect(AssumeRolePolicyDocument.Statement).toEqual([
      { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
    ]);
    const statements = Policies.flatMap((policy: Resource['Properties']) => policy.PolicyDocument.Statement);
    expect(statements).toEqual([
      {
        Effect: 'Allow',
        Action: ['dynamodb:Query', 'dynamodb:GetItem', 'dynamodb:BatchGetItem'],
        Resource: { 'Fn::GetAtt': ['RulesTable', 'Arn'] },
      },
      {
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: { 'Fn::GetAtt': ['ConnectLogGroup', 'Arn'] },
      },
    ]);
  });
});

describe('the alias live', () => {
  it.each([
    ['with nothing kept warm', () => byDefault, undefined],
    ['with two sandboxes kept warm', () => byParameters, { ProvisionedConcurrentExecutions: 2 }],
  ])('always exists and points at the version of this deployment, %s', (_, template, provisioned) => {
    const version = resourcesOf(template(), 'AWS::Lambda::Version').map(([name]) => name);
    expect(version).toHaveLength(1);
    const { ProvisionedConcurrencyConfig, ...alias } = only(template(), 'AWS::Lambda::Alias').Properties;
    expect(alias).toEqual({
      Name: 'live',
      FunctionName: { Ref: 'ConnectLambdaFunction' },
      FunctionVersion: { 'Fn::GetAtt': [version[0], 'Version'] },
    });
    expect(ProvisionedConcurrencyConfig).toEqual(provisioned);
  });

  it('has its ARN among the outputs, the one to give to Client VPN', () => {
    // Ref of an alias is its ARN.
    expect(byDefault.Outputs.ConnectLiveAliasArn?.Value).toEqual({ Ref: 'ConnectLiveAlias' });
    expect(byDefault.Resources.ConnectLiveAlias?.Type).toBe('AWS::Lambda::Alias');
  });
});

describe('the rules table', () => {
  it('survives its stack and mistakes, and has the keys that the store is tested with', () => {
    const table = only(byDefault, 'AWS::DynamoDB::Table');
    expect(table).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    expect(table.Properties).toEqual({
      ...rulesTable(tableName),
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      SSESpecification: { SSEEnabled: true },
      DeletionProtectionEnabled: true,
    });
  });
});

describe('the bundle', () => {
  it('carries no schema library, no YAML and nothing of the command line', async () => {
    const { sources }: { sources: string[] } = JSON.parse(await readFile(`${bundle}.map`, 'utf8'));
    expect(sources).toEqual(expect.arrayContaining([expect.stringMatching(/handler\/index\.ts$/)]));
    const unwanted = /node_modules\/(zod|yaml|commander|cli-table3|dynalite)\/|shared\/policy\/|scripts\/|testing\//;
    expect(sources.filter((source) => unwanted.test(source))).toEqual([]);
  });

  it('is small enough to start fast', async () => {
    expect((await stat(bundle)).size).toBeLessThan(1_000_000);
  });

  it('runs alone, away from node_modules, and refuses in the right form while there is no table', async () => {
    const alone = join(folder, 'index.mjs');
    await copyFile(bundle, alone);
    const invoke = `import(${JSON.stringify(alone)}).then(async ({ handler }) => {
      const context = { getRemainingTimeInMillis: () => 2000, awsRequestId: 'r', functionName: 'f' };
      const answer = await handler({ 'schema-version': 'v2' }, context);
      process.stdout.write('\\n' + JSON.stringify(answer), () => process.exit());
    }).catch((error) => {
      process.stderr.write(error.stack, () => process.exit(1));
    })`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', invoke], {
      cwd: folder,
      env: {
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'none',
        AWS_SECRET_ACCESS_KEY: 'none',
        AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:9',
        RULES_TABLE: tableName,
      },
    });
    const answer = JSON.parse(stdout.slice(stdout.lastIndexOf('\n')));
    expect(answer).toMatchObject({ allow: false, 'schema-version': 'v2' });
    expect(answer['error-msg-on-denied-connection']).toEqual(expect.stringMatching(/./));
  }, 30_000);
});
