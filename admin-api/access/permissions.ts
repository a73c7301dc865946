/** What callers may do, checked on what a write really changes. */
import type { PolicyDocument, Rule } from '../../shared/engine/index.ts';
import { diffPolicies, sameData, validatePolicy } from '../../shared/policy/index.ts';
import { Problem } from '../http/problem.ts';
import { whyNotUserBlocks, whyNoUserBlock } from './user-blocks.ts';

/**
 * `read`: the policy and its history. `evaluate`: what would be decided. `write`: everything in the policy but its tests.
 * `block`: short deny rules on users (`user-blocks.ts`). `tests`: changing and removing tests (`write` may add some).
 * `restore`: going back to an earlier state, undoing a change. `confirm`: overriding a check. `disconnect`: ending connections, also by a
 * rule with `standing: endAll`, which asks nobody how many they are.
 * None contains another, but what `block` allows `write` does too.
 */
export const PERMISSIONS = ['read', 'evaluate', 'block', 'write', 'tests', 'restore', 'confirm', 'disconnect'] as const;
export type Permission = (typeof PERMISSIONS)[number];
export type Permissions = ReadonlySet<Permission>;

/** @throws Problem forbidden where the caller has none of them */
export function requireAny(held: Permissions, needed: readonly Permission[], to: string): void {
  if (needed.some((permission) => held.has(permission))) return;
  throw forbidden(needed, `To ${to} you need the permission ${needed.join(' or ')}.`);
}

export interface WriteToPermit {
  readonly held: Permissions;
  /** True for what takes the policy back: there `restore` stands for `write`. */
  readonly goesBack: boolean;
  /** Undefined before the first policy. */
  readonly before: PolicyDocument | undefined;
  /** Of any content: it is validated later. */
  readonly after: unknown;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

/**
 * Checks what a write changes against what its author may change. To be called on each state that the write is tried on,
 * so that nothing slips past with another writer's help.
 * @throws Problem forbidden
 */
export function checkPermitted({ held, goesBack, before, after, nowMs }: WriteToPermit): void {
  if (!held.has('tests')) checkTestsKept(before, after);
  if (held.has('write') || (goesBack && held.has('restore'))) {
    // `block` allows no such rule at all.
    if (!held.has('disconnect')) checkEndsNoMore(before, after);
    return;
  }

  const validated = validatePolicy(after);
  // What is not valid is refused anyway, with all that is wrong with it.
  if (!validated.ok) return;
  const diff = diffPolicies(before ?? NO_POLICY, validated.document);
  const { rules, limits, tests, sets, endpoints, settings } = diff;
  const beyond =
    before === undefined ||
    settings.length > 0 ||
    [sets, endpoints, limits].some(hasChanges) ||
    sets.entries.length > 0 ||
    (hasChanges(tests) && !held.has('tests'));
  if (beyond) throw forbidden(['write'], 'To change this you need the permission write.');
  if (!hasChanges(rules)) return;
  if (!held.has('block')) throw forbidden(['write'], 'To change rules you need the permission write.');
  const reason = whyNotUserBlocks(before, validated.document, rules, nowMs);
  if (reason !== undefined) throw beyondBlock(reason);
}

/**
 * Checks that the caller may patch a rule at all: the answer shows it, even to a patch that changes nothing.
 * @throws Problem forbidden
 */
export function checkPatchPermitted(held: Permissions, rule: Rule, nowMs: number): void {
  if (held.has('write') || held.has('read')) return;
  const reason = whyNoUserBlock(rule, nowMs);
  if (reason !== undefined) throw beyondBlock(reason);
}

function beyondBlock(reason: string): Problem {
  return forbidden(
    ['write'],
    `The permission block does not allow this: ${reason}. For more you need the permission write.`,
  );
}

const NO_POLICY: PolicyDocument = { version: 1, defaultEffect: 'deny' };

interface Changes {
  readonly added: readonly unknown[];
  readonly removed: readonly unknown[];
  readonly changed: readonly unknown[];
  readonly reordered: boolean;
}

function hasChanges({ added, removed, changed, reordered }: Changes): boolean {
  return added.length + removed.length + changed.length > 0 || reordered;
}

function checkTestsKept(before: PolicyDocument | undefined, after: unknown): void {
  const inForce = before?.tests ?? [];
  if (inForce.length === 0) return;
  const kept = new Map(listIn(after, 'tests').map((test) => [field(test, 'name'), test]));
  const lost = inForce.find((test) => !sameData(kept.get(test.name), test));
  if (lost === undefined) return;
  const done = kept.has(lost.name) ? 'changed' : 'removed';
  throw forbidden(
    ['tests'],
    `The test ${JSON.stringify(lost.name)} would be ${done}: for that you need the permission tests.`,
  );
}

/** A rule that ends connections however many they are is as before, or does so no more. */
function checkEndsNoMore(before: PolicyDocument | undefined, after: unknown): void {
  const inForce = new Map<unknown, Rule>((before?.rules ?? []).map((rule) => [rule.id, rule]));
  const ending = listIn(after, 'rules').find(
    (rule) => field(rule, 'standing') === 'endAll' && !sameData(inForce.get(field(rule, 'id')), rule),
  );
  if (ending === undefined) return;
  throw forbidden(
    ['disconnect'],
    `The rule ${JSON.stringify(field(ending, 'id'))} would end standing connections however many they are (standing: endAll): to add or change it you need the permission disconnect, too.`,
  );
}

function listIn(document: unknown, key: 'tests' | 'rules'): readonly unknown[] {
  const list = field(document, key);
  return Array.isArray(list) ? list : [];
}

function field(of: unknown, key: string): unknown {
  return typeof of === 'object' && of !== null ? Reflect.get(of, key) : undefined;
}

function forbidden(needed: readonly Permission[], detail: string): Problem {
  return new Problem('forbidden', detail, { members: { needed } });
}
