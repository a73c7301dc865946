/** The policy store as its users see it: what can be read, what can be written, and what comes back. */
import type { PolicyDocument } from '../engine/index.ts';
import type { KnownFragments } from './parts.ts';
import type { Author, Revision } from './revision.ts';

/** What a reader of the newest policy needs: the cache stands on this alone. */
export interface PolicySource {
  /**
   * Finds the newest revision with one strongly consistent query (one read unit); undefined when there is none.
   * @throws StoreCorruptError when the newest revision cannot be read: never an older one instead
   */
  head(options?: HeadOptions): Promise<Revision | undefined>;
  /**
   * Reads the policy of a revision, verified part by part.
   * @throws StoreCorruptError, LanguageVersionError
   */
  load(revision: Revision, options?: LoadOptions): Promise<LoadedPolicy>;
}

export interface HeadOptions extends CallOptions {
  /** Told of every item under a revision's key that is not this project's; such items are passed over. */
  readonly onForeignItem?: ForeignItemListener | undefined;
}

/** @param key the sort key of the item */
export type ForeignItemListener = (key: string) => void;

export interface LoadOptions extends CallOptions {
  /** What was read before (`fragments` of a loaded policy): only what is not in it is read. */
  readonly known?: KnownFragments | undefined;
  /**
   * Verified parts by hash. Filled while they arrive, so that a load that was given up can be gone on with: what is in it is
   * not read again. What the revision does not list is taken out.
   */
  readonly progress?: Map<string, Uint8Array> | undefined;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface LoadedPolicy {
  readonly revision: Revision;
  readonly document: PolicyDocument;
  /** For the next `load`. */
  readonly fragments: KnownFragments;
}

export interface PolicyStore extends PolicySource {
  /** @throws RevisionNotFoundError, StoreCorruptError */
  revision(number: number, options?: CallOptions): Promise<Revision>;
  /** Lists revisions, the newest first. */
  revisions(options?: ListOptions): Promise<RevisionPage>;
  /** Changes the policy, or tells that there was nothing to change. */
  commit(request: CommitRequest): Promise<CommitResult>;
  /**
   * What was last applied from a source; undefined where nothing was, or so many others were since that it is forgotten.
   * @throws StoreCorruptError, LanguageVersionError
   */
  applied(source: string, options?: AppliedOptions): Promise<AppliedDocument | undefined>;
  /** Walks the whole history: numbers, parent hashes, every part. Does not see that the newest revisions were removed. */
  verify(options?: CallOptions): Promise<Verification>;
}

export interface ListOptions extends CallOptions {
  /** Only revisions with a number under this one. */
  readonly before?: number | undefined;
  /** At most this many, 1 to 100. Default 20. */
  readonly limit?: number | undefined;
}

export interface AppliedOptions extends CallOptions {
  /** Up to this state. Default: the newest. */
  readonly at?: LoadedPolicy | undefined;
}

export interface AppliedDocument {
  /** The revision that applied it. */
  readonly revision: Revision;
  /** The source's own document: not the revision's, which also has what others changed. */
  readonly document: PolicyDocument;
}

export interface RevisionPage {
  readonly revisions: readonly Revision[];
  /** `before` of the next page; absent on the last one. */
  readonly next?: number;
}

export interface CommitRequest {
  /**
   * Makes the next policy from the one in force. Called again, on the newer policy, when another writer was first; what
   * it throws ends the commit and nothing is written. `undefined`: there is nothing to change.
   */
  readonly prepare: (current: LoadedPolicy | undefined) => Change | undefined | Promise<Change | undefined>;
  readonly author: Author;
  /** Why; cut at 512 UTF-16 units. */
  readonly reason: string;
  /** For how long to start again when others are first, in milliseconds. Default 20000. */
  readonly deadlineMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface CurrentPolicy {
  readonly document: PolicyDocument;
  readonly revision: Revision;
}

export interface Change {
  readonly document: PolicyDocument;
  /** What changed, in words; cut at 1 KB. */
  readonly summary: string;
  /** The checks that the author overrode, at most 8 of at most 32 characters each. */
  readonly confirmed?: readonly string[] | undefined;
  /**
   * Where `document` came of applying a source (a file's name, as `sourceFault` takes it): the source's own document. A
   * revision that records it is written even where the policy stays as it is, unless the same was last applied from there.
   */
  readonly applied?: { readonly source: string; readonly document: PolicyDocument } | undefined;
}

export type CommitResult =
  /** A new revision is in force. */
  | { readonly written: true; readonly revision: Revision; readonly document: PolicyDocument }
  /** The policy in force is already as wanted; `current` is absent when there is none. */
  | { readonly written: false; readonly current?: CurrentPolicy };

export interface Verification {
  /** True when nothing but foreign items was found. */
  readonly ok: boolean;
  readonly revisions: number;
  readonly parts: number;
  readonly findings: readonly Finding[];
}

export interface Finding {
  readonly code: 'foreign-item' | 'unreadable-revision' | 'gap' | 'broken-chain' | 'bad-part';
  /** The sort key of the revision where it was found. */
  readonly key: string;
  readonly message: string;
}
