/** `vpn-policy seed`: publishes a whole file as the policy. */
import type { Command } from 'commander';
import { type AccessOptions, addAccessOptions, openAccess } from '../../access/access-options.ts';
import { refusedAsInvalid } from '../../access/policy-access.ts';
import type { ExitCode } from '../../exit-code.ts';
import { readPolicyFile } from '../../input/input-file.ts';
import { addSourceOption, policySource, type SourceOptions } from '../../input/policy-source.ts';
import { reportWritten } from '../../print/report-written.ts';
import type { RunAction } from '../../run-action.ts';
import type { Surroundings } from '../../surroundings.ts';
import { addWriteOptions, policyWrite, type WriteOptions } from '../write-options.ts';

interface SeedOptions extends AccessOptions, SourceOptions, WriteOptions {
  readonly replace?: boolean;
}

export function addSeed(program: Command, surroundings: Surroundings, run: RunAction): void {
  const command = program
    .command('seed')
    .summary('publish a file as the policy')
    .description(
      'Checks a policy file, runs its tests and those of the policy in force, and publishes it as the next revision.\n' +
        'Where there is a policy already, it is replaced with --replace only. The history remembers the file, for vpn-policy\n' +
        'apply. It names who writes: the caller as the API or AWS knows it, on a local DynamoDB the user of this machine.',
    )
    .argument('<file>', 'YAML or JSON; - is standard input');
  addAccessOptions(command).option(
    '--replace',
    'put the file in the place of the policy in force, whatever others changed since',
  );
  addSourceOption(command);
  addWriteOptions(command, '"seed FILE"')
    .addHelpText(
      'after',
      `
Exit codes: 0 published (or nothing to change), 1 the policy fails a check or may not replace another, 2 wrong usage or no store.

Examples:
  vpn-policy seed policies/example.yaml --local --replace
  vpn-policy seed policy.yaml --api https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com --reason "first policy"
  vpn-policy seed policy.yaml --table client-vpn-policy-prod-rules --region eu-west-1 --replace
  vpn-policy seed policy.yaml --replace --dry-run`,
    )
    .action(run((file: string, options: SeedOptions) => seed(file, options, surroundings)));
}

async function seed(fileName: string, options: SeedOptions, surroundings: Surroundings): Promise<ExitCode> {
  const access = await openAccess(options, surroundings);
  try {
    const { name, read } = await readPolicyFile(fileName, surroundings);
    const report = { file: name, json: options.json, dryRun: options.dryRun === true };
    if (!read.ok) return reportWritten(refusedAsInvalid(read.issues), report, surroundings);
    const { document, warnings } = read;
    const source = await policySource(fileName, options);
    const step = { kind: 'replace', document, source, mayReplace: options.replace === true } as const;
    const written = await access.write(policyWrite(step, options, `seed ${name}`));
    return reportWritten(written, { ...report, warnings }, surroundings);
  } finally {
    access.close();
  }
}
