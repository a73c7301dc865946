/** The options that every command which writes has. */
import { type Command, InvalidArgumentError } from 'commander';
import type { Confirmation } from '../../../shared/policy/index.ts';
import { cutToUnits } from '../../../shared/store/index.ts';
import type { PolicyWrite, WriteStep } from '../access/policy-access.ts';

export interface WriteOptions {
  readonly reason?: string;
  readonly confirm?: readonly Confirmation[];
  readonly dryRun?: boolean;
  readonly json?: boolean;
  /** For `openAccess`. */
  readonly unverifiedAuthor?: boolean;
}

const CONFIRMATIONS: readonly Confirmation[] = ['lockout', 'tests'];
/** The store keeps no more. */
const MAX_REASON_LENGTH = 512;

/** @param defaultReason as the help calls it */
export function addWriteOptions(command: Command, defaultReason = 'the command'): Command {
  command.option('--reason <text>', `why, for the history (default: ${defaultReason})`, readReason);
  return addConfirmOption(command)
    .option('--dry-run', 'check everything and show what would change; write nothing')
    .option(
      '--unverified-author',
      "on a table: record this machine's user in the place of AWS's caller; for emergencies where STS does not answer",
    )
    .option('--json', 'the result for programs');
}

export function addConfirmOption(command: Command): Command {
  return command.option(
    '--confirm <checks>',
    'lockout: it may refuse everybody; tests: it may remove, change or break tests of the policy in force (lockout,tests for both)',
    readConfirmations,
  );
}

/** The write that the options ask for. */
export function policyWrite(step: WriteStep, options: WriteOptions, defaultReason: string): PolicyWrite {
  return {
    step,
    reason: options.reason ?? cutToUnits(defaultReason, MAX_REASON_LENGTH),
    confirm: options.confirm ?? [],
    dryRun: options.dryRun === true,
  };
}

function readReason(text: string): string {
  if (!text.isWellFormed()) throw new InvalidArgumentError('It has half of a character (a lone surrogate).');
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
