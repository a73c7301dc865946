/** Packages the service in its two extremes and walks everything that would be deployed: what must hold of each thing of a kind. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { packageService, type Resource, type Template } from './testing/package-service.ts';
import { referenceCycle } from './testing/reference-cycle.ts';
import { resolveTemplate } from './testing/resolve-template.ts';
import { schemaIssues } from './testing/schema-issues.ts';

const TOPIC = 'arn:aws:sns:us-east-1:123456789012:on-call';
const STAGE = 'walk';
const ENDPOINT = 'cvpn-endpoint-0a1b2c3d4e5f67890';
const ENFORCER = `client-vpn-policy-enforcer-${STAGE}`;

let folder: string;
let plain: Template;
let full: Template;
let replica: Template;
let restored: Template;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'client-vpn-policy-walk-'));
  const packaged = async (name: string, parameters: readonly string[]) =>
    resolveTemplate((await packageService({ folder: join(folder, name), stage: STAGE, parameters })).template);
  plain = await packaged('plain', []);
  replica = await packaged('replica', ['rulesTableReplica=true']);
  restored = await packaged('restored', ['rulesTable=client-vpn-policy-restored']);
  full = await packaged('full', [
    `alarmTopicArn=${TOPIC}`,
    'tracing=Active',
    'provisionedConcurrency=1',
    'pseudonymize=true',
    'alarmFailedClosed=3',
    'alarmRefusedPercent=30',
    'alarmRefusedOf=50',
    'alarmPolicyAgeMs=60000',
    'metricsNamespace=Vpn',
    `enforcerEndpoints=${ENDPOINT}`,
    'enforcerMode=enforce',
    'enforcerSchedule=true',
    'alarmPassesFailed=7',
    'alarmTerminationsFailed=8',
    'alarmLimitsNotKnown=9',
  ]);
}, 120_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

const templates: readonly (readonly [string, () => Template])[] = [
  ['by default', () => plain],
  ['with everything', () => full],
];

function resourcesOf(template: Template, type: string): (readonly [string, Resource])[] {
  return Object.entries(template.Resources).filter(([, { Type }]) => Type === type);
}

interface Grant {
  readonly from: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

/** Everything that a policy of the template allows, wherever it stands; a resource that is no text is written as JSON. */
function grants(template: Template): Grant[] {
  const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
  const walk = (from: string, value: unknown): Grant[] => {
    if (Array.isArray(value)) return value.flatMap((inner) => walk(from, inner));
    if (typeof value !== 'object' || value === null) return [];
    const found: Grant[] = [];
    if ('Effect' in value && value.Effect === 'Allow') {
      expect(value).not.toHaveProperty('NotAction');
      expect(value).not.toHaveProperty('NotResource');
      expect(value).not.toHaveProperty('Principal', '*');
      expect(value).not.toHaveProperty('Principal.AWS', '*');
      const actions = 'Action' in value ? [value.Action].flat() : [];
      const resources = 'Resource' in value ? [value.Resource].flat() : [];
      found.push({ from, actions: actions.map(text), resources: resources.map(text) });
    }
    return [...found, ...Object.values(value).flatMap((inner) => walk(from, inner))];
  };
  return Object.entries(template.Resources).flatMap(([name, { Properties }]) => walk(name, Properties));
}

describe('rights', () => {
  /** A resource with a wildcard in it, of whom, and why there is no narrower one. */
  const ALLOWED: readonly (readonly [from: string, resource: RegExp, reason: string])[] = [
    ['TracingPolicy', /^\*$/, 'X-Ray has no resources that its actions could be kept to'],
    [
      'AdminReaderPolicy',
      /:\$\{HttpApi\}\/\$default\/GET\/\*/,
      'whatever is read by HTTP: the API answers GET for every path, and changes nothing',
    ],
    ['AdminHelpDeskPolicy', /:\$\{HttpApi\}\/\$default\/GET\/\*/, 'as readers'],
    [
      'AdminHelpDeskPolicy',
      /:\$\{HttpApi\}\/\$default\/(PUT|PATCH|DELETE)\/v1\/rules\/\*/,
      'single rules, whose ids are not known beforehand',
    ],
    [
      'AdminHelpDeskPolicy',
      /:\$\{HttpApi\}\/\$default\/POST\/v1\/connections\/\*/,
      'ending connections, whose ids are not known beforehand',
    ],
    ['AdminEditorPolicy', /:\$\{HttpApi\}\/\$default\/\*/, 'editors may call all of this API, and no other'],
  ];

  it.each(templates)('are given for named actions, without a wildcard, %s', (_, template) => {
    const actions = grants(template()).flatMap(({ actions }) => actions);
    expect(actions.length).toBeGreaterThan(10);
    expect(actions.filter((action) => action.includes('*'))).toEqual([]);
  });

  it.each(templates)('are given on named resources, but for those with a reason, %s', (_, template) => {
    const wide = grants(template()).flatMap(({ from, resources }) =>
      resources.filter((resource) => resource.includes('*')).map((resource) => ({ from, resource })),
    );
    const unexplained = wide.filter(
      ({ from, resource }) => !ALLOWED.some(([name, pattern]) => name === from && pattern.test(resource)),
    );
    expect(unexplained).toEqual([]);
  });

  it('have no reason left for what is no longer given', () => {
    const all = grants(full);
    for (const [name, pattern, reason] of ALLOWED) {
      const given = all.some(
        ({ from, resources }) => from === name && resources.some((resource) => pattern.test(resource)),
      );
      expect({ name, reason, given }).toEqual({ name, reason, given: true });
    }
  });

  const everywhere: readonly (readonly [string, () => Template])[] = [
    ...templates,
    ['beside a replica', () => replica],
    ['with a restored table', () => restored],
  ];

  /** All that the functions may do, by role. */
  const ROLES: Readonly<Record<string, readonly string[]>> = {
    ConnectRole: [
      ...['dynamodb:Query', 'dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:PutItem'],
      ...['logs:CreateLogStream', 'logs:PutLogEvents', 'sts:AssumeRole'],
    ],
    AdminApiRole: [
      ...['dynamodb:Query', 'dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:PutItem'],
      ...['logs:CreateLogStream', 'logs:PutLogEvents', 'sts:AssumeRole', 'lambda:InvokeFunction'],
    ],
    EnforcerRole: [
      ...['dynamodb:Query', 'dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:PutItem'],
      ...['dynamodb:Scan', 'dynamodb:DeleteItem'], // of the sessions, see below
      ...['ec2:DescribeClientVpnConnections', 'ec2:TerminateClientVpnConnections'],
      ...['logs:CreateLogStream', 'logs:PutLogEvents', 'sts:AssumeRole'],
    ],
    TracingPolicy: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
  };

  it.each(everywhere)(
    'of functions are to read, put, log and trace, to ask the enforcer and to end: none updates, decrypts or passes a role, %s',
    (_, template) => {
      const ofFunctions = grants(template()).filter(({ from }) => from in ROLES);
      expect(new Set(ofFunctions.map(({ from }) => from)).size).toBeGreaterThanOrEqual(3);
      for (const { from, actions } of ofFunctions) expect(ROLES[from]).toEqual(expect.arrayContaining([...actions]));
    },
  );

  it.each(everywhere)('to scan and delete are for the sessions alone, %s', (_, template) => {
    const found = grants(template()).filter(({ actions }) => actions.some((action) => /Scan|Delete/.test(action)));
    const sessions = JSON.stringify({ 'Fn::GetAtt': ['SessionsTable', 'Arn'] });
    expect(found.map(({ from, resources }) => ({ from, resources }))).toEqual([
      { from: 'EnforcerRole', resources: [sessions] },
    ]);
  });

  it.each<[string, () => Template, readonly Grant[]]>([
    ['by default nobody', () => plain, []],
    ['beside a replica nobody', () => replica, []],
    [
      'with endpoints the enforcer, theirs',
      () => full,
      [
        {
          from: 'EnforcerRole',
          actions: ['ec2:DescribeClientVpnConnections', 'ec2:TerminateClientVpnConnections'],
          resources: [
            JSON.stringify({
              'Fn::Sub': `arn:\${AWS::Partition}:ec2:\${AWS::Region}:\${AWS::AccountId}:client-vpn-endpoint/${ENDPOINT}`,
            }),
          ],
        },
      ],
    ],
  ])('on connections has %s', (_, template, expected) => {
    expect(grants(template()).filter(({ actions }) => actions.some((action) => /^ec2:/.test(action)))).toEqual(
      expected,
    );
  });

  it('to ask the enforcer has the admin API, where there are endpoints, and nobody else', () => {
    const asking = (template: Template) =>
      grants(template).filter(({ actions }) => actions.some((action) => /^lambda:/.test(action)));
    expect(asking(plain)).toEqual([]);
    const enforcer = JSON.stringify({
      'Fn::Sub': `arn:\${AWS::Partition}:lambda:\${AWS::Region}:\${AWS::AccountId}:function:${ENFORCER}`,
    });
    expect(full.Resources.EnforcerLambdaFunction?.Properties.FunctionName).toBe(ENFORCER);
    expect(asking(full)).toEqual([{ from: 'AdminApiRole', actions: ['lambda:InvokeFunction'], resources: [enforcer] }]);
  });

  it.each(everywhere)('are given by no policy that is not written out here, %s', (_, template) => {
    const text = JSON.stringify(template().Resources);
    expect(text).not.toMatch(/ManagedPolicyArns|arn:aws:iam::aws:policy|PermissionsBoundary|"Fn::Transform"/);
    const granting = new Set(grants(template()).map(({ from }) => from));
    const people = ['AdminReaderPolicy', 'AdminHelpDeskPolicy', 'AdminEditorPolicy'];
    const expected = [...Object.keys(ROLES), ...people];
    // The framework’s deployment bucket has a policy that only denies.
    expect([...granting].filter((name) => !expected.includes(name))).toEqual([]);
    for (const { actions } of grants(template()).filter(({ from }) => people.includes(from))) {
      expect(actions).toEqual(['execute-api:Invoke']);
    }
  });

  it.each(everywhere)(
    'are given to no one outside: roles to Lambda, invocations to this API and this schedule, nothing to everybody, %s',
    (_, template) => {
      for (const [, { Properties }] of resourcesOf(template(), 'AWS::IAM::Role')) {
        const trusted = Properties.AssumeRolePolicyDocument.Statement.map(
          ({ Principal }: Resource['Properties']) => Principal,
        );
        expect(trusted).toEqual([{ Service: 'lambda.amazonaws.com' }]);
      }
      const permissions = resourcesOf(template(), 'AWS::Lambda::Permission').map(([, { Properties }]) => [
        Properties.FunctionName['Fn::GetAtt'][0],
        Properties.Principal,
        JSON.stringify(Properties.SourceArn),
      ]);
      expect(permissions.sort()).toEqual([
        ['AdminApiLambdaFunction', 'apigateway.amazonaws.com', expect.stringContaining('"Ref":"HttpApi"')],
        ['EnforcerLambdaFunction', 'events.amazonaws.com', '{"Fn::GetAtt":["EnforcerEventsRuleSchedule1","Arn"]}'],
      ]);
      expect(resourcesOf(template(), 'AWS::Lambda::Url')).toEqual([]);
      for (const [, { Properties }] of resourcesOf(template(), 'AWS::S3::Bucket')) {
        expect(Properties.PublicAccessBlockConfiguration).toEqual({
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        });
      }
    },
  );

  it.each(everywhere)('are asked for on every route, %s', (_, template) => {
    const routes = resourcesOf(template(), 'AWS::ApiGatewayV2::Route');
    expect(routes).toHaveLength(6);
    for (const [, { Properties }] of routes) expect(Properties.AuthorizationType).toBe('AWS_IAM');
  });

  it('to send traces exist only where something is traced', () => {
    expect(plain.Resources).not.toHaveProperty('TracingPolicy');
    const modes = (template: Template) =>
      resourcesOf(template, 'AWS::Lambda::Function').map(([, { Properties }]) => Properties.TracingConfig.Mode);
    expect(new Set(modes(plain))).toEqual(new Set(['PassThrough']));
    expect(new Set(modes(full))).toEqual(new Set(['Active']));
    const traced = resourcesOf(full, 'AWS::Lambda::Function').map(
      ([, resource]) => resource.Properties.Role['Fn::GetAtt'][0],
    );
    const [, { Properties }] = resourcesOf(full, 'AWS::IAM::Policy')[0]!;
    expect(Properties.Roles.map(({ Ref }: { Ref: string }) => Ref).sort()).toEqual(traced.sort());
  });
});

describe.each(templates)('what is kept, %s', (_, template) => {
  /** What goes with its stack, and why. */
  const MADE_ANEW: Readonly<Record<string, string>> = {
    SessionsTable: 'the next pass of the enforcer makes it anew from what EC2 says',
  };

  it('every table survives its stack, unless it can be made anew, and is encrypted', () => {
    const tables = resourcesOf(template(), 'AWS::DynamoDB::Table');
    expect(tables.length).toBeGreaterThan(0);
    for (const [name, { DeletionPolicy, UpdateReplacePolicy, Properties }] of tables) {
      const { SSEEnabled } = Properties.SSESpecification ?? {};
      const kept = name in MADE_ANEW ? undefined : 'Retain';
      expect({ name, DeletionPolicy, UpdateReplacePolicy, SSEEnabled }).toEqual({
        name,
        DeletionPolicy: kept,
        UpdateReplacePolicy: kept,
        SSEEnabled: true,
      });
    }
    for (const name of Object.keys(MADE_ANEW)) expect(tables.map(([table]) => table)).toContain(name);
  });

  it('every log group ends its lines after some days, and every function has one', () => {
    const groups = resourcesOf(template(), 'AWS::Logs::LogGroup').map(([, { Properties }]) => Properties);
    for (const { RetentionInDays } of groups) expect(RetentionInDays).toBeGreaterThan(0);
    const names = groups.map(({ LogGroupName }) => LogGroupName);
    for (const [, { Properties }] of resourcesOf(template(), 'AWS::Lambda::Function')) {
      expect(names).toContain(`/aws/lambda/${Properties.FunctionName}`);
    }
  });
});

describe.each(templates)('functions, %s', (_, template) => {
  it('have a role each, which nothing else has', () => {
    const roles = resourcesOf(template(), 'AWS::Lambda::Function').map(([, { Properties }]) => Properties.Role);
    expect(roles.length).toBeGreaterThan(1);
    for (const role of roles) expect(role).toEqual({ 'Fn::GetAtt': [expect.any(String), 'Arn'] });
    const names = roles.map((role) => role['Fn::GetAtt'][0]);
    expect(new Set(names).size).toBe(names.length);
    expect(names.sort()).toEqual(
      resourcesOf(template(), 'AWS::IAM::Role')
        .map(([name]) => name)
        .sort(),
    );
  });
});

describe('a Region with a replica of the rules table', () => {
  it('makes no table of its own, and writes nothing to the replica', () => {
    const table = `table/client-vpn-policy-${STAGE}-rules`;
    expect(plain.Resources).toHaveProperty('RulesTable');
    expect(replica.Resources).not.toHaveProperty('RulesTable');
    const onTable = grants(replica).filter(({ resources }) => resources.some((resource) => resource.includes(table)));
    expect(onTable.map(({ from }) => from).sort()).toEqual(['AdminApiRole', 'ConnectRole', 'EnforcerRole']);
    for (const { actions } of onTable) {
      expect(actions).toEqual(['dynamodb:Query', 'dynamodb:GetItem', 'dynamodb:BatchGetItem']);
    }
    expect(replica.Outputs.RulesTableName).toEqual(plain.Outputs.RulesTableName);
    expect(schemaIssues(replica)).toEqual([]);
  });
});

describe('a restored rules table', () => {
  it('is used in the place of the stack’s own, which stays', () => {
    const [name, own] = ['client-vpn-policy-restored', `client-vpn-policy-${STAGE}-rules`];
    expect(restored.Resources.RulesTable?.Properties.TableName).toBe(own);
    for (const [, { Properties }] of resourcesOf(restored, 'AWS::Lambda::Function')) {
      expect(Properties.Environment.Variables.RULES_TABLE).toBe(name);
    }
    const { RulesTable: _, ...others } = restored.Resources;
    expect(JSON.stringify(others)).not.toContain(own);
    const writers = grants(restored).filter(({ resources }) => resources.some((resource) => resource.includes(name)));
    expect(writers.map(({ from }) => from)).toEqual(['ConnectRole', 'AdminApiRole', 'AdminApiRole', 'EnforcerRole']);
  });
});

describe('the Terraform example', () => {
  let example: string;
  /** What one of its resources says. */
  const block = (resource: string): string => {
    const [type, name] = resource.split('.');
    const found = new RegExp(`^resource "${type}" "${name}" \\{\n([\\s\\S]*?)^\\}`, 'm').exec(example);
    return found?.[1] ?? '';
  };

  beforeAll(async () => {
    example = await readFile(join(__dirname, 'terraform', 'main.tf'), 'utf8');
  });

  it.each([
    ['aws_lambda_function.handler', 'ConnectLambdaFunction', 'connect.zip'],
    ['aws_lambda_function.admin_api', 'AdminApiLambdaFunction', 'adminApi.zip'],
  ])('makes %s as the template does', (name, logicalId, zip) => {
    const text = block(name);
    const { Handler, Runtime, Architectures, MemorySize, Timeout, Environment } =
      plain.Resources[logicalId]?.Properties ?? {};
    for (const line of [
      `handler = "${Handler}"`,
      `runtime = "${Runtime}"`,
      `architectures = ["${Architectures[0]}"]`,
      `memory_size = ${MemorySize}`,
      `timeout = ${Timeout}`,
      `filename = "\${var.packages}/${zip}"`,
    ]) {
      expect(text.replace(/ +=/g, ' =')).toContain(line);
    }
    // Those that it leaves out have their defaults in the code.
    const needed = Object.keys(Environment.Variables).filter((variable) =>
      /^(RULES|DECISIONS)_TABLE$|^POWERTOOLS_/.test(variable),
    );
    expect(needed.length).toBe(5);
    for (const variable of needed) expect(`${text}${localsOf(example)}`).toContain(variable);
  });

  it.each([
    ['aws_dynamodb_table.rules', 'RulesTable'],
    ['aws_dynamodb_table.decisions', 'DecisionsTable'],
  ])('makes %s with the same keys', (name, logicalId) => {
    const {
      AttributeDefinitions,
      GlobalSecondaryIndexes = [],
      TimeToLiveSpecification,
    } = plain.Resources[logicalId]?.Properties ?? {};
    const words = new Set(block(name).match(/"\w+"|\bby\w+/g));
    const wanted = [
      ...AttributeDefinitions.map(({ AttributeName }: Resource['Properties']) => `"${AttributeName}"`),
      ...GlobalSecondaryIndexes.map(({ IndexName }: Resource['Properties']) => IndexName),
      ...(TimeToLiveSpecification === undefined ? [] : [`"${TimeToLiveSpecification.AttributeName}"`]),
    ];
    expect([...words]).toEqual(expect.arrayContaining(wanted));
  });

  it('lets each function do what the template lets it, on the same tables, and nobody else', () => {
    const documents = [...example.matchAll(/^data "aws_iam_policy_document" "(\w+)" \{\n([\s\S]*?)^\}/gm)];
    expect(documents.map(([, name]) => name)).toEqual(['lambda_assumes', 'handler', 'admin_api']);
    const rights = documents.slice(1).map(([, name, text = '']) => {
      const statements = text.split(/^ {2}statement \{$/m).slice(1);
      return [
        name,
        statements.map((statement) => [
          [...statement.matchAll(/"((?:dynamodb|logs|\w+):\w+)"/g)].map(([, action]) => action).sort(),
          [
            ...new Set(
              [...statement.matchAll(/aws_(?:dynamodb_table|cloudwatch_log_group)\.\w+\.arn/g)].map(([arn]) => arn),
            ),
          ],
        ]),
      ];
    });
    const read = ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query'];
    const log = ['logs:CreateLogStream', 'logs:PutLogEvents'];
    const [rules, decisions] = ['aws_dynamodb_table.rules.arn', 'aws_dynamodb_table.decisions.arn'];
    expect(rights).toEqual([
      [
        'handler',
        [
          [read, [rules]],
          [['dynamodb:PutItem'], [decisions]],
          [log, ['aws_cloudwatch_log_group.handler.arn']],
        ],
      ],
      [
        'admin_api',
        [
          [[...read.slice(0, 2), 'dynamodb:PutItem', 'dynamodb:Query'], [rules]],
          [read, [decisions]],
          [log, ['aws_cloudwatch_log_group.admin_api.arn']],
        ],
      ],
    ]);
    expect(example).not.toMatch(/aws_iam_role_policy_attachment|managed_policy_arns|resources\s*=\s*\["\*"\]/);
    expect(block('aws_apigatewayv2_route.admin')).toMatch(/authorization_type = "AWS_IAM"/);
    expect(example.match(/^resource "aws_apigatewayv2_route"/gm)).toHaveLength(1);
  });

  it('lets the functions do what the template does, and leaves out the enforcer and its sessions', () => {
    const allowed = [...example.matchAll(/"((?:dynamodb|logs):\w+)"/g)].map(([, action]) => action);
    const roles = grants(plain).filter(
      ({ from, resources }) => /^(Connect|AdminApi)Role$/.test(from) && !resources.join().includes('SessionsTable'),
    );
    expect(example).not.toMatch(/SESSIONS_TABLE|ENFORCER|ec2:/);
    expect(new Set(allowed)).toEqual(
      new Set(roles.flatMap(({ actions }) => actions).filter((action) => !action.startsWith('sts:'))),
    );
  });
});

describe('alarms', () => {
  const alarms = (template: Template) => resourcesOf(template, 'AWS::CloudWatch::Alarm');

  it('all tell the topic, where one is given', () => {
    expect(alarms(full).length).toBeGreaterThan(10);
    for (const [name, { Properties }] of alarms(full)) {
      const { AlarmActions, OKActions = [TOPIC], ActionsEnabled = true } = Properties;
      expect({ name, AlarmActions, OKActions, ActionsEnabled }).toEqual({
        name,
        AlarmActions: [TOPIC],
        OKActions: [TOPIC],
        ActionsEnabled: true,
      });
    }
  });

  it('are there without a topic too, and tell nobody', () => {
    expect(alarms(plain).map(([name]) => name)).toEqual(alarms(full).map(([name]) => name));
    for (const [, { Properties }] of alarms(plain)) {
      expect(Properties).not.toHaveProperty('AlarmActions');
      expect(Properties).not.toHaveProperty('OKActions');
    }
  });

  /** What missing data is other than "nothing happened". */
  const MISSING_DATA: Readonly<Record<string, string>> = { PolicyNotRefreshedAlarm: 'ignore' };
  const MISSING_DATA_SCHEDULED: Readonly<Record<string, string>> = { ...MISSING_DATA, NoPassAlarm: 'breaching' };

  it.each(templates)('say what to do, and what missing data means, %s', (_, template) => {
    for (const [name, { Properties }] of alarms(template())) {
      const { AlarmDescription, TreatMissingData } = Properties;
      expect({ name, TreatMissingData }).toEqual({
        name,
        TreatMissingData: (template() === full ? MISSING_DATA_SCHEDULED : MISSING_DATA)[name] ?? 'notBreaching',
      });
      expect(AlarmDescription).toMatch(/^[A-Z].{40,}\.$/);
      // CloudWatch's limit.
      expect(AlarmDescription.length).toBeLessThanOrEqual(1_024);
    }
  });

  it('ring by the thresholds that the parameters give', () => {
    const threshold = (template: Template, name: string) => Number(template.Resources[name]?.Properties.Threshold);
    expect(threshold(plain, 'FailedClosedAlarm')).toBe(1);
    expect(threshold(full, 'FailedClosedAlarm')).toBe(3);
    expect(threshold(full, 'PolicyNotRefreshedAlarm')).toBe(60_000);
    expect(threshold(full, 'RefusedShareAlarm')).toBe(30);
    expect(threshold(full, 'PassesFailedAlarm')).toBe(7);
    expect(threshold(full, 'TerminationsFailedAlarm')).toBe(8);
    expect(threshold(full, 'LimitsNotKnownAlarm')).toBe(9);
    expect(threshold(plain, 'PassesHeldAlarm')).toBe(1);
    const [, , share] = full.Resources.RefusedShareAlarm?.Properties.Metrics ?? [];
    expect(share.Expression).toBe('IF(decisions >= 50, 100 * refused / decisions, 0)');
  });

  it.each(templates)(
    'watch metrics that the functions write, under the names that they have, %s',
    async (_, template) => {
      const functions = resourcesOf(template(), 'AWS::Lambda::Function').map(([, { Properties }]) => Properties);
      const variables = functions.map(({ Environment }) => Environment.Variables);
      const services = variables.map(({ POWERTOOLS_SERVICE_NAME }) => POWERTOOLS_SERVICE_NAME);
      const namespaces = new Set(variables.map(({ POWERTOOLS_METRICS_NAMESPACE }) => POWERTOOLS_METRICS_NAMESPACE));
      expect(namespaces.size).toBe(1);
      const written = await metricsInCode();
      const watched = [
        ...alarms(template()).flatMap(([, { Properties }]) => metricsOf(Properties)),
        ...graphed(template()),
      ];
      const ours = watched.filter(({ namespace }) => !namespace.startsWith('AWS/'));
      expect(ours.length).toBeGreaterThan(10);
      for (const { namespace, metric, service } of ours) {
        expect([...namespaces]).toEqual([namespace]);
        expect(services).toContain(service);
        expect(written).toContain(metric);
      }
    },
  );
});

describe.each(templates)('settings that a function cannot read, %s', (_, template) => {
  it('ring for each function', () => {
    const watched = resourcesOf(template(), 'AWS::CloudWatch::Alarm')
      .flatMap(([, { Properties }]) => metricsOf(Properties))
      .filter(({ metric }) => metric === 'SettingErrors');
    const services = resourcesOf(template(), 'AWS::Lambda::Function').map(
      ([, { Properties }]) => Properties.Environment.Variables.POWERTOOLS_SERVICE_NAME,
    );
    expect(watched.map(({ service }) => service).sort()).toEqual(services.sort());
  });
});

describe.each(templates)('the dashboard, %s', (_, template) => {
  it('shows every alarm and every metric that the functions write', async () => {
    const { widgets } = dashboardOf(template());
    const [board] = widgets.filter(({ type }) => type === 'alarm');
    const all = resourcesOf(template(), 'AWS::CloudWatch::Alarm').map(([name]) => `<${name}.Arn>`);
    expect([...(board?.properties.alarms ?? [])].sort()).toEqual(all.sort());
    const text = JSON.stringify(widgets);
    for (const metric of await metricsInCode()) expect(text).toMatch(new RegExp(`\\b${metric}\\b`));
  });

  it('is laid out without overlaps', () => {
    const taken = new Set<string>();
    for (const { x, y, width, height } of dashboardOf(template()).widgets) {
      expect(x + width).toBeLessThanOrEqual(24);
      for (let column = x; column < x + width; column++) {
        for (let row = y; row < y + height; row++) {
          expect(taken).not.toContain(`${column},${row}`);
          taken.add(`${column},${row}`);
        }
      }
    }
  });
});

describe('what is made before what', () => {
  it.each([...templates, ['beside a replica', () => replica], ['with a restored table', () => restored]] as const)(
    'goes round in no circle, %s',
    (_, template) => {
      expect(referenceCycle(template())).toBeUndefined();
    },
  );

  it.each([
    ['GetAtt', { 'Fn::GetAtt': ['EnforcerLambdaFunction', 'Arn'] }],
    ['GetAtt in one text', { 'Fn::GetAtt': 'EnforcerLambdaFunction.Arn' }],
    ['Ref', { Ref: 'EnforcerLambdaFunction' }],
    ['Sub', { 'Fn::Sub': `a \${EnforcerLambdaFunction.Arn}` }],
    ['Sub with a value of its own', { 'Fn::Sub': [`a \${X}`, { X: { Ref: 'EnforcerLambdaFunction' } }] }],
  ])('is found to go round by %s and DependsOn', (_, reference) => {
    const copy = structuredClone(full);
    Object.assign(copy.Resources.AdminApiRole!.Properties, { Description: reference });
    expect([...(referenceCycle(copy) ?? [])].sort()).toEqual([
      'AdminApiRole',
      'EnforcerLambdaFunction',
      'TracingPolicy',
    ]);
  });
});

describe.each(templates)('CloudFormation’s own schemas, %s', (_, template) => {
  it('know every resource and property', () => {
    expect(schemaIssues(template())).toEqual([]);
  });
});

describe('the check against CloudFormation’s schemas', () => {
  const issuesWith = (change: (resources: Record<string, Resource>) => void): string[] => {
    const copy: Template = structuredClone(plain);
    change(copy.Resources as Record<string, Resource>);
    return schemaIssues(copy);
  };

  it.each<[string, (resources: Record<string, Resource>) => void, string]>([
    [
      'type',
      (all) => Object.assign(all, { New: { Type: 'AWS::SNS::Topik', Properties: {} } }),
      'New: no such type, AWS::SNS::Topik',
    ],
    [
      'property',
      ({ RulesTable }) => Object.assign(RulesTable!.Properties, { PointInTimeRecovery: true }),
      'RulesTable: no such property, PointInTimeRecovery',
    ],
    [
      'property within another',
      ({ RulesTable }) => Object.assign(RulesTable!.Properties.SSESpecification, { Enabled: true }),
      'RulesTable.SSESpecification: no such property, Enabled',
    ],
    [
      'required property',
      ({ RulesTable }) => delete RulesTable!.Properties.KeySchema,
      'RulesTable: KeySchema is missing',
    ],
    [
      'number',
      ({ FailedClosedAlarm }) => Object.assign(FailedClosedAlarm!.Properties, { Period: 'often' }),
      'FailedClosedAlarm.Period: "often" is no integer',
    ],
    [
      'attribute',
      ({ ConnectLambdaFunction }) =>
        Object.assign(ConnectLambdaFunction!.Properties, { Role: { 'Fn::GetAtt': ['ConnectRole', 'Name'] } }),
      'Resources.ConnectLambdaFunction.Properties.Role: AWS::IAM::Role has no attribute Name',
    ],
    [
      'reference',
      ({ ConnectLambdaFunction }) => Object.assign(ConnectLambdaFunction!.Properties, { Role: { Ref: 'Nobody' } }),
      'Resources.ConnectLambdaFunction.Properties.Role: there is no Nobody',
    ],
  ])('finds a wrong %s', (_, change, issue) => {
    expect(issuesWith(change)).toContain(issue);
  });
});

/** What all of the example's functions have. */
function localsOf(example: string): string {
  return /^locals \{\n([\s\S]*?)^\}/m.exec(example)?.[1] ?? '';
}

interface Watched {
  readonly namespace: string;
  readonly metric: string;
  readonly service: string | undefined;
}

function metricsOf({ Metrics, ...properties }: Resource['Properties']): Watched[] {
  const metrics: readonly Resource['Properties'][] =
    Metrics === undefined
      ? [properties]
      : Metrics.flatMap(({ MetricStat }: Resource['Properties']) =>
          MetricStat === undefined ? [] : [MetricStat.Metric],
        );
  return metrics.map(({ Namespace, MetricName, Dimensions }) => ({
    namespace: Namespace,
    metric: MetricName,
    service: Dimensions.find(({ Name }: { readonly Name: string }) => Name === 'service')?.Value,
  }));
}

/** The metrics of the dashboard's graphs, whose rows say "as in the row above" with dots. */
function graphed(template: Template): Watched[] {
  return dashboardOf(template).widgets.flatMap(({ properties }) => {
    let above: readonly unknown[] = [];
    return (properties.metrics ?? []).flatMap((row: readonly unknown[]) => {
      const written = row.filter((cell) => typeof cell === 'string');
      if (written.length === 0) {
        const [, namespace, metric, service] =
          /SEARCH\('\{"([^"]+)",service,\w+\} MetricName="(\w+)" service="([^"]+)"'/.exec(
            String(Object(row[0]).expression),
          ) ?? [];
        return [{ namespace: String(namespace), metric: String(metric), service }];
      }
      const cells = written[0] === '...' ? above : written.map((cell, index) => (cell === '.' ? above[index] : cell));
      above = cells;
      const [namespace, metric, ...dimensions] = cells;
      const service = dimensions.indexOf('service');
      return [
        {
          namespace: String(namespace),
          metric: String(metric),
          service: service < 0 ? undefined : String(dimensions[service + 1]),
        },
      ];
    });
  });
}

/** The dashboard's body as JSON, what only AWS knows in angle brackets. */
function dashboardOf(template: Template): { readonly widgets: readonly Resource['Properties'][] } {
  const [, { Properties }] = resourcesOf(template, 'AWS::CloudWatch::Dashboard')[0]!;
  const body: string = Properties.DashboardBody['Fn::Sub'];
  return JSON.parse(body.replace(/\$\{([^!}][^}]*)\}/g, '<$1>').replaceAll('${!', '${'));
}

/** The names of the metrics that the functions write, as their source has them: a module `metrics.ts` or `…-metrics.ts` each. */
async function metricsInCode(): Promise<string[]> {
  const folders = ['handler', 'admin-api', 'enforcer'].map((folder) => join(__dirname, '..', folder));
  const files = await Promise.all(
    folders.map(async (folder) =>
      (await readdir(folder)).filter((file) => /^(.*-)?metrics\.ts$/.test(file)).map((file) => join(folder, file)),
    ),
  );
  expect(files.map(({ length }) => length)).toEqual([1, 1, 1]);
  const sources = await Promise.all(files.flat().map((file) => readFile(file, 'utf8')));
  const code = sources.join('\n').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
  const names = [
    ...code.matchAll(/'([A-Z][a-zA-Z]+)'|\b([A-Z][a-zA-Z]+): (?:\w+ (?:=== undefined )?\?|count|written|status)/g),
  ];
  return [...new Set(names.map(([, quoted, key]) => quoted ?? key ?? ''))].filter(
    (name) => !['Count', 'Milliseconds'].includes(name),
  );
}
