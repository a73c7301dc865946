/** What a write can come to besides being made, told alike whichever way the policy is reached. */
import { type ApplyConflict, type RevertConflict, sameData } from '../../../shared/policy/index.ts';
import { CommandError, EXIT } from '../exit-code.ts';
import { type Conflict, type MovedWrite, type PolicyAt, tellRevision } from './policy-access.ts';

/** Throws a CommandError where another policy stands there than the one that is to be put there. */
export function refuseToReplace(current: PolicyAt | undefined, document: unknown): void {
  if (current === undefined || sameData(current.document, document)) return;
  throw new CommandError(
    `there is a policy already: ${tellRevision(current.revision)}. --replace puts the file in its place, with all that others changed since; --replace --dry-run shows what that changes`,
    EXIT.checkFailed,
  );
}

export function nothingToChange(): CommandError {
  return new CommandError(
    'no policy has been published yet, so there is nothing to change: publish one with vpn-policy seed FILE',
    EXIT.checkFailed,
  );
}

export function nothingBefore(revision: number): CommandError {
  return new CommandError(
    `revision ${revision} is the first policy: there is nothing before it to go back to`,
    EXIT.checkFailed,
  );
}

export function noSuchRevision(revision: number, place: string): CommandError {
  return new CommandError(`there is no revision ${revision} in ${place}: vpn-policy log lists them`, EXIT.checkFailed);
}

/** @param revision where it is known */
export function outcomeUnknown(place: string, revision: number | undefined): string {
  const what = revision === undefined ? 'the write' : `the write of revision ${revision}`;
  return `no answer from ${place} to ${what}: it is made as a whole or not at all, and vpn-policy log shows which. If it is not there, try again`;
}

/** @param expected the revision that a write was made for, `actual` the one in force; 0: none */
export function baseMoved(expected: number, actual: number): MovedWrite {
  const inForce = actual === 0 ? 'no policy has been published' : `revision ${actual} is in force`;
  const madeFor = expected === 0 ? 'where no policy is published yet' : `on top of revision ${expected}`;
  return { outcome: 'moved', message: `${inForce}; this was to be written ${madeFor} only` };
}

/** That the policy in force is no longer the one that a write was made for. */
export function changedMeanwhile(): MovedWrite {
  return { outcome: 'moved', message: 'others have changed the policy meanwhile: look at it again' };
}

export function conflictOfApply({ applied: base, file: ours, current: theirs, ...rest }: ApplyConflict): Conflict {
  return { ...rest, base, ours, theirs };
}

export function conflictOfRevert({ base, changed: ours, current: theirs, ...rest }: RevertConflict): Conflict {
  return { ...rest, base, ours, theirs };
}
