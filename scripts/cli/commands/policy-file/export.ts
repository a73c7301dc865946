/** `vpn-policy export`: prints the policy in force, or an old one, as a file. */
import { writeFile } from 'node:fs/promises';
import { type Command, InvalidArgumentError } from 'commander';
import { type AccessOptions, addAccessOptions, openAccess } from '../../access/access-options.ts';
import { nothingPublished, tellRevision } from '../../access/policy-access.ts';
import { CommandError, EXIT, type ExitCode } from '../../exit-code.ts';
import { reasonOf } from '../../input/input-file.ts';
import { onOneLine, writeLines } from '../../print/output.ts';
import { inReadingOrder, policyYaml } from '../../print/policy-yaml.ts';
import type { RunAction } from '../../program.ts';
import type { Surroundings } from '../../surroundings.ts';

interface ExportOptions extends AccessOptions {
  readonly json?: boolean;
  readonly revision?: number;
  readonly output?: string;
}

export function addExport(program: Command, surroundings: Surroundings, run: RunAction): void {
  const command = program
    .command('export')
    .summary('print the policy in force')
    .description(
      'Prints the policy in force as YAML, always in the same order, so that two exports can be compared. Comments of the\n' +
        'file that was seeded are not in the store. Which revision it is stands on stderr.',
    );
  addAccessOptions(command)
    .option('--revision <number>', 'the policy of that revision', readRevisionNumber)
    .option('--output <file>', 'write to a file instead; .json makes it JSON')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      `
Exit codes: 0 printed, 1 no policy has been published yet or there is no such revision, 2 wrong usage or no store.

Examples:
  vpn-policy export --local
  vpn-policy export --table client-vpn-policy-prod-rules --region eu-west-1 --output policy.yaml
  vpn-policy export --revision 41 --json`,
    )
    .action(run((options: ExportOptions) => exportPolicy(options, surroundings)));
}

async function exportPolicy(options: ExportOptions, surroundings: Surroundings): Promise<ExitCode> {
  const { output, revision } = options;
  const access = await openAccess(options, surroundings);
  try {
    const policy = await access.policy(revision);
    if (policy === undefined) throw nothingPublished(access);
    const asJson = options.json || output?.toLowerCase().endsWith('.json');
    const text = asJson
      ? `${JSON.stringify(inReadingOrder(policy.document), undefined, 2)}\n`
      : policyYaml(policy.document);
    if (output === undefined) surroundings.stdout.write(text);
    else await save(output, text);
    writeLines(surroundings.stderr, [`vpn-policy: ${tellRevision(policy.revision)}`]);
    return EXIT.ok;
  } finally {
    access.close();
  }
}

async function save(file: string, text: string): Promise<void> {
  await writeFile(file, text).catch((error: unknown) => {
    throw new CommandError(`cannot write ${onOneLine(file)}: ${reasonOf(error)}`, undefined, { cause: error });
  });
}

/** Reads the number of a revision from the command line. */
export function readRevisionNumber(text: string): number {
  const number = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  if (number === 0) throw new InvalidArgumentError('Accepted: the number of a revision, from 1.');
  return number;
}
