/** `vpn-policy apply`: brings what a file changed into the policy, and leaves what others changed. */
import type { Command } from 'commander';
import { lintPolicy, sameData } from '../../../../shared/policy/index.ts';
import { type AccessOptions, addAccessOptions, openAccess } from '../../access/access-options.ts';
import { type PolicyAccess, type RevisionInfo, refusedAsInvalid, type Written } from '../../access/policy-access.ts';
import { CommandError, EXIT, type ExitCode } from '../../exit-code.ts';
import { type InputText, policyIn, readInput } from '../../input/input-file.ts';
import { revisionsSince } from '../../plan/check-base.ts';
import { type Application, applyStep, makePlan, type Plan } from '../../plan/make-plan.ts';
import { type PlanFile, readPlanFile } from '../../plan/plan-file.ts';
import { applicationData, planData } from '../../print/plan-data.ts';
import { planReport, revisionText } from '../../print/plan-report.ts';
import { planText } from '../../print/plan-text.ts';
import { reportWritten } from '../../print/report-written.ts';
import {
  addPlanReplayOptions,
  openPlanReplay,
  type PlanReplay,
  type PlanReplayOptions,
} from '../../replay/plan-replay.ts';
import type { RunAction } from '../../run-action.ts';
import type { Surroundings } from '../../surroundings.ts';
import { goesOn } from '../../terminal/ask.ts';
import { counted, onOneLine, paintFor, writeJson, writeLines } from '../../terminal/output.ts';
import { addTimezoneOption, type CallerClock, callerClock, type TimezoneOptions } from '../../time/caller-zone.ts';
import { undoOf } from '../typed-command.ts';
import { addWriteOptions, policyWrite, type WriteOptions } from '../write-options.ts';
import { type ApplicationOptions, addApplicationOptions, applicationOf, sourceOf } from './application-options.ts';

interface ApplyOptions extends AccessOptions, WriteOptions, ApplicationOptions, PlanReplayOptions, TimezoneOptions {
  readonly replan?: boolean;
  readonly yes?: boolean;
}

/** What is applied where nothing is named. */
const DEFAULT_FILE = 'policy.yaml';

export function addApply(program: Command, surroundings: Surroundings, run: RunAction): void {
  const command = program
    .command('apply')
    .summary('apply a file, or a plan that was made of it')
    .description(
      'Merges three ways: what the file changed since it was last applied comes on top of the policy in force, what others\n' +
        'changed since stays and is listed, and what both changed differently is a conflict: nothing is written then.\n' +
        'Shows the plan, and asks on a terminal. A plan file is carried out exactly, on the revision that it was made for.',
    )
    .argument(
      '[file]',
      `YAML or JSON, or a plan (default: ${DEFAULT_FILE}); - is standard input, which needs --source`,
    );
  addApplicationOptions(command)
    .option('--replan', 'a plan whose revision is no longer in force: apply it if it still changes the same')
    .option('--yes', 'do not ask (--json does not, either)');
  addPlanReplayOptions(command);
  addTimezoneOption(command);
  addAccessOptions(command);
  addWriteOptions(command, '"apply FILE", with the commit in GitHub Actions and GitLab CI')
    .addHelpText(
      'after',
      `
Exit codes: 0 applied (or nothing to change), 1 it conflicts, fails a check, was made for another revision, is beyond
--max-newly-refused, or the answer was no, 2 wrong usage or no store.

Examples:
  vpn-policy apply --local
  vpn-policy apply vpn/policy.yaml --table client-vpn-policy-prod-rules --region eu-west-1 --reason "new office"
  vpn-policy plan policy.yaml --out plan.json; vpn-policy apply plan.json
  vpn-policy apply policy.yaml --replay 14d --max-newly-refused 1%
  vpn-policy apply policy.yaml --force-conflicts --dry-run`,
    )
    .action(run((file: string | undefined, options: ApplyOptions) => apply(file, options, command, surroundings)));
}

async function apply(
  fileName: string | undefined,
  options: ApplyOptions,
  command: Command,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const clock = callerClock(options, surroundings);
  const access = await openAccess(options, surroundings);
  const { replay, close } = await openPlanReplay(options, clock, surroundings);
  try {
    const input = await readFileToApply(fileName, surroundings);
    const planFile = readPlanFile(input.name, input.text);
    const run = { access, clock, replay, options, command, surroundings, name: planFile?.file ?? input.name };
    if (planFile !== undefined) return await applyPlan(planFile, input.name, run);
    if (options.replan) throw new CommandError(onOneLine(`--replan is for a plan, and ${input.name} is none`));
    const source = await sourceOf(fileName ?? DEFAULT_FILE, options);
    const { name, read } = policyIn(input, surroundings);
    if (!read.ok) return tell(refusedAsInvalid(read.issues), undefined, run);
    const application = { ...applicationOf(options), source, file: read };
    return await applyAsPlanned(application, () => makePlan(application, access, { nowMs: clock.nowMs, replay }), {
      ...run,
      name,
    });
  } finally {
    close();
    access.close();
  }
}

async function readFileToApply(fileName: string | undefined, surroundings: Surroundings): Promise<InputText> {
  try {
    return await readInput(fileName ?? DEFAULT_FILE, surroundings);
  } catch (error) {
    if (fileName !== undefined || !(error instanceof CommandError)) throw error;
    throw new CommandError(
      `which file? Without one it is ${DEFAULT_FILE} of this folder: ${error.message}`,
      undefined,
      {
        cause: error,
      },
    );
  }
}

/** One run of the command. */
interface ApplyRun {
  readonly access: PolicyAccess;
  readonly clock: CallerClock;
  readonly replay: PlanReplay['replay'];
  readonly options: ApplyOptions;
  /** As it was typed. */
  readonly command: Command;
  readonly surroundings: Surroundings;
  /** The policy file, as messages call it. */
  readonly name: string;
}

function applyPlan(planFile: PlanFile, planName: string, run: ApplyRun): Promise<ExitCode> {
  const { options, access, clock, replay } = run;
  const settled = (['source', 'prune', 'forceConflicts'] as const).filter((key) => options[key] !== undefined);
  if (settled.length > 0) {
    const names = settled.map((key) => (key === 'forceConflicts' ? '--force-conflicts' : `--${key}`)).join(', ');
    throw new CommandError(
      onOneLine(`${planName} is a plan, which has its own ${names}: make a new one with vpn-policy plan`),
    );
  }
  const { source, document, prune, forceConflicts, confirm } = planFile;
  const file = { document, warnings: lintPolicy(document, clock.nowMs) };
  const application = { source, file, prune, forceConflicts, confirm: [...confirm, ...(options.confirm ?? [])] };
  const makeChecked = async () => {
    const plan = await makePlan(application, access, { nowMs: clock.nowMs, replay });
    const since = await revisionsSince(planFile, plan.base, access);
    if (since.length > 0) await stillHolds(plan, since, planFile, planName, run);
    return plan;
  };
  return applyAsPlanned(application, makeChecked, run);
}

const MAX_TOLD = 3;

/** Throws a CommandError unless the plan is to be made again, and still changes the same. */
async function stillHolds(
  plan: Plan,
  since: readonly RevisionInfo[],
  planFile: PlanFile,
  planName: string,
  { options, clock, surroundings, name }: ApplyRun,
): Promise<void> {
  const told = since.slice(0, MAX_TOLD).map((revision) => revisionText(revision, clock));
  const more = since.length > MAX_TOLD ? ` and ${counted(since.length - MAX_TOLD, 'more revision')}` : '';
  const came = `the policy has changed since ${planName} was made: ${told.join(', ')}${more}`;
  if (!options.replan) {
    const advice = '--replan applies it if it still changes the same, else make a new plan';
    throw new CommandError(onOneLine(`${came}; ${advice}`), EXIT.checkFailed);
  }
  if (sameData(plan.changes, planFile.changes)) return;
  const { stderr, env } = surroundings;
  writeLines(stderr, [...planText(planReport(plan, { fileName: name, clock }), paintFor(stderr, env)), '']);
  throw new CommandError(
    onOneLine(`${came}; it would change something else now (above): make a new plan`),
    EXIT.checkFailed,
  );
}

/** Other writers may come between the plan and the write. */
const TRIES = 5;

async function applyAsPlanned(application: Application, make: () => Promise<Plan>, run: ApplyRun): Promise<ExitCode> {
  const { access, options } = run;
  let approved: Plan | undefined;
  for (let tries = 0; tries < TRIES; tries += 1) {
    const plan = await make();
    const { outcome } = plan;
    if (outcome.outcome === 'conflict' || outcome.outcome === 'refused') return tell(outcome, plan, run);
    if (approved === undefined || !sameData(approved.changes, plan.changes)) {
      show(plan, run);
      stopBeyondLimit(plan, run);
      if (outcome.outcome === 'unchanged' || options.dryRun) return tell(outcome, plan, run);
      await approve(plan, run);
    }
    approved = plan;
    const step = applyStep(application, plan.base);
    const reason = `apply ${application.source}${commitOf(run.surroundings.env)}`;
    const written = await access.write({ ...policyWrite(step, options, reason), confirm: application.confirm });
    if (written.outcome !== 'moved') return tell(written, plan, run);
  }
  throw new CommandError(
    `others write to ${access.place} at the same time, again and again: try again`,
    EXIT.checkFailed,
  );
}

function show(plan: Plan, { options, clock, surroundings, name }: ApplyRun): void {
  const { stdout, env } = surroundings;
  if (!options.json) writeLines(stdout, planText(planReport(plan, { fileName: name, clock }), paintFor(stdout, env)));
}

/** Throws a CommandError where it would newly refuse more than it may. */
function stopBeyondLimit(plan: Plan, { options, surroundings }: ApplyRun): void {
  const stopped = plan.result?.replay?.stopped;
  if (stopped === undefined) return;
  if (options.json) writeJson(surroundings.stdout, { ...planData(plan), outcome: 'stopped' });
  throw new CommandError(onOneLine(`beyond ${stopped}; nothing has changed`), EXIT.checkFailed);
}

/** Throws a CommandError where somebody sits there and does not want it. */
async function approve({ place }: Plan, { options, surroundings }: ApplyRun): Promise<void> {
  if (options.yes || options.json || (await goesOn(onOneLine(`Apply this to ${place}?`), surroundings))) return;
  throw new CommandError('not wanted: nothing has changed', EXIT.checkFailed);
}

/** Which commit a pipeline applies. */
function commitOf({ GITHUB_SHA, CI_COMMIT_SHA }: Surroundings['env']): string {
  const commit = GITHUB_SHA ?? CI_COMMIT_SHA ?? '';
  return /^[0-9a-f]{7,64}$/.test(commit) ? ` (commit ${commit.slice(0, 12)})` : '';
}

function tell(written: Written, plan: Plan | undefined, run: ApplyRun): ExitCode {
  const { options, surroundings, name, clock, command } = run;
  // The plan has told people so.
  if (written.outcome === 'unchanged' && !options.json) return EXIT.ok;
  const warnings = options.json ? plan?.result?.warnings.brought : [];
  // A first policy has nothing before it to go back to.
  const hasUndo = plan?.base !== undefined && plan.changes.length > 0;
  const undo = hasUndo ? undoOf(written, command) : { lines: [], data: {} };
  const report = {
    file: name,
    json: options.json,
    dryRun: options.dryRun === true,
    ...(warnings && { warnings }),
    extra: { lines: undo.lines, data: { ...(plan && applicationData(plan)), ...undo.data } },
  };
  const exitCode = reportWritten(written, report, surroundings);
  if (plan !== undefined && written.outcome === 'conflict') {
    writeLines(surroundings.stderr, planReport(plan, { fileName: name, clock }).advice);
  }
  return exitCode;
}
