/** `vpn-policy validate`: is the file a policy, and does it pass its own tests? Needs no store. */
import type { Command } from 'commander';
import { lockoutReason, type PolicyTestResult, runPolicyTests } from '../../../shared/policy/index.ts';
import { CommandError, EXIT, type ExitCode } from '../exit-code.ts';
import { type PolicyFile, readPolicyFile, STDIN } from '../input/input-file.ts';
import { counted, printable, writeJson, writeLines } from '../print/output.ts';
import type { RunAction } from '../program.ts';
import { failedTestLines, issueLine, warningLine } from '../print/report-policy.ts';
import type { Surroundings } from '../surroundings.ts';

interface ValidateOptions {
  readonly json?: boolean;
}

export function addValidate(program: Command, surroundings: Surroundings, run: RunAction): void {
  program
    .command('validate')
    .summary('check policy files and run their tests')
    .description(
      'Checks policy files, YAML or JSON, and runs the tests in them. Prints every error with its place, then warnings and\n' +
        'failed tests. Needs no store and no credentials.',
    )
    .argument('<files...>', '- is standard input')
    .option('--json', 'the report for programs')
    .addHelpText(
      'after',
      `
Exit codes: 0 all are valid (there may be warnings), 1 one is not or a test fails, 2 wrong usage or a file that cannot be read.

Examples:
  vpn-policy validate policy.yaml
  vpn-policy validate policies/*.yaml --json
  vpn-policy export | vpn-policy validate -`,
    )
    .action(run((files: string[], options: ValidateOptions) => validate(files, options, surroundings)));
}

interface FileReport {
  readonly exitCode: ExitCode;
  readonly lines: readonly string[];
  readonly data: object;
}

async function validate(files: string[], options: ValidateOptions, surroundings: Surroundings): Promise<ExitCode> {
  if (files.filter((file) => file === STDIN).length > 1) throw new CommandError('- (standard input) can be read once');
  const reports: FileReport[] = [];
  for (const file of files) {
    const report = await reportOn(file, surroundings);
    if (report === undefined) continue;
    reports.push(report);
    if (!options.json) writeLines(surroundings.stdout, report.lines);
  }
  const unreadable = reports.length < files.length;
  const failed = reports.some(({ exitCode }) => exitCode !== EXIT.ok);
  if (options.json) {
    writeJson(surroundings.stdout, { valid: !unreadable && !failed, files: reports.map(({ data }) => data) });
  }
  if (unreadable) return EXIT.usage;
  return failed ? EXIT.checkFailed : EXIT.ok;
}

/** Undefined for a file that cannot be read; the others are reported all the same. */
async function reportOn(file: string, surroundings: Surroundings): Promise<FileReport | undefined> {
  try {
    return reportOnPolicy(await readPolicyFile(file, surroundings), surroundings.now());
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    writeLines(surroundings.stderr, [`vpn-policy: ${error.message}`]);
    return undefined;
  }
}

function reportOnPolicy({ name, read }: PolicyFile, nowMs: number): FileReport {
  if (!read.ok) {
    const lines = read.issues.map((issue) => issueLine(name, issue));
    return {
      exitCode: EXIT.checkFailed,
      lines: [...lines, printable(`${name}: not valid: ${counted(lines.length, 'error')}`)],
      data: { file: name, valid: false, issues: read.issues },
    };
  }
  const { document, warnings } = read;
  const results = runPolicyTests(document);
  const failed = results.filter(({ passed }) => !passed);
  const lockout = lockoutReason(document, nowMs);
  const confirmations = lockout === undefined ? [] : [{ confirm: 'lockout', message: `refuses everybody: ${lockout}` }];
  return {
    exitCode: failed.length > 0 ? EXIT.checkFailed : EXIT.ok,
    lines: [
      ...warnings.map((warning) => warningLine(name, warning)),
      ...confirmations.map(({ confirm, message }) =>
        printable(`${name}: warning: ${message}; to write it takes --confirm ${confirm}`),
      ),
      ...failed.flatMap((result) => failedTestLines(name, result)),
      printable(`${name}: ${verdict(results, failed.length, warnings.length + confirmations.length)}`),
    ],
    data: {
      file: name,
      valid: failed.length === 0,
      issues: [],
      warnings,
      needsConfirm: confirmations,
      tests: { passed: results.length - failed.length, failed: failed.map(({ passed: _, ...result }) => result) },
    },
  };
}

function verdict(results: readonly PolicyTestResult[], failed: number, warnings: number): string {
  const told = warnings === 0 ? '' : `, ${counted(warnings, 'warning')}`;
  if (failed > 0) return `${failed} of ${counted(results.length, 'test')} failed${told}`;
  if (results.length === 0) return `valid, no tests${told}`;
  return `valid, ${counted(results.length, 'test')} passed${told}`;
}
