/** Judges connections that stand by the policy in force now, and by those in force before where a rule gives grace. */
import {
  type CompiledPolicy,
  DEFAULT_RULE,
  judgeStanding,
  type StandingRefusal,
  type StandingVerdict,
} from '../../shared/engine/index.ts';
import type { ActiveConnection } from '../ec2/index.ts';
import { admittedBy } from './admitted-by.ts';
import { type Excess, excessOf } from './excess.ts';
import type { KnownConnection } from './known-connections.ts';
import type { Policies, PolicyInForce } from './policies.ts';
import { type Grace, momentOf, type RefusedSince, refusedSince } from './refused-since.ts';

export interface JudgedConnection {
  readonly active: ActiveConnection;
  /** Undefined where nothing is on record that it could be judged by. */
  readonly known: KnownConnection | undefined;
  readonly judgement: Judgement;
}

export type Judgement =
  | { readonly verdict: 'unknown' | 'admitted' }
  | { readonly verdict: 'kept'; readonly rules: readonly string[] }
  /** Its rules refuse it and give it time. */
  | {
      readonly verdict: 'grace';
      readonly rules: readonly string[];
      /** When the first of them is over, in milliseconds since 1970; takes some work. */
      readonly endsMs: () => number;
    }
  | Refused;

export interface Refused {
  readonly verdict: 'refused';
  readonly decidedBy: 'rule' | 'default' | 'limit';
  /** The deny rules whose grace is over, or the limit; `default` alone where no rule admits it any more. */
  readonly rules: readonly string[];
  /** Whether it is ended however many there are. */
  readonly endsAll: boolean;
}

export interface ToJudge {
  readonly active: readonly ActiveConnection[];
  readonly known: ReadonlyMap<string, KnownConnection>;
  readonly inForce: PolicyInForce;
  readonly policies: Policies;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  readonly signal: AbortSignal;
}

/** In the order of `active`. Rejects as `Policies` does: then nobody is judged. */
export async function judgeConnections(toJudge: ToJudge): Promise<readonly JudgedConnection[]> {
  const { active, known, inForce, policies, nowMs: atMs, signal } = toJudge;
  const { policy } = inForce;
  const byRules = active.map((one) => judgeByRules(one, known.get(one.id), policy, atMs));
  const since = await refusedSince(
    byRules.flatMap(({ graces }) => graces),
    { atMs, inForce, policies },
    signal,
  );
  const judged = byRules.map((one) => afterGrace(one, since));
  return withoutExcess(judged, excessOf(policy, judged));
}

/** Whether the policy refuses the connection at a moment, grace aside. */
export function isRefused(policy: CompiledPolicy, known: KnownConnection, nowMs: number): boolean {
  return judgeStanding(policy, known.request, admittedBy(policy, known), nowMs).outcome === 'refused';
}

/** What a policy says of a connection, grace aside; nothing where nothing is on record. */
interface JudgedByRules extends Pick<JudgedConnection, 'active' | 'known'> {
  readonly verdict: StandingVerdict | { readonly outcome: 'unknown' };
  /** What of it gives grace. */
  readonly graces: readonly Grace[];
}

function judgeByRules(
  active: ActiveConnection,
  known: KnownConnection | undefined,
  policy: CompiledPolicy,
  nowMs: number,
): JudgedByRules {
  if (known === undefined) return { active, known, verdict: { outcome: 'unknown' }, graces: [] };
  const verdict = judgeStanding(policy, known.request, admittedBy(policy, known), nowMs);
  const by = verdict.outcome === 'refused' ? verdict.by : [];
  const graces = by.filter(({ graceMs }) => graceMs > 0).map((reason) => ({ known, reason }));
  return { active, known, verdict, graces };
}

/** A rule refuses a connection for good when it has done so for its grace. */
function afterGrace(
  { active, known, verdict, graces }: JudgedByRules,
  since: ReadonlyMap<Grace, RefusedSince | undefined>,
): JudgedConnection {
  const judged = (judgement: Judgement): JudgedConnection => ({ active, known, judgement });
  switch (verdict.outcome) {
    case 'unknown':
    case 'admitted':
      return judged({ verdict: verdict.outcome });
    case 'kept':
      return judged({ verdict: 'kept', rules: verdict.rules });
    case 'refused': {
      const over = [
        ...verdict.by.filter(({ graceMs }) => graceMs === 0),
        ...graces.filter((grace) => since.get(grace) === undefined).map(({ reason }) => reason),
      ];
      if (over.length > 0) return judged(refusedBy(over));
      return judged({
        verdict: 'grace',
        rules: verdict.by.map(({ rule }) => rule),
        endsMs: () => Math.min(...graces.map((grace) => endOf(grace, since.get(grace)))),
      });
    }
  }
}

function endOf(grace: Grace, since: RefusedSince | undefined): number {
  return since === undefined ? 0 : Math.floor(momentOf(since, grace) / 1_000) * 1_000 + grace.reason.graceMs;
}

function refusedBy(reasons: readonly StandingRefusal[]): Refused {
  return {
    verdict: 'refused',
    decidedBy: reasons.every(({ rule }) => rule === DEFAULT_RULE) ? 'default' : 'rule',
    rules: reasons.map(({ rule }) => rule),
    endsAll: reasons.some(({ endsAll }) => endsAll),
  };
}

function withoutExcess(judged: readonly JudgedConnection[], excess: Excess): readonly JudgedConnection[] {
  if (excess.size === 0) return judged;
  return judged.map((one) => {
    const limit = excess.get(one.active.id);
    if (limit === undefined) return one;
    return { ...one, judgement: { verdict: 'refused', decidedBy: 'limit', rules: [limit], endsAll: false } };
  });
}
