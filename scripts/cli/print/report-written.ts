/** What became of a write, told in the same way by every command that writes. */
import { type AcceptedWrite, revisionData, tellRevision, type Warning, type Written } from '../access/policy-access.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import type { Output, Surroundings } from '../surroundings.ts';
import { counted, messageLine, printable, writeJson, writeLines } from '../terminal/output.ts';
import { CONFLICT_SIDES, type ConflictSides, conflictLines } from './report-conflicts.ts';
import { failedTestLines, issueLine, warningLine } from './report-policy.ts';

export interface WrittenReport {
  /** What was written, as messages call it: the name of a file. Default: `the policy`. */
  readonly file?: string;
  readonly json?: boolean | undefined;
  readonly dryRun: boolean;
  /** In the place of the written policy's: those of the file, which know its lines. */
  readonly warnings?: readonly (Warning & { readonly line?: number; readonly column?: number })[];
  /** What the sides of a conflict are called. Default: an apply's. */
  readonly sides?: ConflictSides;
  readonly extra?: {
    /** Told to people after what an accepted write did. */
    readonly lines?: readonly string[];
    /** Told to programs, whatever became of the write. */
    readonly data?: object;
  };
}

/** Tells people (the outcome on stdout, what speaks against it on stderr) or programs. */
export function reportWritten(
  written: Written,
  report: WrittenReport,
  { stdout, stderr }: Pick<Surroundings, 'stdout' | 'stderr'>,
): ExitCode {
  const isAccepted = accepted(written);
  if (isAccepted) tellWarnings(report.warnings ?? written.warnings, report, stderr);
  else writeLines(stderr, refusalLines(written, report));
  if (report.json) writeJson(stdout, writtenData(written, report));
  else if (isAccepted) writeLines(stdout, [...resultLines(written), ...(report.extra?.lines ?? [])]);
  return isAccepted ? EXIT.ok : EXIT.checkFailed;
}

function accepted(written: Written): written is AcceptedWrite {
  return written.outcome === 'written' || written.outcome === 'unchanged' || written.outcome === 'checked';
}

function resultLines({ outcome, revision, summary }: AcceptedWrite): string[] {
  switch (outcome) {
    case 'written':
      return [
        printable(`Revision ${revision?.number}: ${summary}`),
        'Every handler obeys it within its POLICY_TTL_SECONDS (10 where nothing else is set).',
      ];
    case 'unchanged':
      return [`Nothing to change: revision ${revision?.number} already says the same.`];
    case 'checked':
      return [
        printable(`Dry run, nothing written: ${summary}`),
        revision === undefined ? 'It would be the first policy.' : `It would follow ${tellRevision(revision)}.`,
      ];
  }
}

/** The warnings of a whole policy are many; who did not write the file is told some of them. */
const WARNINGS_WITHOUT_FILE = 10;

function tellWarnings(warnings: NonNullable<WrittenReport['warnings']>, { file }: WrittenReport, stderr: Output): void {
  const told = file === undefined ? warnings.slice(0, WARNINGS_WITHOUT_FILE) : warnings;
  const left = warnings.length - told.length;
  writeLines(stderr, [
    ...told.map((warning) => warningLine(subject(file), warning)),
    ...(left === 0 ? [] : [messageLine(`and ${counted(left, 'more warning')}`)]),
  ]);
}

function subject(file = 'the policy'): string {
  return file;
}

function refusalLines(written: Exclude<Written, AcceptedWrite>, { file, sides }: WrittenReport): string[] {
  const name = subject(file);
  switch (written.outcome) {
    case 'refused': {
      const { issues, failedTests, unconfirmed } = written.refusal;
      return [
        ...issues.map((issue) => issueLine(name, issue)),
        ...failedTests.flatMap((result) => failedTestLines(name, result)),
        ...unconfirmed.map(({ confirm, message }) =>
          printable(`${name}: ${message}; if that is meant: --confirm ${confirm}`),
        ),
        messageLine(`${file === undefined ? '' : `${file} is `}refused, nothing has changed`),
      ];
    }
    case 'conflict':
      return [
        ...written.conflicts.flatMap((conflict) => conflictLines(conflict, sides ?? CONFLICT_SIDES.apply)),
        messageLine(`${counted(written.conflicts.length, 'conflict')} with what others changed, nothing has changed`),
      ];
    case 'moved':
      return [messageLine(`${written.message}; nothing was written`)];
  }
}

/** What programs are told; `outcome` says which of the other keys there are. */
function writtenData(written: Written, { dryRun, warnings, extra }: WrittenReport): object {
  const head = { outcome: written.outcome, written: written.outcome === 'written', dryRun };
  switch (written.outcome) {
    case 'refused':
      return { ...head, ...written.refusal, ...extra?.data };
    case 'conflict':
      return { ...head, conflicts: written.conflicts, ...extra?.data };
    case 'moved':
      return { ...head, message: written.message, ...extra?.data };
    default: {
      const { outcome: _, revision, warnings: found, ...told } = written;
      return {
        ...head,
        ...(revision && { revision: revisionData(revision) }),
        ...told,
        warnings: warnings ?? found,
        ...extra?.data,
      };
    }
  }
}
