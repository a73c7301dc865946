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
  type AppliedFileName,
  ApplyConflictError,
  type Author,
  applyPolicy,
  BaseMovedError,
  type CurrentPolicy,
  type FileApplication,
  PolicyRefusedError,
  type PolicyStore,
  type WrittenPolicy,
  writePolicy,
} from '../../../shared/store/index.ts';
import {
  type AcceptedWrite,
  type PolicyWrite,
  type RefusedWrite,
  refusalOf,
  revisionData,
  type WriteStep,
  type Written,
} from './policy-access.ts';
import {
  baseMoved,
  changedMeanwhile,
  conflictOfApply,
  conflictOfRevert,
  nothingBefore,
  nothingToChange,
  refuseToReplace,
} from './write-outcomes.ts';

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
    const means = { author, reason, confirm, dryRun, now };
    if (step.kind === 'apply') return await apply(store, step, means);
    const { change, applied, results } = await changeOf(step, store);
    const written = await writePolicy(store, { change, applied, ...means });
    const told = results?.().map(({ outcome, entries }) => ({ outcome, ...(entries && { entries }) }));
    return { ...accepted(written), ...(told && { results: told }) };
  } catch (error) {
    if (error instanceof PolicyRefusedError) return { outcome: 'refused', refusal: refusalOf(error.refusal) };
    if (error instanceof NotWritten) return error.written;
    throw error;
  }
}

type WriteMeans = Pick<FileApplication, 'author' | 'reason' | 'confirm' | 'dryRun' | 'now'>;

interface StepChange {
  readonly change: (current: CurrentPolicy | undefined) => unknown;
  /** The file that the document is. */
  readonly applied?: AppliedFileName | undefined;
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

async function changeOf(step: Exclude<WriteStep, ApplyStep>, store: PolicyStore): Promise<StepChange> {
  switch (step.kind) {
    case 'replace':
      return {
        change: (current) => {
          if (!step.mayReplace) refuseToReplace(current, step.document);
          return step.document;
        },
        applied: step.source === undefined ? undefined : { source: step.source },
      };
    case 'operations':
      return operationsChange(step.operations);
    case 'restore': {
      const { document } = await store.load(await store.revision(step.revision));
      const { ifCurrent } = step;
      return {
        change: (current) => {
          if (ifCurrent !== undefined && !sameData(ifCurrent, current?.document))
            throw new NotWritten(changedMeanwhile());
          return document;
        },
      };
    }
    case 'revert':
      return revert(step.revision, store);
  }
}

function operationsChange(sent: readonly PolicyOperation[]): StepChange {
  const read = readOperations(sent);
  if (!read.ok) throw new NotWritten(refusedOperations(read.issues));
  let results: readonly OperationResult[] = [];
  return {
    change: (current) => {
      if (current === undefined) throw nothingToChange();
      const applied = applyOperations(current.document, read.operations);
      if (!applied.ok) throw new NotWritten(notApplied(applied.issues));
      results = applied.results;
      return applied.document;
    },
    results: () => results,
  };
}

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
  if (previous === undefined) throw nothingBefore(number);
  const { document: base } = await store.load(previous);
  return {
    change: (current) => {
      if (current === undefined) throw nothingToChange();
      const reverted = revertChange({ base, changed, current: current.document });
      if (reverted.ok) return reverted.document;
      throw new NotWritten({ outcome: 'conflict', conflicts: reverted.conflicts.map(conflictOfRevert) });
    },
  };
}

type ApplyStep = Extract<WriteStep, { readonly kind: 'apply' }>;

async function apply(store: PolicyStore, { kind: _, ...step }: ApplyStep, means: WriteMeans): Promise<Written> {
  try {
    const written = await applyPolicy(store, { ...step, ...means });
    const { kept, overridden } = written;
    return { ...accepted(written), kept, overridden: overridden.map(conflictOfApply) };
  } catch (error) {
    if (error instanceof ApplyConflictError) {
      return { outcome: 'conflict', conflicts: error.conflicts.map(conflictOfApply) };
    }
    if (error instanceof BaseMovedError) return baseMoved(error.expected, error.actual);
    throw error;
  }
}

function accepted({ written, changed, revision, summary, warnings, confirmedFor }: WrittenPolicy): AcceptedWrite {
  return {
    outcome: written ? 'written' : changed ? 'checked' : 'unchanged',
    ...(revision && { revision: revisionData(revision) }),
    summary,
    warnings: warnings.map(({ code, message, where }) => ({ code, message, where })),
    confirmedFor,
  };
}
