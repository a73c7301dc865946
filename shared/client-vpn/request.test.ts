/** Requests: AWS's own, incomplete ones, and ones that no service would send. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type ConnectRequestV1, type ConnectRequestV3, readRequest, SCHEMA_VERSIONS } from './request.ts';

const NOTHING = {
  connectionId: undefined,
  endpointId: undefined,
  username: undefined,
  commonName: undefined,
  publicIp: undefined,
  platform: undefined,
  platformVersion: undefined,
  openvpnVersion: undefined,
  awsClientVersion: undefined,
  groups: undefined,
  schemaVersion: 'v1',
};

const MUTUAL: ConnectRequestV1 = {
  'endpoint-id': 'cvpn-endpoint-05e3cd01fe10ad9ee',
  'connection-id': 'cvpn-connection-0cf828dc9f63cd328',
  'common-name': 'client1.domain.tld',
  username: null,
  platform: null,
  'platform-version': null,
  'public-ip': '203.0.113.10',
  'client-openvpn-version': null,
  'schema-version': 'v1',
};

const SAML: ConnectRequestV3 = {
  'endpoint-id': 'cvpn-endpoint-0a1b2c3d4e5f67890',
  'connection-id': 'cvpn-connection-0aa11bb22cc33dd44',
  'common-name': null,
  username: 'batchi@corp.example.com',
  platform: 'win',
  'platform-version': '10.0.22631',
  'public-ip': '2001:db8:40:1::25',
  'client-openvpn-version': '2.6.12',
  'aws-client-version': '5.2.1',
  groups: ['staff', 'vpn-admins'],
  'schema-version': 'v3',
};

describe('readRequest', () => {
  it('reads a v1 request of mutual authentication, where most is null', () => {
    expect(readRequest(MUTUAL)).toStrictEqual({
      ...NOTHING,
      connectionId: 'cvpn-connection-0cf828dc9f63cd328',
      endpointId: 'cvpn-endpoint-05e3cd01fe10ad9ee',
      commonName: 'client1.domain.tld',
      publicIp: '203.0.113.10',
    });
  });

  it('reads a v3 request with groups and the newer fields', () => {
    expect(readRequest(SAML)).toStrictEqual({
      connectionId: 'cvpn-connection-0aa11bb22cc33dd44',
      endpointId: 'cvpn-endpoint-0a1b2c3d4e5f67890',
      username: 'batchi@corp.example.com',
      commonName: undefined,
      publicIp: '2001:db8:40:1::25',
      platform: 'win',
      platformVersion: '10.0.22631',
      openvpnVersion: '2.6.12',
      awsClientVersion: '5.2.1',
      groups: ['staff', 'vpn-admins'],
      schemaVersion: 'v3',
    });
  });

  it.each([
    ['v1', 'v1'],
    ['v2', 'v2'],
    ['v3', 'v3'],
    ['v4', 'v3'],
    ['v10', 'v3'],
    [`v${'9'.repeat(400)}`, 'v3'],
    [undefined, 'v1'],
    [null, 'v1'],
    ['', 'v1'],
    ['v0', 'v1'],
    ['v03', 'v1'],
    ['V3', 'v1'],
    ['3', 'v1'],
    ['v3 ', 'v1'],
    ['latest', 'v1'],
    [3, 'v1'],
    [['v3'], 'v1'],
    [{ version: 'v3' }, 'v1'],
  ])('answers a request that names the schema version %p in %s', (named, version) => {
    expect(readRequest({ 'schema-version': named }).schemaVersion).toBe(version);
  });

  it.each([
    ['an empty object', {}],
    ['null', null],
    ['undefined', undefined],
    ['fields that are null', { username: null, groups: null, 'public-ip': null, 'schema-version': null }],
    ['fields that are empty', { username: '', groups: [], 'public-ip': '', 'schema-version': '' }],
    ['groups that are null or empty', { groups: [null, '', undefined] }],
    ['fields that nobody knows', { 'device-posture': 'fine', Username: 'batchi', commonName: 'x' }],
  ])('finds every attribute absent in %s', (_, event) => {
    expect(readRequest(event)).toStrictEqual(NOTHING);
  });

  it.each([['a string'], [42], [true], [['a', 'list']], [Symbol('s')], [10n], [() => 'function']])(
    'finds every attribute malformed in an event that is %p',
    (event) => {
      const { schemaVersion, ...attributes } = readRequest(event);
      expect(schemaVersion).toBe('v1');
      for (const attribute of Object.values(attributes)) expect(attribute).toStrictEqual({ malformed: event });
    },
  );

  it.each([
    ['a number', 'username', 1234],
    ['a boolean', 'common-name', false],
    ['a list', 'public-ip', ['203.0.113.10']],
    ['an object', 'platform', { name: 'win' }],
    ['a name over 512 characters', 'username', 'x'.repeat(513)],
    ['a huge string', 'public-ip', '1'.repeat(5_000_000)],
    ['groups in one string', 'groups', 'staff,vpn-admins'],
    ['a group that is no name', 'groups', ['staff', 7]],
    ['a group over 512 characters', 'groups', ['x'.repeat(513)]],
  ])('keeps %s in %s as malformed', (_, key, value) => {
    const malformed = Object.values(readRequest({ [key]: value })).filter((attribute) => typeof attribute === 'object');
    expect(malformed).toStrictEqual([{ malformed: value }]);
  });

  it('keeps a field whose getter throws as malformed, and reads the others', () => {
    const event = {
      get username(): string {
        throw new Error('no');
      },
      get 'schema-version'(): string {
        throw new Error('no');
      },
      'public-ip': '203.0.113.10',
    };
    expect(readRequest(event)).toStrictEqual({
      ...NOTHING,
      username: { malformed: undefined },
      publicIp: '203.0.113.10',
    });
  });

  it('survives proxies that throw, also revoked ones', () => {
    const hostile = new Proxy(
      {},
      {
        get: () => {
          throw new Error('no');
        },
      },
    );
    const revoked = Proxy.revocable({}, {});
    const revokedList = Proxy.revocable<string[]>([], {});
    revoked.revoke();
    revokedList.revoke();
    expect(readRequest(hostile).username).toStrictEqual({ malformed: undefined });
    expect(readRequest(revoked.proxy).username).toStrictEqual({ malformed: undefined });
    expect(readRequest({ groups: revokedList.proxy }).groups).toStrictEqual({ malformed: undefined });
  });

  it('never throws and always names a version to answer in, for any JSON and any object', () => {
    const field = fc.constantFrom(...Object.keys(SAML));
    const event = fc.oneof(fc.jsonValue(), fc.object(), fc.anything(), fc.dictionary(field, fc.anything()));
    fc.assert(
      fc.property(event, (any) => {
        expect(SCHEMA_VERSIONS).toContain(readRequest(any).schemaVersion);
      }),
      { numRuns: 2_000 },
    );
  });
});
