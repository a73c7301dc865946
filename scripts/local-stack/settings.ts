/** The local stack's addresses and names, which the CLI's `--local` shares. */
import { devNull } from 'node:os';

export interface LocalPorts {
  /** The admin API. */
  readonly http: number;
  /** Lambda's invoke API. */
  readonly lambda: number;
  /** DynamoDB, played by dynalite. */
  readonly dynamoDb: number;
}

/** The environment variable that sets each port, and its default. */
export const PORT_SETTINGS = {
  http: { variable: 'PORT', port: 3000 },
  lambda: { variable: 'LAMBDA_PORT', port: 3002 },
  dynamoDb: { variable: 'DYNAMODB_PORT', port: 8000 },
} as const;

/** Everything listens here and nowhere else. */
export const LOCAL_HOST = '127.0.0.1';
export const LOCAL_STAGE = 'local';
export const LOCAL_REGION = 'us-east-1';
/** Stand-ins: nothing here checks them. */
export const LOCAL_CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' } as const;
/** What serverless.yml calls them at stage `local`. */
export const LOCAL_RULES_TABLE = `client-vpn-policy-${LOCAL_STAGE}-rules`;
export const LOCAL_DECISIONS_TABLE = `client-vpn-policy-${LOCAL_STAGE}-decisions`;
export const LOCAL_SESSIONS_TABLE = `client-vpn-policy-${LOCAL_STAGE}-sessions`;
export const LOCAL_FUNCTION = `AWSClientVPN-policy-${LOCAL_STAGE}`;
export const LOCAL_ENFORCER = `client-vpn-policy-enforcer-${LOCAL_STAGE}`;

/** A mistake of the caller's, told in one line. */
export class LocalStackError extends Error {
  override readonly name = 'LocalStackError';
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The ports to use: from `PORT`, `LAMBDA_PORT` and `DYNAMODB_PORT`, else the defaults. Throws a LocalStackError. */
export function localPorts(env: Environment): LocalPorts {
  const ports = { http: readPort(env, 'http'), lambda: readPort(env, 'lambda'), dynamoDb: readPort(env, 'dynamoDb') };
  const names = ['http', 'lambda', 'dynamoDb'] as const;
  for (const [index, name] of names.entries()) {
    const same = names.slice(index + 1).find((other) => ports[other] === ports[name]);
    if (same === undefined) continue;
    const variables = `${PORT_SETTINGS[name].variable} and ${PORT_SETTINGS[same].variable}`;
    throw new LocalStackError(`${variables} are both ${ports[name]}: give them different ports.`);
  }
  return ports;
}

/** Where the local stack's DynamoDB answers. */
export function localDynamoDbEndpoint(ports: Pick<LocalPorts, 'dynamoDb'>): string {
  return `http://${LOCAL_HOST}:${ports.dynamoDb}`;
}

/** Where the local stack's Lambda answers, by its invoke API. */
export function localLambdaEndpoint(ports: Pick<LocalPorts, 'lambda'>): string {
  return `http://${LOCAL_HOST}:${ports.lambda}`;
}

/** Nobody listens here: port 9 was once for what is to be thrown away (RFC 863), and is no port that programs are given. */
const NOBODY = `http://${LOCAL_HOST}:9`;

/**
 * Where EC2 is played: what `LOCAL_EC2_ENDPOINT` says, which must be on this machine; else an address where nobody answers.
 * Throws a LocalStackError.
 */
export function localEc2Endpoint(env: Environment): string {
  const text = env.LOCAL_EC2_ENDPOINT ?? '';
  if (text === '') return NOBODY;
  if (/^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?\/?$/.test(text)) return text;
  throw new LocalStackError(
    `LOCAL_EC2_ENDPOINT is ${JSON.stringify(text)}: give an address on this machine, such as http://${LOCAL_HOST}:4566.`,
  );
}

/** Where the local stack's admin API answers. */
export function localAdminApi(ports: Pick<LocalPorts, 'http'>): string {
  return `http://${LOCAL_HOST}:${ports.http}`;
}

/**
 * The environment of everything that runs in the local stack: the standard variables that lead every AWS SDK to dynalite, to the local
 * functions and to what plays EC2, and none of the user's own AWS settings, so that nothing here can reach an account. `LOCAL_STACK` tells the admin API
 * that there is no authorizer here; it is set nowhere else, serverless.yml does not know it. Throws a LocalStackError.
 */
export function localEnvironment(env: Environment, ports: LocalPorts): Record<string, string> {
  const own: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && !name.startsWith('AWS_')) own[name] = value;
  }
  return {
    ...own,
    PORT: String(ports.http),
    LAMBDA_PORT: String(ports.lambda),
    DYNAMODB_PORT: String(ports.dynamoDb),
    LOCAL_STACK: 'true',
    AWS_REGION: LOCAL_REGION,
    AWS_ENDPOINT_URL_DYNAMODB: localDynamoDbEndpoint(ports),
    AWS_ENDPOINT_URL_LAMBDA: localLambdaEndpoint(ports),
    AWS_ENDPOINT_URL_EC2: localEc2Endpoint(env),
    AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
}

function readPort(env: Environment, name: keyof LocalPorts): number {
  const { variable, port } = PORT_SETTINGS[name];
  const text = env[variable];
  if (text === undefined || text === '') return port;
  const value = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= 65_535) return value;
  throw new LocalStackError(`${variable} is ${JSON.stringify(text)}: give a port number from 1 to 65535.`);
}
