/** What a policy says of a connection that stands: whether it may go on, and since when it may not. */
import type { CompiledAllowRule, CompiledDenyRule, CompiledRule } from './compiled-rule.ts';
import type { Connection } from './connection.ts';
import { judge, judgeAmong, type Verdict } from './judge.ts';
import type { CompiledPolicy } from './policy.ts';
import { Subject } from './subject.ts';
import { DEFAULT_RULE } from './vocabulary.ts';

export type StandingVerdict =
  /** The policy lets such a connection in, or its endpoint only observes. */
  | { readonly outcome: 'admitted' }
  /** A new one would be refused; this one goes on, since these rules keep those that stand. */
  | { readonly outcome: 'kept'; readonly rules: readonly string[] }
  | { readonly outcome: 'refused'; readonly by: readonly StandingRefusal[] };

/** One reason why a connection may not go on; it may not as soon as one of them has lasted for its grace. */
export interface StandingRefusal {
  /** The deny rule; `default` where no rule admits the connection any more. */
  readonly rule: string;
  /** How long it must have refused before the connection is ended, in milliseconds; 0: it is ended at once. */
  readonly graceMs: number;
  /** Whether those it refuses are ended however many they are. */
  readonly endsAll: boolean;
}

/**
 * Judges a connection that stands, at a moment (milliseconds since 1970). Pure, never throws.
 * @param admittedBy the rules that let it in, as its decision names them: those of them that keep, or give grace, speak for it
 */
export function judgeStanding(
  policy: CompiledPolicy,
  connection: Connection,
  admittedBy: readonly string[],
  nowMs: number,
): StandingVerdict {
  const subject = new Subject(connection);
  const verdict = judge(policy, subject, nowMs);
  if (goesOn(verdict)) return { outcome: 'admitted' };
  const refusing = verdict.rules.map((number) => policy.rules[number] as CompiledDenyRule); // a refusal's rules are deny rules
  const by = refusing.filter(({ standing }) => standing.becomes !== 'keep').map(refusalBy);
  if (by.some(({ graceMs }) => graceMs === 0)) return { outcome: 'refused', by };

  // What keeps and what gives grace does so to those who would be let in without it.
  const others = without(verdict, policy.index.find(subject, nowMs).toArray());
  const isAdmitted = refusing.length > 0 && goesOn(judgeAmong(policy, subject, nowMs, others));
  const keeping = refusing.filter(({ standing }) => standing.becomes === 'keep').map(({ id }) => id);
  if (isAdmitted) return by.length > 0 ? { outcome: 'refused', by } : { outcome: 'kept', rules: keeping };
  const verdictByDefault = byDefault(policy, admittedBy, keeping);
  if (by.length === 0) return verdictByDefault;
  return { outcome: 'refused', by: verdictByDefault.outcome === 'refused' ? [...by, ...verdictByDefault.by] : by };
}

/** Those of the numbers that did not make the decision. */
function without({ rules }: Verdict, numbers: readonly number[]): readonly number[] {
  const decided = new Set(rules);
  return numbers.filter((number) => !decided.has(number));
}

/** Whether `reason` refused such a connection at that moment, too, by the policy that was in force then. */
export function refusedStanding(
  policyThen: CompiledPolicy,
  connection: Connection,
  admittedBy: readonly string[],
  thenMs: number,
  { rule }: StandingRefusal,
): boolean {
  const then = judgeStanding(policyThen, connection, admittedBy, thenMs);
  return then.outcome === 'refused' && then.by.some((reason) => reason.rule === rule);
}

function goesOn({ effect, endpoint }: Verdict): boolean {
  return effect === 'allow' || endpoint?.observes === true;
}

function refusalBy({ id, standing }: CompiledDenyRule): StandingRefusal {
  return { rule: id, graceMs: standing.graceMs, endsAll: standing.becomes === 'endAll' };
}

/** Nothing refuses and nothing admits it any more: what the allow rules that let it in say counts, while they are there and enabled. */
function byDefault(policy: CompiledPolicy, admittedBy: readonly string[], keeping: readonly string[]): StandingVerdict {
  const admitting = admittedBy.flatMap((id): CompiledAllowRule[] => {
    const rule: CompiledRule | undefined = policy.rules[policy.ids.indexOf(id)];
    return rule?.effect === 'allow' && rule.enforced && rule.enabled ? [rule] : [];
  });
  const keepers = admitting.filter(({ standing }) => standing.becomes === 'keep').map(({ id }) => id);
  if (keepers.length > 0) return { outcome: 'kept', rules: [...keeping, ...keepers] };
  const graceMs = Math.max(0, ...admitting.map(({ standing }) => standing.graceMs));
  return { outcome: 'refused', by: [{ rule: DEFAULT_RULE, graceMs, endsAll: false }] };
}
