/** What has become of a write to a set, told alike by the commands that change one. */
import type { Command } from 'commander';
import type { ExitCode } from '../../exit-code.ts';
import { reportWritten } from '../../print/report-written.ts';
import { setWarnings } from '../../sets/set-warnings.ts';
import type { Surroundings } from '../../surroundings.ts';
import { undoOf } from '../typed-command.ts';
import type { WriteOptions } from '../write-options.ts';
import { type PlannedWrite, unchanged } from '../write-planned.ts';

export interface SetWriteReport {
  /** The set's. */
  readonly name: string;
  readonly options: WriteOptions;
  /** As it was typed. */
  readonly command: Command;
  /** What was done to the set, besides what the revision says. */
  readonly lines: readonly string[];
  /** The same for programs. */
  readonly data: object;
}

/** Warns of that set alone, and says how to undo what was written. */
export function tellSetWrite(
  { policy, written }: Pick<PlannedWrite<unknown>, 'policy' | 'written'>,
  { name, options, command, lines, data }: SetWriteReport,
  surroundings: Surroundings,
): ExitCode {
  const outcome = written ?? unchanged(policy);
  const undo = undoOf(outcome, command);
  const report = {
    json: options.json,
    dryRun: options.dryRun === true,
    warnings: setWarnings(outcome, name, policy.document),
    extra: { lines: [...lines, ...undo.lines], data: { set: name, ...data, ...undo.data } },
  };
  return reportWritten(outcome, report, surroundings);
}
