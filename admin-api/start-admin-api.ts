/** Builds the admin API from the environment: settings, client, store, log and metrics, each once. */
import { LambdaClient } from '@aws-sdk/client-lambda';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { boundedRequests } from '../shared/bounded-requests.ts';
import { createDecisionSource } from '../shared/decision-log/index.ts';
import { createLambdaEnforcer } from '../shared/enforcement/index.ts';
import { makePowertools } from '../shared/powertools/index.ts';
import type { Environment } from '../shared/settings/index.ts';
import { createDocumentClient, DynamoDbPolicyStore, type PolicyStore } from '../shared/store/index.ts';
import { readAccessMap } from './access/access-map.ts';
import { createAdminMetrics } from './admin-metrics.ts';
import { createAdminApi } from './app.ts';
import { Problem } from './http/problem.ts';
import { type AdminHandler, lambdaHandler } from './lambda-adapter.ts';
import { readAdminSettings } from './settings.ts';

export interface StartOptions {
  /** Default: one that finds DynamoDB as the SDK does. */
  readonly client?: DynamoDBDocumentClient;
  /** Default: one that finds Lambda as the SDK does. */
  readonly lambda?: LambdaClient;
  /** Milliseconds since 1970. Default `Date.now`. */
  readonly now?: () => number;
}

/** To open a connection to Lambda, and for an answer: an enforcer that is asked may take as long as a request is worked on. */
const LAMBDA_CONNECTION_MS = 1_000;
const LAMBDA_REQUEST_MS = 22_000;

/** Never throws: whatever the environment says, there is a handler, and it refuses with a problem. */
export function startAdminApi(
  environment: Environment,
  { client, lambda, now = Date.now }: StartOptions = {},
): AdminHandler {
  const { logger, stored, unreadable } = makePowertools(environment);
  const metrics = createAdminMetrics(stored);
  if (unreadable !== undefined) {
    logger.error('variables of Powertools that cannot be used; left out', { reason: String(unreadable) });
  }
  const { settings, errors } = readAdminSettings(environment);
  const accessMap = readAccessMap(settings.adminAccess);
  if (errors.length > 0) logger.error('settings that cannot be used', { settings: errors });
  if (!accessMap.ok) {
    logger.error('ADMIN_ACCESS cannot be used, so nobody may do anything', { reason: accessMap.error });
  }
  const wrong = errors.length + (accessMap.ok ? 0 : 1) + (unreadable === undefined ? 0 : 1);
  if (wrong > 0) metrics.settingErrors(wrong);

  const { rulesTable, decisionsTable, pseudonymKey, enforcerFunction, corsOrigin, localStack } = settings;
  const dynamoDb = client ?? createDocumentClient();
  const store =
    rulesTable === undefined
      ? withoutTable()
      : new DynamoDbPolicyStore({
          client: dynamoDb,
          tableName: rulesTable,
          now,
          onForeignItem: (key) =>
            logger.error('the rules table holds an item that is not a revision of a policy', {
              key: key.slice(0, 200),
            }),
        });
  const decisions =
    decisionsTable === undefined
      ? undefined
      : createDecisionSource({
          client: dynamoDb,
          tableName: decisionsTable,
          pseudonymKey,
          now,
          onUnreadable: (error) => logger.error('the decisions table holds what cannot be read', { error }),
        });
  const enforcer =
    enforcerFunction === undefined
      ? undefined
      : createLambdaEnforcer({ client: lambda ?? createLambdaClient(), functionName: enforcerFunction });
  const { access } = accessMap;
  return lambdaHandler(
    createAdminApi({ store, decisions, enforcer, access, logger, metrics, now, localStack, corsOrigin }),
  );
}

function createLambdaClient(): LambdaClient {
  return new LambdaClient({
    maxAttempts: 2,
    requestHandler: boundedRequests(LAMBDA_REQUEST_MS, LAMBDA_CONNECTION_MS),
  });
}

/** A store that says at every call that there is none. */
function withoutTable(): PolicyStore {
  const refuse = () => Promise.reject(new Problem('not-configured', 'The variable RULES_TABLE names no table.'));
  return {
    head: refuse,
    load: refuse,
    revision: refuse,
    revisions: refuse,
    commit: refuse,
    applied: refuse,
    verify: refuse,
  };
}
