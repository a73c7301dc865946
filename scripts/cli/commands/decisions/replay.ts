/** `vpn-policy replay`: whom would a draft have refused, or let in? */
import { type Command, Option } from 'commander';
import { type CompiledPolicy, compile, isMalformed, type PolicyDocument } from '../../../../shared/engine/index.ts';
import type { PastConnection, ReplayedPolicies, ReplayReport } from '../../../../shared/replay/index.ts';
import { openAccess } from '../../access/access-options.ts';
import type { ReplayWanted } from '../../access/decision-access.ts';
import { addDecisionAccessOptions, type DecisionAccessOptions, openDecisions } from '../../access/decision-options.ts';
import { nothingPublished } from '../../access/policy-access.ts';
import { CommandError, EXIT, type ExitCode } from '../../exit-code.ts';
import { readPolicyFile, STDIN } from '../../input/input-file.ts';
import { readRevisionNumber } from '../../input/revision-number.ts';
import { nameOf } from '../../input/text-lines.ts';
import { replayLines } from '../../print/report-replay.ts';
import { addNewlyRefusedLimit, type NewlyRefusedLimit, overLimit } from '../../replay/newly-refused-limit.ts';
import { replayLog } from '../../replay/replay-log.ts';
import type { RunAction } from '../../run-action.ts';
import type { Surroundings } from '../../surroundings.ts';
import { messageLine, onOneLine, paintFor, writeJson, writeLines } from '../../terminal/output.ts';
import { addTimezoneOption, type CallerClock, callerClock, type TimezoneOptions } from '../../time/caller-zone.ts';
import { zoneText } from '../../time/moment-text.ts';
import { readPastMoment } from '../../time/past-moment.ts';
import { invalidReport } from '../policy-file/report-on-files.ts';

interface ReplayOptions extends DecisionAccessOptions, TimezoneOptions {
  readonly file?: string;
  readonly revision?: number;
  readonly since?: string;
  readonly until?: string;
  readonly user?: string;
  readonly vpnEndpoint?: string;
  readonly connectionLog?: string;
  readonly recorded?: boolean;
  readonly maxNewlyRefused?: NewlyRefusedLimit;
  readonly json?: boolean;
}

const DEFAULT_SINCE = '14d';

export function addReplay(program: Command, surroundings: Surroundings, run: RunAction): void {
  const command = program
    .command('replay')
    .summary('tell whom a draft would have refused or let in')
    .description(
      'Decides the connections on record again, each at its own moment, by the policy in force and by a draft, and tells what\n' +
        'differs: who, by which rules, how often. Without a draft it tells what the rules in report mode and the endpoints in\n' +
        'observe mode would have done. Writes nothing.',
    )
    .option('--file <file>', 'the draft: YAML or JSON; - is standard input')
    .addOption(
      new Option('--revision <number>', 'the draft is that revision').argParser(readRevisionNumber).conflicts('file'),
    )
    .option(
      '--since <time>',
      `connections from then on: 3d (ago), 2026-11-20 (default: ${DEFAULT_SINCE}; of a log all)`,
    )
    .option('--until <time>', 'before then (default: now)')
    .option('--user <name>', 'only this user')
    .option('--vpn-endpoint <endpoint>', 'only this endpoint: its id, or its name')
    .option(
      '--connection-log <file>',
      'in the place of decisions on record: lines of the Client VPN connection log, as CloudWatch Logs exports them (- is standard input)',
    )
    .addOption(new Option('--recorded', 'of a log: compare with what was answered then, not with the policy in force'));
  addNewlyRefusedLimit(command, 'exit 1 where the draft would newly refuse more');
  addDecisionAccessOptions(addTimezoneOption(command))
    .option('--json', 'for programs')
    .addHelpText(
      'after',
      `
Exit codes: 0 replayed, 1 beyond --max-newly-refused, the draft is not valid or no policy has been published, 2 wrong
usage or no store.

Examples:
  vpn-policy replay --file policy.yaml --since 14d
  vpn-policy replay --file policy.yaml --max-newly-refused 1%
  vpn-policy replay
  aws logs filter-log-events --log-group-name /vpn/connections --start-time 1795442400000 > log.json
  vpn-policy replay --file policy.yaml --connection-log log.json --recorded`,
    )
    .action(run((options: ReplayOptions) => replay(options, surroundings)));
}

interface Replay {
  readonly report: ReplayReport;
  /** What the draft was compared with, for people. */
  readonly against: string;
  /** The revision in force, where the draft was compared with it. */
  readonly base: number | undefined;
  readonly notes: readonly string[];
  readonly spanMs: number | undefined;
}

async function replay(options: ReplayOptions, surroundings: Surroundings): Promise<ExitCode> {
  const { file, connectionLog, recorded, revision } = options;
  if (file === STDIN && connectionLog === STDIN) {
    throw new CommandError('--file and --connection-log cannot both be - (standard input)');
  }
  if (recorded && connectionLog === undefined) {
    throw new CommandError('--recorded is for --connection-log: of decisions on record the report tells it anyway');
  }
  const hasDraft = file !== undefined || revision !== undefined;
  if (!hasDraft && (recorded || options.maxNewlyRefused !== undefined)) {
    throw new CommandError('which draft? Give --file FILE or --revision NUMBER');
  }
  const clock = callerClock(options, surroundings);
  const untilMs = options.until === undefined ? undefined : readPastMoment(options.until, clock, '--until');
  const sinceMs = options.since === undefined ? undefined : readPastMoment(options.since, clock, '--since');
  const draft = file === undefined ? undefined : await readDraft(file, options, surroundings);
  if (draft === 'invalid') return EXIT.checkFailed;
  const span = { sinceMs, untilMs };
  const done =
    connectionLog === undefined
      ? await replayDecisions(draft, span, clock, options, surroundings)
      : await replayConnectionLog(connectionLog, draft, span, options, surroundings);
  tell(done, hasDraft, clock, options, surroundings);
  const stopped = options.maxNewlyRefused && overLimit(done.report, options.maxNewlyRefused, done.spanMs);
  if (stopped === undefined) return EXIT.ok;
  writeLines(surroundings.stderr, [messageLine(`beyond ${stopped}`)]);
  return EXIT.checkFailed;
}

interface Span {
  readonly sinceMs: number | undefined;
  readonly untilMs: number | undefined;
}

async function readDraft(
  file: string,
  { json }: ReplayOptions,
  surroundings: Surroundings,
): Promise<PolicyDocument | 'invalid'> {
  const { name, read } = await readPolicyFile(file, surroundings);
  if (read.ok) return read.document;
  const { lines, data } = invalidReport(name, read.issues);
  writeLines(surroundings.stderr, lines);
  if (json) writeJson(surroundings.stdout, data);
  return 'invalid';
}

async function replayDecisions(
  policy: PolicyDocument | undefined,
  span: Span,
  clock: CallerClock,
  options: ReplayOptions,
  surroundings: Surroundings,
): Promise<Replay> {
  const { revision, user, vpnEndpoint } = options;
  const untilMs = span.untilMs ?? clock.nowMs;
  const sinceMs = span.sinceMs ?? readPastMoment(DEFAULT_SINCE, clock, '--since');
  if (sinceMs >= untilMs) throw new CommandError('--since must be before --until');
  const draft: ReplayWanted['draft'] =
    policy !== undefined ? { policy } : revision !== undefined ? { revision } : undefined;
  const access = await openDecisions(options, surroundings);
  try {
    const { report, base } = await access.replay({
      sinceMs,
      untilMs,
      draft,
      ...(user !== undefined && { user }),
      ...(vpnEndpoint !== undefined && { endpoint: vpnEndpoint }),
    });
    return { report, base, against: againstText(base), notes: [], spanMs: untilMs - sinceMs };
  } finally {
    access.close();
  }
}

function againstText(base: number | undefined): string {
  return base === undefined ? 'nothing, since no policy has been published' : `revision ${base}, which is in force`;
}

async function replayConnectionLog(
  file: string,
  draft: PolicyDocument | undefined,
  { sinceMs = Number.NEGATIVE_INFINITY, untilMs = Number.POSITIVE_INFINITY }: Span,
  options: ReplayOptions,
  surroundings: Surroundings,
): Promise<Replay> {
  const { policies, base } = await policiesFor(draft, options, surroundings);
  const { user, vpnEndpoint } = options;
  if (user !== undefined) throw new CommandError('--user is for decisions on record, not for --connection-log');
  const names = policies.after.document.endpoints ?? {};
  const isEndpoint = ({ connection: { endpointId } }: PastConnection) =>
    vpnEndpoint === undefined ||
    (!isMalformed(endpointId) &&
      endpointId !== undefined &&
      (endpointId === vpnEndpoint || names[endpointId]?.name === vpnEndpoint));
  const isWanted = (past: PastConnection) => past.atMs >= sinceMs && past.atMs < untilMs && isEndpoint(past);
  const { report, notes } = await replayLog({ file, policies, isWanted }, surroundings);
  const against = policies.before === 'record' ? 'what was answered then' : againstText(base);
  return { report, base, against, notes, spanMs: undefined };
}

interface LogPolicies {
  readonly policies: ReplayedPolicies;
  readonly base: number | undefined;
}

async function policiesFor(
  file: PolicyDocument | undefined,
  options: ReplayOptions,
  surroundings: Surroundings,
): Promise<LogPolicies> {
  if (file !== undefined && options.recorded) {
    return { policies: { before: 'record', after: replayed(file) }, base: undefined };
  }
  const access = await openAccess(options, surroundings).catch((error: unknown) => {
    if (file === undefined || !(error instanceof CommandError)) throw error;
    throw new CommandError(`${error.message}; or compare with what the log says was answered: --recorded`);
  });
  try {
    const current = options.recorded ? undefined : await access.policy();
    const draft = options.revision === undefined ? current : await access.policy(options.revision);
    const after = file ?? draft?.document;
    if (after === undefined) throw nothingPublished(access);
    const before = options.recorded ? 'record' : current === undefined ? 'no-policy' : replayed(current.document);
    return { policies: { before, after: replayed(after) }, base: current?.revision.number };
  } finally {
    access.close();
  }
}

function replayed(document: PolicyDocument): { document: PolicyDocument; compiled: CompiledPolicy } {
  return { document, compiled: compile(document) };
}

function tell(
  { report, against, base, notes, spanMs }: Replay,
  hasDraft: boolean,
  clock: CallerClock,
  { json, file, revision }: ReplayOptions,
  { stdout, env }: Surroundings,
): void {
  if (json) {
    writeJson(stdout, { base: base ?? null, ...report, notes });
    return;
  }
  const draft = file === undefined ? `revision ${revision}` : nameOf(file);
  writeLines(stdout, [
    onOneLine(hasDraft ? `Replay of ${draft} against ${against}` : `Replay of ${against}`),
    ...replayLines(report, { clock, spanMs, notes, hasDraft }, paintFor(stdout, env), stdout.columns),
    '',
    `Times: ${zoneText(clock.nowMs, clock.zone)}`,
  ]);
}
