/** Metrics in CloudWatch's embedded metric format: a line a decision, with whatever happened since the last one. */
import type { Metrics } from '@aws-lambda-powertools/metrics';
import { type Attribute, type CompiledPolicy, ENDPOINT_ID } from '../shared/engine/index.ts';
import type { DecidedVerdict, Outcome, Verdict } from './decision-line.ts';

/**
 * What happens beside decisions: a failed refresh, an item in the rules table that is not ours, a wrong setting, a decision
 * that could not be put on record, a connection let in because it is not known how many its user has.
 */
export type Incident = 'RefreshFailures' | 'ForeignItems' | 'SettingErrors' | 'DecisionLogFailures' | 'LimitsNotKnown';

export interface DecisionMetrics {
  /** Keeps count; told with the next decision. */
  count(incident: Incident, by?: number): void;
  /** Writes the line, and one more for a refusal. */
  publish(endpointId: Attribute<string>, verdict: Verdict, durationMs: number): void;
}

/**
 * CloudWatch bills every metric with every combination of dimensions that occurs in an hour ($0.30 a month in most Regions), so that
 *
 * - an outcome is a metric of its own, which exists only if it occurs; it is told twice, for the service (alarms) and for
 *   each endpoint (dashboards), and endpoints that are not Client VPN's are told as `other`;
 * - refusals by rule are told for the policy's first rules and limits, and the others together: how many metrics there can be
 *   depends on neither the number of rules nor that of handlers;
 * - there is no cold-start metric: every log line says `cold_start`, and Lambda reports the time that init took.
 */
export function createDecisionMetrics(metrics: Metrics): DecisionMetrics {
  const pending = new Map<Incident, number>();
  const endpoints = new Set<string>();
  // Made once: it writes its line with each metric that it is given and begins anew.
  let refusals: Metrics | undefined;

  const endpointDimension = (endpointId: Attribute<string>): string => {
    if (typeof endpointId !== 'string' || !ENDPOINT_ID.test(endpointId)) return 'other';
    if (!endpoints.has(endpointId) && endpoints.size >= MAX_ENDPOINTS) return 'other';
    endpoints.add(endpointId);
    return endpointId;
  };

  const publishDecision = (endpointId: Attribute<string>, verdict: Verdict, durationMs: number): void => {
    metrics.addDimensions({});
    metrics.addDimensions({ endpoint: endpointDimension(endpointId) });
    metrics.addMetric(OUTCOME_METRICS[verdict.outcome], 'Count', 1);
    metrics.addMetric('DecisionDuration', 'Milliseconds', durationMs);
    if ('decision' in verdict) {
      metrics.addMetric('PolicyAge', 'Milliseconds', verdict.policyAgeMs);
      if (verdict.stale) metrics.addMetric('StaleDecisions', 'Count', 1);
      if (isLimitRefusal(verdict)) metrics.addMetric('LimitRefusals', 'Count', 1);
      if (verdict.decision.reported.length > 0) metrics.addMetric('ReportedDecisions', 'Count', 1);
    } else if (verdict.cause === 'internal') {
      metrics.addMetric('InternalFaults', 'Count', 1);
    }
    for (const [incident, count] of pending) metrics.addMetric(incident, 'Count', count);
    pending.clear();
    metrics.publishStoredMetrics();
  };

  const publishRefusal = (verdict: Verdict): void => {
    if (verdict.outcome !== 'refused') return;
    refusals ??= metrics.singleMetric();
    refusals.addDimension('rule', ruleDimension(verdict.policy, verdict.decision.rules[0]));
    refusals.addMetric('RefusalsByRule', 'Count', 1);
  };

  return {
    count(incident, by = 1) {
      pending.set(incident, (pending.get(incident) ?? 0) + by);
    },
    publish(endpointId, verdict, durationMs) {
      publishDecision(endpointId, verdict, durationMs);
      publishRefusal(verdict);
    },
  };
}

/** More than an account has by default (5 a Region); a bound for a handler that is invoked with made-up ids. */
const MAX_ENDPOINTS = 50;

/** So many deny rules, and so many limits, have a metric of their own. */
const MAX_RULES = 20;

const OUTCOME_METRICS: Readonly<Record<Outcome, string>> = {
  admitted: 'Admitted',
  refused: 'Refused',
  observed: 'Observed',
  'failed-closed': 'FailedClosed',
  'failed-open': 'FailedOpen',
};

/** Who refused: a rule, a limit or the default. No rule can have a name with a bracket. */
function ruleDimension(policy: CompiledPolicy, ruleId: string | undefined): string {
  if (ruleId === undefined) return '(default)';
  return rulesTold(policy).has(ruleId) ? ruleId : '(other)';
}

function isLimitRefusal({ outcome, decision }: DecidedVerdict): boolean {
  return outcome === 'refused' && decision.decidedBy === 'limit';
}

const told = new WeakMap<CompiledPolicy, ReadonlySet<string>>();

/**
 * The first deny rules and limits of the document. Their place in it, and not which of them refuses first, decides: every handler tells the
 * same ones, and blocks of single users, which come last, are told together.
 */
function rulesTold(policy: CompiledPolicy): ReadonlySet<string> {
  const known = told.get(policy);
  if (known !== undefined) return known;
  const denying = policy.rules.filter(({ effect, enforced }) => effect === 'deny' && enforced);
  const refusing = policy.limits.filter(({ whenExceeded }) => whenExceeded === 'refuse');
  const first = [...denying.slice(0, MAX_RULES), ...refusing.slice(0, MAX_RULES)];
  const ids = new Set(first.map(({ id }) => id));
  told.set(policy, ids);
  return ids;
}
