/** `vpn-policy lint`: what does a file say that its author hardly meant? Needs no store. */
import type { Command } from 'commander';
import { EXIT } from '../../exit-code.ts';
import type { PolicyFile } from '../../input/input-file.ts';
import { warningLine } from '../../print/report-policy.ts';
import type { RunAction } from '../../run-action.ts';
import type { Surroundings } from '../../surroundings.ts';
import { counted, printable } from '../../terminal/output.ts';
import { type FileReport, invalidReport, reportOnFiles } from './report-on-files.ts';

interface LintOptions {
  readonly strict?: boolean;
  readonly json?: boolean;
}

export function addLint(program: Command, surroundings: Surroundings, run: RunAction): void {
  program
    .command('lint')
    .summary('find what a policy file hardly means')
    .description(
      'Warns of what a valid policy file says and its author hardly meant: rules that can never apply, what has expired,\n' +
        'sets that nothing uses, deny rules that a missing attribute slips past. Runs no tests; needs no store and no credentials.',
    )
    .argument('<files...>', '- is standard input')
    .option('--strict', 'a warning is a failure')
    .option('--json', 'the report for programs')
    .addHelpText(
      'after',
      `
Exit codes: 0 all are valid (there may be warnings), 1 one is not, or has a warning with --strict, 2 wrong usage or a file
that cannot be read.

Examples:
  vpn-policy lint policy.yaml
  vpn-policy lint policies/*.yaml --strict --json`,
    )
    .action(
      run((files: string[], options: LintOptions) => {
        const reportOn = (file: PolicyFile) => reportOnWarnings(file, options);
        return reportOnFiles(files, { json: options.json, verdict: 'passed', reportOn }, surroundings);
      }),
    );
}

function reportOnWarnings({ name, read }: PolicyFile, { strict = false }: LintOptions): FileReport {
  if (!read.ok) return invalidReport(name, read.issues);
  const { warnings } = read;
  return {
    exitCode: strict && warnings.length > 0 ? EXIT.checkFailed : EXIT.ok,
    lines: [
      ...warnings.map((warning) => warningLine(name, warning)),
      printable(`${name}: ${warnings.length === 0 ? 'no warnings' : counted(warnings.length, 'warning')}`),
    ],
    data: { file: name, valid: true, issues: [], warnings },
  };
}
