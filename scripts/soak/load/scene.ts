/** Who connects, from where, to what; and the policy that operators begin with. */
import type { ConnectRequestV3 } from '../../../shared/client-vpn/index.ts';
import type { PolicyDocument } from '../../../shared/engine/index.ts';
import type { Random } from '../../fuzz/random.ts';

export const USERS: readonly string[] = Array.from({ length: 60 }, (_, number) => `user-${number}`);

const FRANKFURT = 'cvpn-endpoint-05e3cd01fe10ad9ee';
const TOKYO = 'cvpn-endpoint-0a1b2c3d4e5f67890';

export const FIRST_POLICY: PolicyDocument = {
  version: 1,
  defaultEffect: 'deny',
  defaultMessage: 'Not from {publicIp}, quote {connectionId}.',
  endpoints: { [FRANKFURT]: { name: 'frankfurt', defaultEffect: 'allow' } },
  sets: {
    offices: { kind: 'ip', entries: ['203.0.113.0/28', '2001:db8:40::/44'] },
    leavers: { kind: 'user', entries: ['batchi'] },
  },
  rules: [
    { id: 'leavers', effect: 'deny', match: { identities: ['@leavers'] }, message: '{username} has left.' },
    { id: 'old-clients', effect: 'deny', match: { openvpnVersion: '<2.6' }, message: 'Too old a client.' },
    { id: 'offices', effect: 'allow', match: { sourceIps: ['@offices'] }, postureStatuses: ['office'] },
    { id: 'admins', effect: 'allow', match: { groups: ['vpn-admins'] } },
  ],
};

/** Nobody's connection is like another's: its id is by its number. */
export function randomEvent(random: Random, number: number): ConnectRequestV3 {
  const user = random.pick(USERS);
  // The older schemas have fewer fields; the handler ignores what a version does not have.
  const version = random.pick(['v1', 'v2', 'v3'] as const);
  return {
    'connection-id': `cvpn-connection-${number.toString(16).padStart(17, '0')}`,
    'endpoint-id': random.pick([FRANKFURT, TOKYO]),
    'common-name': null,
    username: random.pick([user, user.toUpperCase(), `CORP\\${user}`, `${user}@example.com`]),
    platform: 'win',
    'platform-version': null,
    'public-ip': random.pick(['203.0.113.7', `198.51.100.${random.integer(0, 255)}`, '2001:db8:41::7', '192.0.2.1']),
    'client-openvpn-version': random.pick(['2.6.12', '2.6.12', '2.6.12', '2.5.1']),
    'aws-client-version': null,
    groups: random.pick([[], ['staff'], ['staff', 'vpn-admins']]),
    'schema-version': version,
  };
}
