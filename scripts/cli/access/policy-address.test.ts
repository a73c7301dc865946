import { describe, expect, it } from '@jest/globals';
import { type AddressOptions, policyAddress } from './policy-address.ts';

const AWS = 'https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com';
const CUSTOM = 'https://vpn.example.com/admin';
const TOKEN = 'eyJ.eyJ.c2ln';
type Environment = Readonly<Record<string, string>>;

describe('policyAddress', () => {
  it.each<[string, AddressOptions, Environment, object]>([
    ['an API', { api: AWS }, {}, { kind: 'signature', region: 'eu-west-1' }],
    ['of the environment', {}, { VPN_POLICY_API: AWS }, { kind: 'signature', region: 'eu-west-1' }],
    ['before a table of the environment', {}, { VPN_POLICY_API: AWS, RULES_TABLE: 't' }, { kind: 'signature' }],
    ['a private one', { api: AWS.replace('.ama', '.vpce.ama') }, {}, { kind: 'signature', region: 'eu-west-1' }],
    ['whose region is told', { api: AWS, region: 'eu-north-1' }, {}, { kind: 'signature', region: 'eu-north-1' }],
    ['with another region around', { api: AWS }, { AWS_REGION: 'x' }, { kind: 'signature', region: 'eu-west-1' }],
    ['of its own name', { api: CUSTOM, region: 'eu-west-1' }, {}, { kind: 'signature', region: 'eu-west-1' }],
    ['and the region around', { api: CUSTOM }, { AWS_REGION: 'eu-west-1' }, { kind: 'signature', region: 'eu-west-1' }],
    ["and the profile's region", { api: CUSTOM }, {}, { kind: 'signature', region: undefined }],
    ['with a token', { api: AWS, token: TOKEN }, {}, { kind: 'token', token: TOKEN }],
    ['with a token around', { api: AWS }, { VPN_POLICY_TOKEN: TOKEN }, { kind: 'token', token: TOKEN }],
    ['of the local stack', { api: 'http://127.0.0.1:3000' }, {}, { kind: 'nobody' }],
    ['of the local stack', { api: 'http://localhost:3000/' }, { AWS_REGION: 'x' }, { kind: 'nobody' }],
    ['of the local stack', { api: 'http://[::1]:3000' }, {}, { kind: 'nobody' }],
    ['here, signed', { api: 'http://127.0.0.1:3000', region: 'r' }, {}, { kind: 'signature', region: 'r' }],
    ['here, with a token', { api: 'http://127.0.0.1:3000', token: TOKEN }, {}, { kind: 'token', token: TOKEN }],
  ])('finds an API: %s %j %j', (_, options, env, caller) => {
    expect(policyAddress(options, env)).toMatchObject({ way: 'api', api: { caller } });
  });

  it.each([
    [AWS, `${AWS}/`],
    [`${AWS}/prod`, `${AWS}/prod/`],
    [`${AWS}/prod/`, `${AWS}/prod/`],
  ])('takes the stage in %s', (api, href) => {
    const address = policyAddress({ api }, {});
    expect(address.way === 'api' && address.api.url.href).toBe(href);
  });

  it.each<[string, AddressOptions, Environment, object]>([
    ['a table', { table: 't' }, {}, { tableName: 't', region: undefined, endpoint: undefined, local: false }],
    ['of the environment', {}, { RULES_TABLE: 't', AWS_DEFAULT_REGION: 'r' }, { tableName: 't', region: 'r' }],
    ['before an API of the environment', { table: 't' }, { VPN_POLICY_API: AWS }, { tableName: 't' }],
    [
      'elsewhere, before an API of the environment',
      { endpoint: 'http://127.0.0.1:8000' },
      { VPN_POLICY_API: AWS, RULES_TABLE: 't' },
      { tableName: 't', endpoint: 'http://127.0.0.1:8000' },
    ],
    [
      'of the local stack',
      { local: true },
      { VPN_POLICY_API: AWS, RULES_TABLE: 't', DYNAMODB_PORT: '8123' },
      { tableName: 'client-vpn-policy-local-rules', endpoint: 'http://127.0.0.1:8123', local: true },
    ],
    [
      'elsewhere by the environment',
      {},
      { RULES_TABLE: 't', AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:8000' },
      { tableName: 't', endpoint: 'http://127.0.0.1:8000' },
    ],
    ['whatever is empty', {}, { VPN_POLICY_API: '', RULES_TABLE: 't' }, { tableName: 't' }],
  ])('finds a table: %s %j %j', (_, options, env, table) => {
    expect(policyAddress(options, env)).toMatchObject({ way: 'table', table });
  });

  it.each<[string, AddressOptions, Environment, string]>([
    [
      'nothing',
      {},
      {},
      'where is the policy? Give --api URL or --table NAME, or set VPN_POLICY_API or RULES_TABLE; --local is the table of the local stack (npm start)',
    ],
    ['an endpoint alone', { endpoint: 'http://x' }, {}, 'which table? Give --table NAME or set RULES_TABLE'],
    [
      'a wrong endpoint of the environment',
      { table: 't' },
      { AWS_ENDPOINT_URL_DYNAMODB: 'x' },
      'AWS_ENDPOINT_URL_DYNAMODB "x" is no URL; accepted: such as http://127.0.0.1:8000',
    ],
    [
      'a password in an endpoint',
      { table: 't', endpoint: 'http://me:secret@127.0.0.1:8000' },
      {},
      '--endpoint has a user or a password in it; accepted: the URL alone',
    ],
    [
      'a user in an endpoint of the environment',
      { table: 't' },
      { AWS_ENDPOINT_URL_DYNAMODB: 'ftp://secret@127.0.0.1' },
      'AWS_ENDPOINT_URL_DYNAMODB has a user or a password in it; accepted: the URL alone',
    ],
    [
      'a token alone',
      { token: TOKEN },
      { RULES_TABLE: 't' },
      '--token is for the API: give --api URL or set VPN_POLICY_API',
    ],
    [
      'no URL',
      { api: 'a1b2c3d4e5' },
      {},
      '--api "a1b2c3d4e5" is no URL of an API; accepted: such as https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com',
    ],
    [
      'a query',
      {},
      { VPN_POLICY_API: `${AWS}/?x=1` },
      `VPN_POLICY_API "${AWS}/?x=1" is no URL of an API; accepted: such as https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com`,
    ],
    [
      'a password',
      { api: 'https://me:secret@vpn.example.com' },
      {},
      '--api has a user or a password in it; accepted: the URL alone, and --token or AWS credentials',
    ],
    [
      'a password in what is wrong in other ways, too',
      { api: 'ftp://me:secret@vpn.example.com/?x=1' },
      {},
      '--api has a user or a password in it; accepted: the URL alone, and --token or AWS credentials',
    ],
    [
      'no encryption',
      { api: 'http://vpn.example.com' },
      {},
      '--api http://vpn.example.com/ is not encrypted: anybody on the way could read and change the policy; accepted: https (http on this machine alone)',
    ],
    [
      'a token with a line end',
      { api: AWS },
      { VPN_POLICY_TOKEN: 'a\nb' },
      'VPN_POLICY_TOKEN is no token: it is empty or has blanks or characters that no token has',
    ],
    [
      'an empty token',
      { api: AWS, token: '' },
      {},
      '--token is no token: it is empty or has blanks or characters that no token has',
    ],
  ])('refuses %s', (_, options, env, message) => {
    expect(() => policyAddress(options, env)).toThrow(message);
  });
});
