/** Decides a connection: judges it, and puts the verdict into words. */
import { type Connection, isMalformed } from './connection.ts';
import type { Decision } from './decision.ts';
import { judge, type Verdict } from './judge.ts';
import type { CompiledPolicy } from './policy.ts';
import { refusalMessage } from './refusal-message.ts';
import { HAS_STATUSES } from './rule-traits.ts';
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
  return {
    allow: effect === 'allow' || observed,
    effect,
    decidedBy: rules.length > 0 ? 'rule' : 'default',
    rules: idsOf(policy, rules),
    message: effect === 'deny' ? refusalMessage(policy, subject, nowMs, verdict, endpointName) : undefined,
    postureStatuses: statusesOf(policy, rules),
    reported: idsOf(policy, verdict.reported),
    observed,
    endpoint: endpointName,
  };
}

const NONE: readonly string[] = Object.freeze([]);

/** The ids of rules that are told by their numbers. */
export function idsOf({ ids }: CompiledPolicy, numbers: readonly number[]): readonly string[] {
  const count = numbers.length;
  if (count === 0) return NONE;
  const told = new Array<string>(count);
  for (let place = 0; place < count; place++) told[place] = ids[numbers[place] as number] as string; // in bounds
  return told;
}

/** Without repeats, as many as may be sent. */
function statusesOf({ rules, traits }: CompiledPolicy, numbers: readonly number[]): readonly string[] {
  let statuses: Set<string> | undefined;
  for (let place = 0; place < numbers.length; place++) {
    const number = numbers[place] as number; // in bounds
    if ((traits.bits(number) & HAS_STATUSES) === 0) continue;
    const rule = rules[number];
    if (rule === undefined || rule.effect === 'exempt') continue; // has none
    statuses ??= new Set();
    for (const status of rule.postureStatuses) statuses.add(status);
  }
  return statuses === undefined ? NONE : [...statuses].slice(0, MAX_POSTURE_STATUSES);
}
