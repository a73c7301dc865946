/**
 * EC2 as far as Client VPN's authorization goes, and STS's answer to who calls, as an HTTP server that speaks their query protocols
 * (form in, XML out), written from the EC2 and STS API references.
 */
import type { TestAnswer } from '../../../../shared/testing/http-server.ts';
import {
  ec2Refusal,
  ec2Success,
  type Parameters,
  type QueryServer,
  startQueryServer,
  xmlAnswer,
  xmlElement,
} from '../../../../shared/testing/query-protocol.ts';

/** Its url is what the commands find as `AWS_ENDPOINT_URL`. */
export type FakeEc2 = QueryServer;

export interface FakeEndpoint {
  description?: string;
  enabled: boolean;
  functionArn?: string;
  /** So many looks still see a change being applied. */
  applying?: number;
}

export interface FakeEc2Options {
  /** By id; changed by what is asked. */
  readonly endpoints: Readonly<Record<string, FakeEndpoint>>;
  /** How many looks see a change being applied. Default 0. */
  readonly looksUntilApplied?: number;
  /** An error that an action is answered with. */
  readonly failing?: Readonly<
    Record<string, { readonly status: number; readonly code: string; readonly message: string }>
  >;
}

export const CALLER = 'arn:aws:sts::123456789012:assumed-role/vpn-admin/alice';

export async function startFakeEc2({
  endpoints,
  looksUntilApplied = 0,
  failing = {},
}: FakeEc2Options): Promise<FakeEc2> {
  const answer = (parameters: Parameters): TestAnswer => {
    const { Action = '', DryRun } = parameters;
    const failure = failing[Action];
    if (failure !== undefined) return ec2Refusal(failure.status, failure.code, failure.message);
    if (Action === 'GetCallerIdentity') return identity();
    const id = parameters.ClientVpnEndpointId ?? parameters['ClientVpnEndpointId.1'] ?? '';
    const endpoint = endpoints[id];
    if (endpoint === undefined) {
      return ec2Refusal(400, 'InvalidClientVpnEndpointId.NotFound', `Endpoint ${id} does not exist`);
    }
    switch (Action) {
      case 'DescribeClientVpnEndpoints':
        return described(id, endpoint);
      case 'ModifyClientVpnEndpoint':
        if (DryRun === 'true') {
          return ec2Refusal(412, 'DryRunOperation', 'Request would have succeeded, but DryRun flag is set.');
        }
        endpoint.enabled = parameters['ClientConnectOptions.Enabled'] === 'true';
        endpoint.functionArn = parameters['ClientConnectOptions.LambdaFunctionArn'] ?? '';
        endpoint.applying = looksUntilApplied;
        return ec2Success('ModifyClientVpnEndpoint', '<return>true</return>');
      default:
        return ec2Refusal(400, 'InvalidAction', `The action ${Action} is not valid for this web service.`);
    }
  };
  return startQueryServer(answer);
}

function described(id: string, endpoint: FakeEndpoint): TestAnswer {
  const { description = '', enabled, functionArn = '', applying = 0 } = endpoint;
  endpoint.applying = Math.max(0, applying - 1);
  return ec2Success(
    'DescribeClientVpnEndpoints',
    `<clientVpnEndpoint><item>
      <clientVpnEndpointId>${id}</clientVpnEndpointId>
      ${xmlElement('description', description)}
      <status><code>available</code></status>
      <clientConnectOptions>
        <enabled>${enabled}</enabled>
        ${functionArn && xmlElement('lambdaFunctionArn', functionArn)}
        <status><code>${applying > 0 ? 'applying' : 'applied'}</code></status>
      </clientConnectOptions>
    </item></clientVpnEndpoint>`,
  );
}

function identity(): TestAnswer {
  return xmlAnswer(
    200,
    `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
      <Arn>${CALLER}</Arn><UserId>AROAEXAMPLE:alice</UserId><Account>123456789012</Account>
    </GetCallerIdentityResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></GetCallerIdentityResponse>`,
  );
}
