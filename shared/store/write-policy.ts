/** Every way to change the policy ends here: the change is applied to the newest revision, checked, and committed. */
import type { PolicyDocument } from '../engine/index.ts';
import {
  type CheckedWrite,
  type Confirmation,
  type ConfirmationReason,
  checkWrite,
  type LintWarning,
  sameData,
  summarizeChange,
} from '../policy/index.ts';
import type { AppliedDocument, Change, CurrentPolicy, LoadedPolicy, PolicyStore } from './policy-store.ts';
import type { Author, Revision } from './revision.ts';

export interface PolicyWrite {
  /**
   * Makes the next document from the policy in force (undefined before the first). It may be of any content: it is
   * validated. Called again on the newer policy when another writer was first, so preconditions belong in here; what it
   * throws ends the write.
   */
  readonly change: (current: CurrentPolicy | undefined, lastApplied: AppliedDocument | undefined) => unknown;
  /** The file that the document is or came of, to be recorded; `change` is then told what was last applied from it. */
  readonly applied?: AppliedFileName | undefined;
  readonly author: Author;
  readonly reason: string;
  readonly confirm: readonly Confirmation[];
  /** True: check everything, write nothing. */
  readonly dryRun?: boolean | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** For how long to start again when others are first, in milliseconds. Default 20000. */
  readonly deadlineMs?: number | undefined;
}

/** A file that is applied. */
export interface AppliedFileName {
  /** As `sourceFault` takes it. */
  readonly source: string;
  /** The file's own document. Default: the document that is written. */
  readonly document?: PolicyDocument | undefined;
}

export interface WrittenPolicy {
  /** False where nothing changed, or in a dry run. */
  readonly written: boolean;
  /** The revision in force afterwards; absent in a dry run of a first policy. */
  readonly revision?: Revision;
  /** The policy in force before; absent for a first policy. */
  readonly previous?: CurrentPolicy;
  readonly document: PolicyDocument;
  /** What changed, in words. */
  readonly summary: string;
  readonly warnings: readonly LintWarning[];
  /** What had to be confirmed, and was. */
  readonly confirmedFor: readonly ConfirmationReason[];
  /** True where a revision was written, or would have been but for the dry run. */
  readonly changed: boolean;
}

/** A change that the checks refuse: not valid, a failed test, or a confirmation that is missing. */
export class PolicyRefusedError extends Error {
  override readonly name = 'PolicyRefusedError';
  readonly code = 'policy-refused';
  readonly refusal: Extract<CheckedWrite, { ok: false }>;
  /** What was refused: the file that was to be applied, by itself, or the policy that would be in force. */
  readonly refused: 'file' | 'policy';

  constructor(refusal: Extract<CheckedWrite, { ok: false }>, refused: 'file' | 'policy' = 'policy') {
    super(`the ${refused} does not pass the checks of a write`);
    this.refusal = refusal;
    this.refused = refused;
  }
}

/**
 * Changes the policy.
 * @throws PolicyRefusedError, StoreError, and whatever `change` throws; nothing is written then
 */
export async function writePolicy(store: PolicyStore, write: PolicyWrite): Promise<WrittenPolicy> {
  // Of the attempt that counts: `prepare` runs again for each revision that another writer put first.
  let prepared: PreparedWrite | undefined;
  const prepare = async (current: LoadedPolicy | undefined) => {
    prepared = await prepareWrite(store, write, current);
    return prepared.changed ? prepared : undefined;
  };

  if (write.dryRun) {
    await prepare(await currentPolicy(store));
    return result(prepared, false, undefined);
  }
  const { author, reason, deadlineMs } = write;
  const committed = await store.commit({ prepare, author, reason, deadlineMs });
  return result(prepared, committed.written, committed.written ? committed.revision : undefined);
}

/** The newest policy, read strongly consistent; undefined before the first. @throws StoreError */
export async function currentPolicy(store: PolicyStore): Promise<LoadedPolicy | undefined> {
  const head = await store.head();
  return head && (await store.load(head));
}

interface PreparedWrite extends Omit<WrittenPolicy, 'written' | 'revision'> {
  readonly confirmed: readonly Confirmation[];
  readonly applied: Change['applied'];
}

async function prepareWrite(
  store: PolicyStore,
  write: PolicyWrite,
  current: LoadedPolicy | undefined,
): Promise<PreparedWrite> {
  const { applied: file } = write;
  const lastApplied = file && current && (await store.applied(file.source, { at: current }));
  const checked = checkWrite({
    current: current?.document,
    next: write.change(current, lastApplied),
    confirm: write.confirm,
    nowMs: write.now(),
  });
  if (!checked.ok) throw new PolicyRefusedError(checked);
  const { document, warnings, confirmed, confirmedFor } = checked;
  const applied = file && { source: file.source, document: file.document ?? document };
  const fileChanged = applied !== undefined && !sameData(lastApplied?.document, applied.document);
  const policyChanged = !sameData(current?.document, document);
  const told = confirmedFor.map((reason) => `confirmed ${reason.confirm}: ${reason.message}`);
  return {
    ...(current && { previous: current }),
    changed: policyChanged || fileChanged,
    document,
    applied,
    summary: [
      ...told,
      summarizeChange(current?.document, document),
      ...(applied && fileChanged && !policyChanged ? [`applied from ${applied.source}`] : []),
    ].join('; '),
    warnings,
    confirmed,
    confirmedFor,
  };
}

function result(prepared: PreparedWrite | undefined, written: boolean, revision: Revision | undefined): WrittenPolicy {
  if (prepared === undefined) throw new Error('INVARIANT: a commit that did not throw has prepared a change');
  const { confirmed: _, applied: __, ...told } = prepared;
  const inForce = revision ?? prepared.previous?.revision;
  return { ...told, written, ...(inForce && { revision: inForce }) };
}
