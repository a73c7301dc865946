/** `vpn-policy validate`: is the file a policy, and does it pass its own tests? Needs no store. */
import type { Command } from 'commander';
import { lockoutReason, type PolicyTestResult, runPolicyTests } from '../../../../shared/policy/index.ts';
import { EXIT } from '../../exit-code.ts';
import type { PolicyFile } from '../../input/input-file.ts';
import { failedTestLines, warningLine } from '../../print/report-policy.ts';
import type { RunAction } from '../../run-action.ts';
import type { Surroundings } from '../../surroundings.ts';
import { counted, printable } from '../../terminal/output.ts';
import { type FileReport, invalidReport, reportOnFiles } from './report-on-files.ts';

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
    .action(
      run((files: string[], { json }: ValidateOptions) => {
        const reportOn = (file: PolicyFile) => reportOnPolicy(file, surroundings.now());
        return reportOnFiles(files, { json, verdict: 'valid', reportOn }, surroundings);
      }),
    );
}

function reportOnPolicy({ name, read }: PolicyFile, nowMs: number): FileReport {
  if (!read.ok) return invalidReport(name, read.issues);
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
