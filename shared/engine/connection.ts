/** A connection as the engine sees it: every attribute is absent, malformed or a value. */

/** The attribute was there, but is not what it should be (a wrong type, a name over 512 characters). */
export interface Malformed {
  readonly malformed: unknown;
}

/** `undefined` is absent: missing, null or empty. */
export type Attribute<T> = T | Malformed | undefined;

/** What `decide` takes. Strings are as the client sent them: folding and parsing is the engine's part. */
export interface Connection {
  readonly connectionId: Attribute<string>;
  readonly endpointId: Attribute<string>;
  readonly username: Attribute<string>;
  readonly commonName: Attribute<string>;
  readonly publicIp: Attribute<string>;
  readonly platform: Attribute<string>;
  readonly platformVersion: Attribute<string>;
  readonly openvpnVersion: Attribute<string>;
  readonly awsClientVersion: Attribute<string>;
  readonly groups: Attribute<readonly string[]>;
}

/** An attribute by its name. Each is written out: a look-up by a name that varies costs far more. */
export function attributeOf<Name extends keyof Connection>(connection: Connection, name: Name): Connection[Name];
export function attributeOf(connection: Connection, name: keyof Connection): Connection[keyof Connection] {
  switch (name) {
    case 'username':
      return connection.username;
    case 'publicIp':
      return connection.publicIp;
    case 'connectionId':
      return connection.connectionId;
    case 'commonName':
      return connection.commonName;
    case 'groups':
      return connection.groups;
    case 'platform':
      return connection.platform;
    case 'platformVersion':
      return connection.platformVersion;
    case 'openvpnVersion':
      return connection.openvpnVersion;
    case 'awsClientVersion':
      return connection.awsClientVersion;
    case 'endpointId':
      return connection.endpointId;
  }
}

/** The longest name that is taken at its word, in UTF-16 units. */
export const MAX_NAME_LENGTH = 512;

/** True for an attribute that was there and could not be read. */
export function isMalformed(attribute: unknown): attribute is Malformed {
  return typeof attribute === 'object' && attribute !== null && 'malformed' in attribute;
}

/** Reads a text attribute: absent when missing, null or empty; malformed when no string or over 512 characters. */
export function textAttribute(value: unknown): Attribute<string> {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string' || value.length > MAX_NAME_LENGTH) return { malformed: value };
  return value;
}

/**
 * Reads a list of names. Null and empty elements are passed over, a list with none left is absent; anything but a list,
 * or a list with one element that is malformed, is malformed as a whole.
 */
export function namesAttribute(value: unknown): Attribute<readonly string[]> {
  if (value === undefined || value === null || value === '') return undefined;
  if (!Array.isArray(value)) return { malformed: value };
  const names: string[] = [];
  for (const element of value) {
    const name = textAttribute(element);
    if (isMalformed(name)) return { malformed: value };
    if (name !== undefined) names.push(name);
  }
  return names.length === 0 ? undefined : names;
}
