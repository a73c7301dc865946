/** What a user reads when no policy could be asked: helpful to them, and a cause in words that the help desk can look up. */
import type { Attribute } from '../shared/engine/index.ts';

/**
 * Why no policy decided: no table is configured; none was published yet; the store cannot be reached and no policy was
 * ever loaded; the store says no (no such table, no right to read it); the last good one is older than allowed; what the store holds is damaged; the handler itself failed.
 */
export type Unavailability =
  | 'not-configured'
  | 'empty'
  | 'unreachable'
  | 'store-refused'
  | 'outdated'
  | 'corrupt'
  | 'internal';

/** At most 255 characters, with the connection id that the logs know. */
export function unavailableMessage(cause: Unavailability, connectionId: Attribute<string>): string {
  return MESSAGES[cause].replace('{connectionId}', () => quotable(connectionId));
}

const MESSAGES: Readonly<Record<Unavailability, string>> = {
  'not-configured':
    "This VPN's access check is not set up yet. Please tell your help desk: rules table not configured, connection {connectionId}.",
  empty:
    'No access policy has been published for this VPN yet. Please tell your help desk: no policy published, connection {connectionId}.',
  unreachable:
    'The VPN cannot read its access policy at the moment. Please try again in a minute; if that does not help, tell your help desk: policy store unreachable, connection {connectionId}.',
  'store-refused':
    'The VPN may not read its access policy. Trying again will not help; please tell your help desk: policy store refused, connection {connectionId}.',
  outdated:
    "The VPN's access policy is too old and cannot be refreshed at the moment. Please try again in a minute; if that does not help, tell your help desk: policy out of date, connection {connectionId}.",
  corrupt:
    "The VPN's access policy cannot be read. Trying again will not help; please tell your help desk: policy corrupt, connection {connectionId}.",
  internal:
    "The VPN's access check failed. Please try again in a minute; if that does not help, tell your help desk: internal fault, connection {connectionId}.",
};

/** An id of the form that AWS gives; anything else is not repeated to the user. */
function quotable(connectionId: Attribute<string>): string {
  return typeof connectionId === 'string' && /^[A-Za-z0-9_-]{1,64}$/.test(connectionId) ? connectionId : '-';
}
