/** `vpn-policy seed`: publishes a whole file as the policy. */
import { type Command, InvalidArgumentError } from 'commander';
import type { Confirmation, LintWarning } from '../../../shared/policy/index.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { type PolicyFile, readPolicyFile } from '../input/input-file.ts';
import { onOneLine, printable, writeJson, writeLines } from '../print/output.ts';
import { type Replaced, revisionData, tellRevision, type WriteRefusal } from '../access/policy-access.ts';
import type { RunAction } from '../program.ts';
import { failedTestLines, issueLine, warningLine } from '../print/report-policy.ts';
import type { Surroundings } from '../surroundings.ts';
import { addTableOptions, openTable, type TableOptions, tableAddress } from '../access/access-options.ts';

interface SeedOptions extends TableOptions {
  readonly reason?: string;
  readonly confirm?: readonly Confirmation[];
  readonly replace?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

const CONFIRMATIONS: readonly Confirmation[] = ['lockout', 'tests'];
/** The store keeps no more. */
const MAX_REASON_LENGTH = 512;

export function addSeed(program: Command, surroundings: Surroundings, run: RunAction): void {
  const command = program
    .command('seed')
    .summary('publish a file as the policy')
    .description(
      'Checks a policy file, runs its tests and those of the policy in force, and publishes it as the next revision.\n' +
        'Where there is a policy already, it is replaced with --replace only. The history names the user of this machine.',
    )
    .argument('<file>', 'YAML or JSON; - is standard input');
  addTableOptions(command)
    .option('--reason <text>', 'why, for the history (default: "seed FILE")', readReason)
    .option('--replace', 'put the file in the place of the policy in force, whatever others changed since')
    .option(
      '--confirm <checks>',
      'lockout: it may refuse everybody; tests: it may remove, change or break tests of the policy in force (lockout,tests for both)',
      readConfirmations,
    )
    .option('--dry-run', 'check everything and show what would change; write nothing')
    .option('--json', 'the result for programs')
    .addHelpText(
      'after',
      `
Exit codes: 0 published (or nothing to change), 1 the policy fails a check or may not replace another, 2 wrong usage or no store.

Examples:
  vpn-policy seed policies/example.yaml --local --replace
  vpn-policy seed policy.yaml --table client-vpn-policy-prod-rules --region eu-west-1 --reason "first policy"
  vpn-policy seed policy.yaml --replace --dry-run`,
    )
    .action(run((file: string, options: SeedOptions) => seed(file, options, surroundings)));
}

async function seed(fileName: string, options: SeedOptions, surroundings: Surroundings): Promise<ExitCode> {
  const address = tableAddress(options, surroundings.env);
  const file = await readPolicyFile(fileName, surroundings);
  if (!file.read.ok) {
    const { issues } = file.read;
    return tellRefusal(file, { ok: false, issues, failedTests: [], unconfirmed: [] }, options, surroundings);
  }
  const { document, warnings } = file.read;
  const access = await openTable(address, surroundings);
  try {
    const replaced = await access.replace({
      document,
      mayReplace: options.replace === true,
      reason: options.reason ?? `seed ${file.name}`.slice(0, MAX_REASON_LENGTH),
      confirm: options.confirm ?? [],
      dryRun: options.dryRun === true,
    });
    if (replaced.outcome === 'refused') return tellRefusal(file, replaced.refusal, options, surroundings);
    writeLines(
      surroundings.stderr,
      warnings.map((warning) => warningLine(file.name, warning)),
    );
    if (options.json) writeJson(surroundings.stdout, resultData(replaced, warnings, options));
    else writeLines(surroundings.stdout, resultLines(replaced));
    return EXIT.ok;
  } finally {
    access.close();
  }
}

type Accepted = Exclude<Replaced, { readonly outcome: 'refused' }>;

function resultLines({ outcome, revision, previous, summary }: Accepted): string[] {
  switch (outcome) {
    case 'written':
      return [
        printable(`Revision ${revision?.number}: ${summary}`),
        'Every handler obeys it within its POLICY_TTL_SECONDS (10 where nothing else is set).',
      ];
    case 'unchanged':
      return [`Nothing to change: revision ${revision?.number} already is this policy.`];
    case 'checked':
      return [
        printable(`Dry run, nothing written: ${summary}`),
        previous === undefined
          ? 'It would be the first policy.'
          : `It would follow ${tellRevision(previous.revision)}.`,
      ];
  }
}

function resultData(replaced: Accepted, warnings: readonly LintWarning[], { dryRun = false }: SeedOptions): object {
  const { written, revision, summary, confirmedFor } = replaced;
  return {
    written,
    dryRun,
    unchanged: replaced.outcome === 'unchanged',
    ...(revision === undefined ? {} : { revision: revisionData(revision) }),
    summary,
    warnings,
    confirmedFor,
  };
}

function tellRefusal(
  { name }: PolicyFile,
  { issues, failedTests, unconfirmed }: WriteRefusal,
  { json, dryRun = false }: SeedOptions,
  { stdout, stderr }: Surroundings,
): ExitCode {
  writeLines(stderr, [
    ...issues.map((issue) => issueLine(name, issue)),
    ...failedTests.flatMap((result) => failedTestLines(name, result)),
    ...unconfirmed.map(({ confirm, message }) =>
      printable(`${name}: ${message}; if that is meant: --confirm ${confirm}`),
    ),
    onOneLine(`vpn-policy: ${name} was not published, nothing has changed`),
  ]);
  if (json) writeJson(stdout, { written: false, dryRun, issues, failedTests, unconfirmed });
  return EXIT.checkFailed;
}

function readReason(text: string): string {
  if (text.length <= MAX_REASON_LENGTH) return text;
  throw new InvalidArgumentError(`It has ${text.length} characters; accepted: at most ${MAX_REASON_LENGTH}.`);
}

function readConfirmations(text: string, before: readonly Confirmation[] = []): readonly Confirmation[] {
  const confirmed = text.split(',').map((word) => {
    const known = CONFIRMATIONS.find((confirmation) => confirmation === word.trim());
    if (known === undefined) throw new InvalidArgumentError(`Accepted: ${CONFIRMATIONS.join(', ')}.`);
    return known;
  });
  return [...before, ...confirmed];
}
