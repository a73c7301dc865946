/** The policy as the commands reach it: straight on the table, later through the HTTP API as well. */
import type { PolicyDocument } from '../../../shared/engine/index.ts';
import type { CheckedWrite, Confirmation } from '../../../shared/policy/index.ts';
import type { CurrentPolicy, WrittenPolicy } from '../../../shared/store/index.ts';
import { CommandError, EXIT } from '../exit-code.ts';
import { onOneLine } from '../print/output.ts';

export type { CurrentPolicy };

/** Every method throws a CommandError where the policy cannot be reached. */
export interface PolicyAccess {
  /** Where the policy is, for messages: `the table X in eu-west-1`. */
  readonly place: string;
  /** The policy in force, or that of one revision; undefined when none has been published. */
  policy(revision?: number): Promise<CurrentPolicy | undefined>;
  /** Replaces the whole document, or says why not. */
  replace(replacement: Replacement): Promise<Replaced>;
  /** Must be called, so that the process can end. */
  close(): void;
}

export interface Replacement {
  readonly document: PolicyDocument;
  /** Whether a policy that stands there may be replaced; else it is a CommandError, unless it is the same. */
  readonly mayReplace: boolean;
  readonly reason: string;
  readonly confirm: readonly Confirmation[];
  /** Check everything, write nothing. */
  readonly dryRun: boolean;
}

export type Replaced =
  /** The policy fails the checks of a write. */
  | { readonly outcome: 'refused'; readonly refusal: WriteRefusal }
  /** `unchanged`: the policy in force already says the same; `checked`: a dry run that would have changed it. */
  | ({ readonly outcome: 'written' | 'unchanged' | 'checked' } & WrittenPolicy);

export type WriteRefusal = Extract<CheckedWrite, { readonly ok: false }>;

/** That a command needs a policy and nobody has published one. */
export function nothingPublished({ place }: PolicyAccess): CommandError {
  return new CommandError(
    `no policy has been published yet in ${place}: publish one with vpn-policy seed FILE`,
    EXIT.checkFailed,
  );
}

/** `revision 3 (2026-11-23T14:00:00.000Z by tanaka@host: new office)` */
export function tellRevision({ number, createdAt, author, reason }: CurrentPolicy['revision']): string {
  return onOneLine(`revision ${number} (${createdAt} by ${author.id}${reason === '' ? '' : `: ${reason}`})`);
}

/** What programs are told of a revision. */
export function revisionData({ number, createdAt, author, reason, summary, confirmed }: CurrentPolicy['revision']) {
  return { number, createdAt, author, reason, summary, confirmed };
}
