/** Limits of connections per user: which of them a connection counts for, and what a refusal by one is. */
import type { CompiledLimit } from './compiled-limit.ts';
import { type Connection, isMalformed } from './connection.ts';
import type { Decision, LimitRefusal } from './decision.ts';
import { anyBlockHolds } from './judge.ts';
import type { CompiledPolicy } from './policy.ts';
import { fillPlaceholders } from './refusal-message.ts';
import { Subject } from './subject.ts';

/** A limit as those see it who count. */
export type ConnectionLimit = Pick<CompiledLimit, 'id' | 'maxConnections' | 'whenExceeded'>;

const NONE: readonly ConnectionLimit[] = Object.freeze([]);

/** The limits that a connection counts for at a moment (milliseconds since 1970), in document order. */
export function limitsOf(policy: CompiledPolicy, connection: Connection, nowMs: number): readonly ConnectionLimit[] {
  const { limits } = policy;
  if (limits.length === 0) return NONE;
  const subject = new Subject(connection);
  return limits.filter(
    ({ enabled, match, except }) =>
      enabled && anyBlockHolds(match, subject, nowMs) && !anyBlockHolds(except, subject, nowMs),
  );
}

/** An admission turned into the refusal by a limit: what `decide` decided, but that this connection is one too many. */
export function refusedByLimit(
  policy: CompiledPolicy,
  connection: Connection,
  admission: Decision,
  limitId: string,
): LimitRefusal {
  const { endpointId } = connection;
  const endpoint = isMalformed(endpointId) ? undefined : policy.endpoints.get(endpointId ?? '');
  const observed = endpoint?.observes === true;
  const limit = policy.limits.find(({ id }) => id === limitId);
  const template = limit?.message ?? (endpoint ?? policy).defaultMessage;
  return {
    ...admission,
    allow: observed,
    effect: 'deny',
    decidedBy: 'limit',
    rules: [limitId],
    message: fillPlaceholders(template, connection, {
      endpoint: admission.endpoint,
      rule: () => limitId,
      until: () => 'further notice',
    }),
    postureStatuses: [],
    observed,
  };
}
