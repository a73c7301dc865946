/** `vpn-policy kick`: ends connections, whatever the policy says of them. */
import type { Command } from 'commander';
import type { EndedConnection, PassReport } from '../../../../shared/enforcement/index.ts';
import { shown } from '../../../../shared/engine/index.ts';
import type { EnforcerAccess, TerminationWanted } from '../../access/enforcer-access.ts';
import { addEnforcerAccessOptions, type EnforcerOptions, openEnforcer } from '../../access/enforcer-options.ts';
import { CommandError, EXIT, type ExitCode } from '../../exit-code.ts';
import { countOf, endedCounts, undoneCount } from '../../print/ended-counts.ts';
import { whoOf } from '../../print/report-connections.ts';
import { endedLines, sumLine } from '../../print/report-ended.ts';
import type { RunAction } from '../../run-action.ts';
import type { Surroundings } from '../../surroundings.ts';
import { goesOn } from '../../terminal/ask.ts';
import { counted, messageLine, onOneLine, writeJson, writeLines } from '../../terminal/output.ts';
import { shellWords } from '../../verbs/shell-words.ts';
import { typedVerb } from '../typed-command.ts';
import { addUnverifiedAuthorOption, readReason, reasonOf } from '../write-options.ts';

interface KickOptions extends EnforcerOptions {
  readonly user?: string;
  readonly reason?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

export function addKick(program: Command, surroundings: Surroundings, run: RunAction): void {
  const command = program
    .command('kick')
    .summary('end connections')
    .description(
      'Ends connections, whatever the policy says of them, and shows on a terminal which before it asks. Who is ended can connect\n' +
        'again at once unless a rule refuses them: vpn-policy block NAME --disconnect does both.',
    )
    .argument('[connections...]', 'ids of connections: vpn-policy connections tells them')
    .option('--user <name>', 'all of this user: the whole user name (common name where there is none)')
    .option('--reason <text>', 'why, for the decision log (default: the command)', readReason)
    .option('--dry-run', 'show which would be ended; end none')
    .option('--yes', 'do not ask');
  addUnverifiedAuthorOption(addEnforcerAccessOptions(command))
    .option('--json', 'the result for programs')
    .addHelpText(
      'after',
      `
Exit codes: 0 ended, 1 nothing was there to end, it is not wanted or some were not ended, 2 wrong usage or no enforcer.

Examples:
  vpn-policy kick cvpn-connection-04edd76f5201e0cb8
  vpn-policy kick --user batchi --reason "HELP-7" --yes`,
    )
    .action(run((ids: string[], options: KickOptions) => kick(ids, options, command, surroundings)));
}

async function kick(
  ids: readonly string[],
  options: KickOptions,
  command: Command,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const reason = reasonOf(options, typedVerb(command, ids));
  const wanted: TerminationWanted = { ...whom(ids, options), reason };
  const dryRun = options.dryRun === true;
  const enforcer = await openEnforcer(options, surroundings);
  try {
    if (!dryRun) await checkWanted(enforcer, wanted, options, surroundings);
    const report = await enforcer.terminate({ ...wanted, dryRun });
    return tell(report, options, surroundings);
  } finally {
    enforcer.close();
  }
}

function whom(ids: readonly string[], { user }: KickOptions): Pick<TerminationWanted, 'connections' | 'user'> {
  if (ids.length > 0 && user !== undefined) throw new CommandError('ids of connections or --user, not both');
  if (user !== undefined) return { user };
  if (ids.length === 0)
    throw new CommandError('whom? Give the ids of connections (vpn-policy connections tells them) or --user NAME');
  const wrong = ids.find((id) => !/^[A-Za-z0-9_-]{1,64}$/.test(id));
  if (ids.length > MOST_IDS) {
    throw new CommandError(`${ids.length.toLocaleString('en-US')} ids of connections; accepted: at most 1,000 at once`);
  }
  if (wrong === undefined) return { connections: [...new Set(ids)] };
  throw new CommandError(
    onOneLine(
      `${shown(wrong)} is no id of a connection; accepted: such as cvpn-connection-04edd76f5201e0cb8 (--user ends those of a user)`,
    ),
  );
}

/** The enforcer takes no more. */
const MOST_IDS = 1_000;

/** Shows whoever sits there which would be ended, and asks. Throws a CommandError where that is not wanted. */
async function checkWanted(
  enforcer: EnforcerAccess,
  wanted: TerminationWanted,
  { yes, json }: KickOptions,
  surroundings: Surroundings,
): Promise<void> {
  if (yes || json || surroundings.ask === undefined) return;
  const report = await enforcer.terminate({ ...wanted, dryRun: true });
  const there = report.connections.filter(({ outcome }) => outcome === 'would-end');
  // There is nothing to ask about, and the termination itself tells so.
  if (there.length === 0) return;
  writeLines(surroundings.stdout, endedLines({ ...report, connections: there }, surroundings));
  if (await goesOn(`End ${counted(countOf(report), 'connection')}?`, surroundings)) return;
  throw new CommandError('not wanted: nobody was ended', EXIT.checkFailed);
}

function tell(report: PassReport, options: KickOptions, { stdout, stderr, env }: Surroundings): ExitCode {
  const connections = report.connections.filter((connection) => !isMissing(connection));
  const missing = report.connections.filter(isMissing);
  const done = connections.filter(({ outcome }) => outcome === 'ended' || outcome === 'would-end');
  const there: PassReport = { ...report, connections };
  const counts = endedCounts(there);
  if (options.json) writeJson(stdout, report);
  else writeLines(stdout, [...endedLines(there, { stdout, env }), ...[sumLine(there) ?? []].flat()]);
  const who = options.user ?? 'this user';
  writeLines(stderr, [
    ...missing.map(({ id }) => messageLine(`${id} does not stand: it has ended, or never was`)),
    ...(connections.length === 0 && options.user !== undefined ? [messageLine(`${who} has no connection`)] : []),
    ...(done.length === 0 || options.dryRun ? [] : [messageLine(`${againText(done)}: ${refusingCommand(done)}`)]),
    ...(counts.left === 0 ? [] : [messageLine('the same command again ends those that are left')]),
  ]);
  return counts.ended + counts['would-end'] > 0 && undoneCount(counts) === 0 ? EXIT.ok : EXIT.checkFailed;
}

/** Of what does not stand the enforcer knows no endpoint. */
function isMissing({ outcome, endpoint }: EndedConnection): boolean {
  return outcome === 'gone' && endpoint === '';
}

/** That a connection which is ended comes again. */
function againText(ended: PassReport['connections']): string {
  const names = namesOf(ended);
  const who = names.length === 1 ? names[0] : 'they';
  return `${who} can connect again at once unless a rule refuses them`;
}

function refusingCommand(ended: PassReport['connections']): string {
  const names = namesOf(ended);
  const few = names.length > 0 && names.length <= 3;
  return `vpn-policy block ${few ? shellWords(names) : 'NAME'} --disconnect`;
}

function namesOf(ended: PassReport['connections']): string[] {
  return [...new Set(ended.map(whoOf))].filter((name) => name !== '');
}
