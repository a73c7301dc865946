/** Carries a verb out: reads the policy, plans on it, writes, and tells what has become of it. */
import type { Command } from 'commander';
import type { PolicyDocument } from '../../../shared/engine/index.ts';
import { applyOperations, type PolicyOperation } from '../../../shared/policy/index.ts';
import { type AccessOptions, openAccess } from '../access/access-options.ts';
import {
  nothingPublished,
  type PolicyAccess,
  type PolicyWrite,
  type WriteStep,
  type Written,
} from '../access/policy-access.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { onOneLine, writeJson, writeLines } from '../print/output.ts';
import { reportWritten } from '../print/report-written.ts';
import type { Surroundings } from '../surroundings.ts';
import type { NotDone } from '../verbs/lasting-rule.ts';
import { type AskedPolicy, askedPolicy } from '../verbs/standing.ts';
import { typedVerb, undoCommand } from './typed-command.ts';
import { policyWrite, type WriteOptions } from './write-options.ts';

/** A plan that can be carried out. */
export interface VerbPlan {
  readonly ok: true;
  /** None where there is nothing to be done. */
  readonly operations: readonly PolicyOperation[];
}

export interface FailedPlan {
  readonly ok: false;
  readonly notDone: readonly NotDone[];
}

/** What is told besides the revision. */
export interface VerbReport {
  /** What was done. */
  readonly lines: readonly string[];
  /** What speaks against it, or is to be known. */
  readonly notes: readonly string[];
  /** The same for programs. */
  readonly data: object;
}

export interface Verb<Plan extends VerbPlan> {
  readonly command: Command;
  /** Those of the command line that are no options. */
  readonly words: readonly string[];
  readonly options: AccessOptions & WriteOptions;
  readonly plan: (document: PolicyDocument) => Plan | FailedPlan;
  /** @param after the policy then; undefined where the write was not accepted */
  readonly tell: (plan: Plan, before: AskedPolicy, after: AskedPolicy | undefined) => VerbReport;
}

export async function runVerb<Plan extends VerbPlan>(verb: Verb<Plan>, surroundings: Surroundings): Promise<ExitCode> {
  const { command, words, options, tell } = verb;
  const { stdout, stderr } = surroundings;
  const access = await openAccess(options, surroundings);
  try {
    const defaultReason = typedVerb(command, words);
    const result = await writePlanned(access, verb.plan, (step) => policyWrite(step, options, defaultReason));
    const { plan, document, written } = result;
    if (!plan.ok) return tellNotDone(plan.notDone, options, surroundings);
    const before = askedPolicy(document);
    if (written === undefined) {
      const { notes, data } = tell(plan, before, before);
      writeLines(stderr, notes.map(asNote));
      if (options.json) writeJson(stdout, { outcome: 'unchanged', written: false, dryRun: isDryRun(options), ...data });
      return EXIT.checkFailed;
    }
    const after = policyAfter(document, plan.operations, written);
    const { lines, notes, data } = tell(plan, before, after);
    const undo =
      written.outcome === 'written' && written.revision !== undefined
        ? undoCommand(written.revision.number, command)
        : undefined;
    const extra = {
      lines: [...lines.map(onOneLine), ...(undo === undefined ? [] : [`Undo: ${undo}`])],
      data: { ...data, ...(undo === undefined ? {} : { undo }) },
    };
    const exitCode = reportWritten(written, { json: options.json, dryRun: isDryRun(options), extra }, surroundings);
    if (after !== undefined) writeLines(stderr, notes.map(asNote));
    return exitCode;
  } finally {
    access.close();
  }
}

/** As often a verb is planned anew because what it was planned for has changed meanwhile. */
const MAX_TRIES = 3;

/** A plan, the policy that it was made for, and what became of it; undefined where there was nothing to be written. */
export interface PlannedWrite<Plan> {
  readonly plan: Plan;
  readonly document: PolicyDocument;
  readonly written: Written | undefined;
}

/** Operations are made for the items that were read, so that what others change meanwhile is not overwritten: then again. */
export async function writePlanned<Plan extends VerbPlan | FailedPlan>(
  access: PolicyAccess,
  plan: (document: PolicyDocument) => Plan,
  toWrite: (step: WriteStep) => PolicyWrite,
): Promise<PlannedWrite<Plan>> {
  for (let tries = 1; ; tries++) {
    const policy = await access.policy();
    if (policy === undefined) throw nothingPublished(access);
    const { document } = policy;
    const made = plan(document);
    if (!made.ok || made.operations.length === 0) return { plan: made, document, written: undefined };
    const written = await access.write(toWrite({ kind: 'operations', operations: made.operations }));
    if (written.outcome !== 'moved' || tries === MAX_TRIES) return { plan: made, document, written };
  }
}

function policyAfter(
  document: PolicyDocument,
  operations: readonly PolicyOperation[],
  { outcome }: Written,
): AskedPolicy | undefined {
  if (outcome !== 'written' && outcome !== 'unchanged' && outcome !== 'checked') return undefined;
  const applied = applyOperations(document, operations);
  if (!applied.ok) throw new Error('INVARIANT: what was accepted can be applied');
  return askedPolicy(applied.document as PolicyDocument); // the checks of the write have accepted it
}

/** A line each on stderr; programs are told in the form of a refused write. */
function tellNotDone(
  notDone: readonly NotDone[],
  options: WriteOptions,
  { stdout, stderr }: Pick<Surroundings, 'stdout' | 'stderr'>,
): ExitCode {
  writeLines(
    stderr,
    notDone.map(({ message }) => asNote(message)),
  );
  if (options.json) {
    const issues = notDone.map(({ code, message }) => ({ code, message, where: '' }));
    const refusal = { issues, failedTests: [], unconfirmed: [] };
    writeJson(stdout, { outcome: 'refused', written: false, dryRun: isDryRun(options), ...refusal });
  }
  return EXIT.checkFailed;
}

function asNote(text: string): string {
  return onOneLine(`vpn-policy: ${text}`);
}

function isDryRun({ dryRun }: WriteOptions): boolean {
  return dryRun === true;
}
