/** A rule for each subject, each with the same lifetime: what `block` and `admit` have in common. */
import { type PolicyDocument, parseInstantMs, type Rule } from '../../../shared/engine/index.ts';
import type { PolicyOperation } from '../../../shared/policy/index.ts';
import type { CallerClock } from '../time/caller-zone.ts';
import { fullMoment } from '../time/moment-text.ts';
import { storedMoment } from '../time/read-moment.ts';
import { type Deed, type LastingRequest, type NotDone, putLastingRule } from './lasting-rule.ts';
import { freeId, ruleIdFor } from './rule-id.ts';
import { checkEndpoints } from './rule-target.ts';
import type { Subject } from './subject.ts';

export type LastingPlan =
  | { readonly ok: true; readonly operations: readonly PolicyOperation[]; readonly done: readonly DoneRule[] }
  /** All or nothing. */
  | { readonly ok: false; readonly notDone: readonly NotDone[] };

export interface DoneRule {
  readonly subject: Subject;
  readonly deed: Deed;
  readonly rule: Rule;
}

export interface LastingRules {
  readonly subjects: readonly Subject[];
  readonly endpoints: readonly string[];
  readonly endMs: number | undefined;
  readonly id: string | undefined;
  readonly replace: boolean;
  readonly clock: CallerClock;
}

export interface RuleMaker {
  readonly verb: string;
  readonly texts?: NonNullable<LastingRequest['texts']>;
  readonly endsStanding?: boolean;
  readonly ruleFor: (subject: Subject, lasting: Pick<Rule, 'id' | 'expiresAt'>) => Rule;
  readonly saysTheSame: (rule: Rule, subject: Subject) => boolean;
}

export function planLastingRules(
  document: PolicyDocument,
  { subjects, endpoints, endMs, id, replace, clock }: LastingRules,
  { verb, texts, endsStanding = false, ruleFor, saysTheSame }: RuleMaker,
): LastingPlan {
  checkEndpoints(endpoints, document);
  const { nowMs, zone } = clock;
  const { rules = [] } = document;
  const taken = new Set(rules.map((rule) => rule.id));
  const outcomes = subjects.map((subject) => {
    const ownId = id ?? freeId(ruleIdFor(verb, subject, endpoints), taken);
    const put = putLastingRule({
      fresh: ruleFor(subject, { id: ownId, ...(endMs === undefined ? {} : { expiresAt: storedMoment(endMs, zone) }) }),
      ...(texts === undefined ? {} : { texts }),
      endsStanding,
      rules,
      saysTheSame: (rule) => saysTheSame(rule, subject),
      id,
      nowMs,
      replace,
      printTime: (time) => fullMoment(parseInstantMs(time), zone),
    });
    if (put.ok) taken.add(put.rule.id);
    return { subject, put };
  });
  const notDone = outcomes.flatMap(({ put }) => (put.ok ? [] : [put]));
  if (notDone.length > 0) return { ok: false, notDone };
  const done = outcomes.flatMap(({ subject, put }) => (put.ok ? [{ subject, ...put }] : []));
  return {
    ok: true,
    operations: done.map(({ operation }) => operation),
    done: done.map(({ subject, deed, rule }) => ({ subject, deed, rule })),
  };
}
