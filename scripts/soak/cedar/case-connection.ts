/** Connections of which it is known by construction what their attributes mean: nobody has to read them to tell what is malformed. */
import { type Connection, namesAttribute, textAttribute } from '../../../shared/engine/index.ts';

/** What the event says, and what that is by docs/policy-language.md. */
export type Sent<T> =
  | { readonly means: 'absent' | 'malformed'; readonly sent: unknown }
  | { readonly means: 'value'; readonly sent: unknown; readonly value: T };

export interface CaseConnection {
  readonly endpointId: Sent<string>;
  readonly username: Sent<string>;
  readonly commonName: Sent<string>;
  readonly platform: Sent<string>;
  readonly publicIp: Sent<string>;
  readonly groups: Sent<readonly string[]>;
}

/** The connection for the engine. */
export function toConnection({
  endpointId,
  username,
  commonName,
  platform,
  publicIp,
  groups,
}: CaseConnection): Connection {
  return {
    connectionId: 'cvpn-connection-0a1b2c3d4e5f67890',
    endpointId: textAttribute(endpointId.sent),
    username: textAttribute(username.sent),
    commonName: textAttribute(commonName.sent),
    publicIp: textAttribute(publicIp.sent),
    platform: textAttribute(platform.sent),
    platformVersion: undefined,
    openvpnVersion: undefined,
    awsClientVersion: undefined,
    groups: namesAttribute(groups.sent),
  };
}
