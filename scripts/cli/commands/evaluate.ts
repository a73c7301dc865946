/** `vpn-policy evaluate`: what would the policy say to this connection, and why? */
import { type Command, Option } from 'commander';
import {
  type CompiledPolicy,
  compile,
  explain,
  type PolicyDocument,
  PolicyValueError,
} from '../../../shared/engine/index.ts';
import { readablePath } from '../../../shared/policy/index.ts';
import { ACCESS_OPTION_NAMES, type AccessOptions, addAccessOptions, openAccess } from '../access/access-options.ts';
import { publishedPolicy, tellRevision } from '../access/policy-access.ts';
import { CommandError, EXIT, type ExitCode } from '../exit-code.ts';
import { addConnectionOptions, type ConnectionOptions, readConnection } from '../input/connection-options.ts';
import { readPolicyFile, STDIN } from '../input/input-file.ts';
import { readRevisionNumber } from '../input/revision-number.ts';
import { decisionLines, traceLines } from '../print/report-decision.ts';
import type { RunAction } from '../run-action.ts';
import type { Surroundings } from '../surroundings.ts';
import { messageLine, onOneLine, paintFor, writeJson, writeLines } from '../terminal/output.ts';
import { addTimezoneOption, callerClock, type TimezoneOptions } from '../time/caller-zone.ts';
import { fullMoment } from '../time/moment-text.ts';
import { readMoment } from '../time/read-moment.ts';
import { invalidReport } from './policy-file/report-on-files.ts';

interface EvaluateOptions extends AccessOptions, ConnectionOptions, TimezoneOptions {
  readonly file?: string;
  readonly revision?: number;
  readonly at?: string;
  readonly explain?: boolean;
  readonly json?: boolean;
}

export function addEvaluate(program: Command, surroundings: Surroundings, run: RunAction): void {
  const command = program
    .command('evaluate')
    .summary('ask what the policy says to a connection, and why')
    .description('Decides on a connection as the handler would, with the policy in force, an old one, or a file.');
  addConnectionOptions(command);
  addAccessOptions(addTimezoneOption(command))
    .option('--revision <number>', 'the policy of that revision', readRevisionNumber)
    .addOption(
      new Option('--file <file>', 'a policy file in the place of the policy in force (- is standard input)').conflicts([
        ...ACCESS_OPTION_NAMES,
        'revision',
      ]),
    )
    .option('--at <time>', 'as if it were then: "tomorrow 09:00", "2026-12-08 02:00" (default: now)')
    .option('--explain', 'what every rule did, and why')
    .option('--json', 'the decision (with --explain the trace, too) for programs')
    .addHelpText(
      'after',
      `
Exit codes: 0 whatever the decision is, 1 no policy has been published or the file is not valid, 2 wrong usage or no store.

Examples:
  vpn-policy evaluate --local --username batchi --public-ip 203.0.113.10 --explain
  vpn-policy evaluate --file policy.yaml --common-name client1.domain.tld --groups staff,vpn-admins --at "2026-12-08 02:00"
  vpn-policy evaluate --connection event.json --json`,
    )
    .action(run((options: EvaluateOptions) => evaluate(options, surroundings)));
}

/** The policy to ask: where it comes from as text and as data. */
interface AskedPolicy {
  readonly document: PolicyDocument;
  readonly source: string;
  readonly data: object;
}

async function evaluate(options: EvaluateOptions, surroundings: Surroundings): Promise<ExitCode> {
  const { stdout, stderr, env } = surroundings;
  if (options.file === STDIN && options.connection === STDIN) {
    throw new CommandError('--file and --connection cannot both be - (standard input)');
  }
  const clock = callerClock(options, surroundings);
  const atMs = options.at === undefined ? clock.nowMs : readMoment(options.at, clock, '--at');
  const { connection, notes } = await readConnection(options, surroundings);
  const asked =
    options.file === undefined
      ? await policyOfStore(options, clock.zone, surroundings)
      : await policyOfFile(options.file, options, surroundings);
  if (asked === undefined) return EXIT.checkFailed;

  const { decision, rules } = explain(compiled(asked), connection, atMs);
  writeLines(
    stderr,
    notes.map((note) => messageLine(note)),
  );
  if (options.json) {
    const at = new Date(atMs).toISOString();
    writeJson(stdout, { ...asked.data, at, decision, ...(options.explain ? { rules } : {}) });
    return EXIT.ok;
  }
  const paint = paintFor(stdout, env);
  writeLines(stdout, decisionLines(decision, { at: fullMoment(atMs, clock.zone), source: asked.source }, paint));
  if (options.explain) writeLines(stdout, ['', ...traceLines(rules, paint, stdout.columns)]);
  return EXIT.ok;
}

async function policyOfStore(options: EvaluateOptions, zone: string, surroundings: Surroundings): Promise<AskedPolicy> {
  const access = await openAccess(options, surroundings);
  try {
    const policy = await publishedPolicy(access, options.revision);
    const { document, revision } = policy;
    return { document, source: tellRevision(revision, zone), data: { revision: revision.number } };
  } finally {
    access.close();
  }
}

/** Undefined for a file that is not valid; its errors are told. */
async function policyOfFile(
  file: string,
  { json }: EvaluateOptions,
  surroundings: Surroundings,
): Promise<AskedPolicy | undefined> {
  const { name, read } = await readPolicyFile(file, surroundings);
  if (read.ok) return { document: read.document, source: name, data: { file: name } };
  const { lines, data } = invalidReport(name, read.issues);
  writeLines(surroundings.stderr, lines);
  if (json) writeJson(surroundings.stdout, data);
  return undefined;
}

/** What the store holds was valid when it was written, by a program that may have known more. */
function compiled({ document, source }: AskedPolicy): CompiledPolicy {
  try {
    return compile(document);
  } catch (error) {
    if (!(error instanceof PolicyValueError)) throw error;
    const where = readablePath(error.path);
    throw new CommandError(`cannot read ${source}: ${where}: ${onOneLine(error.message)}`, undefined, { cause: error });
  }
}
