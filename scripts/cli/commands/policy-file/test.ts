/** `vpn-policy test`: do the tests in a file pass? Needs no store. */
import type { Command } from 'commander';
import { type PolicyTestResult, runPolicyTests, suggester } from '../../../../shared/policy/index.ts';
import { CommandError, EXIT, type ExitCode } from '../../exit-code.ts';
import type { PolicyFile } from '../../input/input-file.ts';
import { collected } from '../../input/repeated-option.ts';
import type { RunAction } from '../../run-action.ts';
import type { Surroundings } from '../../surroundings.ts';
import { counted, onOneLine, type Paint, paintFor, printable } from '../../terminal/output.ts';
import { type FileReport, invalidReport, reportOnFiles } from './report-on-files.ts';

interface TestOptions {
  readonly only?: readonly string[];
  readonly json?: boolean;
}

export function addTest(program: Command, surroundings: Surroundings, run: RunAction): void {
  program
    .command('test')
    .summary('run the tests in policy files')
    .description(
      'Decides on the connections under `tests` as the handler would at their moments, and tells of each whether that is what\n' +
        'is expected. Needs no store and no credentials.',
    )
    .argument('<files...>', '- is standard input')
    .option('--only <name>', 'the test of that name (may be given several times)', collected)
    .option('--json', 'the report for programs')
    .addHelpText(
      'after',
      `
Exit codes: 0 all pass (or there are none), 1 one fails or a file is not valid, 2 wrong usage or a file that cannot be read.

Examples:
  vpn-policy test policy.yaml
  vpn-policy test policies/*.yaml --json
  vpn-policy test policy.yaml --only "in from the office"`,
    )
    .action(run((files: string[], options: TestOptions) => test(files, options, surroundings)));
}

function test(files: string[], { only, json }: TestOptions, surroundings: Surroundings): Promise<ExitCode> {
  const paint = paintFor(surroundings.stdout, surroundings.env);
  const names = new Set<string>();
  const reportOn = ({ name, read }: PolicyFile): FileReport => {
    if (!read.ok) return invalidReport(name, read.issues);
    const { tests = [] } = read.document;
    for (const test of tests) names.add(test.name);
    const asked = only === undefined ? tests : tests.filter((test) => only.includes(test.name));
    return reportOnTests(name, runPolicyTests(read.document, { tests: asked }), paint);
  };
  const lastCheck = () => {
    for (const name of only ?? []) mustBeThere(name, [...names]);
  };
  return reportOnFiles(files, { json, verdict: 'passed', reportOn, lastCheck }, surroundings);
}

function reportOnTests(file: string, results: readonly PolicyTestResult[], paint: Paint): FileReport {
  const failed = results.filter(({ passed }) => !passed);
  return {
    exitCode: failed.length > 0 ? EXIT.checkFailed : EXIT.ok,
    lines: [
      ...results.flatMap((result) => resultLines(result, paint)),
      printable(`${file}: ${verdict(results, failed)}`),
    ],
    data: { file, valid: true, issues: [], tests: results },
  };
}

function resultLines({ name, passed, differences }: PolicyTestResult, paint: Paint): string[] {
  const word = passed ? paint('green', 'pass') : paint('red', 'FAIL');
  return [`${word} ${printable(name)}`, ...differences.map((line) => `     ${printable(line)}`)];
}

function verdict(results: readonly PolicyTestResult[], failed: readonly PolicyTestResult[]): string {
  if (results.length === 0) return 'no tests';
  if (failed.length === 0) return `${counted(results.length, 'test')} passed`;
  return `${failed.length} of ${counted(results.length, 'test')} failed`;
}

/** A name that is mistyped must not look like a test that passes. */
function mustBeThere(name: string, names: readonly string[]): void {
  if (names.includes(name)) return;
  throw new CommandError(onOneLine(`no test has the name ${JSON.stringify(name)}${suggester()(name, names)}`));
}
