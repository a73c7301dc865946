/** `--disconnect`: once a rule that refuses is there, has the enforcer end the connections that it refuses. */
import { type Command, Option } from 'commander';
import type { PassReport } from '../../../../shared/enforcement/index.ts';
import { type EnforcerAccess, EnforcerFailure } from '../../access/enforcer-access.ts';
import { addEnforcerOption, type EnforcerOptions, openEnforcer } from '../../access/enforcer-options.ts';
import { CommandError, EXIT } from '../../exit-code.ts';
import { endedCounts, undoneCount } from '../../print/ended-counts.ts';
import { heldText } from '../../print/report-ended.ts';
import type { Surroundings } from '../../surroundings.ts';
import { typedAgain } from '../typed-command.ts';
import type { Afterwards } from './run-verb.ts';
import { againNotes, failureData, failureNotes, reportLines, unknownNotes } from './tell-ended.ts';

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

function tellEnded(
  report: PassReport,
  { byHand }: Termination,
  surroundings: Pick<Surroundings, 'stdout' | 'env'>,
): Afterwards {
  const isDone = undoneCount(endedCounts(report)) === 0;
  return {
    lines: reportLines(report, surroundings),
    notes: [
      ...againNotes(report),
      ...(isDone ? [] : [`not all were ended: the same command again, or ${byHand}`]),
      ...unknownNotes(report),
    ],
    data: { disconnect: report },
    exitCode: isDone ? EXIT.ok : EXIT.checkFailed,
  };
}

function tellFailure(error: CommandError, { command, words, byHand }: Termination): Afterwards {
  const notes =
    error instanceof EnforcerFailure && error.code === 'too-many'
      ? [tooManyNote(error), `if that is meant: ${typedAgain(command, words, ['--confirm', 'share'])}`]
      : failureNotes(error, byHand);
  return { lines: [], notes, data: { disconnect: failureData(error) }, exitCode: EXIT.checkFailed };
}

function tooManyNote({ report, message }: EnforcerFailure): string {
  const endpoints = report?.endpoints ?? [];
  const held = endpoints.filter((endpoint) => endpoint.held);
  const nobody = endpoints.some(({ refused, held: isHeld }) => refused > 0 && !isHeld)
    ? 'nobody was ended, at the other endpoints neither'
    : 'nobody was ended';
  const told = held.length === 0 ? message : held.map(heldText).join('; ');
  return `the rule is in force, but it refuses too many at once, so ${nobody}: ${told}`;
}
