/** Takes away from a policy whatever is not needed for it to fail. */
import type { Blocks, PolicyDocument, Rule } from '../../../shared/engine/index.ts';

/** The smallest document found of which `stillFails` is true; at most `tries` are asked about. */
export async function smallestPolicy(
  document: PolicyDocument,
  stillFails: (smaller: PolicyDocument) => Promise<boolean>,
  tries = 200,
): Promise<PolicyDocument> {
  let smallest = document;
  let left = tries;
  for (let found = true; found; ) {
    found = false;
    for (const smaller of smallerPolicies(smallest)) {
      if (left-- <= 0) return smallest;
      if (!(await stillFails(smaller))) continue;
      smallest = smaller;
      found = true;
      break;
    }
  }
  return smallest;
}

/** Documents with one thing less, the largest things first. */
function* smallerPolicies(document: PolicyDocument): Generator<PolicyDocument> {
  const { rules = [], sets = {}, endpoints = {} } = document;
  if (document.tests !== undefined) yield without(document, 'tests');
  if (document.limits !== undefined) yield without(document, 'limits');
  for (let size = rules.length; size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < rules.length; at += size) yield { ...document, rules: rules.toSpliced(at, size) };
  }
  if (Object.keys(sets).length > 1) yield { ...document, sets: {} };
  for (const name of Object.keys(sets)) yield { ...document, sets: without(sets, name) };
  if (Object.keys(endpoints).length > 1) yield { ...document, endpoints: {} };
  for (const id of Object.keys(endpoints)) yield { ...document, endpoints: without(endpoints, id) };
  for (const [index, rule] of rules.entries()) {
    for (const smaller of smallerRules(rule)) yield { ...document, rules: rules.with(index, smaller) };
  }
  for (const [name, set] of Object.entries(sets)) {
    for (const index of set.entries.keys()) {
      yield { ...document, sets: { ...sets, [name]: { ...set, entries: set.entries.toSpliced(index, 1) } } };
    }
  }
}

function* smallerRules(rule: Rule): Generator<Rule> {
  const optional = [
    'except',
    'mode',
    'enabled',
    'notBefore',
    'expiresAt',
    'description',
    'postureStatuses',
    'final',
    'message',
  ];
  for (const key of optional) {
    // What is left has all that a rule needs.
    if (key in rule) yield without(rule as Rule & Record<string, unknown>, key) as Rule;
  }
  if (rule.match !== 'everyone') for (const match of smallerBlocks(rule.match)) yield { ...rule, match };
  if (rule.except !== undefined) for (const except of smallerBlocks(rule.except)) yield { ...rule, except };
}

function* smallerBlocks(blocks: Blocks): Generator<Blocks> {
  const list = [blocks].flat();
  if (list.length > 1) for (const index of list.keys()) yield list.toSpliced(index, 1);
  for (const [index, block] of list.entries()) {
    const entries = Object.entries(block);
    if (entries.length > 1) for (const [key] of entries) yield list.with(index, without(block, key));
    for (const [key, value] of entries) {
      if (!Array.isArray(value) || value.length < 2) continue;
      for (const at of value.keys()) yield list.with(index, { ...block, [key]: value.toSpliced(at, 1) });
    }
  }
}

function without<T extends object>(value: T, key: string): T {
  // Only optional keys and those of records are taken away, so that it is still a T.
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key)) as T;
}
