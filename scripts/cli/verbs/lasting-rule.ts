/** Puts a rule that lasts until a moment, or goes on with the one that says the same already. */
import { type DenyRule, parseInstantMs, type Rule } from '../../../shared/engine/index.ts';
import { describeRule, itemHash, mergePatch, type PolicyOperation } from '../../../shared/policy/index.ts';

/** What was done to a rule. `renewed`: it had expired or was switched off. */
export type Deed = 'added' | 'extended' | 'shortened' | 'renewed' | 'changed' | 'unchanged';

export interface LastingRule {
  readonly ok: true;
  readonly deed: Deed;
  /** As it is then. */
  readonly rule: Rule;
  readonly operation: PolicyOperation;
}

/** Why nothing is done. */
export interface NotDone {
  readonly ok: false;
  /** Stable, kebab-case. */
  readonly code: string;
  readonly message: string;
}

export interface LastingRequest {
  /** The rule where there is none yet. Without `expiresAt` it has no end. */
  readonly fresh: Rule;
  /** What else is asked for; on a rule that is there already, the rest of its texts stays. */
  readonly texts?: Pick<DenyRule, 'message' | 'final'>;
  /** The rule must neither keep connections that stand nor give them grace. */
  readonly endsStanding?: boolean;
  /** The rules of the policy. */
  readonly rules: readonly Rule[];
  /** True for a rule that says the same, but for its lifetime and its texts. */
  readonly saysTheSame: (rule: Rule) => boolean;
  /** That rule, and no other. */
  readonly id: string | undefined;
  readonly nowMs: number;
  /** An end that comes sooner may take the place of the one in force. */
  readonly replace: boolean;
  /** How a time is told. */
  readonly printTime: (time: string) => string;
}

export function putLastingRule(request: LastingRequest): LastingRule | NotDone {
  const { fresh, rules, id, nowMs, printTime } = request;
  // One that is still to begin is another, which must neither stand in the way of this one nor be lost for it.
  const saysTheSame = (rule: Rule) => request.saysTheSame(rule) && hasBegun(rule, nowMs);
  const named = id === undefined ? undefined : rules.find((rule) => rule.id === id);
  if (named !== undefined && !saysTheSame(named)) {
    const said = describeRule(named, { printTime });
    const message = `the rule ${named.id} is another: ${said}; accepted: another --id`;
    return { ok: false, code: 'other-rule', message };
  }
  const before = id === undefined ? longest(rules.filter(saysTheSame), nowMs) : named;
  if (before !== undefined) return goOn(before, request);
  return {
    ok: true,
    deed: 'added',
    rule: fresh,
    operation: { op: 'put-rule', rule: schemaRule(fresh), ifNoneMatch: '*' },
  };
}

/** The same rule by the schema's type, whose lists are not read-only. */
export function schemaRule(rule: Rule): Extract<PolicyOperation, { op: 'put-rule' }>['rule'] {
  return rule as ReturnType<typeof schemaRule>;
}

function goOn(before: Rule, request: LastingRequest): LastingRule | NotDone {
  const { fresh, texts, endsStanding = false, nowMs, replace, printTime } = request;
  const [endsMs, endedMs] = [endMsOf(fresh), endMsOf(before)];
  const counts = countsAfter(before, nowMs);
  if (counts && endsMs < endedMs && !replace) {
    const end = before.expiresAt === undefined ? 'has no end' : `lasts until ${printTime(before.expiresAt)}`;
    const message = `the rule ${before.id} says so already and ${end}; accepted: --replace to end it sooner`;
    return { ok: false, code: 'shorter-end', message };
  }
  const patch = {
    ...texts,
    ...(endsStanding ? withoutMercy(before) : {}),
    ...(before.enabled === false ? { enabled: null } : {}),
    ...(endsMs === endedMs ? {} : { expiresAt: fresh.expiresAt ?? null }),
  };
  const rule = mergePatch(before, patch) as Rule; // the patch leaves it one
  const deed = () => {
    if (!counts) return 'renewed';
    if (endsMs !== endedMs) return endsMs < endedMs ? 'shortened' : 'extended';
    return rule === before ? 'unchanged' : 'changed';
  };
  return {
    ok: true,
    deed: deed(),
    rule,
    operation: { op: 'patch-rule', id: before.id, patch, ifMatch: itemHash(before) },
  };
}

/** What takes away what a rule says in favour of connections that stand. */
function withoutMercy(rule: Rule): Readonly<Record<string, null>> {
  if (rule.effect === 'exempt') return {};
  return {
    ...(rule.standing === 'keep' ? { standing: null } : {}),
    ...(rule.grace === undefined ? {} : { grace: null }),
  };
}

/** The one that counts longest; where none counts, the first. */
function longest(rules: readonly Rule[], nowMs: number): Rule | undefined {
  const rank = (rule: Rule) => (countsAfter(rule, nowMs) ? endMsOf(rule) : Number.NEGATIVE_INFINITY);
  const best = Math.max(...rules.map(rank));
  return rules.find((rule) => rank(rule) === best);
}

/** Whether the rule is in force at some time from then on. */
function countsAfter(rule: Rule, nowMs: number): boolean {
  return rule.enabled !== false && endMsOf(rule) > nowMs;
}

function hasBegun({ notBefore }: Rule, nowMs: number): boolean {
  return notBefore === undefined || parseInstantMs(notBefore) <= nowMs;
}

function endMsOf({ expiresAt }: Rule): number {
  return expiresAt === undefined ? Number.POSITIVE_INFINITY : parseInstantMs(expiresAt);
}
