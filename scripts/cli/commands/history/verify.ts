/** `vpn-policy verify`: is the history as it was written? */
import type { Command } from 'commander';
import { type AccessOptions, addAccessOptions, openAccess } from '../../access/access-options.ts';
import { EXIT, type ExitCode } from '../../exit-code.ts';
import type { RunAction } from '../../run-action.ts';
import type { Surroundings } from '../../surroundings.ts';
import { counted, onOneLine, writeJson, writeLines } from '../../terminal/output.ts';

interface VerifyOptions extends AccessOptions {
  readonly json?: boolean;
}

export function addVerify(program: Command, surroundings: Surroundings, run: RunAction): void {
  const command = program
    .command('verify')
    .summary('check that the history is as it was written')
    .description(
      'Reads every revision and every part of its policy: that none is missing or damaged, and that none was rewritten since\n' +
        '(each names the hash of the one before it). It cannot see that the newest ones were taken away.',
    );
  addAccessOptions(command)
    .option('--json', 'for programs')
    .addHelpText(
      'after',
      `
Exit codes: 0 all is as it was written, 1 something is not, or no policy has been published yet, 2 wrong usage or no store.

Examples:
  vpn-policy verify
  vpn-policy verify --table client-vpn-policy-prod-rules --region eu-west-1 --json`,
    )
    .action(run((options: VerifyOptions) => verify(options, surroundings)));
}

async function verify(options: VerifyOptions, surroundings: Surroundings): Promise<ExitCode> {
  const { stdout } = surroundings;
  const access = await openAccess(options, surroundings);
  try {
    const verification = await access.verify();
    const { ok, revisions, parts, findings } = verification;
    const isGood = ok && revisions > 0;
    if (options.json) {
      writeJson(stdout, verification);
      return isGood ? EXIT.ok : EXIT.checkFailed;
    }
    const verdict =
      revisions === 0
        ? 'no policy has been published yet'
        : ok
          ? 'all is as it was written'
          : 'it is not as it was written; docs/operating.md says how to restore the table to a moment before';
    writeLines(stdout, [
      ...findings.map(({ key, code, message }) => onOneLine(`${key}: ${message} [${code}]`)),
      `${counted(revisions, 'revision')} and ${counted(parts, 'part')} in ${access.place}: ${verdict}.`,
    ]);
    return isGood ? EXIT.ok : EXIT.checkFailed;
  } finally {
    access.close();
  }
}
