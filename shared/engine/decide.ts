/** Decides a connection: the algorithm of docs/policy-language.md, "How a decision is made". */
import { holds } from './condition.ts';
import { type Connection, isMalformed } from './connection.ts';
import type { Decision } from './decision.ts';
import type {
  CompiledAllowRule,
  CompiledBlock,
  CompiledDenyRule,
  CompiledEndpoint,
  CompiledExemptRule,
  CompiledPolicy,
  CompiledRule,
} from './policy.ts';
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

/** What decides, before it is put into words. */
export interface Verdict {
  readonly effect: 'allow' | 'deny';
  readonly endpoint: CompiledEndpoint | undefined;
  /** The rules that made the decision; empty when the default did. */
  readonly rules: readonly (CompiledDenyRule | CompiledAllowRule)[];
  readonly reported: readonly CompiledRule[];
}

/** The algorithm itself. */
export function judge(policy: CompiledPolicy, subject: Subject, nowMs: number): Verdict {
  const { endpointId } = subject.connection;
  const endpoint = typeof endpointId === 'string' ? policy.endpoints.get(endpointId) : undefined;

  const applying: CompiledRule[] = [];
  policy.index.candidates(subject, nowMs, (rule) => {
    if (applies(rule, subject, nowMs)) applying.push(rule);
  });
  const exemptions = applying.filter(isEnforcedExempt);
  const standing = applying.filter(
    (rule) => rule.effect !== 'deny' || !exemptions.some((exempt) => lifts(exempt, rule)),
  );
  const reported = standing.filter((rule) => !rule.enforced);

  const refusing = standing.filter(isEnforcedDeny);
  if (refusing.length > 0) return { effect: 'deny', endpoint, rules: refusing, reported };
  const admitting = standing.filter(isEnforcedAllow);
  if (admitting.length > 0) return { effect: 'allow', endpoint, rules: admitting, reported };
  return { effect: (endpoint ?? policy).defaultEffect, endpoint, rules: [], reported };
}

/** A rule applies when it is in force, its `match` holds and its `except` does not. */
export function applies(rule: CompiledRule, subject: Subject, nowMs: number): boolean {
  return (
    rule.enabled &&
    nowMs >= rule.notBeforeMs &&
    nowMs < rule.expiresAtMs &&
    anyBlockHolds(rule.match, subject, nowMs) &&
    !anyBlockHolds(rule.except, subject, nowMs)
  );
}

/** Whether an exempt rule that applies lifts a deny rule. */
export function lifts(exempt: CompiledExemptRule, rule: CompiledDenyRule): boolean {
  return !rule.final && (exempt.from === 'every' || exempt.from.has(rule.id));
}

export function isEnforcedExempt(rule: CompiledRule): rule is CompiledExemptRule {
  return rule.enforced && rule.effect === 'exempt';
}

function isEnforcedDeny(rule: CompiledRule): rule is CompiledDenyRule {
  return rule.enforced && rule.effect === 'deny';
}

function isEnforcedAllow(rule: CompiledRule): rule is CompiledAllowRule {
  return rule.enforced && rule.effect === 'allow';
}

function anyBlockHolds(blocks: readonly CompiledBlock[], subject: Subject, nowMs: number): boolean {
  return blocks.some((block) => block.every((condition) => holds(condition, condition.find(subject, nowMs))));
}

/** As many as Client VPN takes ("Connection authorization", Client VPN administrator guide). */
const MAX_POSTURE_STATUSES = 10;

/** Puts a verdict into words. */
export function toDecision(policy: CompiledPolicy, subject: Subject, nowMs: number, verdict: Verdict): Decision {
  const { effect, endpoint, rules } = verdict;
  const observed = effect === 'deny' && endpoint?.observes === true;
  const { endpointId } = subject.connection;
  const endpointName = endpoint?.name ?? (isMalformed(endpointId) ? undefined : endpointId);
  const wordRefusal = () => {
    const refusedAt = (momentMs: number) => judge(policy, subject, momentMs).effect === 'deny';
    return refusalMessage(policy, {
      connection: subject.connection,
      nowMs,
      endpoint,
      endpointName,
      rule: rules[0],
      refusedAt,
    });
  };
  return {
    allow: effect === 'allow' || observed,
    effect,
    decidedBy: rules.length > 0 ? 'rule' : 'default',
    rules: rules.map((rule) => rule.id),
    ...(effect === 'deny' && { message: wordRefusal() }),
    postureStatuses: [...new Set(rules.flatMap((rule) => rule.postureStatuses))].slice(0, MAX_POSTURE_STATUSES),
    reported: verdict.reported.map((rule) => rule.id),
    observed,
    ...(endpointName !== undefined && { endpoint: endpointName }),
  };
}
