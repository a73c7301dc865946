/** `--disconnect`: once a rule that refuses is there, has the enforcer end the connections that it refuses. */
import { type Command, Option } from 'commander';
import { type EnforcerAccess, EnforcerFailure, type Terminated } from '../../access/enforcer-access.ts';
import { addEnforcerOption, type EnforcerOptions, openEnforcer } from '../../access/enforcer-options.ts';
import { CommandError, EXIT } from '../../exit-code.ts';
import { endedLines, heldText, sumLine } from '../../print/report-ended.ts';
import type { Surroundings } from '../../surroundings.ts';
import { counted } from '../../terminal/output.ts';
import { OBSERVES } from '../connections/observe-note.ts';
import { typedAgain } from '../typed-command.ts';
import type { Afterwards } from './run-verb.ts';

export interface DisconnectOptions extends EnforcerOptions {
  readonly disconnect?: boolean;
}

export function addDisconnectOption(command: Command, text: string): Command {
  return addEnforcerOption(command.addOption(new Option('--disconnect', text)));
}

/** Does the work with the enforcer, where `--disconnect` wants it. Throws a CommandError before the work where no enforcer is known. */
export async function withEnforcer<T>(
  options: DisconnectOptions,
  surroundings: Surroundings,
  work: (enforcer: EnforcerAccess | undefined) => Promise<T>,
): Promise<T> {
  if (options.disconnect !== true) return work(undefined);
  const enforcer = await openEnforcer(options, surroundings);
  try {
    return await work(enforcer);
  } finally {
    enforcer.close();
  }
}

export interface Termination {
  /** The ids of the rules. */
  readonly refusedBy: readonly string[];
  /** That so many may be ended at once. */
  readonly confirm: boolean;
  readonly reason: string;
  readonly command: Command;
  /** Those of the command line that are no options. */
  readonly words: readonly string[];
  /** Ends by hand what this does not: `vpn-policy kick --user batchi`. */
  readonly byHand: string;
}

/** Ends what the rules refuse, which are there already: never throws what the enforcer says no with. */
export async function endRefused(
  enforcer: EnforcerAccess,
  termination: Termination,
  surroundings: Pick<Surroundings, 'stdout' | 'env'>,
): Promise<Afterwards> {
  const { refusedBy, confirm, reason } = termination;
  try {
    const report = await enforcer.terminate({ refusedBy, confirm, reason });
    return tellEnded(report, termination, surroundings);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return tellFailure(error, termination);
  }
}

/** Asks the enforcer how many stand, and whether it ends anybody by itself; ends nobody. */
export async function lookAhead(enforcer: EnforcerAccess, reason: string): Promise<Afterwards> {
  try {
    const { mode, endpoints } = await enforcer.pass({ dryRun: true, reason });
    const active = endpoints.reduce((sum, endpoint) => sum + endpoint.active, 0);
    return {
      lines: [`Now ${counted(active, 'connection stands', 'connections stand')}.`],
      notes: mode === 'observe' ? [`warning: ${OBSERVES}`] : [],
      data: { disconnect: { mode, active } },
      exitCode: EXIT.ok,
    };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return {
      lines: [],
      notes: [`warning: whether the enforcer will end anybody is not known: ${error.message}`],
      data: { disconnect: failureData(error) },
      exitCode: EXIT.checkFailed,
    };
  }
}

function tellEnded(
  report: Terminated,
  { byHand }: Termination,
  surroundings: Pick<Surroundings, 'stdout' | 'env'>,
): Afterwards {
  const { connections, endpoints, mode } = report;
  const count = (outcome: Terminated['connections'][number]['outcome']) =>
    connections.filter((connection) => connection.outcome === outcome).length;
  const unknown = endpoints.reduce((sum, endpoint) => sum + endpoint.unknown, 0);
  const again =
    mode === 'enforce' ? "the enforcer's next pass ends that" : 'vpn-policy connections --would-refuse shows it';
  const undone = count('failed') + count('left') + count('held');
  return {
    lines: [...endedLines(report, surroundings), sumLine(report) ?? 'Nobody whom it refuses is connected any more.'],
    notes: [
      ...(count('ended') === 0
        ? []
        : [`until every handler has the rule (POLICY_TTL_SECONDS) they may get in once more: ${again}`]),
      ...(undone === 0 ? [] : [`not all were ended: the same command again, or ${byHand}`]),
      ...(unknown === 0
        ? []
        : [
            `${counted(unknown, 'connection')} whose decision is not on record ${unknown === 1 ? 'goes' : 'go'} on: vpn-policy connections shows them, vpn-policy kick ends them`,
          ]),
    ],
    data: { disconnect: report },
    exitCode: undone === 0 ? EXIT.ok : EXIT.checkFailed,
  };
}

function tellFailure(error: CommandError, { command, words, byHand }: Termination): Afterwards {
  const failure = error instanceof EnforcerFailure ? error : undefined;
  const held = (failure?.report?.endpoints ?? []).filter((endpoint) => endpoint.held);
  const told = held.length === 0 ? error.message : held.map(heldText).join('; ');
  const notes =
    failure?.code === 'too-many'
      ? [
          `the rule is in force, but it refuses too many at once, so nobody was ended: ${told}`,
          `if that is meant: ${typedAgain(command, words, ['--confirm', 'share'])}`,
        ]
      : [
          `the rule is in force, but ${wasAnybody(failure)}: ${error.message}`,
          `vpn-policy connections --would-refuse shows who is in; ${byHand} ends them`,
        ];
  return { lines: [], notes, data: { disconnect: failureData(error) }, exitCode: EXIT.checkFailed };
}

function wasAnybody(failure: EnforcerFailure | undefined): string {
  // What does not answer may still have been at work.
  const isOpen = failure === undefined || failure.code === 'unreachable' || failure.code === 'internal';
  return isOpen ? 'whether connections were ended is not known' : 'nobody was ended';
}

function failureData(error: CommandError): object {
  const { code, report } = error instanceof EnforcerFailure ? error : { code: 'unreachable', report: undefined };
  return { problem: { code, message: error.message, ...(report && { report }) } };
}
