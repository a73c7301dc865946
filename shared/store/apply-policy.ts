/** Applies a file: merged three ways against the file as it was last applied, so that what others changed since stays. */
import { type ApplyConflict, applyFile, type PolicyChange, validatePolicy } from '../policy/index.ts';
import type { AppliedDocument, CurrentPolicy, PolicyStore } from './policy-store.ts';
import type { Revision } from './revision.ts';
import { PolicyRefusedError, type PolicyWrite, type WrittenPolicy, writePolicy } from './write-policy.ts';

export interface FileApplication extends Omit<PolicyWrite, 'change' | 'applied'> {
  /** The file's document, of any content: it is validated. */
  readonly document: unknown;
  /** The file's name, as `sourceFault` takes it: under it the next application finds this one. */
  readonly source: string;
  /** Whether rules, limits, sets, entries, endpoints and tests that only others added are taken out. */
  readonly prune: boolean;
  /** Whether the file counts where it and others changed the same. */
  readonly forceConflicts: boolean;
  /** Only where this revision is in force; 0: only where no policy has been published. */
  readonly ifRevision?: number | undefined;
  /** Told what the policy would become, on each try; what it throws ends the application. */
  readonly check?: ((current: CurrentPolicy | undefined, next: unknown) => void) | undefined;
}

export interface AppliedPolicy extends WrittenPolicy {
  /** What the policy has otherwise than the file, since others changed it: from the file to the policy. */
  readonly kept: readonly PolicyChange[];
  /** Where others gave way to the file (`forceConflicts`). */
  readonly overridden: readonly ApplyConflict[];
  /** The revision that applied the file before; absent where none is known. */
  readonly base?: Revision;
}

/** The file and others have changed the same, differently. */
export class ApplyConflictError extends Error {
  override readonly name = 'ApplyConflictError';
  readonly code = 'apply-conflict';
  readonly conflicts: readonly ApplyConflict[];
  /** The revision that applied the file before; absent where none is known. */
  readonly base?: Revision;

  constructor(conflicts: readonly ApplyConflict[], base: Revision | undefined) {
    super('the file and others have changed the same');
    this.conflicts = conflicts;
    if (base !== undefined) this.base = base;
  }
}

/** Another revision is in force than `ifRevision` says. */
export class BaseMovedError extends Error {
  override readonly name = 'BaseMovedError';
  readonly code = 'base-moved';
  readonly expected: number;
  /** The revision in force; 0: no policy has been published. */
  readonly actual: number;

  constructor(expected: number, actual: number) {
    super(`the policy is at revision ${actual}, not ${expected}`);
    this.expected = expected;
    this.actual = actual;
  }
}

/**
 * Applies a file. Where no policy has been published the file becomes the first.
 * @throws PolicyRefusedError (`refused` says whether the file is not valid or what would come of it is refused),
 * ApplyConflictError, BaseMovedError, StoreError, and what `check` throws; nothing is written then
 */
export async function applyPolicy(store: PolicyStore, application: FileApplication): Promise<AppliedPolicy> {
  const { document: sent, source, prune, forceConflicts, ifRevision, check, ...write } = application;
  const validated = validatePolicy(sent);
  if (!validated.ok) {
    throw new PolicyRefusedError({ ok: false, issues: validated.issues, failedTests: [], unconfirmed: [] }, 'file');
  }
  const file = validated.document;
  // Of the attempt that counts.
  let merged: Pick<AppliedPolicy, 'kept' | 'overridden' | 'base'> = { kept: [], overridden: [] };
  const merge = (current: CurrentPolicy | undefined, last: AppliedDocument | undefined): unknown => {
    if (current === undefined) return file;
    const base = last?.revision;
    const applied = applyFile({ base: last?.document, file, current: current.document, prune, forceConflicts });
    if (!applied.ok) throw new ApplyConflictError(applied.conflicts, base);
    const { document, kept, overridden } = applied;
    merged = { kept, overridden, ...(base && { base }) };
    return document;
  };
  const written = await writePolicy(store, {
    ...write,
    applied: { source, document: file },
    change: (current, last) => {
      const inForce = current?.revision.number ?? 0;
      if (ifRevision !== undefined && ifRevision !== inForce) throw new BaseMovedError(ifRevision, inForce);
      const next = merge(current, last);
      check?.(current, next);
      return next;
    },
  });
  return { ...written, ...merged };
}
