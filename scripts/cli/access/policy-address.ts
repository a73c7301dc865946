/** Where the policy is, as options and environment say: behind an API, or on a table. An option beats the environment. */
import {
  LOCAL_REGION,
  LOCAL_RULES_TABLE,
  LocalStackError,
  localDynamoDbEndpoint,
  localPorts,
} from '../../local-stack/settings.ts';
import { CommandError } from '../exit-code.ts';
import type { Surroundings } from '../surroundings.ts';

export interface AddressOptions {
  readonly api?: string;
  readonly token?: string;
  readonly table?: string;
  readonly region?: string;
  readonly endpoint?: string;
  readonly local?: boolean;
}

/** A table that can be addressed. What is undefined the AWS SDK finds, in its usual places. */
export interface TableAddress {
  readonly tableName: string;
  readonly region: string | undefined;
  readonly endpoint: string | undefined;
  /** The local stack's, which takes any credentials. */
  readonly local: boolean;
}

export interface ApiAddress {
  /** Ends in a slash; what stands before it may be a stage. */
  readonly url: URL;
  readonly caller: ApiCaller;
}

/** What tells the API who calls. */
export type ApiCaller =
  | { readonly kind: 'token'; readonly token: string }
  /** Signed with AWS credentials; an undefined region is that of the AWS profile. */
  | { readonly kind: 'signature'; readonly region: string | undefined }
  /** The local stack asks nobody. */
  | { readonly kind: 'nobody' };

export type PolicyAddress =
  | { readonly way: 'table'; readonly table: TableAddress }
  | { readonly way: 'api'; readonly api: ApiAddress };

/** Throws a CommandError that says what is missing or wrong. */
export function policyAddress(options: AddressOptions, env: Surroundings['env']): PolicyAddress {
  const { api, table, endpoint, local } = options;
  const namesTable = table !== undefined || endpoint !== undefined || local === true;
  const url = api ?? (namesTable ? undefined : env.VPN_POLICY_API || undefined);
  if (url !== undefined) return { way: 'api', api: apiAddress(url, api === undefined, options, env) };
  if (options.token !== undefined)
    throw new CommandError('--token is for the API: give --api URL or set VPN_POLICY_API');
  return { way: 'table', table: tableAddress(options, env) };
}

function tableAddress({ table, region, endpoint, local }: AddressOptions, env: Surroundings['env']): TableAddress {
  if (local) return localAddress(env);
  const tableName = table ?? env.RULES_TABLE ?? '';
  if (tableName === '') {
    throw new CommandError(
      endpoint === undefined
        ? 'where is the policy? Give --api URL or --table NAME, or set VPN_POLICY_API or RULES_TABLE; --local is the table of the local stack (npm start)'
        : 'which table? Give --table NAME or set RULES_TABLE',
    );
  }
  return { tableName, region: regionOf(region, env), endpoint: readEndpoint(endpoint, env), local: false };
}

function localAddress(env: Surroundings['env']): TableAddress {
  try {
    return {
      tableName: LOCAL_RULES_TABLE,
      region: LOCAL_REGION,
      endpoint: localDynamoDbEndpoint(localPorts(env)),
      local: true,
    };
  } catch (error) {
    if (error instanceof LocalStackError) throw new CommandError(error.message, undefined, { cause: error });
    throw error;
  }
}

function regionOf(option: string | undefined, env: Surroundings['env']): string | undefined {
  return [option, env.AWS_REGION, env.AWS_DEFAULT_REGION].find((name) => name);
}

function readEndpoint(option: string | undefined, env: Surroundings['env']): string | undefined {
  const text = option ?? (env.AWS_ENDPOINT_URL_DYNAMODB || undefined);
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const name = option === undefined ? 'AWS_ENDPOINT_URL_DYNAMODB' : '--endpoint';
  // First of all: no other error shall show them.
  if (url !== undefined && hasUserInfo(url))
    throw new CommandError(`${name} has a user or a password in it; accepted: the URL alone`);
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return text;
  throw new CommandError(`${name} ${JSON.stringify(text)} is no URL; accepted: such as http://127.0.0.1:8000`);
}

function apiAddress(
  text: string,
  fromEnvironment: boolean,
  { token: option, region }: AddressOptions,
  env: Surroundings['env'],
): ApiAddress {
  const url = readApiUrl(text, fromEnvironment ? 'VPN_POLICY_API' : '--api');
  const token = option ?? (env.VPN_POLICY_TOKEN || undefined);
  if (token !== undefined) {
    checkToken(token, option === undefined ? 'VPN_POLICY_TOKEN' : '--token');
    return { url, caller: { kind: 'token', token } };
  }
  // The local stack, which asks nobody; who means to sign all the same says for which region.
  if (isLoopback(url) && region === undefined) return { url, caller: { kind: 'nobody' } };
  return { url, caller: { kind: 'signature', region: region ?? regionInHost(url) ?? regionOf(undefined, env) } };
}

function readApiUrl(text: string, name: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // First of all: no other error shall show them.
  if (url !== undefined && hasUserInfo(url)) {
    throw new CommandError(
      `${name} has a user or a password in it; accepted: the URL alone, and --token or AWS credentials`,
    );
  }
  if (url === undefined || !['http:', 'https:'].includes(url.protocol) || url.search !== '' || url.hash !== '') {
    throw new CommandError(
      `${name} ${JSON.stringify(text)} is no URL of an API; accepted: such as https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com`,
    );
  }
  if (url.protocol === 'http:' && !isLoopback(url)) {
    throw new CommandError(
      `${name} ${url.href} is not encrypted: anybody on the way could read and change the policy; accepted: https (http on this machine alone)`,
    );
  }
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}

function hasUserInfo({ username, password }: URL): boolean {
  return username !== '' || password !== '';
}

function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}

/** `a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com`, and those of VPC endpoints. */
function regionInHost({ hostname }: URL): string | undefined {
  return /\.execute-api\.([a-z0-9-]+)\.(?:vpce\.)?amazonaws\./.exec(hostname)?.[1];
}

function checkToken(token: string, name: string): void {
  if (/^[\x21-\x7e]+$/.test(token)) return;
  throw new CommandError(`${name} is no token: it is empty or has blanks or characters that no token has`);
}
