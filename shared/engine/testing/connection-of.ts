/** A connection for tests, from what is given of it: read as the handler reads events, so that what is wrong is malformed. */
import { type Connection, namesAttribute, textAttribute } from '../connection.ts';

export type GivenAttributes = Partial<Record<keyof Connection, unknown>>;

export function connectionOf(attributes: GivenAttributes): Connection {
  const text = (name: keyof Connection) => textAttribute(attributes[name]);
  return {
    connectionId: text('connectionId'),
    endpointId: text('endpointId'),
    username: text('username'),
    commonName: text('commonName'),
    publicIp: text('publicIp'),
    platform: text('platform'),
    platformVersion: text('platformVersion'),
    openvpnVersion: text('openvpnVersion'),
    awsClientVersion: text('awsClientVersion'),
    groups: namesAttribute(attributes.groups),
  };
}
