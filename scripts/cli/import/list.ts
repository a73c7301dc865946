/** A list as it stands in a file, before anything is known of the set that it goes into. */
import type { SetKind } from '../../../shared/engine/index.ts';

export interface ListEntry {
  /** As it was written; nothing has checked it yet. */
  readonly value: string;
  readonly note?: string;
  /** As it was written. */
  readonly expiresAt?: string;
  /** Where it stands, from 1. */
  readonly line: number;
}

/** What is wrong with a list. */
export interface ListIssue {
  /** Absent for what is wrong with the file as a whole. */
  readonly line?: number;
  readonly column?: number;
  readonly message: string;
}

export type ReadList =
  | {
      readonly ok: true;
      readonly entries: readonly ListEntry[];
      /** What the entries are, where the format says so. */
      readonly kind?: SetKind;
      /** What the reader decided or passed over, for people. */
      readonly remarks?: readonly string[];
    }
  | { readonly ok: false; readonly issues: readonly ListIssue[] };
