/** The connections that stand at a Client VPN endpoint, through EC2's API: which they are, and ending one. */
import {
  DescribeClientVpnConnectionsCommand,
  type EC2Client,
  TerminateClientVpnConnectionsCommand,
  type TerminateConnectionStatus,
} from '@aws-sdk/client-ec2';
import { awsFailure } from '../../shared/aws-failure.ts';
import { type ActiveConnection, readActiveConnection } from './active-connection.ts';
import { Ec2Error, toEc2Error } from './ec2-error.ts';
import type { Pace } from './pace.ts';
import { pacedTries } from './paced-tries.ts';
import { createEc2Paces } from './request-rates.ts';

export interface ClientVpnConnections {
  /**
   * The connections that stand at that endpoint, each once, in no order. One that begins or ends during the call may be there or not.
   * @throws Ec2Error `unavailable`, `refused`; never a part of them
   */
  active(endpointId: string, options?: CallOptions): Promise<readonly ActiveConnection[]>;
  /**
   * Ends a connection. `ended`: EC2 ends it (which takes some seconds). `gone`: it had ended before.
   * @throws Ec2Error where it still stands, or nobody knows
   */
  terminate(endpointId: string, connectionId: string, options?: CallOptions): Promise<'ended' | 'gone'>;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface ClientVpnConnectionsOptions {
  readonly client: EC2Client;
  /** Every request that goes out waits for its turn, retries included. Default: `createEc2Paces()`. */
  readonly paces?: Ec2Paces;
  /** Connections a page, 5 to 1000. Default 1000. */
  readonly pageSize?: number;
}

export interface Ec2Paces {
  readonly describe: Pace;
  readonly terminate: Pace;
}

/** EC2 API reference, "DescribeClientVpnConnections": MaxResults is 5 to 1000. */
const LARGEST_PAGE = 1_000;

export function createClientVpnConnections({
  client,
  paces = createEc2Paces(),
  pageSize = LARGEST_PAGE,
}: ClientVpnConnectionsOptions): ClientVpnConnections {
  async function page(endpointId: string, token: string | undefined, signal: AbortSignal | undefined) {
    const command = new DescribeClientVpnConnectionsCommand({
      ClientVpnEndpointId: endpointId,
      MaxResults: pageSize,
      ...(token !== undefined && { NextToken: token }),
    });
    pacedTries(command.middlewareStack, paces.describe, signal);
    const { Connections, NextToken } = await client.send(command, aborting(signal));
    // EC2 sends an empty list where there is none, and what another server says must not pass for "nobody is connected".
    if (Connections === undefined)
      throw unreadable('DescribeClientVpnConnections', endpointId, 'no list of connections');
    const next = NextToken || undefined;
    if (next !== undefined && next === token) {
      throw unreadable('DescribeClientVpnConnections', endpointId, 'the next page is the page before');
    }
    return { connections: Connections, next };
  }

  return {
    async active(endpointId, { signal } = {}) {
      const standing = new Map<string, ActiveConnection>();
      let token: string | undefined;
      try {
        do {
          const { connections, next } = await page(endpointId, token, signal);
          for (const told of connections) {
            const connection = readActiveConnection(told, endpointId);
            // A later page knows better of one that comes twice.
            if (connection !== undefined) standing.set(connection.id, connection);
            else if (told.ConnectionId !== undefined) standing.delete(told.ConnectionId);
          }
          token = next;
        } while (token !== undefined);
      } catch (error) {
        throw toEc2Error(error, 'DescribeClientVpnConnections', endpointId, signal);
      }
      return [...standing.values()];
    },

    async terminate(endpointId, connectionId, { signal } = {}) {
      const command = new TerminateClientVpnConnectionsCommand({
        ClientVpnEndpointId: endpointId,
        ConnectionId: connectionId,
      });
      const tries = pacedTries(command.middlewareStack, paces.terminate, signal);
      // An earlier try of this very request, which had no answer, may be what ended it.
      const gone = () => (tries.mayBeDone ? 'ended' : 'gone');
      try {
        const { ConnectionStatuses = [] } = await client.send(command, aborting(signal));
        const status = ConnectionStatuses.find(({ ConnectionId }) => ConnectionId === connectionId);
        return wasEnded(status, connectionId) ? 'ended' : gone();
      } catch (error) {
        if (awsFailure(error).name === GONE) return gone();
        throw toEc2Error(error, 'TerminateClientVpnConnections', endpointId, signal);
      }
    },
  };
}

/**
 * "Error codes for the Amazon EC2 API" names this one for a connection's id, and describes it as of an endpoint, for which there is
 * InvalidClientVpnEndpointId.NotFound, too. What an id gets that has just ended it does not say: a status in a proper answer is read, too.
 */
const GONE = 'InvalidClientVpnConnection.IdNotFound';

/** False where it had ended before this request. @throws Ec2Error `not-ended` */
function wasEnded(status: TerminateConnectionStatus | undefined, connectionId: string): boolean {
  const { PreviousStatus, CurrentStatus } = status ?? {};
  if (ENDS.has(PreviousStatus?.Code ?? '')) return false;
  if (ENDS.has(CurrentStatus?.Code ?? '')) return true;
  const said = CurrentStatus?.Message ? `: ${CurrentStatus.Message}` : '';
  throw new Ec2Error(
    'not-ended',
    `EC2 did not end ${connectionId}, its status is ${CurrentStatus?.Code ?? 'not told'}${said}`,
  );
}

const ENDS: ReadonlySet<string> = new Set(['terminating', 'terminated']);

function unreadable(action: string, endpointId: string, what: string): Ec2Error {
  return new Ec2Error('unavailable', `EC2's answer to ${action} for ${endpointId} cannot be read: ${what}`);
}

function aborting(signal: AbortSignal | undefined): { abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal };
}
