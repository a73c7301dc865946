/** Makes the record of a decision: everything in it bounded, so that no event makes an item that DynamoDB refuses. */
import type { ConnectRequest } from '../client-vpn/index.ts';
import type { Decision, LimitRefusal } from '../engine/index.ts';
import { idOfRequest, isConnectionId } from './keys.ts';
import type { ConnectOutcome, DecisionRecord } from './record.ts';
import { recordedEvent } from './recorded-event.ts';
import { firstOf } from './recorded-rules.ts';
import { wellFormed } from './well-formed.ts';

/** A decision as the handler knows it. */
export interface DecisionFacts {
  /** Milliseconds since the epoch. */
  readonly decidedAtMs: number;
  /** The id of Lambda's request. */
  readonly lambdaRequestId: string;
  readonly request: ConnectRequest;
  readonly names: DecisionRecord['names'];
  readonly outcome: ConnectOutcome;
  /** Absent where no policy decided. */
  readonly decision?: Decision | LimitRefusal | undefined;
  /** The refused user's message, with names as `names` says. */
  readonly message?: string | undefined;
  readonly cause?: string | undefined;
  readonly revision?: number | undefined;
  readonly policyAgeMs?: number | undefined;
}

export function decisionRecord(facts: DecisionFacts): DecisionRecord {
  const { decidedAtMs, lambdaRequestId, request, names, outcome, decision, message, cause, revision, policyAgeMs } =
    facts;
  return {
    id: idOf(request, lambdaRequestId),
    decidedAt: new Date(decidedAtMs).toISOString(),
    names,
    ...recordedEvent(request),
    outcome,
    allow: decision === undefined ? outcome === 'failed-open' : decision.allow,
    ...(decision === undefined ? {} : { effect: decision.effect, decidedBy: decision.decidedBy }),
    ...firstOf('rules', 'rulesCount', decision?.rules ?? []),
    ...firstOf('reported', 'reportedCount', decision?.reported ?? []),
    ...(message === undefined ? {} : { message: wellFormed(message) }),
    postureStatuses: (decision?.postureStatuses ?? []).map(wellFormed),
    ...(decision?.endpoint === undefined ? {} : { endpoint: wellFormed(decision.endpoint) }),
    ...(revision === undefined ? {} : { revision }),
    ...(policyAgeMs === undefined ? {} : { policyAgeMs: Math.max(0, Math.round(policyAgeMs)) }),
    ...(cause === undefined ? {} : { cause }),
  };
}

function idOf({ connectionId }: ConnectRequest, lambdaRequestId: string): string {
  return typeof connectionId === 'string' && isConnectionId(connectionId) ? connectionId : idOfRequest(lambdaRequestId);
}
