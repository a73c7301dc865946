/**
 * EC2 as far as Client VPN's authorization goes, and STS's answer to who calls, as an HTTP server that speaks their query protocols
 * (form in, XML out), written from the EC2 and STS API references.
 */
import { type ReceivedRequest, startHttpServer, type TestAnswer, type TestServer } from '../../testing/http-server.ts';

export interface FakeEc2 {
  /** As the commands find it: `AWS_ENDPOINT_URL`. */
  readonly url: string;
  /** The parameters of every request, in order. */
  readonly requests: readonly Readonly<Record<string, string>>[];
  stop(): Promise<void>;
}

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
  const answer = (parameters: Readonly<Record<string, string>>): TestAnswer => {
    const { Action = '', DryRun } = parameters;
    const failure = failing[Action];
    if (failure !== undefined) return refusal(failure.status, failure.code, failure.message);
    if (Action === 'GetCallerIdentity') return identity();
    const id = parameters.ClientVpnEndpointId ?? parameters['ClientVpnEndpointId.1'] ?? '';
    const endpoint = endpoints[id];
    if (endpoint === undefined) {
      return refusal(400, 'InvalidClientVpnEndpointId.NotFound', `Endpoint ${id} does not exist`);
    }
    switch (Action) {
      case 'DescribeClientVpnEndpoints':
        return described(id, endpoint);
      case 'ModifyClientVpnEndpoint':
        if (DryRun === 'true') {
          return refusal(412, 'DryRunOperation', 'Request would have succeeded, but DryRun flag is set.');
        }
        endpoint.enabled = parameters['ClientConnectOptions.Enabled'] === 'true';
        endpoint.functionArn = parameters['ClientConnectOptions.LambdaFunctionArn'] ?? '';
        endpoint.applying = looksUntilApplied;
        return success('ModifyClientVpnEndpoint', '<return>true</return>');
      default:
        return refusal(400, 'InvalidAction', `The action ${Action} is not valid for this web service.`);
    }
  };
  const server: TestServer = await startHttpServer((request) => answer(parametersOf(request)));
  return {
    url: server.url,
    get requests() {
      return server.requests.map(parametersOf);
    },
    stop: () => server.stop(),
  };
}

function parametersOf({ body }: ReceivedRequest): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(body));
}

function described(id: string, endpoint: FakeEndpoint): TestAnswer {
  const { description = '', enabled, functionArn = '', applying = 0 } = endpoint;
  endpoint.applying = Math.max(0, applying - 1);
  return success(
    'DescribeClientVpnEndpoints',
    `<clientVpnEndpoint><item>
      <clientVpnEndpointId>${id}</clientVpnEndpointId>
      <description>${description}</description>
      <status><code>available</code></status>
      <clientConnectOptions>
        <enabled>${enabled}</enabled>
        ${functionArn && `<lambdaFunctionArn>${functionArn}</lambdaFunctionArn>`}
        <status><code>${applying > 0 ? 'applying' : 'applied'}</code></status>
      </clientConnectOptions>
    </item></clientVpnEndpoint>`,
  );
}

function success(action: string, inner: string): TestAnswer {
  return xml(
    200,
    `<${action}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r</requestId>${inner}</${action}Response>`,
  );
}

function identity(): TestAnswer {
  return xml(
    200,
    `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
      <Arn>${CALLER}</Arn><UserId>AROAEXAMPLE:alice</UserId><Account>123456789012</Account>
    </GetCallerIdentityResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></GetCallerIdentityResponse>`,
  );
}

function refusal(status: number, code: string, message: string): TestAnswer {
  return xml(
    status,
    `<Response><Errors><Error><Code>${code}</Code><Message>${message}</Message></Error></Errors><RequestID>r</RequestID></Response>`,
  );
}

function xml(status: number, body: string): TestAnswer {
  return {
    status,
    headers: { 'content-type': 'text/xml;charset=UTF-8' },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n${body}`,
  };
}
