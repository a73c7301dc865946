/** Builds the handler from the environment: settings, client, cache, log and metrics, each once. */
import type { Logger } from '@aws-lambda-powertools/logger';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createDecisionLog } from '../shared/decision-log/index.ts';
import { compile } from '../shared/engine/index.ts';
import { makePowertools } from '../shared/powertools/index.ts';
import { createSessionCounter } from '../shared/sessions/index.ts';
import {
  clientThatTriesOnce,
  createDocumentClient,
  createPolicyCache,
  DynamoDbPolicySource,
  type PolicyCacheEvent,
} from '../shared/store/index.ts';
import { type ConnectHandler, createConnectHandler, type Policies } from './connect-handler.ts';
import { errorFields } from './decision-line.ts';
import { createDecisionMetrics, type DecisionMetrics } from './decision-metrics.ts';
import { createLimitKeeper, type LimitKeeper } from './limit-keeper.ts';
import { createRecorder, type Recorder } from './recorder.ts';
import { type Environment, readSettings, type Settings } from './settings.ts';

export interface StartOptions {
  /** Default: one that finds DynamoDB as the SDK does. */
  readonly client?: DynamoDBDocumentClient;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

export interface StartedHandler {
  readonly handler: ConnectHandler;
  /** Resolves when the policy is loaded or could not be, after at most 5 s. Never rejects. */
  readonly loaded: Promise<void>;
}

/** Never throws: whatever the environment says, there is a handler, and it refuses with a message. */
export function startHandler(environment: Environment, options: StartOptions = {}): StartedHandler {
  const { now = Date.now } = options;
  const { logger, stored, unreadable } = makePowertools(environment);
  const metrics = createDecisionMetrics(stored);
  if (unreadable !== undefined) {
    logger.error('variables of Powertools that cannot be used; left out', { error: errorFields(unreadable) });
    metrics.count('SettingErrors');
  }
  const { settings, errors } = readSettings(environment);
  if (errors.length > 0) {
    logger.error('settings that cannot be used', { settings: errors });
    metrics.count('SettingErrors', errors.length);
  }
  const client = options.client ?? createDocumentClient();
  const policies = openPolicies(settings, logger, metrics, { client, now });
  let once: DynamoDBDocumentClient | undefined;
  const triesOnce = () => {
    once ??= clientThatTriesOnce(client);
    return once;
  };
  const recorder = openRecorder(settings, logger, metrics, { triesOnce, now });
  const limits = openLimits(settings, logger, metrics, { triesOnce, now });
  const { names } = settings;
  return {
    handler: createConnectHandler({ policies, settings, logger, metrics, names, limits, recorder, now }),
    loaded: load(policies),
  };
}

/** What those need who have little time. */
interface HastyMeans {
  /** The one client that tries once: recorder and counter share it. */
  readonly triesOnce: () => DynamoDBDocumentClient;
  readonly now: () => number;
}

/** Lambda stops an init after 10 s and begins again: half of it, so that the rest of the init has its time too. */
const INIT_LOAD_MS = 5_000;

async function load(policies: Policies | undefined): Promise<void> {
  // What came of it is in the log; the first invocation tries again if it has to.
  await policies?.get({ remainingMs: INIT_LOAD_MS, beforehand: true }).catch(() => {});
}

function openPolicies(
  { rulesTable, policyTtlMs, maxStaleMs }: Settings,
  logger: Logger,
  metrics: DecisionMetrics,
  { client, now }: Required<StartOptions>,
): Policies | undefined {
  if (rulesTable === undefined) return undefined;
  return createPolicyCache({
    source: new DynamoDbPolicySource({ client, tableName: rulesTable }),
    compile,
    ttlMs: policyTtlMs,
    maxStaleMs,
    now,
    onEvent: eventTeller(logger, metrics),
  });
}

function openRecorder(
  { decisionLog: which, decisionsTable, decisionLogTimeoutMs, decisionRetentionDays }: Settings,
  logger: Logger,
  metrics: DecisionMetrics,
  { triesOnce, now }: HastyMeans,
): Recorder | undefined {
  if (which === 'off' || decisionsTable === undefined) return undefined;
  const log = createDecisionLog({
    client: triesOnce(),
    tableName: decisionsTable,
    timeoutMs: decisionLogTimeoutMs,
    retentionDays: decisionRetentionDays,
  });
  return createRecorder({ log, which, logger, metrics, now });
}

function openLimits(
  { sessionsTable, sessionsTimeoutMs, names }: Settings,
  logger: Logger,
  metrics: DecisionMetrics,
  { triesOnce, now }: HastyMeans,
): LimitKeeper {
  const counter =
    sessionsTable === undefined
      ? undefined
      : createSessionCounter({ client: triesOnce(), tableName: sessionsTable, timeoutMs: sessionsTimeoutMs });
  return createLimitKeeper({ counter, names, logger, metrics, now });
}

/** Tells what the cache sees: failures each time (the cache paces them), a foreign item's key once. */
function eventTeller(logger: Logger, metrics: DecisionMetrics): (event: PolicyCacheEvent) => void {
  const told = new Set<string>();
  return (event) => {
    switch (event.type) {
      case 'refreshed':
        logger.info('policy loaded', { revision: event.revision, previousRevision: event.previous });
        break;
      case 'failed':
        metrics.count('RefreshFailures');
        logger.error('policy could not be refreshed', { cause: event.cause, error: errorFields(event.error) });
        break;
      case 'foreign-item': {
        metrics.count('ForeignItems');
        const key = event.key.slice(0, 200);
        if (told.has(key) || told.size >= MAX_FOREIGN_ITEMS_TOLD) break;
        told.add(key);
        logger.error('the rules table holds an item that is not a revision of a policy', { key });
        break;
      }
    }
  };
}

const MAX_FOREIGN_ITEMS_TOLD = 20;
