/** `unblock`: the policy and whom to refuse no longer -> operations that take away the rules that `block` makes. */
import { type DenyRule, type ExemptRule, type PolicyDocument, type Rule, shown } from '../../../shared/engine/index.ts';
import { itemHash, type PolicyOperation, suggester } from '../../../shared/policy/index.ts';
import type { NotDone } from './lasting-rule.ts';
import { checkEndpoints, isAboutAlone } from './rule-target.ts';
import { conditionFor, type Subject, type SubjectCondition } from './subject.ts';

export interface UnblockRequest {
  readonly subjects: readonly Subject[];
  /** Ids or names; none: wherever they are blocked. */
  readonly endpoints: readonly string[];
  /** Deny rules with these ids, whomever they refuse. */
  readonly ids: readonly string[];
}

export interface Unblocking {
  readonly ok: true;
  /** None where nothing is there to be taken away. */
  readonly operations: readonly PolicyOperation[];
  readonly removed: readonly DenyRule[];
  /** Exempt rules that lifted nothing else, and go with what they lifted. */
  readonly removedExemptions: readonly ExemptRule[];
  readonly notBlocked: readonly Subject[];
}

export type UnblockPlan = Unblocking | { readonly ok: false; readonly notDone: readonly NotDone[] };

export function planUnblock(document: PolicyDocument, { subjects, endpoints, ids }: UnblockRequest): UnblockPlan {
  checkEndpoints(endpoints, document);
  const notDone = ids.flatMap((id) => whyNotRemoved(id, document));
  if (notDone.length > 0) return { ok: false, notDone };
  const denying = (document.rules ?? []).filter((rule) => rule.effect === 'deny');
  const isFor = (rule: DenyRule, subject: Subject) =>
    isAboutAlone(
      rule,
      {
        subject,
        leadsTo: 'refuse',
        conditions: conditionsOf(subject),
        endpoints: endpoints.length === 0 ? undefined : endpoints,
      },
      document,
    );
  const removed = denying.filter((rule) => ids.includes(rule.id) || subjects.some((subject) => isFor(rule, subject)));
  const exemptions = withoutRules(document, new Set(removed.map(({ id }) => id)));
  return {
    ok: true,
    operations: [...removed.map(deleteRule), ...exemptions.operations],
    removed,
    removedExemptions: exemptions.removed,
    notBlocked: subjects.filter((subject) => !removed.some((rule) => isFor(rule, subject))),
  };
}

/** People also write `users: [batchi]` and `commonNames: [batchi]`. */
function conditionsOf(subject: Subject): readonly SubjectCondition[] {
  return subject.kind === 'name' ? ['identities', 'users', 'commonNames'] : [conditionFor(subject, 'refuse')];
}

function whyNotRemoved(id: string, { rules = [] }: PolicyDocument): NotDone[] {
  const rule = rules.find((candidate) => candidate.id === id);
  if (rule === undefined) {
    const known = suggester()(
      id,
      rules.filter(({ effect }) => effect === 'deny').map((other) => other.id),
    );
    return [
      {
        ok: false,
        code: 'unknown-rule',
        message: `--id: there is no rule ${shown(id)}${known}; see vpn-policy rules --effect deny`,
      },
    ];
  }
  if (rule.effect === 'deny') return [];
  return [
    {
      ok: false,
      code: 'wrong-effect',
      message: `--id: ${id} is an ${rule.effect} rule, which refuses nobody; accepted: deny rules`,
    },
  ];
}

/** A policy must not have an exempt rule from a rule that is gone. */
function withoutRules(
  { rules = [] }: PolicyDocument,
  gone: ReadonlySet<string>,
): { readonly operations: readonly PolicyOperation[]; readonly removed: readonly ExemptRule[] } {
  const removed: ExemptRule[] = [];
  const operations = rules.flatMap((rule): PolicyOperation[] => {
    if (rule.effect !== 'exempt' || rule.from === '*') return [];
    const from = rule.from.filter((id) => !gone.has(id));
    if (from.length === rule.from.length) return [];
    if (from.length > 0) return [{ op: 'patch-rule', id: rule.id, patch: { from }, ifMatch: itemHash(rule) }];
    removed.push(rule);
    return [deleteRule(rule)];
  });
  return { operations, removed };
}

function deleteRule(rule: Rule): PolicyOperation {
  return { op: 'delete-rule', id: rule.id, ifMatch: itemHash(rule) };
}
