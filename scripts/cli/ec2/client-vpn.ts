/** What the Client VPN endpoints of a Region ask about new connections, through EC2's API. */
import {
  DescribeClientVpnEndpointsCommand,
  EC2Client,
  ModifyClientVpnEndpointCommand,
  type ClientVpnEndpoint as SdkEndpoint,
} from '@aws-sdk/client-ec2';
import { boundedRequests } from '../../../shared/bounded-requests.ts';
import { errorFacts } from '../error-facts.ts';
import type { Surroundings } from '../surroundings.ts';
import { toEc2Error } from './ec2-failure.ts';

/** Whom an endpoint asks whether a new connection may come in. */
export interface Authorization {
  /** False: nobody, whatever function is still named. */
  readonly enabled: boolean;
  readonly functionArn?: string;
}

export interface ClientVpnEndpoint {
  readonly id: string;
  readonly description: string | undefined;
  readonly asks: Authorization;
  /** True while an earlier change is on its way to the endpoint; `message` says more where AWS does. */
  readonly applying: boolean;
  readonly message: string | undefined;
}

export interface ClientVpn {
  readonly region: string;
  /** Each throws a CommandError: no such endpoint, no right, no answer. */
  endpoint(id: string): Promise<ClientVpnEndpoint>;
  change(id: string, asks: Authorization): Promise<void>;
  /** Asks AWS whether these credentials may make the change; nothing is changed. */
  mayChange(id: string, asks: Authorization): Promise<void>;
  close(): void;
}

const TIMEOUT_MS = 10_000;
const TRIES = 3;

/** Throws a CommandError where no Region is known. */
export async function openClientVpn(region: string | undefined, env: Surroundings['env']): Promise<ClientVpn> {
  const endpoint = env.AWS_ENDPOINT_URL_EC2 || env.AWS_ENDPOINT_URL || undefined;
  const client = new EC2Client({
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    maxAttempts: TRIES,
    requestHandler: boundedRequests(TIMEOUT_MS),
  });
  const known = await client.config.region().catch((error: unknown) => {
    client.destroy();
    throw toEc2Error(error, 'Client VPN');
  });
  const modify = (id: string, asks: Authorization, DryRun: boolean) =>
    client.send(
      new ModifyClientVpnEndpointCommand({
        ClientVpnEndpointId: id,
        ClientConnectOptions: {
          Enabled: asks.enabled,
          ...(asks.functionArn === undefined ? {} : { LambdaFunctionArn: asks.functionArn }),
        },
        DryRun,
      }),
    );
  const place = (id: string) => `Client VPN endpoint ${id} in ${known}`;

  return {
    region: known,
    async endpoint(id) {
      try {
        const { ClientVpnEndpoints: found = [] } = await client.send(
          new DescribeClientVpnEndpointsCommand({ ClientVpnEndpointIds: [id] }),
        );
        const [one] = found;
        if (one === undefined) throw Object.assign(new Error(id), { name: 'InvalidClientVpnEndpointId.NotFound' });
        return read(id, one);
      } catch (error) {
        throw toEc2Error(error, place(id));
      }
    },
    async change(id, asks) {
      try {
        await modify(id, asks, false);
      } catch (error) {
        throw toEc2Error(error, place(id));
      }
    },
    async mayChange(id, asks) {
      try {
        await modify(id, asks, true);
      } catch (error) {
        // This is how EC2 says yes.
        if (errorFacts(error).name !== 'DryRunOperation') throw toEc2Error(error, place(id));
      }
    },
    close: () => client.destroy(),
  };
}

function read(id: string, { Description, ClientConnectOptions = {} }: SdkEndpoint): ClientVpnEndpoint {
  const { Enabled = false, LambdaFunctionArn, Status } = ClientConnectOptions;
  return {
    id,
    description: Description || undefined,
    asks: { enabled: Enabled, ...(LambdaFunctionArn && { functionArn: LambdaFunctionArn }) },
    applying: Status?.Code === 'applying',
    message: Status?.Message || undefined,
  };
}
