/** One connection as DescribeClientVpnConnections tells it (EC2 API reference, "ClientVpnConnection"). */
import type { ClientVpnConnection } from '@aws-sdk/client-ec2';

export interface ActiveConnection {
  readonly id: string;
  /** The Client VPN endpoint's id. */
  readonly endpoint: string;
  /** "Only provided if Active Directory client authentication is used", by the reference. */
  readonly username?: string;
  /** The client certificate's, or the Active Directory user name. */
  readonly commonName?: string;
  /** The address that the endpoint gave to the client: IPv4, or IPv6 where it has no other. */
  readonly clientIp?: string;
  /**
   * When it was established, milliseconds since 1970. Absent where EC2 tells no time that can be read: such a connection counts as the newest,
   * so that nobody is ended for being the oldest by mistake.
   */
  readonly establishedMs?: number;
}

/**
 * The connection where it stands; undefined where it does not, or has no id to end it by. `failed-to-terminate` still stands; `terminating`
 * does not, and neither does a status that AWS's reference does not name: what is not understood is left alone.
 */
export function readActiveConnection(told: ClientVpnConnection, endpoint: string): ActiveConnection | undefined {
  const {
    ConnectionId: id,
    Status,
    Username,
    CommonName,
    ClientIp,
    ClientIpv6Address,
    ConnectionEstablishedTime,
  } = told;
  if (!id || !STANDS.has(Status?.Code ?? '')) return undefined;
  const [username, commonName] = [nameIn(Username), nameIn(CommonName)];
  const clientIp = ClientIp || ClientIpv6Address;
  const establishedMs = readEc2Time(ConnectionEstablishedTime ?? '');
  return {
    id,
    endpoint,
    ...(username && { username }),
    ...(commonName && { commonName }),
    ...(clientIp && { clientIp }),
    ...(establishedMs !== undefined && { establishedMs }),
  };
}

/** `N/A` is what consoles and logs of Client VPN show where there is none. */
function nameIn(text: string | undefined): string | undefined {
  return text === '' || text === 'N/A' ? undefined : text;
}

const STANDS: ReadonlySet<string> = new Set(['active', 'failed-to-terminate']);

/** Milliseconds since 1970 of a time such as `2018-12-13 18:32:49`, in UTC; undefined for anything else, a day that no calendar has included. */
export function readEc2Time(text: string): number | undefined {
  if (!EC2_TIME.test(text)) return undefined;
  const iso = `${text.replace(' ', 'T')}.000Z`;
  const ms = Date.parse(iso);
  // Date.parse takes the 30th of February for the 1st of March.
  return !Number.isNaN(ms) && new Date(ms).toISOString() === iso ? ms : undefined;
}

const EC2_TIME = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/;
