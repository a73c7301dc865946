/** Decisions for tests. */
import { readRequest } from '../../client-vpn/index.ts';
import type { Decision } from '../../engine/index.ts';
import type { DecisionFacts, EndedFacts } from '../index.ts';

export const REFUSAL: Decision = {
  allow: false,
  effect: 'deny',
  decidedBy: 'rule',
  rules: ['block-leavers'],
  message: 'This user is not permitted.',
  postureStatuses: ['left'],
  reported: ['try-it'],
  observed: false,
  endpoint: 'frankfurt',
};

export const ADMISSION: Decision = {
  allow: true,
  effect: 'allow',
  decidedBy: 'rule',
  rules: ['staff'],
  postureStatuses: [],
  reported: [],
  observed: false,
  endpoint: 'frankfurt',
};

export const EVENT = {
  'connection-id': 'cvpn-connection-0aa11bb22cc33dd44',
  'endpoint-id': 'cvpn-endpoint-0a1b2c3d4e5f67890',
  'common-name': null,
  username: 'Batchi',
  platform: 'win',
  'platform-version': '10.0.22631',
  'public-ip': '203.0.113.9',
  'client-openvpn-version': '2.6.12',
  'aws-client-version': '',
  groups: ['staff', 'vpn-admins'],
  'schema-version': 'v3',
};

export const DECIDED_AT_MS = Date.parse('2026-11-24T10:00:00.123Z');

/** What the handler knows of a refusal of `EVENT`, but for what is given. */
export function facts(event: unknown = EVENT, overrides: Partial<DecisionFacts> = {}): DecisionFacts {
  const decision = 'decision' in overrides ? overrides.decision : REFUSAL;
  return {
    decidedAtMs: DECIDED_AT_MS,
    lambdaRequestId: '8f5c9f2e-0000-4000-8000-000000000000',
    request: readRequest(event),
    names: 'clear',
    outcome: 'refused',
    decision,
    message: decision?.message,
    revision: 42,
    policyAgeMs: 1_200,
    ...overrides,
  };
}

/** What the enforcer knows of the end of `EVENT`'s connection, an hour after it was let in, but for what is given. */
export function endedFacts(overrides: Partial<EndedFacts> = {}): EndedFacts {
  return {
    endedAtMs: DECIDED_AT_MS + 3_600_000,
    connection: {
      id: EVENT['connection-id'],
      endpointId: EVENT['endpoint-id'],
      username: EVENT.username,
      sinceMs: DECIDED_AT_MS + 2_000,
    },
    names: { names: 'clear' },
    refusal: { decidedBy: 'rule', rules: ['block-leavers'] },
    revision: 43,
    endpoint: 'frankfurt',
    by: 'policy',
    ...overrides,
  };
}
