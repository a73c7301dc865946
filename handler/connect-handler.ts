/** The client connect handler: event -> request -> policy -> decision -> answer. Whatever happens, there is an answer. */
import type { Logger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';
import { type ConnectRequest, type ConnectResponse, connectResponse, readRequest } from '../shared/client-vpn/index.ts';
import { keepNames, type NameKeeping } from '../shared/decision-log/index.ts';
import { type CompiledPolicy, decide } from '../shared/engine/index.ts';
import { type PolicyCache, type PolicyUnavailable, StoreRefusedError } from '../shared/store/index.ts';
import { decisionLine, errorFields, type FailedVerdict, type Verdict } from './decision-line.ts';
import type { DecisionMetrics } from './decision-metrics.ts';
import type { AdmittedVerdict, LimitKeeper } from './limit-keeper.ts';
import type { Recorder } from './recorder.ts';
import type { Settings } from './settings.ts';
import { type Unavailability, unavailableMessage } from './unavailable-message.ts';

export type ConnectHandler = (event: unknown, context?: Context) => Promise<ConnectResponse>;

/** The cache in front of the policy store. */
export type Policies = PolicyCache<CompiledPolicy>;

export interface ConnectHandlerParts {
  /** `undefined` where no rules table is configured. */
  readonly policies: Policies | undefined;
  readonly settings: Settings;
  readonly logger: Pick<Logger, 'addContext' | 'info' | 'error'>;
  readonly metrics: DecisionMetrics;
  /** What is done with people's names before they are logged or put on record. */
  readonly names: NameKeeping;
  readonly limits: LimitKeeper;
  /** `undefined` where no decisions are put on record. */
  readonly recorder: Recorder | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Makes the handler. It never rejects and always answers in the service's format, in the request's schema version: a fault
 * anywhere, in the log or the metrics too, is at worst a refusal that says so.
 */
export function createConnectHandler(parts: ConnectHandlerParts): ConnectHandler {
  return async (event, context) => {
    const request = readRequest(event);
    const startedMs = parts.now();
    const verdict = await reachVerdict(parts, request, context).catch((error: unknown) =>
      failed(request, 'internal', error),
    );
    const response = answer(request, verdict);
    await tell(parts, context, request, verdict, Math.max(0, parts.now() - startedMs));
    return response;
  };
}

async function reachVerdict(
  parts: ConnectHandlerParts,
  request: ConnectRequest,
  context: Context | undefined,
): Promise<Verdict> {
  if (parts.policies === undefined) return failed(request, 'not-configured');
  const leftMs = remainingMs(context);
  const inHand = await atMost(leftMs - ANSWER_RESERVE_MS, parts.policies.get({ remainingMs: leftMs }));
  if (inHand.status === 'unavailable') return withoutPolicy(parts.settings, request, inHand);
  const decidedAtMs = parts.now();
  const decision = decide(inHand.policy, request, decidedAtMs);
  const verdict: AdmittedVerdict = {
    outcome: !decision.allow ? 'refused' : decision.observed ? 'observed' : 'admitted',
    decidedAtMs,
    decision,
    policy: inHand.policy,
    revision: inHand.revision,
    policyAgeMs: inHand.checkedAgeMs,
    stale: inHand.stale,
  };
  if (verdict.outcome !== 'admitted' || inHand.policy.limits.length === 0) return verdict;
  return parts.limits.keep(verdict, request, remainingMs(context) - ANSWER_RESERVE_MS);
}

/** Only a store that cannot be reached may be overruled by `ON_POLICY_UNAVAILABLE=allow`: damage may be an attack. */
function withoutPolicy(settings: Settings, request: ConnectRequest, unavailable: PolicyUnavailable): Verdict {
  const cause = causeOf(unavailable);
  const outdated =
    unavailable.cause === 'expired'
      ? { revision: unavailable.revision, policyAgeMs: unavailable.checkedAgeMs }
      : undefined;
  if (settings.onPolicyUnavailable === 'allow' && (cause === 'unreachable' || cause === 'outdated')) {
    return { outcome: 'failed-open', cause, message: undefined, outdated };
  }
  return { ...failed(request, cause), outdated };
}

function causeOf(unavailable: PolicyUnavailable): Unavailability {
  if (unavailable.cause === 'empty') return 'empty';
  if (unavailable.error instanceof StoreRefusedError) return 'store-refused';
  if (unavailable.cause === 'expired') return unavailable.failure === 'unreachable' ? 'outdated' : 'corrupt';
  return unavailable.cause;
}

function failed(request: ConnectRequest, cause: Unavailability, error?: unknown): FailedVerdict {
  return { outcome: 'failed-closed', cause, message: unavailableMessage(cause, request.connectionId), error };
}

function answer(request: ConnectRequest, verdict: Verdict): ConnectResponse {
  const { schemaVersion } = request;
  if (!('decision' in verdict)) {
    return connectResponse({ schemaVersion, allow: verdict.outcome === 'failed-open', message: verdict.message });
  }
  const { allow, message, postureStatuses } = verdict.decision;
  return connectResponse({ schemaVersion, allow, message, postureStatuses });
}

/** Record, log line and metrics. That they fail changes no answer; the record has its time-out, the others wait for nothing. */
async function tell(
  parts: ConnectHandlerParts,
  context: Context | undefined,
  request: ConnectRequest,
  verdict: Verdict,
  durationMs: number,
): Promise<void> {
  const { logger, metrics, recorder } = parts;
  let recording: Promise<void> | undefined;
  try {
    const kept = keepNames(parts.names, request, refusalMessage(verdict));
    recording = recorder?.record(kept, verdict, {
      decidedAtMs: 'decision' in verdict ? verdict.decidedAtMs : parts.now(),
      lambdaRequestId: context?.awsRequestId,
      atMostMs: remainingMs(context) - RECORD_RESERVE_MS,
    });
    // While the record is under way.
    if (context !== undefined) logger.addContext(context);
    const line = decisionLine(kept, verdict, durationMs);
    if ('decision' in verdict) logger.info('decision', line);
    else logger.error('decision without a policy', line);
  } catch {}
  await recording?.catch(() => {});
  try {
    metrics.publish(request.endpointId, verdict, durationMs);
  } catch (error) {
    try {
      logger.error('metrics could not be written', { error: errorFields(error) });
    } catch {}
  }
}

function refusalMessage(verdict: Verdict): string | undefined {
  return 'decision' in verdict ? verdict.decision.message : verdict.message;
}

/** A second bound beside the cache's own: Lambda's time-out would end in AWS's message, which helps nobody. */
async function atMost<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no policy in time')), Math.max(0, ms));
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What the invocation has left, in milliseconds: at most what Client VPN waits for, 5 s where Lambda does not say. */
function remainingMs(context: Context | undefined): number {
  try {
    const ms = context?.getRemainingTimeInMillis();
    if (typeof ms === 'number' && ms >= 0) return Math.min(ms, CLIENT_VPN_WAITS_MS);
  } catch {}
  return 5_000;
}

/** "The Lambda function times out after 30 seconds" ("Connection authorization", Client VPN administrator guide). */
const CLIENT_VPN_WAITS_MS = 30_000;

/** What is left for answering when the policy or the count of sessions does not come; the cache itself gives up 250 ms earlier. */
const ANSWER_RESERVE_MS = 250;

/** What is left of that when a record has taken all the time it can have. */
const RECORD_RESERVE_MS = 100;
