/** `vpn-policy plan`: what would applying a file change, and for whom? */
import { type Command, Option } from 'commander';
import type { PolicyIssue } from '../../../../shared/policy/index.ts';
import { type AccessOptions, addAccessOptions, openAccess } from '../../access/access-options.ts';
import { CommandError, EXIT, type ExitCode } from '../../exit-code.ts';
import { readConnections } from '../../input/connections-file.ts';
import { readPolicyFile, STDIN } from '../../input/input-file.ts';
import { makePlan, type Plan } from '../../plan/make-plan.ts';
import { planFileText } from '../../plan/plan-file.ts';
import { planData } from '../../print/plan-data.ts';
import { planMarkdown } from '../../print/plan-markdown.ts';
import { type PlanReport, planReport } from '../../print/plan-report.ts';
import { planText } from '../../print/plan-text.ts';
import { issueLine } from '../../print/report-policy.ts';
import { saveFile } from '../../print/save-file.ts';
import { addPlanReplayOptions, openPlanReplay, type PlanReplayOptions } from '../../replay/plan-replay.ts';
import type { RunAction } from '../../run-action.ts';
import type { Surroundings } from '../../surroundings.ts';
import { messageLine, paintFor, writeJson, writeLines } from '../../terminal/output.ts';
import { addTimezoneOption, callerClock, type TimezoneOptions } from '../../time/caller-zone.ts';
import { readMoment } from '../../time/read-moment.ts';
import { addConfirmOption } from '../write-options.ts';
import { type ApplicationOptions, addApplicationOptions, applicationOf, sourceOf } from './application-options.ts';

interface PlanOptions extends AccessOptions, ApplicationOptions, PlanReplayOptions, TimezoneOptions {
  readonly connections?: string;
  readonly at?: string;
  readonly out?: string;
  readonly drift?: boolean;
  readonly markdown?: boolean;
  readonly json?: boolean;
}

export function addPlan(program: Command, surroundings: Surroundings, run: RunAction): void {
  const command = program
    .command('plan')
    .summary('show what applying a file would change, and for whom')
    .description(
      'Merges a policy file into the policy in force as apply does, writes nothing, and shows what would change, what others\n' +
        'changed and stays, conflicts, new warnings, tests, which of a sample of connections would be decided otherwise, and whom it\n' +
        'would have refused lately (--replay).',
    )
    .argument('<file>', 'YAML or JSON; - is standard input, which needs --source');
  addApplicationOptions(command)
    .option(
      '--connections <file>',
      'connections to decide on: connect events or Client VPN connection log lines, one a line, or as CloudWatch Logs exports them (- is standard input)',
    )
    .option('--at <time>', 'decide on them as if it were then (default: now)')
    .option('--out <file>', 'write the plan to a file for apply, bound to the revision now in force')
    .option('--drift', 'exit with 3 also where others changed what stays, so that the file no longer says all')
    .addOption(new Option('--markdown', 'the plan as a comment for a pull request').conflicts('json'))
    .option('--json', 'the plan for programs');
  addPlanReplayOptions(command);
  addConfirmOption(command);
  addTimezoneOption(command);
  addAccessOptions(command)
    .addHelpText(
      'after',
      `
Exit codes: 0 it would change nothing, 3 it would change something (see --drift), 1 it conflicts, fails a check, wants a --confirm
or is beyond --max-newly-refused, 2 wrong usage or no store.

Examples:
  vpn-policy plan policy.yaml --local
  vpn-policy plan policy.yaml --connections last-week.jsonl --at "tomorrow 09:00"
  vpn-policy plan policy.yaml --replay 14d --max-newly-refused 1%
  vpn-policy plan vpn/policy.yaml --out plan.json --markdown > comment.md
  aws logs filter-log-events --log-group-name /vpn/connections --start-time 1795442400000 | vpn-policy plan policy.yaml --connections -`,
    )
    .action(run((file: string, options: PlanOptions) => plan(file, options, surroundings)));
}

async function plan(fileName: string, options: PlanOptions, surroundings: Surroundings): Promise<ExitCode> {
  if (fileName === STDIN && options.connections === STDIN) {
    throw new CommandError('the policy and --connections cannot both be - (standard input)');
  }
  const clock = callerClock(options, surroundings);
  const atMs = options.at === undefined ? clock.nowMs : readMoment(options.at, clock, '--at');
  const source = await sourceOf(fileName, options);
  const access = await openAccess(options, surroundings);
  const { replay, close } = await openPlanReplay(options, clock, surroundings);
  try {
    const { name, read } = await readPolicyFile(fileName, surroundings);
    if (!read.ok) return noPlan(name, read.issues, options, surroundings);
    const sample =
      options.connections === undefined ? undefined : await readConnections(options.connections, surroundings);
    const made = await makePlan({ ...applicationOf(options), source, file: read }, access, {
      nowMs: clock.nowMs,
      sample: sample && { connections: sample.connections, atMs },
      replay,
    });
    const report = planReport(made, { fileName: name, clock, sample: sample && { atMs, notes: sample.notes } });
    show(made, report, options, name, surroundings);
    if (options.out !== undefined) await save(options.out, made, name, report, surroundings);
    if (!report.isGood) return EXIT.checkFailed;
    const drifted = options.drift === true && made.kept.length > 0;
    return made.changes.length > 0 || drifted ? EXIT.changes : EXIT.ok;
  } finally {
    close();
    access.close();
  }
}

function noPlan(
  name: string,
  issues: readonly PolicyIssue[],
  { json }: PlanOptions,
  { stdout, stderr }: Surroundings,
): ExitCode {
  const lines = issues.map((issue) => issueLine(name, issue));
  writeLines(stderr, [...lines, messageLine(`${name} is not valid, so there is no plan`)]);
  if (json) writeJson(stdout, { outcome: 'refused', issues, failedTests: [], unconfirmed: [] });
  return EXIT.checkFailed;
}

function show(
  made: Plan,
  report: PlanReport,
  { json, markdown }: PlanOptions,
  name: string,
  { stdout, env }: Surroundings,
): void {
  if (json) writeJson(stdout, planData(made));
  else if (markdown) stdout.write(planMarkdown(report, name));
  else writeLines(stdout, planText(report, paintFor(stdout, env)));
}

async function save(
  file: string,
  made: Plan,
  name: string,
  { isGood }: PlanReport,
  { stderr, now }: Surroundings,
): Promise<void> {
  if (!isGood) {
    writeLines(stderr, [messageLine(`no plan was written to ${file}, since it could not be applied`)]);
    return;
  }
  await saveFile(file, planFileText(made, name, now()));
  writeLines(stderr, [messageLine(`the plan is in ${file}; vpn-policy apply ${file} carries out exactly that`)]);
}
