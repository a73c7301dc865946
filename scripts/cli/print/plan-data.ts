/** A plan as data for programs. */
import { type Connection, type Decision, isMalformed } from '../../../shared/engine/index.ts';
import { revisionData } from '../access/policy-access.ts';
import type { ChangedDecision, DecisionChanges } from '../plan/decision-changes.ts';
import type { Plan } from '../plan/make-plan.ts';
import { planTotals } from './plan-report.ts';

/** `outcome` is that of the write: `checked` where it would write, `unchanged`, `refused`, `conflict`. */
export function planData(plan: Plan): object {
  const { outcome, onlyRecords, result } = plan;
  return {
    outcome: outcome.outcome,
    ...applicationData(plan),
    totals: planTotals(plan),
    onlyRecords,
    ...outcomeData(outcome),
    ...(result && {
      warnings: result.warnings,
      tests: result.tests,
      ...(result.decisions && { connections: decisionsData(result.decisions) }),
      ...(result.replay && { replay: result.replay.report, stopped: result.replay.stopped ?? null }),
    }),
  };
}

/** What is applied, on what, and what it comes to. */
export function applicationData({ application, base, lastApplied, changes, kept }: Plan): object {
  const { source, prune, forceConflicts } = application;
  return {
    source,
    prune,
    forceConflicts,
    base: base === undefined ? null : revisionData(base),
    lastApplied: lastApplied === undefined ? null : revisionData(lastApplied),
    changes,
    kept: kept.map(({ change, revisions }) => ({ change, revisions: revisions.map(revisionData) })),
  };
}

function outcomeData(outcome: Plan['outcome']): object {
  switch (outcome.outcome) {
    case 'conflict':
      return { conflicts: outcome.conflicts };
    case 'refused':
      return outcome.refusal;
    default:
      return { confirmedFor: outcome.confirmedFor, overridden: outcome.overridden ?? [] };
  }
}

function decisionsData({ total, newlyRefused, newlyAdmitted, toldOtherwise }: DecisionChanges): object {
  return {
    total,
    newlyRefused: newlyRefused.map(changedData),
    newlyAdmitted: newlyAdmitted.map(changedData),
    toldOtherwise,
  };
}

function changedData({ connection, before, after }: ChangedDecision): object {
  const attributes = Object.entries(connection).filter(([key]) => key !== 'schemaVersion');
  return {
    connection: Object.fromEntries(attributes.map(([key, value]) => [key, attributeData(value)])),
    before: before === undefined ? null : decisionData(before),
    after: decisionData(after),
  };
}

/** What was malformed stands there as it came. */
function attributeData(value: Connection[keyof Connection]): unknown {
  return isMalformed(value) ? { malformed: value.malformed ?? null } : value;
}

function decisionData({ allow, rules, observed }: Decision): object {
  return { allow, rules, observed };
}
