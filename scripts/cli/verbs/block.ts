/** `block`: the policy and whom to refuse -> operations. */
import type { DenyRule, PolicyDocument } from '../../../shared/engine/index.ts';
import type { CallerClock } from '../time/caller-zone.ts';
import { type LastingPlan, planLastingRules } from './lasting-plan.ts';
import type { NotDone } from './lasting-rule.ts';
import { blockAbout, isAboutAlone } from './rule-target.ts';
import { conditionFor, isEverybody, type Subject } from './subject.ts';

export interface BlockRequest {
  readonly subjects: readonly Subject[];
  /** Ids or names; none: everywhere. */
  readonly endpoints: readonly string[];
  /** Milliseconds since 1970; undefined: without end. */
  readonly endMs: number | undefined;
  readonly message: string | undefined;
  /** No exempt rule lifts it. */
  readonly final: boolean;
  readonly id: string | undefined;
  readonly replace: boolean;
  /** That it refuses everybody is meant. */
  readonly everybody: boolean;
  /** Connections that stand are to be ended: a rule that is there already must not keep them. */
  readonly disconnect: boolean;
  readonly clock: CallerClock;
}

/** A deny rule for each subject, or a longer life for the one that refuses just that subject already. */
export function planBlock(document: PolicyDocument, request: BlockRequest): LastingPlan {
  const { subjects, endpoints, message, final, everybody, disconnect } = request;
  const tooWide = everybody ? [] : subjects.filter(isEverybody).map(refuseEverybody);
  if (tooWide.length > 0) return { ok: false, notDone: tooWide };
  const texts: Pick<DenyRule, 'message' | 'final'> = {
    ...(message === undefined ? {} : { message }),
    ...(final ? { final } : {}),
  };
  return planLastingRules(document, request, {
    verb: 'block',
    texts,
    endsStanding: disconnect,
    ruleFor: (subject, lasting): DenyRule => ({
      ...lasting,
      effect: 'deny',
      match: blockAbout(subject, 'refuse', endpoints),
      ...texts,
    }),
    saysTheSame: (rule, subject) =>
      rule.effect === 'deny' &&
      rule.mode !== 'report' &&
      isAboutAlone(
        rule,
        { subject, leadsTo: 'refuse', conditions: [conditionFor(subject, 'refuse')], endpoints },
        document,
      ),
  });
}

/** The checks of a write find a lockout only where it is for good, and in one rule. */
function refuseEverybody({ kind, typed }: Subject): NotDone {
  const told = kind === 'ip' ? `${typed} is every address of its family` : `every name fits ${typed}`;
  return { ok: false, code: 'everybody', message: `${told}; if that is meant: --confirm lockout` };
}
