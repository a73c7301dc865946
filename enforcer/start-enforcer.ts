/** Builds the enforcer from the environment: settings, clients, policies, log and metrics, each once. */
import type { EC2Client } from '@aws-sdk/client-ec2';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createDecisionLog, createDecisionSource } from '../shared/decision-log/index.ts';
import { makePowertools } from '../shared/powertools/index.ts';
import { createSessionReconciler } from '../shared/sessions/index.ts';
import type { Environment } from '../shared/settings/index.ts';
import { createDocumentClient, DynamoDbPolicyStore } from '../shared/store/index.ts';
import { createSessionCount } from './asking/count-sessions.ts';
import type { EnforcerParts } from './asking/enforcer-parts.ts';
import { createClientVpnConnections, createEc2Client, createEc2Paces } from './ec2/index.ts';
import { createEnforcerHandler, type EnforcerHandler } from './enforcer-handler.ts';
import { createKnownConnections } from './judging/known-connections.ts';
import { createPolicies } from './judging/policies.ts';
import { createEnforcerMetrics } from './metrics.ts';
import { readSettings, type Settings } from './settings.ts';

export interface StartOptions {
  /** Default: one that finds DynamoDB as the SDK does. */
  readonly client?: DynamoDBDocumentClient;
  /** Default: one that finds EC2 as the SDK does. */
  readonly ec2?: EC2Client;
  /** Milliseconds since 1970. Default `Date.now`. */
  readonly now?: () => number;
}

/** What putting the record of an ended connection may take: nobody waits at the door for it. */
const RECORD_TIMEOUT_MS = 2_000;

/** Never throws: whatever the environment says, there is a handler, and it answers with a problem. */
export function startEnforcer(environment: Environment, options: StartOptions = {}): EnforcerHandler {
  const { now = Date.now } = options;
  const { logger, stored, unreadable } = makePowertools(environment);
  const metrics = createEnforcerMetrics(stored);
  if (unreadable !== undefined) {
    logger.error('variables of Powertools that cannot be used; left out', { reason: String(unreadable) });
  }
  const { settings, errors } = readSettings(environment);
  if (errors.length > 0) logger.error('settings that cannot be used', { settings: errors });
  const wrong = errors.length + (unreadable === undefined ? 0 : 1);
  if (wrong > 0) metrics.count('SettingErrors', wrong);
  const common = { settings, logger, metrics, now };
  return createEnforcerHandler(partsOf(common, options), common);
}

function partsOf(
  common: Pick<EnforcerParts, 'logger' | 'metrics' | 'now'> & { readonly settings: Settings },
  options: StartOptions,
): EnforcerParts | undefined {
  const { settings, logger, now } = common;
  const { rulesTable, decisionsTable, sessionsTable, decisionRetentionDays: retentionDays, endpoints } = settings;
  if (rulesTable === undefined || decisionsTable === undefined || endpoints.length === 0) return undefined;
  const client = options.client ?? createDocumentClient();
  const ec2 = options.ec2 ?? createEc2Client();
  const decisions = createDecisionSource({
    client,
    tableName: decisionsTable,
    now,
    onUnreadable: (error) => logger.error('the decisions table holds what cannot be read', { reason: error.message }),
  });
  const store = new DynamoDbPolicyStore({
    client,
    tableName: rulesTable,
    now,
    onForeignItem: (key) =>
      logger.error('the rules table holds an item that is not a revision of a policy', { key: key.slice(0, 200) }),
  });
  return {
    ...common,
    endpoints,
    connections: createClientVpnConnections({ client: ec2, paces: createEc2Paces(settings.rates) }),
    known: createKnownConnections(decisions, settings.names),
    policies: createPolicies(store),
    log: createDecisionLog({ client, tableName: decisionsTable, timeoutMs: RECORD_TIMEOUT_MS, retentionDays }),
    countSessions:
      sessionsTable === undefined
        ? undefined
        : createSessionCount({
            ...common,
            endpoints,
            reconciler: createSessionReconciler({ client, tableName: sessionsTable }),
          }),
  };
}
