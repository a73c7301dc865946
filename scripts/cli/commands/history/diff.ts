/** `vpn-policy diff`: what differs between two revisions. */
import type { Command } from 'commander';
import { policyChanges } from '../../../../shared/policy/index.ts';
import { type AccessOptions, addAccessOptions, openAccess } from '../../access/access-options.ts';
import { publishedPolicy, tellRevision } from '../../access/policy-access.ts';
import { EXIT, type ExitCode } from '../../exit-code.ts';
import { previousPolicy } from '../../history/previous-policy.ts';
import { readRevisionNumber } from '../../input/revision-number.ts';
import { differenceLines } from '../../print/report-difference.ts';
import type { RunAction } from '../../run-action.ts';
import type { Surroundings } from '../../surroundings.ts';
import { messageLine, paintFor, writeJson, writeLines } from '../../terminal/output.ts';
import { addTimezoneOption, callerClock, type TimezoneOptions } from '../../time/caller-zone.ts';

interface DiffOptions extends AccessOptions, TimezoneOptions {
  readonly json?: boolean;
}

export function addDiff(program: Command, surroundings: Surroundings, run: RunAction): void {
  const command = program
    .command('diff')
    .summary('show what differs between two revisions')
    .description(
      'Shows what differs between two revisions; with one, what has changed since it; with none, the newest change.\n' +
        'What a file would change, vpn-policy plan shows.',
    )
    .argument('[from]', 'a revision', readRevisionNumber)
    .argument('[to]', 'another one (default: the policy in force)', readRevisionNumber);
  addAccessOptions(addTimezoneOption(command))
    .option('--json', 'the changes for programs')
    .addHelpText(
      'after',
      `
Exit codes: 0 shown, whether or not they differ, 1 there is no such revision, 2 wrong usage or no store.

Examples:
  vpn-policy diff
  vpn-policy diff 12
  vpn-policy diff 12 14 --json`,
    )
    .action(
      run((from: number | undefined, to: number | undefined, options: DiffOptions) =>
        diff(from, to, options, surroundings),
      ),
    );
}

async function diff(
  from: number | undefined,
  to: number | undefined,
  options: DiffOptions,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const { stdout, stderr, env } = surroundings;
  const clock = callerClock(options, surroundings);
  const access = await openAccess(options, surroundings);
  try {
    const after = await publishedPolicy(access, to);
    const before =
      from === undefined ? await previousPolicy(access, after.revision.number) : await publishedPolicy(access, from);
    if (options.json) {
      const changes = policyChanges(before?.document, after.document);
      writeJson(stdout, { from: before?.revision.number ?? null, to: after.revision.number, changes });
      return EXIT.ok;
    }
    writeLines(stderr, [
      messageLine(`from ${before === undefined ? 'nothing' : tellRevision(before.revision, clock.zone)}`),
      messageLine(`to ${tellRevision(after.revision, clock.zone)}`),
    ]);
    const lines = differenceLines(before?.document, after.document, clock, paintFor(stdout, env));
    writeLines(lines.length === 0 ? stderr : stdout, lines.length === 0 ? ['vpn-policy: nothing differs'] : lines);
    return EXIT.ok;
  } finally {
    access.close();
  }
}
