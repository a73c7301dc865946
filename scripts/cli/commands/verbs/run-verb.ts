/** Carries a verb out: reads the policy, plans on it, writes, and tells what has become of it. */
import type { Command } from 'commander';
import type { PolicyDocument } from '../../../../shared/engine/index.ts';
import {
  applyOperations,
  type LintCode,
  type LintWarning,
  type PolicyOperation,
} from '../../../../shared/policy/index.ts';
import { type AccessOptions, openAccess } from '../../access/access-options.ts';
import type { Written } from '../../access/policy-access.ts';
import { EXIT, type ExitCode } from '../../exit-code.ts';
import { newWarnings } from '../../plan/new-warnings.ts';
import { reportWritten } from '../../print/report-written.ts';
import type { Surroundings } from '../../surroundings.ts';
import { messageLine, onOneLine, writeJson, writeLines } from '../../terminal/output.ts';
import type { NotDone } from '../../verbs/lasting-rule.ts';
import { observingEndpoints } from '../../verbs/rule-target.ts';
import { type AskedPolicy, askedPolicy } from '../../verbs/standing.ts';
import { typedVerb, undoOf } from '../typed-command.ts';
import { type Confirmed, policyWrite, reasonOf, type WriteOptions } from '../write-options.ts';
import { type OperationsPlan, writePlanned } from '../write-planned.ts';

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

export interface Verb<Plan extends OperationsPlan> {
  readonly command: Command;
  /** Those of the command line that are no options. */
  readonly words: readonly string[];
  readonly options: AccessOptions & WriteOptions<Confirmed>;
  readonly plan: (document: PolicyDocument) => Plan | FailedPlan;
  /** @param after the policy then; undefined where the write was not accepted */
  readonly tell: (plan: Plan, before: PolicyDocument, after: AskedPolicy | undefined) => VerbReport;
  /** What is done once the write was accepted, in a dry run, too; it is told after it. */
  readonly afterwards?: ((plan: Plan, after: AskedPolicy, reason: string) => Promise<Afterwards>) | undefined;
}

/** What has become of it. */
export interface Afterwards extends VerbReport {
  readonly exitCode: ExitCode;
}

export async function runVerb<Plan extends OperationsPlan>(
  verb: Verb<Plan>,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const { command, words, options, tell } = verb;
  const { stdout, stderr } = surroundings;
  const access = await openAccess(options, surroundings);
  try {
    const defaultReason = typedVerb(command, words);
    const { plan, policy, written } = await writePlanned(
      access,
      ({ document }) => verb.plan(document),
      (step) => policyWrite(step, options, defaultReason),
    );
    const { document: before } = policy;
    if (!plan.ok) return tellNotDone(plan.notDone, options, surroundings);
    if (written === undefined) {
      const { notes, data } = tell(plan, before, askedPolicy(before));
      writeLines(stderr, notes.map(messageLine));
      if (options.json) writeJson(stdout, { outcome: 'unchanged', written: false, dryRun: isDryRun(options), ...data });
      return EXIT.checkFailed;
    }
    const after = policyAfter(before, plan.operations, written);
    const { lines, notes, data } = tell(plan, before, after);
    const undo = undoOf(written, command);
    const then = async () =>
      after === undefined ? undefined : verb.afterwards?.(plan, after, reasonOf(options, defaultReason));
    // Programs are told all in one; people see that the rule is there before anything else is tried.
    const told = options.json ? await then() : undefined;
    const extra = {
      lines: [...lines.map(onOneLine), ...undo.lines],
      data: { ...data, ...undo.data, ...told?.data },
    };
    const warnings = after === undefined ? {} : { warnings: warningsOf(before, after, surroundings.now()) };
    const report = { json: options.json, dryRun: isDryRun(options), extra, ...warnings };
    const exitCode = reportWritten(written, report, surroundings);
    if (after !== undefined) writeLines(stderr, notes.map(messageLine));
    return tellAfterwards(options.json ? told : await then(), exitCode, options, surroundings);
  } finally {
    access.close();
  }
}

function tellAfterwards(
  told: Afterwards | undefined,
  exitCode: ExitCode,
  { json }: WriteOptions<Confirmed>,
  { stdout, stderr }: Pick<Surroundings, 'stdout' | 'stderr'>,
): ExitCode {
  if (told === undefined) return exitCode;
  if (!json) writeLines(stdout, told.lines);
  writeLines(stderr, told.notes.map(messageLine));
  return told.exitCode;
}

/** That a rule which refuses keeps nobody out there. */
export function observingNotes(endpoints: readonly string[], document: PolicyDocument): string[] {
  const observing = observingEndpoints(endpoints, document);
  if (observing.length === 0) return [];
  return [`warning: it keeps nobody out at ${observing.join(', ')}, where the policy only observes (mode: observe)`];
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

/** Who blocks one address or one group knows that others pass. */
const KNOWN_WARNINGS: readonly LintCode[] = ['one-address-family', 'deny-passes-missing'];

/** What the verb brings with it; the warnings of the rest of the policy are told by who works on it. */
function warningsOf(before: PolicyDocument, after: AskedPolicy, nowMs: number): readonly LintWarning[] {
  const file = { document: after.document, warnings: [] };
  const { brought } = newWarnings({ before, after: after.document, file, nowMs });
  return brought.filter(({ code }) => !KNOWN_WARNINGS.includes(code));
}

/** A line each on stderr; programs are told in the form of a refused write. */
function tellNotDone(
  notDone: readonly NotDone[],
  options: WriteOptions<Confirmed>,
  { stdout, stderr }: Pick<Surroundings, 'stdout' | 'stderr'>,
): ExitCode {
  writeLines(
    stderr,
    notDone.map(({ message }) => messageLine(message)),
  );
  if (options.json) {
    const issues = notDone.map(({ code, message }) => ({ code, message, where: '' }));
    const refusal = { issues, failedTests: [], unconfirmed: [] };
    writeJson(stdout, { outcome: 'refused', written: false, dryRun: isDryRun(options), ...refusal });
  }
  return EXIT.checkFailed;
}

function isDryRun({ dryRun }: WriteOptions<Confirmed>): boolean {
  return dryRun === true;
}
