/** What the checks of a policy found, as lines for people. */
import type { LintWarning, PolicyIssue, PolicyTestResult } from '../../../shared/policy/index.ts';
import { printable } from '../terminal/output.ts';

/** `policy.yaml:12:9: rules[3].match.users[0]: …`, as compilers write it, so that editors find the place. */
export function issueLine(file: string, { line, column, where, message }: Omit<PolicyIssue, 'code' | 'path'>): string {
  const position = [file, line, column].filter((part) => part !== undefined).join(':');
  return printable([position, where, message].filter((part) => part !== '').join(': '));
}

/** As an issue's, with the word `warning` and lint's code. */
export function warningLine(
  file: string,
  warning: Omit<LintWarning, 'code' | 'path'> & { readonly code: string },
): string {
  return issueLine(file, { ...warning, message: `warning: ${warning.message} [${warning.code}]` });
}

/** A test that failed: what was expected, what happened. */
export function failedTestLines(file: string, { name, differences }: PolicyTestResult): string[] {
  return [
    printable(`${file}: test ${JSON.stringify(name)} failed`),
    ...differences.map((line) => printable(`  ${line}`)),
  ];
}
