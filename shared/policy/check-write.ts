/** The gate in front of every write: valid, its tests passed, and a word more for what is hard to undo. */

import { compile, type PolicyDocument, type PolicyTest, shown } from '../engine/index.ts';
import { sameData } from './diff.ts';
import type { PolicyIssue } from './issue.ts';
import { type LintWarning, lintPolicy } from './lint.ts';
import { lockoutReason } from './lockout.ts';
import { type PolicyTestResult, runPolicyTests } from './policy-tests.ts';
import { validatePolicy } from './read-document.ts';

/** What a write may have to say in so many words (`confirm=…`). */
export type Confirmation = 'lockout' | 'tests';

export interface WriteToCheck {
  /** The policy in force; undefined for the first. */
  readonly current?: PolicyDocument | undefined;
  /** The policy to be written; validated here, whatever it is. */
  readonly next: unknown;
  readonly confirm: readonly Confirmation[];
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

/** Why a write needs a confirmation. */
export interface ConfirmationReason {
  readonly confirm: Confirmation;
  readonly message: string;
}

export type CheckedWrite =
  | {
      readonly ok: true;
      readonly document: PolicyDocument;
      readonly warnings: readonly LintWarning[];
      /** The confirmations that were needed, each once; one that was given and not needed is not among them. */
      readonly confirmed: readonly Confirmation[];
      /** What they were needed for. */
      readonly confirmedFor: readonly ConfirmationReason[];
    }
  | {
      readonly ok: false;
      /** Where the document is not valid; the rest is then empty. */
      readonly issues: readonly PolicyIssue[];
      /** New and changed tests of the policy to be written that it fails; no confirmation lets it through. */
      readonly failedTests: readonly PolicyTestResult[];
      /** What was needed and not given. */
      readonly unconfirmed: readonly ConfirmationReason[];
    };

/**
 * Checks one write. The new policy must be valid and pass its own tests. `tests` must be confirmed where a test of the
 * policy in force is removed, changed or broken (one that fails in the policy in force is not broken again), `lockout`
 * where the new policy refuses everybody; neither where it is the policy in force.
 */
export function checkWrite({ current, next, confirm, nowMs }: WriteToCheck): CheckedWrite {
  const validated = validatePolicy(next);
  if (!validated.ok) return { ok: false, issues: validated.issues, failedTests: [], unconfirmed: [] };
  const { document } = validated;
  const { failedTests, reasons: testReasons } = checkTests(current, document);
  // Who writes what is in force already locks nobody out: a change that changes nothing needs no word more.
  const lockout = sameData(current, document) ? undefined : lockoutReason(document, nowMs);
  const reasons: ConfirmationReason[] = [
    ...(lockout === undefined
      ? []
      : [{ confirm: 'lockout' as const, message: `the policy refuses everybody: ${lockout}` }]),
    ...testReasons,
  ];
  const unconfirmed = reasons.filter((reason) => !confirm.includes(reason.confirm));
  if (failedTests.length > 0 || unconfirmed.length > 0) return { ok: false, issues: [], failedTests, unconfirmed };
  return {
    ok: true,
    document,
    warnings: lintPolicy(document, nowMs),
    confirmed: [...new Set(reasons.map((reason) => reason.confirm))],
    confirmedFor: reasons,
  };
}

function checkTests(current: PolicyDocument | undefined, next: PolicyDocument) {
  const compiled = compile(next);
  const tests = new Map((next.tests ?? []).map((test) => [test.name, test]));
  const inForce = current?.tests ?? [];
  const kept = inForce.filter((test) => sameData(tests.get(test.name), test));
  const brokenNow = failing(runPolicyTests(next, { compiled, tests: kept }));
  // Only a test that passes in the policy in force can be broken.
  const failedBefore =
    current === undefined || brokenNow.length === 0 ? [] : failing(runPolicyTests(current, { tests: kept }));
  const alreadyBroken = new Set(failedBefore.map(({ name }) => name));
  const keptNames = new Set(kept.map(({ name }) => name));
  const own = (next.tests ?? []).filter(({ name }) => !keptNames.has(name));
  return {
    failedTests: failing(runPolicyTests(next, { compiled, tests: own })),
    reasons: [
      ...inForce.filter(({ name }) => !keptNames.has(name)).map((test) => removedOrChanged(test, tests)),
      ...brokenNow.filter(({ name }) => !alreadyBroken.has(name)).map(broken),
    ],
  };
}

function failing(results: readonly PolicyTestResult[]): PolicyTestResult[] {
  return results.filter(({ passed }) => !passed);
}

function removedOrChanged({ name }: PolicyTest, tests: ReadonlyMap<string, PolicyTest>): ConfirmationReason {
  return { confirm: 'tests', message: `the test ${shown(name)} is ${tests.has(name) ? 'changed' : 'removed'}` };
}

function broken({ name, differences }: PolicyTestResult): ConfirmationReason {
  return { confirm: 'tests', message: `the test ${shown(name)} breaks (${differences.join('; ')})` };
}
