/** `vpn-policy revert`: undoes one change and keeps those made since. */
import type { Command } from 'commander';
import { type AccessOptions, addAccessOptions, openAccess } from '../../access/access-options.ts';
import type { ExitCode } from '../../exit-code.ts';
import { readRevisionNumber } from '../../input/revision-number.ts';
import { CONFLICT_SIDES } from '../../print/report-conflicts.ts';
import { reportWritten } from '../../print/report-written.ts';
import type { RunAction } from '../../run-action.ts';
import type { Surroundings } from '../../surroundings.ts';
import { messageLine, writeLines } from '../../terminal/output.ts';
import { undoOf } from '../typed-command.ts';
import { addWriteOptions, policyWrite, type WriteOptions } from '../write-options.ts';

interface RevertOptions extends AccessOptions, WriteOptions {}

export function addRevert(program: Command, surroundings: Surroundings, run: RunAction): void {
  const command = program
    .command('revert')
    .summary('undo one change and keep those made since')
    .description(
      'Undoes what one revision changed, as a new revision; what was changed before and after it stays. Where a later change\n' +
        'touched the same, nothing is written, and both are shown. To go back to an old state as a whole: vpn-policy rollback.',
    )
    .argument('<revision>', 'whose change to undo', readRevisionNumber);
  addAccessOptions(command);
  addWriteOptions(command, '"revert REVISION"')
    .addHelpText(
      'after',
      `
Exit codes: 0 undone (or undone already), 1 a later change touched the same, the write is refused or there is no such revision,
2 wrong usage or no store.

Examples:
  vpn-policy revert 14
  vpn-policy revert 14 --dry-run
  vpn-policy revert 14 --reason "it was another suzuki"`,
    )
    .action(run((revision: number, options: RevertOptions) => revert(revision, options, command, surroundings)));
}

async function revert(
  revision: number,
  options: RevertOptions,
  command: Command,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const access = await openAccess(options, surroundings);
  try {
    const write = policyWrite({ kind: 'revert', revision }, options, `revert ${revision}`);
    const written = await access.write(write);
    const undo = undoOf(written, command);
    const report = {
      json: options.json,
      dryRun: options.dryRun === true,
      warnings: [],
      sides: CONFLICT_SIDES.revert,
      extra: { lines: undo.lines, data: { reverted: revision, ...undo.data } },
    };
    const exitCode = reportWritten(written, report, surroundings);
    if (written.outcome === 'conflict') {
      writeLines(surroundings.stderr, [
        messageLine(
          `change it by hand, or go back as a whole with vpn-policy rollback; vpn-policy log ${revision} shows the change`,
        ),
      ]);
    }
    return exitCode;
  } finally {
    access.close();
  }
}
