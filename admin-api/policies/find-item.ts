/** Finds a rule or a set of a policy. */
import { DEFAULT_RULE, type PolicyDocument, type PolicySet, RULE_ID, type Rule } from '../../shared/engine/index.ts';
import { Problem } from '../http/problem.ts';

export function findRule(document: PolicyDocument, id: string): Rule | undefined {
  return document.rules?.find((rule) => rule.id === id);
}

/** @throws Problem no-such-rule */
export function ruleOf(document: PolicyDocument, id: string): Rule {
  const rule = findRule(document, id);
  if (rule === undefined) throw noSuchRule(id);
  return rule;
}

export function findSet({ sets = {} }: PolicyDocument, name: string): PolicySet | undefined {
  return Object.hasOwn(sets, name) ? sets[name] : undefined;
}

/** @throws Problem no-such-set */
export function setOf(document: PolicyDocument, name: string): PolicySet {
  const set = findSet(document, name);
  if (set === undefined) throw noSuchSet(name);
  return set;
}

/** Refuses early what no rule can be called. @throws Problem no-such-rule */
export function checkRuleId(id: string): void {
  if (!RULE_ID.test(id) || id === DEFAULT_RULE) throw noSuchRule(id);
}

/** @throws Problem no-such-set */
export function checkSetName(name: string): void {
  if (!RULE_ID.test(name)) throw noSuchSet(name);
}

function noSuchRule(id: string): Problem {
  return new Problem('no-such-rule', `The policy has no rule ${JSON.stringify(id.slice(0, 64))}.`);
}

function noSuchSet(name: string): Problem {
  return new Problem('no-such-set', `The policy has no set ${JSON.stringify(name.slice(0, 64))}.`);
}
