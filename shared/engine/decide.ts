/** Decides a connection: judges it, and puts the verdict into words. */
import { type Connection, isMalformed } from './connection.ts';
import type { Decision } from './decision.ts';
import { judge, type Verdict } from './judge.ts';
import type { CompiledPolicy, CompiledRule } from './policy.ts';
import { refusalMessage } from './refusal-message.ts';
import { Subject } from './subject.ts';

/**
 * What the policy says of a connection at a moment (milliseconds since 1970-01-01T00:00:00Z). Pure: the same three always
 * give the same decision. Never throws.
 */
export function decide(policy: CompiledPolicy, connection: Connection, nowMs: number): Decision {
  const subject = new Subject(connection);
  const verdict = judge(policy, subject, nowMs);
  return toDecision(policy, subject, nowMs, verdict);
}

/** As many as Client VPN takes ("Connection authorization", Client VPN administrator guide). */
const MAX_POSTURE_STATUSES = 10;

/** Puts a verdict into words. */
export function toDecision(policy: CompiledPolicy, subject: Subject, nowMs: number, verdict: Verdict): Decision {
  const { effect, endpoint, rules } = verdict;
  const observed = effect === 'deny' && endpoint?.observes === true;
  const { endpointId } = subject.connection;
  const endpointName = endpoint?.name ?? (isMalformed(endpointId) ? undefined : endpointId);
  const decision: { -readonly [Key in keyof Decision]: Decision[Key] } = {
    allow: effect === 'allow' || observed,
    effect,
    decidedBy: rules.length > 0 ? 'rule' : 'default',
    rules: idsOf(rules),
    postureStatuses: statusesOf(rules),
    reported: idsOf(verdict.reported),
    observed,
  };
  if (effect === 'deny') decision.message = refusalMessage(policy, subject, nowMs, verdict, endpointName);
  if (endpointName !== undefined) decision.endpoint = endpointName;
  return decision;
}

const NONE: readonly string[] = Object.freeze([]);

function idsOf(rules: readonly CompiledRule[]): readonly string[] {
  return rules.length === 0 ? NONE : rules.map((rule) => rule.id);
}

/** Without repeats, as many as may be sent. */
function statusesOf(rules: Verdict['rules']): readonly string[] {
  if (rules.every((rule) => rule.postureStatuses.length === 0)) return NONE;
  return [...new Set(rules.flatMap((rule) => rule.postureStatuses))].slice(0, MAX_POSTURE_STATUSES);
}
