/** What applying a file would do, before it is done. */
import { type CompiledPolicy, type Connection, compile, type PolicyDocument } from '../../../shared/engine/index.ts';
import {
  applyFile,
  type Confirmation,
  type LintWarning,
  type PolicyChange,
  type PolicyTestResult,
  policyChanges,
  runPolicyTests,
} from '../../../shared/policy/index.ts';
import type { PolicyAccess, PolicyAt, RevisionInfo, Written } from '../access/policy-access.ts';
import { CommandError, EXIT } from '../exit-code.ts';
import type { PlannedReplay } from '../replay/plan-replay.ts';
import { changeOrigins, type KeptChange } from './change-origins.ts';
import { type DecisionChanges, decisionChanges } from './decision-changes.ts';
import { type NewWarnings, newWarnings } from './new-warnings.ts';

/** What is to be applied, and how. */
export interface Application {
  /** The file's name in the history: under it the next application finds this one. */
  readonly source: string;
  /** The file's policy, valid, and what lint says of it. */
  readonly file: { readonly document: PolicyDocument; readonly warnings: readonly LintWarning[] };
  /** Also take out what only others added. */
  readonly prune: boolean;
  /** The file counts where it and others changed the same. */
  readonly forceConflicts: boolean;
  readonly confirm: readonly Confirmation[];
}

export interface Plan {
  readonly application: Application;
  /** Where the policy is. */
  readonly place: string;
  /** The revision in force that it is made for; undefined where none has been published. */
  readonly base: RevisionInfo | undefined;
  /** The revision that last applied the file; undefined where none is known. */
  readonly lastApplied: RevisionInfo | undefined;
  /** What the checks of the write say: a dry run of it. */
  readonly outcome: PlannedOutcome;
  /** What would change in the policy; empty where the file and others conflict. */
  readonly changes: readonly PolicyChange[];
  /** What others changed and stays, and their revisions since the file was applied. */
  readonly kept: readonly KeptChange[];
  /** True where the policy would stay as it is, and only the history would say that the file was applied. */
  readonly onlyRecords: boolean;
  /** Of the policy that would come of it; absent where the checks find that it would be none. */
  readonly result?: PlannedResult;
}

export type PlannedOutcome = Exclude<Written, { readonly outcome: 'moved' }>;

/** What is known of the policy that would come of it. */
export interface PlannedResult {
  readonly tests: readonly PolicyTestResult[];
  readonly warnings: NewWarnings;
  /** Where there is a sample of connections. */
  readonly decisions?: DecisionChanges;
  /** Where a replay is wanted and the policy changes. */
  readonly replay?: PlannedReplay;
}

export interface PlanContext {
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** To decide on by the policy in force and by what would come of it. */
  readonly sample?: { readonly connections: readonly Connection[]; readonly atMs: number } | undefined;
  /** Replays recorded connections by what would come of it. */
  readonly replay?: ((after: PolicyDocument) => Promise<PlannedReplay>) | undefined;
}

/** Other writers may come between the reading and the dry run. */
const TRIES = 5;

export async function makePlan(application: Application, access: PolicyAccess, context: PlanContext): Promise<Plan> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const current = await access.policy();
    const last = await access.applied(application.source);
    const outcome = await access.write({
      step: applyStep(application, current?.revision),
      reason: '',
      confirm: application.confirm,
      dryRun: true,
    });
    if (outcome.outcome !== 'moved') return planOf(application, { current, last, outcome }, access, context);
  }
  throw new CommandError(
    `the policy in ${access.place} changed ${TRIES} times while the plan was being made: try again`,
    EXIT.checkFailed,
  );
}

/** The application on top of one revision and no other. */
export function applyStep({ file, source, prune, forceConflicts }: Application, base: RevisionInfo | undefined) {
  const { document } = file;
  return { kind: 'apply', document, source, prune, forceConflicts, ifRevision: base?.number ?? 0 } as const;
}

interface Facts {
  readonly current: PolicyAt | undefined;
  readonly last: PolicyAt | undefined;
  readonly outcome: PlannedOutcome;
}

async function planOf(
  application: Application,
  { current, last, outcome }: Facts,
  access: PolicyAccess,
  context: PlanContext,
): Promise<Plan> {
  const merged = mergedPolicy(application, current?.document, last?.document);
  const plan = {
    application,
    place: access.place,
    base: current?.revision,
    lastApplied: last?.revision,
    outcome,
  };
  if (merged === undefined) return { ...plan, changes: [], kept: [], onlyRecords: false };
  const kept =
    current === undefined || last === undefined
      ? merged.kept.map((change) => ({ change, revisions: [] }))
      : await changeOrigins(merged.kept, { current, sinceRevision: last.revision.number }, access);
  const isPolicy = outcome.outcome !== 'refused' || outcome.refusal.issues.length === 0;
  const changes = policyChanges(current?.document, merged.document);
  return {
    ...plan,
    changes,
    kept,
    onlyRecords: outcome.outcome === 'checked' && changes.length === 0,
    ...(isPolicy && {
      result: {
        ...resultOf(merged.document, current?.document, application, context),
        ...(context.replay && changes.length > 0 && { replay: await context.replay(merged.document) }),
      },
    }),
  };
}

/** What the write makes, by the same function; undefined where it conflicts. */
function mergedPolicy(
  { file: { document: file }, prune, forceConflicts }: Application,
  current: PolicyDocument | undefined,
  base: PolicyDocument | undefined,
): { readonly document: PolicyDocument; readonly kept: readonly PolicyChange[] } | undefined {
  if (current === undefined) return { document: file, kept: [] };
  const applied = applyFile({ base, file, current, prune, forceConflicts });
  // A merge of valid policies has the shape of one.
  return applied.ok ? { document: applied.document as PolicyDocument, kept: applied.kept } : undefined;
}

function resultOf(
  after: PolicyDocument,
  before: PolicyDocument | undefined,
  { file }: Application,
  { nowMs, sample }: PlanContext,
): PlannedResult {
  const compiled = compile(after);
  return {
    tests: runPolicyTests(after, { compiled }),
    warnings: newWarnings({ before, after, file, nowMs }),
    ...(sample && { decisions: decisionsOf(sample, before, compiled) }),
  };
}

function decisionsOf(
  { connections, atMs }: NonNullable<PlanContext['sample']>,
  before: PolicyDocument | undefined,
  after: CompiledPolicy,
): DecisionChanges {
  return decisionChanges(connections, { before: before && compile(before), after, atMs });
}
