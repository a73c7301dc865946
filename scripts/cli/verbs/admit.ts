/** `admit`: the policy and whom to let in -> operations. */
import { type PolicyDocument, type Rule, shown } from '../../../shared/engine/index.ts';
import { suggester } from '../../../shared/policy/index.ts';
import type { CallerClock } from '../time/caller-zone.ts';
import { type LastingPlan, planLastingRules } from './lasting-plan.ts';
import type { NotDone } from './lasting-rule.ts';
import { blockAbout, isAboutAlone } from './rule-target.ts';
import { conditionFor, type Subject } from './subject.ts';

export interface AdmitRequest {
  readonly subjects: readonly Subject[];
  /** Ids or names; none: everywhere. */
  readonly endpoints: readonly string[];
  /** Milliseconds since 1970; undefined: without end. */
  readonly endMs: number | undefined;
  /** The deny rules to be lifted, or all that are not final; undefined: an allow rule is made. */
  readonly from: '*' | readonly string[] | undefined;
  readonly id: string | undefined;
  readonly replace: boolean;
  readonly clock: CallerClock;
}

/** An allow rule for each subject, or an exempt rule from deny rules; or a longer life for the one that says the same. */
export function planAdmit(document: PolicyDocument, request: AdmitRequest): LastingPlan {
  const { endpoints, from } = request;
  const notDone = from === undefined || from === '*' ? [] : from.flatMap((id) => whyNotLifted(id, document));
  if (notDone.length > 0) return { ok: false, notDone };
  const effect = from === undefined ? ({ effect: 'allow' } as const) : ({ effect: 'exempt', from } as const);
  return planLastingRules(document, request, {
    verb: 'admit',
    ruleFor: (subject, lasting): Rule => ({ ...lasting, ...effect, match: blockAbout(subject, 'grant', endpoints) }),
    saysTheSame: (rule, subject) =>
      rule.effect === effect.effect &&
      (rule.effect !== 'exempt' || sameFrom(rule.from, from)) &&
      rule.mode !== 'report' &&
      isAboutAlone(
        rule,
        { subject, leadsTo: 'grant', conditions: [conditionFor(subject, 'grant')], endpoints },
        document,
      ),
  });
}

function whyNotLifted(id: string, { rules = [] }: PolicyDocument): NotDone[] {
  const rule = rules.find((candidate) => candidate.id === id);
  if (rule === undefined) {
    const denying = rules.filter(isLiftable).map((other) => other.id);
    const known = suggester()(id, denying);
    return [
      {
        ok: false,
        code: 'unknown-rule',
        message: `--from: there is no rule ${shown(id)}${known}; accepted: deny rules that are not final, see vpn-policy rules --effect deny`,
      },
    ];
  }
  if (rule.effect !== 'deny') {
    return [
      {
        ok: false,
        code: 'wrong-effect',
        message: `--from: ${id} is an ${rule.effect} rule, which refuses nobody; accepted: deny rules`,
      },
    ];
  }
  if (rule.final !== true) return [];
  return [
    {
      ok: false,
      code: 'final-rule',
      message: `--from: ${id} is final: no exempt rule lifts it; to let somebody pass, change the rule itself`,
    },
  ];
}

function isLiftable(rule: Rule): boolean {
  return rule.effect === 'deny' && rule.final !== true;
}

function sameFrom(some: '*' | readonly string[], others: '*' | readonly string[] | undefined): boolean {
  const key = (from: typeof others) => JSON.stringify(typeof from === 'string' ? from : [...new Set(from)].sort());
  return key(some) === key(others);
}
