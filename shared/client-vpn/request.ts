/** What Client VPN asks: the connect request in its three schema versions, read so that nothing in it can throw. */
import { type Attribute, type Connection, namesAttribute, textAttribute } from '../engine/index.ts';

/** The versions of AWS's schema that this project answers in, oldest first. */
export const SCHEMA_VERSIONS = ['v1', 'v2', 'v3'] as const;

export type SchemaVersion = (typeof SCHEMA_VERSIONS)[number];

/** A connect request as AWS documents it ("Connection authorization", Client VPN administrator guide). */
export interface ConnectRequestV1 {
  readonly 'connection-id'?: string | null;
  readonly 'endpoint-id'?: string | null;
  readonly 'common-name'?: string | null;
  readonly username?: string | null;
  readonly platform?: string | null;
  readonly 'platform-version'?: string | null;
  readonly 'public-ip'?: string | null;
  readonly 'client-openvpn-version'?: string | null;
  readonly 'schema-version'?: string | null;
}

/** The request is that of v1; only the answer differs. */
export type ConnectRequestV2 = ConnectRequestV1;

export interface ConnectRequestV3 extends ConnectRequestV2 {
  readonly 'aws-client-version'?: string | null;
  /** Active Directory or IdP groups; AWS passes on at most 200. */
  readonly groups?: readonly string[] | null;
}

/** A request as the project uses it: the connection, and the version to answer in. */
export interface ConnectRequest extends Connection {
  readonly schemaVersion: SchemaVersion;
}

/**
 * Reads whatever Lambda was invoked with. Never throws: what is missing, null or empty is absent, what cannot be read is
 * kept as `{ malformed }`, unknown fields are ignored. Of an event that is no object at all every attribute is malformed
 * (null counts as an empty one).
 *
 * @example
 * readRequest({ username: 'batchi', 'public-ip': '203.0.113.9', 'schema-version': 'v3' })
 */
export function readRequest(event: unknown): ConnectRequest {
  return {
    connectionId: readField(event, 'connection-id', textAttribute),
    endpointId: readField(event, 'endpoint-id', textAttribute),
    username: readField(event, 'username', textAttribute),
    commonName: readField(event, 'common-name', textAttribute),
    publicIp: readField(event, 'public-ip', textAttribute),
    platform: readField(event, 'platform', textAttribute),
    platformVersion: readField(event, 'platform-version', textAttribute),
    openvpnVersion: readField(event, 'client-openvpn-version', textAttribute),
    awsClientVersion: readField(event, 'aws-client-version', textAttribute),
    groups: readField(event, 'groups', namesAttribute),
    schemaVersion: answerVersion(readField(event, 'schema-version', textAttribute)),
  };
}

function readField<T>(
  event: unknown,
  key: keyof ConnectRequestV3,
  read: (value: unknown) => Attribute<T>,
): Attribute<T> {
  if (event === null || event === undefined) return undefined;
  // A getter or a proxy may throw anywhere; JSON has neither, other callers of this function may.
  try {
    if (typeof event !== 'object' || Array.isArray(event)) return { malformed: event };
    return read(Reflect.get(event, key));
  } catch {
    return { malformed: undefined };
  }
}

/** The request's own version; the newest known for a newer one; v1 when it names none or something else. */
function answerVersion(named: Attribute<string>): SchemaVersion {
  if (typeof named !== 'string') return 'v1';
  const known = SCHEMA_VERSIONS.find((version) => version === named);
  if (known !== undefined) return known;
  return /^v[1-9][0-9]*$/.test(named) ? NEWEST : 'v1';
}

const NEWEST: SchemaVersion = 'v3';
