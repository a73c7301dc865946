/** Packages the service, without network or credentials, and walks what would be deployed. */
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { expectValidResponse } from '../shared/client-vpn/testing/expect-valid-response.ts';
import { decisionsTable } from '../shared/decision-log/table.ts';
import { sessionsTable } from '../shared/sessions/table.ts';
import { rulesTable } from '../shared/store/table.ts';
import { packageService as packageStage, type Resource, type Template } from './testing/package-service.ts';
import { resolveTemplate } from './testing/resolve-template.ts';

const run = promisify(execFile);
const root = resolve(__dirname, '..');
const stage = 'test';
const functionName = `AWSClientVPN-policy-${stage}`;
const tableName = `client-vpn-policy-${stage}-rules`;
const decisionsTableName = `client-vpn-policy-${stage}-decisions`;
const sessionsTableName = `client-vpn-policy-${stage}-sessions`;
const adminName = `client-vpn-policy-admin-api-${stage}`;
const enforcerName = `client-vpn-policy-enforcer-${stage}`;
const [frankfurt, tokyo] = ['cvpn-endpoint-0a1b2c3d4e5f67890', 'cvpn-endpoint-09876f5e4d3c2b1a0'];
const built = join(root, '.esbuild', stage, '.build');
const bundle = join(built, 'handler', 'index.mjs');
const adminBundle = join(built, 'admin-api', 'index.mjs');
const enforcerBundle = join(built, 'enforcer', 'index.mjs');

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
    'adminAccess=[{"scope":"vpn.read","permissions":["read"]}]',
    'jwtIssuer=https://login.example.com/',
    'jwtAudience=client-vpn-policy,vpn-cli',
    'jwtScopes=vpn.read vpn.write',
    'corsOrigin=https://vpn-admin.example.com',
    'adminRequestsPerSecond=5',
    'adminBurst=7',
    'adminMemorySize=512',
    'decisionLog=refused',
    `enforcerEndpoints=${frankfurt},${tokyo}`,
    'enforcerMaxShare=50',
    'enforcerDescribePerSecond=5',
    'enforcerTerminatePerSecond=2',
    'enforcerSchedule=true',
    'enforcerRate=rate(2 minutes)',
    'enforcerMemorySize=768',
    'decisionRetentionDays=14',
    'decisionLogTimeoutMs=50',
    'sessionsTimeoutMs=40',
    'pseudonymize=true',
  ]);
  byDefault = await packageService('default', []);
}, 120_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

async function packageService(name: string, parameters: readonly string[]): Promise<Template> {
  const packaged = await packageStage({ folder: join(folder, name), stage, parameters });
  printed += packaged.printed;
  return resolveTemplate(packaged.template);
}

function resourcesOf(template: Template, type: string): readonly (readonly [string, Resource])[] {
  return Object.entries(template.Resources).filter(([, resource]) => resource.Type === type);
}

function only(template: Template, type: string): Resource {
  const found = resourcesOf(template, type);
  expect(found).toHaveLength(1);
  return found[0]![1];
}

/** What is deployed under that name. */
function resource(template: Template, name: string, type: string): Resource {
  const found = template.Resources[name];
  expect(found?.Type).toBe(type);
  return found!;
}

function connectFunction(template: Template): Resource {
  return resource(template, 'ConnectLambdaFunction', 'AWS::Lambda::Function');
}

function adminFunction(template: Template): Resource {
  return resource(template, 'AdminApiLambdaFunction', 'AWS::Lambda::Function');
}

function enforcerFunction(template: Template): Resource {
  return resource(template, 'EnforcerLambdaFunction', 'AWS::Lambda::Function');
}

const templates: readonly (readonly [string, () => Template])[] = [
  ['by default', () => byDefault],
  ['by parameters', () => byParameters],
];

/** What CloudFormation puts the secret's value in place of. */
const secretKey = { 'Fn::Sub': `{{resolve:secretsmanager:\${PseudonymKey}:SecretString}}` };

describe('packaging', () => {
  it('prints no warning and no deprecation', () => {
    expect(printed).not.toMatch(/warn|deprecat/i);
  });

  it('makes no kind of resource that is not expected', () => {
    expect([...new Set(Object.values(byDefault.Resources).map(({ Type }) => Type))].sort()).toEqual([
      'AWS::ApiGatewayV2::Api',
      'AWS::ApiGatewayV2::Integration',
      'AWS::ApiGatewayV2::Route',
      'AWS::ApiGatewayV2::Stage',
      'AWS::CloudWatch::Alarm',
      'AWS::CloudWatch::Dashboard',
      'AWS::DynamoDB::Table',
      'AWS::Events::Rule',
      'AWS::IAM::ManagedPolicy',
      'AWS::IAM::Role',
      'AWS::Lambda::Alias',
      'AWS::Lambda::EventInvokeConfig',
      'AWS::Lambda::Function',
      'AWS::Lambda::Permission',
      'AWS::Lambda::Version',
      'AWS::Logs::LogGroup',
      'AWS::S3::Bucket', // the framework's deployment bucket
      'AWS::S3::BucketPolicy',
    ]);
  });
});

describe('the handler', () => {
  it('has the name that Client VPN may invoke, the newest runtime, arm64 and an answer in time', () => {
    expect(connectFunction(byDefault).Properties).toMatchObject({
      FunctionName: functionName,
      Handler: 'handler/index.handler',
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      MemorySize: 512,
      Timeout: 10,
    });
  });

  it('gets every setting as an environment variable, with the documented default', () => {
    expect(connectFunction(byDefault).Properties.Environment.Variables).toEqual({
      RULES_TABLE: tableName,
      POLICY_TTL_SECONDS: '10',
      MAX_STALE_SECONDS: '3600',
      ON_POLICY_UNAVAILABLE: 'deny',
      DECISIONS_TABLE: decisionsTableName,
      SESSIONS_TABLE: sessionsTableName,
      SESSIONS_TIMEOUT_MS: '300',
      DECISION_LOG: 'all',
      DECISION_LOG_TIMEOUT_MS: '150',
      DECISION_RETENTION_DAYS: '90',
      PSEUDONYMIZE: 'false',
      PSEUDONYM_KEY: '',
      POWERTOOLS_SERVICE_NAME: 'client-vpn-policy-test',
      POWERTOOLS_METRICS_NAMESPACE: 'ClientVpnPolicy',
      POWERTOOLS_LOG_LEVEL: 'INFO',
    });
  });

  it('takes its settings from the parameters of the deployment', () => {
    const { Environment, MemorySize } = connectFunction(byParameters).Properties;
    expect(MemorySize).toBe(1024);
    expect(Environment.Variables).toMatchObject({
      RULES_TABLE: tableName,
      POLICY_TTL_SECONDS: '30',
      MAX_STALE_SECONDS: '600',
      ON_POLICY_UNAVAILABLE: 'allow',
      DECISIONS_TABLE: decisionsTableName,
      DECISION_LOG: 'refused',
      DECISION_LOG_TIMEOUT_MS: '50',
      SESSIONS_TIMEOUT_MS: '40',
      DECISION_RETENTION_DAYS: '14',
      PSEUDONYMIZE: 'true',
      PSEUDONYM_KEY: secretKey,
      POWERTOOLS_METRICS_NAMESPACE: 'Vpn',
      POWERTOOLS_LOG_LEVEL: 'WARN',
    });
  });
});

describe('logs', () => {
  it.each([
    ['by default', () => byDefault, 90],
    ['by parameter', () => byParameters, 7],
  ])('are kept for a bounded time, the admin API’s access log too, %s', (_, template, days) => {
    const groups = resourcesOf(template(), 'AWS::Logs::LogGroup').map(([, { Properties }]) => Properties);
    expect(groups).toEqual([
      { LogGroupName: `/aws/lambda/${functionName}`, RetentionInDays: days },
      { LogGroupName: `/aws/lambda/${adminName}`, RetentionInDays: days },
      { LogGroupName: `/aws/lambda/${enforcerName}`, RetentionInDays: days },
      { LogGroupName: `/aws/http-api/client-vpn-policy-${stage}`, RetentionInDays: days },
    ]);
  });
});

describe('roles', () => {
  const rulesTableArn = {
    'Fn::Sub': `arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/${tableName}`,
  };
  const decisionsTableArn = { 'Fn::GetAtt': ['DecisionsTable', 'Arn'] };
  const putDecisions = { Effect: 'Allow', Action: 'dynamodb:PutItem', Resource: decisionsTableArn };
  const readDecisions = {
    Effect: 'Allow',
    Action: ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'],
    Resource: [
      decisionsTableArn,
      ...['byUser', 'byTime'].map((index) => ({ 'Fn::Sub': `\${DecisionsTable.Arn}/index/${index}` })),
    ],
  };
  const sessionsTableArn = { 'Fn::GetAtt': ['SessionsTable', 'Arn'] };
  const countSessions = {
    Effect: 'Allow',
    Action: ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:PutItem'],
    Resource: sessionsTableArn,
  };
  const keepSessions = {
    Effect: 'Allow',
    Action: ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Scan', 'dynamodb:PutItem', 'dynamodb:DeleteItem'],
    Resource: sessionsTableArn,
  };
  const recordEnds = {
    Effect: 'Allow',
    Action: ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:PutItem'],
    Resource: decisionsTableArn,
  };
  const endConnections = {
    Effect: 'Allow',
    Action: ['ec2:DescribeClientVpnConnections', 'ec2:TerminateClientVpnConnections'],
    Resource: [frankfurt, tokyo].map((endpoint) => ({
      'Fn::Sub': `arn:\${AWS::Partition}:ec2:\${AWS::Region}:\${AWS::AccountId}:client-vpn-endpoint/${endpoint}`,
    })),
  };
  const askEnforcer = {
    Effect: 'Allow',
    Action: 'lambda:InvokeFunction',
    Resource: {
      'Fn::Sub': `arn:\${AWS::Partition}:lambda:\${AWS::Region}:\${AWS::AccountId}:function:${enforcerName}`,
    },
  };
  const addRules = { Effect: 'Allow', Action: 'dynamodb:PutItem', Resource: rulesTableArn };

  it('gives each function a role of its own', () => {
    const roles = resourcesOf(byDefault, 'AWS::Lambda::Function').map(([, { Properties }]) => Properties.Role);
    const own = ['ConnectRole', 'AdminApiRole', 'EnforcerRole'];
    expect(roles).toEqual(own.map((role) => ({ 'Fn::GetAtt': [role, 'Arn'] })));
    const names = resourcesOf(byDefault, 'AWS::IAM::Role').map(([name]) => name);
    expect(names.sort()).toEqual(own.sort());
  });

  it.each([
    [
      'the handler read the rules table, put decisions on record, count sessions',
      () => byDefault,
      'ConnectRole',
      'ConnectLogGroup',
      [putDecisions, countSessions],
    ],
    [
      'the admin API read the rules table and add to it, read decisions',
      () => byDefault,
      'AdminApiRole',
      'AdminApiLogGroup',
      [addRules, readDecisions],
    ],
    [
      'the admin API ask the enforcer as well, where there are endpoints',
      () => byParameters,
      'AdminApiRole',
      'AdminApiLogGroup',
      [addRules, readDecisions, askEnforcer],
    ],
    [
      'the enforcer read the rules table and decisions, put its own on record, keep sessions',
      () => byDefault,
      'EnforcerRole',
      'EnforcerLogGroup',
      [recordEnds, keepSessions],
    ],
    [
      'the enforcer see and end the connections of its endpoints as well, where there are some',
      () => byParameters,
      'EnforcerRole',
      'EnforcerLogGroup',
      [recordEnds, keepSessions, endConnections],
    ],
  ])('lets %s, and write its own log, nothing else', (_, template, role, logGroup, alsoAllowed) => {
    const { Properties } = resource(template(), role, 'AWS::IAM::Role');
    const { AssumeRolePolicyDocument, Policies, ManagedPolicyArns } = Properties;
    expect(ManagedPolicyArns).toBeUndefined();
    expect(AssumeRolePolicyDocument.Statement).toEqual([
      { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
    ]);
    const statements = Policies.flatMap((policy: Resource['Properties']) => policy.PolicyDocument.Statement);
    expect(statements).toEqual([
      {
        Effect: 'Allow',
        Action: ['dynamodb:Query', 'dynamodb:GetItem', 'dynamodb:BatchGetItem'],
        Resource: rulesTableArn,
      },
      ...alsoAllowed,
      {
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: { 'Fn::GetAtt': [logGroup, 'Arn'] },
      },
    ]);
  });
});

describe('the admin API', () => {
  const methods = ['DELETE', 'GET', 'HEAD', 'PATCH', 'POST', 'PUT'];

  it.each(templates)('has a route for each method, and none that takes a preflight in, %s', (_, template) => {
    const keys = resourcesOf(template(), 'AWS::ApiGatewayV2::Route').map(([, { Properties }]) => Properties.RouteKey);
    expect(keys.sort()).toEqual(methods.map((method) => `${method} /{proxy+}`));
  });

  it('has IAM’s authorizer on every route', () => {
    const routes = resourcesOf(byDefault, 'AWS::ApiGatewayV2::Route');
    expect(routes).toHaveLength(methods.length);
    for (const [, { Properties }] of routes) expect(Properties.AuthorizationType).toBe('AWS_IAM');
    expect(resourcesOf(byDefault, 'AWS::ApiGatewayV2::Authorizer')).toEqual([]);
  });

  it('has a JWT authorizer on every route by parameter, which asks for a scope', () => {
    const routes = resourcesOf(byParameters, 'AWS::ApiGatewayV2::Route');
    expect(routes).toHaveLength(methods.length);
    for (const [, { Properties }] of routes) {
      expect(Properties).toMatchObject({
        AuthorizationType: 'JWT',
        AuthorizerId: { Ref: 'HttpApiAuthorizerAdminJwt' },
        AuthorizationScopes: ['vpn.read', 'vpn.write'],
      });
    }
    expect(resource(byParameters, 'HttpApiAuthorizerAdminJwt', 'AWS::ApiGatewayV2::Authorizer').Properties).toEqual({
      ApiId: { Ref: 'HttpApi' },
      Name: 'adminJwt',
      AuthorizerType: 'JWT',
      IdentitySource: ['$request.header.Authorization'],
      JwtConfiguration: { Audience: ['client-vpn-policy', 'vpn-cli'], Issuer: 'https://login.example.com/' },
    });
  });

  it('is not packaged with a JWT authorizer that has no audience', async () => {
    const parameters = ['jwtIssuer=https://login.example.com', 'jwtScopes=vpn.read'];
    const failed = await packageService('wrong', parameters).catch((error: unknown) => error);
    const message = 'A JWT authorizer needs jwtIssuer, jwtAudience and jwtScopes; missing: jwtAudience\n';
    expect(failed).toMatchObject({ code: 1, stdout: expect.stringContaining(message) });
  }, 60_000);

  it.each([
    ['by default', () => byDefault, 25, 50],
    ['by parameters', () => byParameters, 5, 7],
  ])('is throttled, %s', (_, template, rate, burst) => {
    expect(resource(template(), 'HttpApiStage', 'AWS::ApiGatewayV2::Stage').Properties).toMatchObject({
      StageName: '$default',
      DefaultRouteSettings: { ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst },
    });
  });

  it('logs each access with its caller, in JSON', () => {
    const { AccessLogSettings } = resource(byDefault, 'HttpApiStage', 'AWS::ApiGatewayV2::Stage').Properties;
    expect(AccessLogSettings.DestinationArn).toEqual({ 'Fn::GetAtt': ['HttpApiLogGroup', 'Arn'] });
    expect(AccessLogSettings.Format).not.toContain('\n');
    expect(JSON.parse(AccessLogSettings.Format)).toMatchObject({
      requestId: '$context.requestId',
      iamCaller: '$context.identity.userArn',
      jwtSubject: '$context.authorizer.claims.sub',
      status: '$context.status',
    });
  });

  it('may be called by no web page, unless an origin is given', () => {
    expect(only(byDefault, 'AWS::ApiGatewayV2::Api').Properties.CorsConfiguration).toBeUndefined();
    const { CorsConfiguration } = only(byParameters, 'AWS::ApiGatewayV2::Api').Properties;
    expect(CorsConfiguration).toMatchObject({ AllowOrigins: ['https://vpn-admin.example.com'] });
    expect(CorsConfiguration.AllowCredentials).toBeUndefined();
  });

  it('is invoked with payload format 2.0, by this API alone, and not by Client VPN', () => {
    expect(only(byDefault, 'AWS::ApiGatewayV2::Integration').Properties).toMatchObject({
      IntegrationUri: { 'Fn::GetAtt': ['AdminApiLambdaFunction', 'Arn'] },
      PayloadFormatVersion: '2.0',
    });
    const permission = resource(byDefault, 'AdminApiLambdaPermissionHttpApi', 'AWS::Lambda::Permission').Properties;
    expect(permission).toMatchObject({ Action: 'lambda:InvokeFunction', Principal: 'apigateway.amazonaws.com' });
    expect(permission.SourceArn['Fn::Join'][1]).toContainEqual({ Ref: 'HttpApi' });
    expect(adminFunction(byDefault).Properties.FunctionName).not.toMatch(/^AWSClientVPN-/);
  });

  it.each([
    [
      'by default',
      () => byDefault,
      { ENFORCER_FUNCTION: '', ADMIN_ACCESS: '', CORS_ORIGIN: '', PSEUDONYM_KEY: '' },
      1024,
    ],
    [
      'by parameters',
      () => byParameters,
      {
        ENFORCER_FUNCTION: enforcerName,
        ADMIN_ACCESS: '[{"scope":"vpn.read","permissions":["read"]}]',
        CORS_ORIGIN: 'https://vpn-admin.example.com',
        PSEUDONYM_KEY: secretKey,
        POWERTOOLS_METRICS_NAMESPACE: 'Vpn',
        POWERTOOLS_LOG_LEVEL: 'WARN',
      },
      512,
    ],
  ])('gets its settings, and never LOCAL_STACK, %s', (_, template, settings, memory) => {
    const { Environment, ...properties } = adminFunction(template()).Properties;
    expect(properties).toMatchObject({
      FunctionName: adminName,
      Handler: 'admin-api/index.handler',
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      MemorySize: memory,
      Timeout: 28,
    });
    expect(Environment.Variables).toEqual({
      RULES_TABLE: tableName,
      DECISIONS_TABLE: decisionsTableName,
      POWERTOOLS_SERVICE_NAME: 'client-vpn-policy-admin-api-test',
      POWERTOOLS_METRICS_NAMESPACE: 'ClientVpnPolicy',
      POWERTOOLS_LOG_LEVEL: 'INFO',
      ...settings,
    });
  });

  const invoke = (request: string) => ({
    'Fn::Sub': `arn:\${AWS::Partition}:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${HttpApi}/$default/${request}`,
  });
  const reading = [invoke('GET/*'), invoke('POST/v1/evaluate'), invoke('POST/v1/replay')];
  const rules = ['POST/v1/rules', 'PUT/v1/rules/*', 'PATCH/v1/rules/*', 'DELETE/v1/rules/*'].map(invoke);

  const connections = invoke('POST/v1/connections/*');

  it.each([
    ['readers', 'AdminReaderPolicy', reading],
    ['help desk', 'AdminHelpDeskPolicy', [...reading, ...rules, connections]],
    ['editors', 'AdminEditorPolicy', invoke('*')],
  ])('has a policy for %s to attach, whose ARN is an output', (_, name, resources) => {
    expect(resource(byDefault, name, 'AWS::IAM::ManagedPolicy').Properties.PolicyDocument).toEqual({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: resources }],
    });
    expect(byDefault.Outputs[`${name}Arn`]?.Value).toEqual({ Ref: name });
  });
});

describe('the enforcer', () => {
  const rule = (template: Template) =>
    resource(template, 'EnforcerEventsRuleSchedule1', 'AWS::Events::Rule').Properties;

  it.each([
    [
      'off by default',
      () => byDefault,
      {
        ENFORCER_ENDPOINTS: '',
        ENFORCER_MODE: 'observe',
        ENFORCER_MAX_SHARE: '20',
        ENFORCER_DESCRIBE_PER_SECOND: '10',
        ENFORCER_TERMINATE_PER_SECOND: '4',
      },
      512,
    ],
    [
      'by parameters',
      () => byParameters,
      {
        ENFORCER_ENDPOINTS: `${frankfurt},${tokyo}`,
        ENFORCER_MODE: 'observe',
        ENFORCER_MAX_SHARE: '50',
        ENFORCER_DESCRIBE_PER_SECOND: '5',
        ENFORCER_TERMINATE_PER_SECOND: '2',
        DECISION_RETENTION_DAYS: '14',
        PSEUDONYMIZE: 'true',
        PSEUDONYM_KEY: secretKey,
        POWERTOOLS_METRICS_NAMESPACE: 'Vpn',
        POWERTOOLS_LOG_LEVEL: 'WARN',
      },
      768,
    ],
  ])('gets its settings and as long as Lambda has, %s', (_, template, settings, memory) => {
    const { Environment, ...properties } = enforcerFunction(template()).Properties;
    expect(properties).toMatchObject({
      FunctionName: enforcerName,
      Handler: 'enforcer/index.handler',
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      MemorySize: memory,
      Timeout: 900,
    });
    expect(Environment.Variables).toEqual({
      RULES_TABLE: tableName,
      DECISIONS_TABLE: decisionsTableName,
      SESSIONS_TABLE: sessionsTableName,
      DECISION_RETENTION_DAYS: '90',
      PSEUDONYMIZE: 'false',
      PSEUDONYM_KEY: '',
      POWERTOOLS_SERVICE_NAME: enforcerName,
      POWERTOOLS_METRICS_NAMESPACE: 'ClientVpnPolicy',
      POWERTOOLS_LOG_LEVEL: 'INFO',
      ...settings,
    });
  });

  it.each([
    ['never by default', () => byDefault, 'DISABLED', 'rate(1 minute)'],
    ['by parameters', () => byParameters, 'ENABLED', 'rate(2 minutes)'],
  ])('begins a pass by itself: %s', (_, template, state, rate) => {
    expect(rule(template())).toMatchObject({ State: state, ScheduleExpression: rate });
    const [target, ...others] = rule(template()).Targets;
    expect(others).toEqual([]);
    expect(target.Arn).toEqual({ 'Fn::GetAtt': ['EnforcerLambdaFunction', 'Arn'] });
    expect(JSON.parse(target.Input)).toEqual({ task: 'pass' });
  });

  it('is invoked by that rule alone from outside, and not by Client VPN', () => {
    const permissions = resourcesOf(byParameters, 'AWS::Lambda::Permission').filter(([, { Properties }]) =>
      JSON.stringify(Properties.FunctionName).includes('EnforcerLambdaFunction'),
    );
    expect(permissions.map(([, { Properties }]) => Properties)).toEqual([
      {
        Action: 'lambda:InvokeFunction',
        FunctionName: { 'Fn::GetAtt': ['EnforcerLambdaFunction', 'Arn'] },
        Principal: 'events.amazonaws.com',
        SourceArn: { 'Fn::GetAtt': ['EnforcerEventsRuleSchedule1', 'Arn'] },
      },
    ]);
    expect(enforcerName).not.toMatch(/^AWSClientVPN-/);
  });

  it('does not make up for a pass that was missed, and reserves nothing', () => {
    const { MaximumEventAgeInSeconds, MaximumRetryAttempts } = only(
      byDefault,
      'AWS::Lambda::EventInvokeConfig',
    ).Properties;
    expect([MaximumEventAgeInSeconds, MaximumRetryAttempts]).toEqual([60, 0]);
    expect(enforcerFunction(byDefault).Properties).not.toHaveProperty('ReservedConcurrentExecutions');
  });

  it.each([
    ['enforcerSchedule=true', 'enforcerSchedule is true and enforcerEndpoints names no endpoint'],
    ['enforcerEndpoints=frankfurt', 'enforcerEndpoints has "frankfurt"; accepted: ids of Client VPN endpoints'],
  ])(
    'is not packaged with %s',
    async (parameter, message) => {
      const failed = await packageService('wrong', [parameter]).catch((error: unknown) => error);
      expect(failed).toMatchObject({ code: 1, stdout: expect.stringContaining(message) });
    },
    60_000,
  );
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
    const table = resource(byDefault, 'RulesTable', 'AWS::DynamoDB::Table');
    expect(table).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    expect(table.Properties).toEqual({
      ...rulesTable(tableName),
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      SSESpecification: { SSEEnabled: true },
      DeletionProtectionEnabled: true,
    });
  });
});

describe('the decisions table', () => {
  it('survives its stack, ends its items, and has the keys that the decision log is tested with', () => {
    const table = resource(byDefault, 'DecisionsTable', 'AWS::DynamoDB::Table');
    expect(table).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    expect(table.Properties).toEqual({
      ...decisionsTable(decisionsTableName),
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: false },
      SSESpecification: { SSEEnabled: true },
      DeletionProtectionEnabled: true,
    });
  });

  it('has pseudonyms of a key that CloudFormation makes and keeps, only where they are wanted', () => {
    expect(resourcesOf(byDefault, 'AWS::SecretsManager::Secret')).toEqual([]);
    const key = only(byParameters, 'AWS::SecretsManager::Secret');
    expect(key).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    expect(key.Properties.GenerateSecretString).toEqual({ PasswordLength: 64, ExcludePunctuation: true });
  });
});

describe('the sessions table', () => {
  it('ends its items, goes with its stack, and has the key that sessions are tested with', () => {
    const table = resource(byDefault, 'SessionsTable', 'AWS::DynamoDB::Table');
    expect(table).not.toHaveProperty('DeletionPolicy');
    expect(table.Properties).toEqual({
      ...sessionsTable(sessionsTableName),
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      SSESpecification: { SSEEnabled: true },
    });
  });
});

describe('the bundle', () => {
  it('carries no schema library, no YAML and nothing of the command line', async () => {
    const { sources }: { sources: string[] } = JSON.parse(await readFile(`${bundle}.map`, 'utf8'));
    expect(sources).toEqual(expect.arrayContaining([expect.stringMatching(/handler\/index\.ts$/)]));
    const unwanted = /node_modules\/(zod|yaml|commander|dynalite)\/|shared\/policy\/|scripts\/|testing\//;
    expect(sources.filter((source) => unwanted.test(source))).toEqual([]);
  });

  it('carries the half of the decision log that writes', async () => {
    const { sources }: { sources: string[] } = JSON.parse(await readFile(`${bundle}.map`, 'utf8'));
    const ofLog = sources.flatMap((source) => /shared\/decision-log\/(.*)\.ts$/.exec(source)?.[1] ?? []);
    expect(ofLog.sort()).toEqual([
      'decision-log',
      'decision-record',
      'encode-decision',
      'keys',
      'names',
      'place',
      'record-settings',
      'recorded-event',
      'recorded-rules',
      'well-formed',
    ]);
  });

  it('is small enough to start fast', async () => {
    expect((await stat(bundle)).size).toBeLessThan(1_000_000);
    expect((await stat(adminBundle)).size).toBeLessThan(2_500_000);
    // The client of EC2 is more than half a megabyte by itself.
    expect((await stat(enforcerBundle)).size).toBeLessThan(2_500_000);
  });

  it('of the admin API carries nothing of the command line, of tests and of the local stack', async () => {
    const { sources }: { sources: string[] } = JSON.parse(await readFile(`${adminBundle}.map`, 'utf8'));
    expect(sources).toEqual(expect.arrayContaining([expect.stringMatching(/admin-api\/index\.ts$/)]));
    const unwanted = /node_modules\/(commander|dynalite)\/|scripts\/|testing\//;
    expect(sources.filter((source) => unwanted.test(source))).toEqual([]);
    // Schemas of two copies of Zod would not know each other.
    const zods = sources.flatMap((source) => /.*node_modules\/zod\//.exec(source)?.[0] ?? []);
    expect(new Set(zods).size).toBe(1);
  });

  it('of the enforcer carries nothing of the command line, of tests and of the writers’ language', async () => {
    const { sources }: { sources: string[] } = JSON.parse(await readFile(`${enforcerBundle}.map`, 'utf8'));
    expect(sources).toEqual(expect.arrayContaining([expect.stringMatching(/enforcer\/index\.ts$/)]));
    const unwanted = /node_modules\/(yaml|commander|dynalite)\/|shared\/policy\/|scripts\/|testing\//;
    expect(sources.filter((source) => unwanted.test(source))).toEqual([]);
  });

  it('of the enforcer runs alone, and answers with a problem while it is asked nothing that it knows', async () => {
    const answer = await invokeAlone(enforcerBundle, { task: 'nothing' });
    expect(answer).toMatchObject({ problem: { code: expect.stringMatching(/^(bad-request|not-configured)$/) } });
  }, 30_000);

  it('runs alone, away from node_modules, and refuses in the right form while there is no table', async () => {
    const answer = await invokeAlone(bundle, { 'schema-version': 'v2' });
    expectValidResponse(answer, 'v2');
    expect(answer.allow).toBe(false);
  }, 30_000);
});

describe('the bundle of the admin API, alone', () => {
  const event = (authorizer?: object) => ({
    version: '2.0',
    rawPath: '/v1/health',
    rawQueryString: '',
    headers: { host: 'a1b2c3d4e5.execute-api.us-east-1.amazonaws.com' },
    requestContext: { http: { method: 'GET' }, requestId: 'r', ...(authorizer && { authorizer }) },
    isBase64Encoded: false,
  });
  const iam = { userArn: 'arn:aws:iam::123456789012:user/alice', userId: 'AIDAEXAMPLE' };

  it.each([
    ['says that there is no table to be reached', event({ iam }), 503, 'store-unreachable'],
    ['refuses a request that no authorizer has seen', event(), 403, 'no-caller'],
    ['refuses it also where LOCAL_STACK is set and the table is on AWS', event(), 403, 'no-caller'],
  ])(
    '%s',
    async (name, sent, status, problem) => {
      const onAws = name.includes('LOCAL_STACK') && { LOCAL_STACK: 'true', AWS_ENDPOINT_URL_DYNAMODB: '' };
      const answer = await invokeAlone(adminBundle, sent, { ...onAws });
      expect(answer).toMatchObject({ statusCode: status, headers: { 'content-type': 'application/problem+json' } });
      expect(JSON.parse(answer.body)).toMatchObject({ type: `urn:client-vpn-policy:problem:${problem}` });
    },
    60_000,
  );
});

/** Runs a bundle away from node_modules, with a table that cannot be reached; resolves with what its handler answers. */
async function invokeAlone(file: string, event: unknown, env: Readonly<Record<string, string>> = {}) {
  const alone = join(folder, 'index.mjs');
  await copyFile(file, alone);
  const invoke = `import(${JSON.stringify(alone)}).then(async ({ handler }) => {
    const context = { getRemainingTimeInMillis: () => 2000, awsRequestId: 'r', functionName: 'f' };
    const answer = await handler(${JSON.stringify(event)}, context);
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
      AWS_ENDPOINT_URL_EC2: 'http://127.0.0.1:9',
      RULES_TABLE: tableName,
      ...env,
    },
  });
  return JSON.parse(stdout.slice(stdout.lastIndexOf('\n')));
}
