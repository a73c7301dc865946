/** `vpn-policy enforce`: has the enforcer look at every connection now, and confirms what it held. */
import { type Command, Option } from 'commander';
import { EnforcerFailure, type Passed } from '../../access/enforcer-access.ts';
import { addEnforcerAccessOptions, type EnforcerOptions, openEnforcer } from '../../access/enforcer-options.ts';
import { CommandError, EXIT, type ExitCode } from '../../exit-code.ts';
import { readRevisionNumber } from '../../input/revision-number.ts';
import { type EndedCounts, endedCounts } from '../../print/ended-counts.ts';
import { endedLines, endpointLines, heldText, sumLine } from '../../print/report-ended.ts';
import type { RunAction } from '../../run-action.ts';
import type { Surroundings } from '../../surroundings.ts';
import { messageLine, writeJson, writeLines } from '../../terminal/output.ts';
import { typedAgain, typedVerb } from '../typed-command.ts';
import { addUnverifiedAuthorOption, readReason, reasonOf } from '../write-options.ts';
import { observeNote } from './observe-note.ts';

interface EnforceOptions extends EnforcerOptions {
  readonly confirm?: 'share';
  readonly revision?: number;
  readonly reason?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export function addEnforce(program: Command, surroundings: Surroundings, run: RunAction): void {
  const command = program
    .command('enforce')
    .summary('end the connections that the policy refuses now')
    .description(
      'Has the enforcer look at every connection that stands now, and end those that the policy refuses, as it does by itself on\n' +
        'its schedule. Where that is more than its share of an endpoint (ENFORCER_MAX_SHARE), it ends none there, until an operator\n' +
        'confirms it for the revision that they have seen. What it has no time for it goes on with.',
    )
    .option('--dry-run', 'show what would be ended; end nobody')
    .addOption(
      new Option(
        '--confirm <check>',
        'share: so many may be ended at once, by the revision that --revision names',
      ).choices(['share']),
    )
    .option('--revision <number>', 'of --confirm: the revision that you have seen held', readRevisionNumber)
    .option('--reason <text>', 'why, for the decision log (default: the command)', readReason);
  addUnverifiedAuthorOption(addEnforcerAccessOptions(command))
    .option('--json', 'the result for programs')
    .addHelpText(
      'after',
      `
Exit codes: 0 looked at all, 1 some are held or were not ended, or another revision is in force, 2 wrong usage or no enforcer.

Examples:
  vpn-policy enforce --dry-run
  vpn-policy enforce --confirm share --revision 12`,
    )
    .action(run((options: EnforceOptions) => enforce(options, command, surroundings)));
}

async function enforce(options: EnforceOptions, command: Command, surroundings: Surroundings): Promise<ExitCode> {
  const { confirm, revision } = options;
  if (confirm !== undefined && revision === undefined) {
    throw new CommandError('--confirm share wants --revision NUMBER: the one that vpn-policy enforce --dry-run shows');
  }
  if (confirm === undefined && revision !== undefined) throw new CommandError('--revision is for --confirm share');
  const reason = reasonOf(options, typedVerb(command, []));
  const dryRun = options.dryRun === true;
  const enforcer = await openEnforcer(options, surroundings);
  try {
    const passed = await enforcer.pass({ dryRun, reason, ...(revision !== undefined && { confirm: { revision } }) });
    return tell(passed, options, command, surroundings);
  } catch (error) {
    if (!(error instanceof EnforcerFailure) || error.code !== 'moved') throw error;
    throw new CommandError(
      `revision ${revision} is not in force any more, so nobody was ended: vpn-policy enforce --dry-run shows what the one in force refuses`,
      EXIT.checkFailed,
      { cause: error },
    );
  } finally {
    enforcer.close();
  }
}

function tell(passed: Passed, options: EnforceOptions, command: Command, surroundings: Surroundings): ExitCode {
  const { stdout, stderr } = surroundings;
  const { report } = passed;
  const { mode, revision, endpoints } = report;
  const held = endpoints.filter((endpoint) => endpoint.held);
  const counts = endedCounts(report);
  const isUndone = mode === 'enforce' && !report.dryRun && counts.failed + counts.unnamed > 0;
  const confirm = typedAgain(command, [], ['--confirm', 'share', '--revision', String(revision)]);
  // Where it observes there is nothing to confirm.
  const toConfirm = held.length > 0 && mode === 'enforce';
  if (options.json) writeJson(stdout, { ...report, ...(toConfirm && { confirm }) });
  else {
    writeLines(stdout, [
      ...endpointLines(report, surroundings),
      '',
      ...spaced(endedLines(report, surroundings)),
      `${sumLine(report) ?? 'Nobody is to be ended.'} By revision ${revision}.`,
    ]);
  }
  writeLines(stderr, [
    ...observeNote(report),
    ...held.map((endpoint) => messageLine(`held at ${heldText(endpoint)}`)),
    ...(toConfirm ? [messageLine(`if that is meant: ${confirm}`)] : []),
    ...restLines(passed, counts, options),
  ]);
  // The schedule's passes would hold what was confirmed.
  const isLeft = options.confirm !== undefined && !passed.goesOn && counts.left > 0;
  return toConfirm || isUndone || isLeft ? EXIT.checkFailed : EXIT.ok;
}

/** Who ends those that were not: nobody has to wait here for what takes a quarter of an hour. */
function restLines(
  { report, goesOn }: Passed,
  { left, failed, unnamed }: EndedCounts,
  { confirm }: EnforceOptions,
): readonly string[] {
  const { endpoints } = report;
  // Among those that are not named some may be held, too.
  const rest = left + failed + (endpoints.some(({ held }) => held) ? 0 : unnamed);
  if (rest === 0) return [];
  const others = `the other ${rest.toLocaleString('en-US')}`;
  if (confirm === undefined) return [messageLine(`the enforcer's next passes end ${others}`)];
  return [
    messageLine(
      goesOn
        ? `the enforcer goes on with ${others}, for up to 15 minutes: vpn-policy connections --would-refuse shows who is left`
        : `the enforcer could not be asked to go on: the same command again ends ${others}`,
    ),
  ];
}

function spaced(lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [...lines, ''];
}
