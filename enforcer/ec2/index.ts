/** EC2 as far as the enforcer needs it: the connections that stand, and ending one, at a pace that EC2 allows. */
export type { ActiveConnection } from './active-connection.ts';
export {
  type CallOptions,
  type ClientVpnConnections,
  type ClientVpnConnectionsOptions,
  createClientVpnConnections,
  type Ec2Paces,
} from './client-vpn-connections.ts';
export { createEc2Client, type Ec2ClientOptions } from './ec2-client.ts';
export { Ec2Error, type Ec2ErrorCode } from './ec2-error.ts';
export { createEc2Paces, DESCRIBE_PER_SECOND, type Ec2Rates, TERMINATE_PER_SECOND } from './request-rates.ts';
