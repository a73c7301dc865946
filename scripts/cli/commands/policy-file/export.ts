import type { Command } from 'commander';
import { type AccessOptions, addAccessOptions, openAccess } from '../../access/access-options.ts';
import { publishedPolicy, tellRevision } from '../../access/policy-access.ts';
import { EXIT, type ExitCode } from '../../exit-code.ts';
import { readRevisionNumber } from '../../input/revision-number.ts';
import { inReadingOrder, policyYaml } from '../../print/policy-yaml.ts';
import { saveFile } from '../../print/save-file.ts';
import type { RunAction } from '../../run-action.ts';
import type { Surroundings } from '../../surroundings.ts';
import { jsonText, messageLine, writeLines } from '../../terminal/output.ts';

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
    const policy = await publishedPolicy(access, revision);
    const asJson = options.json || output?.toLowerCase().endsWith('.json');
    const text = asJson ? `${jsonText(inReadingOrder(policy.document), 2)}\n` : policyYaml(policy.document);
    if (output === undefined) surroundings.stdout.write(text);
    else await saveFile(output, text);
    writeLines(surroundings.stderr, [messageLine(tellRevision(policy.revision))]);
    return EXIT.ok;
  } finally {
    access.close();
  }
}
