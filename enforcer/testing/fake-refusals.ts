/** What both actions of the fake EC2 refuse in the same way; undefined where they go on. */
import type { TestAnswer } from '../../shared/testing/http-server.ts';
import { ec2Refusal, type Parameters } from '../../shared/testing/query-protocol.ts';
import type { FakeConnections } from './fake-connections.ts';

export function refusedEndpoint(endpoint: string, connections: FakeConnections): TestAnswer | undefined {
  if (endpoint === '') {
    return ec2Refusal(400, 'MissingParameter', 'The request must contain the parameter ClientVpnEndpointId');
  }
  if (!/^cvpn-endpoint-[0-9a-f]{17}$/.test(endpoint)) {
    return ec2Refusal(400, 'InvalidClientVpnEndpointId.Malformed', `Invalid id: "${endpoint}"`);
  }
  if (connections.hasEndpoint(endpoint)) return undefined;
  return ec2Refusal(400, 'InvalidClientVpnEndpointId.NotFound', `Endpoint ${endpoint} does not exist`);
}

/** EC2 answers a dry run that would have succeeded with an error, too. */
export function refusedDryRun({ DryRun }: Parameters): TestAnswer | undefined {
  if (DryRun !== 'true') return undefined;
  return ec2Refusal(412, 'DryRunOperation', 'Request would have succeeded, but DryRun flag is set.');
}
