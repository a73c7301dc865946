/** What the commands have in common that report on policy files and need no store: `validate`, `lint`, `test`. */
import type { PolicyIssue } from '../../../../shared/policy/index.ts';
import { CommandError, EXIT, type ExitCode } from '../../exit-code.ts';
import { type PolicyFile, readPolicyFile, STDIN } from '../../input/input-file.ts';
import { issueLine } from '../../print/report-policy.ts';
import type { Surroundings } from '../../surroundings.ts';
import { counted, messageLine, printable, writeJson, writeLines } from '../../terminal/output.ts';

export interface FileReport {
  readonly exitCode: ExitCode;
  readonly lines: readonly string[];
  readonly data: object;
}

export interface FilesReport {
  readonly json: boolean | undefined;
  /** What JSON calls it that all is well: `valid`. */
  readonly verdict: string;
  readonly reportOn: (file: PolicyFile) => FileReport;
  /** Called where all files are well; what it throws ends the command. */
  readonly lastCheck?: () => void;
}

/** Reports on each file; one that cannot be read is told, and the others are reported all the same. */
export async function reportOnFiles(
  files: readonly string[],
  { json, verdict, reportOn, lastCheck }: FilesReport,
  surroundings: Surroundings,
): Promise<ExitCode> {
  if (files.filter((file) => file === STDIN).length > 1) throw new CommandError('- (standard input) can be read once');
  const reports: FileReport[] = [];
  for (const name of files) {
    const file = await readable(name, surroundings);
    if (file === undefined) continue;
    const report = reportOn(file);
    reports.push(report);
    if (!json) writeLines(surroundings.stdout, report.lines);
  }
  const unreadable = reports.length < files.length;
  const failed = reports.some(({ exitCode }) => exitCode !== EXIT.ok);
  if (!unreadable && !failed) lastCheck?.();
  if (json) {
    writeJson(surroundings.stdout, { [verdict]: !unreadable && !failed, files: reports.map(({ data }) => data) });
  }
  if (unreadable) return EXIT.usage;
  return failed ? EXIT.checkFailed : EXIT.ok;
}

/** On a file that is no policy. */
export function invalidReport(name: string, issues: readonly PolicyIssue[]): FileReport {
  return {
    exitCode: EXIT.checkFailed,
    lines: [
      ...issues.map((issue) => issueLine(name, issue)),
      printable(`${name}: not valid: ${counted(issues.length, 'error')}`),
    ],
    data: { file: name, valid: false, issues },
  };
}

async function readable(file: string, surroundings: Surroundings): Promise<PolicyFile | undefined> {
  try {
    return await readPolicyFile(file, surroundings);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    writeLines(surroundings.stderr, [messageLine(error.message)]);
    return undefined;
  }
}
