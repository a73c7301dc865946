/** The store's errors: classes with a stable `code` that handler, API, CLI and logs share. */

/** Every code that an error of the store can carry. */
export type StoreErrorCode =
  | 'store-unreachable'
  | 'commit-outcome-unknown'
  | 'store-refused'
  | 'store-corrupt'
  | 'language-version-unknown'
  | 'write-contention'
  | 'revision-not-found'
  | 'policy-too-large';

export abstract class StoreError extends Error {
  abstract readonly code: StoreErrorCode;
  /** True when the same call can succeed later with nothing mended. */
  readonly retryable: boolean = false;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** No answer: network, timeout, abort, throttling or an error on the service's side. */
export class StoreUnreachableError extends StoreError {
  readonly code: StoreErrorCode = 'store-unreachable';
  override readonly retryable = true;
}

/** The commit was sent, and whether it was carried out could not be found out in time. */
export class CommitOutcomeUnknownError extends StoreUnreachableError {
  override readonly code = 'commit-outcome-unknown';
  /** The number and the mark by which the revision can be known if it is there. */
  readonly revision: number;
  readonly writeId: string;

  constructor(revision: number, writeId: string, options?: ErrorOptions) {
    super(`No answer to the write of revision ${revision} (writeId ${writeId}): look whether it is there`, options);
    this.revision = revision;
    this.writeId = writeId;
  }
}

/** The service answered and said no: a missing table, a missing right, wrong credentials. */
export class StoreRefusedError extends StoreError {
  readonly code = 'store-refused';
  /**
   * Whether the request may have been carried out all the same: what came was no answer of the service's, or an earlier try
   * of the same request had none.
   */
  readonly mayBeDone: boolean;

  constructor(
    message: string,
    { mayBeDone = false, ...options }: ErrorOptions & { readonly mayBeDone?: boolean } = {},
  ) {
    super(message, options);
    this.mayBeDone = mayBeDone;
  }
}

/** What the store holds is not what was written: a wrong hash, an unknown shape, a missing part. */
export class StoreCorruptError extends StoreError {
  readonly code: StoreErrorCode = 'store-corrupt';
}

/** The policy was written in a newer language than this program knows. */
export class LanguageVersionError extends StoreCorruptError {
  override readonly code = 'language-version-unknown';
}

/** Other writers were first, again and again, until the deadline. */
export class WriteContentionError extends StoreError {
  readonly code = 'write-contention';
  override readonly retryable = true;
}

export class RevisionNotFoundError extends StoreError {
  readonly code = 'revision-not-found';
}

/** The policy has more parts than a revision can list (about 300 MB of JSON). */
export class PolicyTooLargeError extends StoreError {
  readonly code = 'policy-too-large';
}
