/** `vpn-policy rollback`: back to the state of a revision. */
import type { Command } from 'commander';
import { policyChanges, sameData } from '../../../../shared/policy/index.ts';
import { type AccessOptions, addAccessOptions, openAccess } from '../../access/access-options.ts';
import { type PolicyAt, publishedPolicy, tellRevision } from '../../access/policy-access.ts';
import { CommandError, EXIT, type ExitCode } from '../../exit-code.ts';
import { readRevisionNumber } from '../../input/revision-number.ts';
import { differenceLines } from '../../print/report-difference.ts';
import { reportWritten } from '../../print/report-written.ts';
import type { RunAction } from '../../run-action.ts';
import type { Surroundings } from '../../surroundings.ts';
import { goesOn } from '../../terminal/ask.ts';
import { messageLine, paintFor, writeLines } from '../../terminal/output.ts';
import { addTimezoneOption, callerClock, type TimezoneOptions } from '../../time/caller-zone.ts';
import { undoOf } from '../typed-command.ts';
import { addWriteOptions, policyWrite, type WriteOptions } from '../write-options.ts';
import { unchanged } from '../write-planned.ts';

interface RollbackOptions extends AccessOptions, WriteOptions, TimezoneOptions {
  readonly yes?: boolean;
}

export function addRollback(program: Command, surroundings: Surroundings, run: RunAction): void {
  const command = program
    .command('rollback')
    .summary('go back to the state of a revision')
    .description(
      'Puts the policy of an old revision in force again, as a new revision: all that was changed since is taken back, whoever\n' +
        'changed it, and stays in the history. Shows what that is, and asks on a terminal. For one change: vpn-policy revert.',
    )
    .argument('<revision>', 'the state to go back to', readRevisionNumber)
    .option('--yes', 'do not ask');
  addAccessOptions(addTimezoneOption(command));
  addWriteOptions(command, '"rollback REVISION"')
    .addHelpText(
      'after',
      `
Exit codes: 0 back there (or there already), 1 not wanted, the write is refused or there is no such revision, 2 wrong usage or
no store.

Examples:
  vpn-policy rollback 12
  vpn-policy rollback 12 --dry-run
  vpn-policy rollback 12 --yes --reason "back to Friday's state"`,
    )
    .action(run((revision: number, options: RollbackOptions) => rollback(revision, options, command, surroundings)));
}

async function rollback(
  revision: number,
  options: RollbackOptions,
  command: Command,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const access = await openAccess(options, surroundings);
  try {
    const current = await publishedPolicy(access);
    const target = await publishedPolicy(access, revision);
    const isThere = sameData(current.document, target.document);
    if (!isThere) await show(current, target, options, surroundings);
    const step = { kind: 'restore', revision, ifCurrent: current.document } as const;
    const written = isThere
      ? unchanged(current)
      : await access.write(policyWrite(step, options, `rollback ${revision}`));
    const undo = undoOf(written, command);
    const changes = policyChanges(current.document, target.document);
    const extra = { lines: undo.lines, data: { restored: revision, changes, ...undo.data } };
    const report = { json: options.json, dryRun: options.dryRun === true, warnings: [], extra };
    return reportWritten(written, report, surroundings);
  } finally {
    access.close();
  }
}

/** Throws a CommandError where that is not wanted. */
async function show(
  current: PolicyAt,
  target: PolicyAt,
  options: RollbackOptions,
  surroundings: Surroundings,
): Promise<void> {
  const { stdout, stderr, env } = surroundings;
  const clock = callerClock(options, surroundings);
  writeLines(stderr, [
    messageLine(`in force is ${tellRevision(current.revision, clock.zone)}`),
    messageLine(`back to ${tellRevision(target.revision, clock.zone)}`),
  ]);
  if (!options.json) {
    writeLines(stdout, differenceLines(current.document, target.document, clock, paintFor(stdout, env)));
  }
  if (options.yes || options.dryRun || options.json) return;
  if (await goesOn(`Go back to revision ${target.revision.number}?`, surroundings)) return;
  throw new CommandError('not wanted: nothing has changed', EXIT.checkFailed);
}
