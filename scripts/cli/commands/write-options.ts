/** The options that every command which writes has. */
import { type Command, InvalidArgumentError } from 'commander';
import type { Confirmation } from '../../../shared/policy/index.ts';
import { cutToUnits } from '../../../shared/store/index.ts';
import type { PolicyWrite, WriteStep } from '../access/policy-access.ts';

export interface WriteOptions<Confirm extends Confirmed = Confirmation> {
  readonly reason?: string;
  readonly confirm?: readonly Confirm[];
  readonly dryRun?: boolean;
  readonly json?: boolean;
  /** For `openAccess`. */
  readonly unverifiedAuthor?: boolean;
}

/** `share` is a word to the enforcer, for commands that ask it, and none to the write. */
export type Confirmed = Confirmation | 'share';

const CONFIRMATIONS: readonly Confirmation[] = ['lockout', 'tests'];
/** The store keeps no more. */
const MAX_REASON_LENGTH = 512;

/**
 * @param defaultReason as the help calls it
 * @param share whether the command also asks the enforcer to end connections
 */
export function addWriteOptions(command: Command, defaultReason = 'the command', share = false): Command {
  command.option('--reason <text>', `why, for the history (default: ${defaultReason})`, readReason);
  addConfirmOption(command, share).option('--dry-run', 'check everything and show what would change; write nothing');
  return addUnverifiedAuthorOption(command).option('--json', 'the result for programs');
}

export function addUnverifiedAuthorOption(command: Command): Command {
  return command.option(
    '--unverified-author',
    "on a table: record this machine's user in the place of AWS's caller; for emergencies where STS does not answer",
  );
}

export function addConfirmOption(command: Command, share = false): Command {
  const accepted: readonly Confirmed[] = share ? [...CONFIRMATIONS, 'share'] : CONFIRMATIONS;
  const told = share ? '; share: --disconnect may end more connections at once than the enforcer does by itself' : '';
  return command.option(
    '--confirm <checks>',
    `lockout: it may refuse everybody; tests: it may remove, change or break tests of the policy in force (lockout,tests for both)${told}`,
    (text: string, before: readonly Confirmed[] = []) => [...before, ...readConfirmations(text, accepted)],
  );
}

/** The write that the options ask for. */
export function policyWrite(step: WriteStep, options: WriteOptions<Confirmed>, defaultReason: string): PolicyWrite {
  return {
    step,
    reason: reasonOf(options, defaultReason),
    confirm: (options.confirm ?? []).filter((word) => word !== 'share'),
    dryRun: options.dryRun === true,
  };
}

/** The reason that was given, else the default, as long as it may be. */
export function reasonOf({ reason }: { readonly reason?: string | undefined }, defaultReason: string): string {
  return reason ?? cutToUnits(defaultReason, MAX_REASON_LENGTH);
}

export function readReason(text: string): string {
  if (!text.isWellFormed()) throw new InvalidArgumentError('It has half of a character (a lone surrogate).');
  if (text.length <= MAX_REASON_LENGTH) return text;
  throw new InvalidArgumentError(`It has ${text.length} characters; accepted: at most ${MAX_REASON_LENGTH}.`);
}

function readConfirmations(text: string, accepted: readonly Confirmed[]): readonly Confirmed[] {
  return text.split(',').map((word) => {
    const known = accepted.find((confirmation) => confirmation === word.trim());
    if (known === undefined) throw new InvalidArgumentError(`Accepted: ${accepted.join(', ')}.`);
    return known;
  });
}
