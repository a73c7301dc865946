/** The steps of a write, carried out on the policy store itself. */
import {
  applyOperations,
  type OperationIssue,
  type OperationResult,
  type PolicyOperation,
  readOperations,
  revertChange,
  sameData,
} from '../../../shared/policy/index.ts';
import {
  type Author,
  type CurrentPolicy,
  PolicyRefusedError,
  type PolicyStore,
  type WrittenPolicy,
  writePolicy,
} from '../../../shared/store/index.ts';
import { CommandError, EXIT } from '../exit-code.ts';
import {
  type PolicyWrite,
  type RefusedWrite,
  refusalOf,
  revisionData,
  tellRevision,
  type WriteStep,
  type Written,
} from './policy-access.ts';

export interface TableWriter {
  readonly store: PolicyStore;
  readonly author: Author;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Throws a StoreError, or a CommandError where a write makes no sense there. */
export async function writeToStore({ store, author, now }: TableWriter, write: PolicyWrite): Promise<Written> {
  const { step, reason, confirm, dryRun } = write;
  try {
    const { change, results } = await changeOf(step, store);
    const written = await writePolicy(store, { change, author, reason, confirm, dryRun, now });
    return accepted(written, results?.());
  } catch (error) {
    if (error instanceof PolicyRefusedError) return { outcome: 'refused', refusal: refusalOf(error.refusal) };
    if (error instanceof NotWritten) return error.written;
    throw error;
  }
}

interface StepChange {
  readonly change: (current: CurrentPolicy | undefined) => unknown;
  /** Of the last `change`. */
  readonly results?: () => readonly OperationResult[];
}

/** Ends a write from inside `change`. */
class NotWritten extends Error {
  override readonly name = 'NotWritten';
  readonly written: Written;

  constructor(written: Written) {
    super('nothing is written');
    this.written = written;
  }
}

async function changeOf(step: WriteStep, store: PolicyStore): Promise<StepChange> {
  switch (step.kind) {
    case 'replace':
      return {
        change: (current) => {
          if (!step.mayReplace) refuseToReplace(current, step.document);
          return step.document;
        },
      };
    case 'operations':
      return operationsChange(step.operations);
    case 'restore': {
      const { document } = await store.load(await store.revision(step.revision));
      return { change: () => document };
    }
    case 'revert':
      return revert(step.revision, store);
    case 'apply':
      throw new CommandError('apply is not there yet');
  }
}

export function refuseToReplace(
  current: Pick<CurrentPolicy, 'document' | 'revision'> | undefined,
  document: unknown,
): void {
  if (current === undefined || sameData(current.document, document)) return;
  throw new CommandError(
    `there is a policy already: ${tellRevision(current.revision)}. --replace puts the file in its place, with all that others changed since; --replace --dry-run shows what that changes`,
    EXIT.checkFailed,
  );
}

function operationsChange(sent: readonly PolicyOperation[]): StepChange {
  const read = readOperations(sent);
  if (!read.ok) throw new NotWritten(refusedOperations(read.issues));
  let results: readonly OperationResult[] = [];
  return {
    change: (current) => {
      if (current === undefined) throw new CommandError(NOTHING_TO_CHANGE, EXIT.checkFailed);
      const applied = applyOperations(current.document, read.operations);
      if (!applied.ok) throw new NotWritten(notApplied(applied.issues));
      results = applied.results;
      return applied.document;
    },
    results: () => results,
  };
}

const NOTHING_TO_CHANGE =
  'no policy has been published yet, so there is nothing to change: publish one with vpn-policy seed FILE';

function notApplied(issues: readonly OperationIssue[]): Written {
  if (issues.every(({ code }) => code === 'precondition-failed')) {
    return { outcome: 'moved', message: issues.map(({ message }) => message).join('; ') };
  }
  return refusedOperations(issues);
}

function refusedOperations(issues: readonly OperationIssue[]): RefusedWrite {
  const told = issues.map(({ code, message, where }) => ({ code, message, where }));
  return { outcome: 'refused', refusal: { issues: told, failedTests: [], unconfirmed: [] } };
}

async function revert(number: number, store: PolicyStore): Promise<StepChange> {
  const { document: changed } = await store.load(await store.revision(number));
  const [previous] = (await store.revisions({ before: number, limit: 1 })).revisions;
  if (previous === undefined) {
    throw new CommandError(
      `revision ${number} is the first policy: there is nothing before it to go back to`,
      EXIT.checkFailed,
    );
  }
  const { document: base } = await store.load(previous);
  return {
    change: (current) => {
      if (current === undefined) throw new CommandError(NOTHING_TO_CHANGE, EXIT.checkFailed);
      const reverted = revertChange({ base, changed, current: current.document });
      if (reverted.ok) return reverted.document;
      const conflicts = reverted.conflicts.map(({ changed: ours, current: theirs, ...conflict }) => ({
        ...conflict,
        ours,
        theirs,
      }));
      throw new NotWritten({ outcome: 'conflict', conflicts });
    },
  };
}

function accepted(
  { written, revision, previous, document, summary, warnings, confirmedFor }: WrittenPolicy,
  results: readonly OperationResult[] | undefined,
): Written {
  const unchanged = sameData(previous?.document, document);
  return {
    outcome: written ? 'written' : unchanged ? 'unchanged' : 'checked',
    ...(revision && { revision: revisionData(revision) }),
    summary,
    warnings: warnings.map(({ code, message, where }) => ({ code, message, where })),
    confirmedFor,
    ...(results && { results: results.map(({ outcome, entries }) => ({ outcome, ...(entries && { entries }) })) }),
  };
}
