/** The policy as the commands reach it: through the admin API or straight on the table, with the same checks and answers. */
import type { PolicyDocument } from '../../../shared/engine/index.ts';
import type {
  CheckedWrite,
  Confirmation,
  ConfirmationReason,
  MergeConflict,
  OperationResult,
  PolicyChange,
  PolicyOperation,
  PolicyTestResult,
} from '../../../shared/policy/index.ts';
import type { Revision, Verification } from '../../../shared/store/index.ts';
import { CommandError, EXIT } from '../exit-code.ts';
import { onOneLine } from '../terminal/output.ts';
import { momentWithOffset } from '../time/moment-text.ts';
import { authorName } from './author-name.ts';

/** Every method throws a CommandError where the policy cannot be reached, or may not be. */
export interface PolicyAccess {
  /** Where the policy is, for messages: `the table X in eu-west-1`, `the API https://…`. */
  readonly place: string;
  /** The policy in force, or that of one revision; undefined when none has been published. */
  policy(revision?: number): Promise<PolicyAt | undefined>;
  /** The history, the newest revision first, read page by page as it is asked for. */
  revisions(): AsyncIterable<RevisionInfo>;
  /** The file that was last applied under this name, as it was then; undefined where none was. */
  applied(source: string): Promise<PolicyAt | undefined>;
  /** Makes one revision, or says why not. */
  write(write: PolicyWrite): Promise<Written>;
  /** Checks the whole history. */
  verify(): Promise<Verification>;
  /** Must be called, so that the process can end. */
  close(): void;
}

/** What people and programs are told of a revision. */
export interface RevisionInfo
  extends Pick<Revision, 'number' | 'createdAt' | 'author' | 'reason' | 'summary' | 'confirmed'> {
  /** For each file that the policy was applied from: its name, and the revision that last applied it. */
  readonly applied?: readonly { readonly source: string; readonly revision: number }[];
}

export interface PolicyAt {
  readonly document: PolicyDocument;
  readonly revision: RevisionInfo;
}

export interface PolicyWrite {
  readonly step: WriteStep;
  readonly reason: string;
  readonly confirm: readonly Confirmation[];
  /** Check everything, write nothing. */
  readonly dryRun: boolean;
}

export type WriteStep =
  /** Puts a document in the place of the policy in force, or publishes the first. */
  | {
      readonly kind: 'replace';
      readonly document: PolicyDocument;
      /** The name of the file, for later `apply`s. */
      readonly source?: string | undefined;
      /** Whether a policy that stands there may be replaced; else it is a CommandError, unless it is the same. */
      readonly mayReplace: boolean;
    }
  /** Three ways: what the file changed since it was last applied goes on top of the policy in force. */
  | {
      readonly kind: 'apply';
      readonly document: PolicyDocument;
      readonly source: string;
      /** Also take out what only others added. */
      readonly prune: boolean;
      /** Where the file and others changed the same thing, the file's version counts. */
      readonly forceConflicts: boolean;
      /** Only on top of this revision; 0: only where nothing is published. */
      readonly ifRevision?: number | undefined;
    }
  | { readonly kind: 'operations'; readonly operations: readonly PolicyOperation[] }
  /** Back to the state of a revision. */
  | {
      readonly kind: 'restore';
      readonly revision: number;
      /** Only while this is the policy in force. */
      readonly ifCurrent?: PolicyDocument | undefined;
    }
  /** Undoes one change, keeping what came after it. */
  | { readonly kind: 'revert'; readonly revision: number };

export type Written = AcceptedWrite | RefusedWrite | ConflictingWrite | MovedWrite;

export interface AcceptedWrite {
  /** `unchanged`: the policy in force already says the same; `checked`: a dry run that would have changed it. */
  readonly outcome: 'written' | 'unchanged' | 'checked';
  /** The revision in force now; absent in a dry run of a first policy. */
  readonly revision?: RevisionInfo;
  /** What changed, or would, in words. */
  readonly summary: string;
  /** What lint says of the whole policy; the API tells the first 100. */
  readonly warnings: readonly Warning[];
  /** What had to be confirmed, and was. */
  readonly confirmedFor: readonly ConfirmationReason[];
  /** Of operations: what each did. */
  readonly results?: readonly Pick<OperationResult, 'outcome' | 'entries'>[];
  /** Of an apply: what others changed and stays, as the difference from the file to the policy. */
  readonly kept?: readonly PolicyChange[];
  /** Of an apply with `forceConflicts`: what others had changed otherwise. */
  readonly overridden?: readonly Conflict[];
}

/** The checks of a write say no. */
export interface RefusedWrite {
  readonly outcome: 'refused';
  readonly refusal: WriteRefusal;
}

/** Others changed the same thing, differently; nothing is written. */
export interface ConflictingWrite {
  readonly outcome: 'conflict';
  readonly conflicts: readonly Conflict[];
}

/** Another revision is in force than the write was made for, or what an operation was made for has changed. */
export interface MovedWrite {
  readonly outcome: 'moved';
  /** What moved, in words. */
  readonly message: string;
}

/** Of an apply: `base` as last applied, `ours` the file, `theirs` the policy in force. Of a revert: before the change, after it, now. */
export type Conflict = MergeConflict;

export interface WriteRefusal {
  readonly issues: readonly Issue[];
  readonly failedTests: readonly PolicyTestResult[];
  readonly unconfirmed: readonly ConfirmationReason[];
}

/** What is wrong with a document or an operation. */
export interface Issue {
  readonly code: string;
  readonly message: string;
  /** The place in the document or the list of operations, as people write it; empty for the whole. */
  readonly where: string;
  readonly line?: number;
  readonly column?: number;
}

export type Warning = Omit<Issue, 'line' | 'column'>;

/** A refusal of the gate, without what only this process has. */
export function refusalOf({
  issues,
  failedTests,
  unconfirmed,
}: Extract<CheckedWrite, { readonly ok: false }>): WriteRefusal {
  return { issues: issues.map(({ code, message, where }) => ({ code, message, where })), failedTests, unconfirmed };
}

/** What a write of a document that is not valid comes to. */
export function refusedAsInvalid(issues: readonly Issue[]): RefusedWrite {
  return { outcome: 'refused', refusal: { issues, failedTests: [], unconfirmed: [] } };
}

/** That a command needs a policy and nobody has published one. */
export function nothingPublished({ place }: Pick<PolicyAccess, 'place'>): CommandError {
  return new CommandError(
    `no policy has been published yet in ${place}: publish one with vpn-policy seed FILE`,
    EXIT.checkFailed,
  );
}

/** The policy in force, or that of a revision. Throws a CommandError where there is none. */
export async function publishedPolicy(access: PolicyAccess, revision?: number): Promise<PolicyAt> {
  const policy = await access.policy(revision);
  if (policy === undefined) throw nothingPublished(access);
  return policy;
}

/** `revision 3 (2026-11-23T14:00:00.000Z by tanaka@host: new office)`, or `2026-11-23 23:00 +09:00` in a zone. */
export function tellRevision({ number, createdAt, author, reason }: RevisionInfo, zone?: string): string {
  const when = zone === undefined ? createdAt : momentWithOffset(Date.parse(createdAt), zone);
  return onOneLine(`revision ${number} (${when} by ${authorName(author)}${reason === '' ? '' : `: ${reason}`})`);
}

/** What programs are told of a revision. */
export function revisionData({ number, createdAt, author, reason, summary, confirmed, applied }: RevisionInfo) {
  return { number, createdAt, author, reason, summary, confirmed, ...(applied && { applied }) };
}
