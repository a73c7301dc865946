/**
 * Publishes a change of the policy: parts first, then one conditional put of the next revision. Knows nothing of
 * DynamoDB but that such a put exists.
 */

import { canonicalJson, isJsonObject } from '../canonical-json.ts';
import type { PolicyDocument } from '../engine/index.ts';
import { sourceFault, withApplied } from './applied-source.ts';
import { type Backoff, backoffMs, pause } from './backoff.ts';
import {
  CommitOutcomeUnknownError,
  PolicyTooLargeError,
  StoreRefusedError,
  StoreUnreachableError,
  WriteContentionError,
} from './errors.ts';
import type { Part, StoredPart } from './part.ts';
import { type EncodedDocument, encodeDocument, encodeIndex, type ReusableParts, reusableParts } from './parts.ts';
import type { Change, CommitRequest, CommitResult, LoadedPolicy } from './policy-store.ts';
import { boundTexts, fitsOneReadUnit, hashRevision, type Revision, withShorterSummary } from './revision.ts';

/** What a commit needs of the store. */
export interface CommitLog {
  /** The newest policy, strongly consistent; `before` is what an earlier try loaded. */
  newest(before: LoadedPolicy | undefined, signal?: AbortSignal): Promise<NewestPolicy | undefined>;
  putParts(parts: readonly StoredPart[], signal?: AbortSignal): Promise<void>;
  /** False when the number is not free. */
  putRevision(revision: Revision, signal?: AbortSignal): Promise<boolean>;
  /** The document that was last applied from a source, up to a state. */
  applied(source: string, at: LoadedPolicy, signal?: AbortSignal): Promise<PolicyDocument | undefined>;
  /** What stands under a number, strongly consistent. */
  occupant(number: number, signal?: AbortSignal): Promise<Occupant>;
}

/** What stands under a revision's number, strongly consistent. */
export type Occupant =
  | { readonly is: 'nothing' }
  | { readonly is: 'foreign' }
  | { readonly is: 'revision'; readonly revision: Revision };

export interface NewestPolicy extends LoadedPolicy {
  readonly parts: readonly StoredPart['part'][];
}

export interface CommitMeans {
  readonly log: CommitLog;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly newWriteId: () => string;
}

const DEFAULT_DEADLINE_MS = 20_000;
const BACKOFF: Backoff = { firstMs: 40, maxMs: 1_000 };

export async function commit(means: CommitMeans, request: CommitRequest): Promise<CommitResult> {
  const deadline = means.now() + (request.deadlineMs ?? DEFAULT_DEADLINE_MS);
  const alreadyPut = new Set<string>();
  let current: NewestPolicy | undefined;
  for (let tries = 0; ; tries++) {
    current = await means.log.newest(current, request.signal);
    const change = await request.prepare(current && withoutParts(current));
    if (!change || (current && (await changesNothing(means, change, current, request.signal))))
      return unchanged(current);

    const { revision, fresh } = draft(means, request, change, current);
    const toPut = fresh.filter(({ part }) => !alreadyPut.has(part.hash));
    await means.log.putParts(toPut, request.signal);
    for (const { part } of toPut) alreadyPut.add(part.hash);

    const written = await publish(means, revision, deadline, request.signal);
    if (written) return { written: true, revision: written, document: change.document };

    const wait = backoffMs(BACKOFF, tries, means.random);
    if (means.now() + wait >= deadline) {
      throw new WriteContentionError(`Other writers were first ${tries + 1} times; the policy was not changed`);
    }
    await pause(wait, request.signal);
  }
}

function withoutParts({ document, revision, fragments }: NewestPolicy): LoadedPolicy {
  return { document, revision, fragments };
}

function unchanged(current: NewestPolicy | undefined): CommitResult {
  if (!current) return { written: false };
  return { written: false, current: { document: current.document, revision: current.revision } };
}

async function changesNothing(
  { log }: CommitMeans,
  { document, applied }: Change,
  current: NewestPolicy,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  if (!sameDocument(document, current.document)) return false;
  if (applied === undefined) return true;
  const last = await log.applied(applied.source, current, signal);
  return last !== undefined && sameDocument(last, applied.document);
}

function sameDocument(a: PolicyDocument, b: PolicyDocument): boolean {
  return canonicalJson(a) === canonicalJson(b);
}

/** The revision that would follow `current`, and the parts to put before it. */
function draft(
  { now, newWriteId }: CommitMeans,
  { author, reason }: CommitRequest,
  { document, summary, confirmed = [], applied }: Change,
  current: NewestPolicy | undefined,
): { readonly revision: Revision; readonly fresh: readonly StoredPart[] } {
  if (confirmed.length > 8 || confirmed.some((check) => check.length > 32)) {
    throw new TypeError('confirmed holds at most 8 names of at most 32 characters');
  }
  const fault = applied && sourceFault(applied.source);
  if (fault) throw new TypeError(`The source ${JSON.stringify(applied.source)} cannot be recorded: ${fault}`);
  const reuse = current ? reusableParts(current.parts, current.fragments) : undefined;
  const { parts, fresh } = encode(document, reuse);
  const file = applied && !sameDocument(applied.document, document) ? encode(applied.document, reuse) : undefined;
  const number = (current?.revision.number ?? 0) + 1;
  const before = current?.revision.applied;
  const marks = applied ? withApplied(before ?? [], { source: applied.source, revision: number }) : before;
  const revision = boundTexts<Revision>({
    number,
    createdAt: new Date(now()).toISOString(),
    author,
    reason,
    summary,
    confirmed,
    languageVersion: document.version,
    writeId: newWriteId(),
    ...(current ? { parent: hashRevision(current.revision) } : {}),
    ...(marks && { applied: marks }),
    contents: { parts },
    ...(file && { file: { parts: file.parts } }),
  });
  const toPut = new Map([...fresh, ...(file?.fresh ?? [])].map((stored) => [stored.part.hash, stored]));
  return inOneReadUnit(revision, [...toPut.values()]);
}

function encode(document: PolicyDocument, reuse: ReusableParts | undefined): EncodedDocument {
  if (!isJsonObject(document)) throw new TypeError('A policy document is an object');
  return encodeDocument(document, reuse);
}

/** Moves lists of parts into indexes where they are too long for the item, that of the file first: no handler reads it. */
function inOneReadUnit(
  revision: Revision,
  fresh: readonly StoredPart[],
): { readonly revision: Revision; readonly fresh: readonly StoredPart[] } {
  if (fitsOneReadUnit(revision)) return { revision, fresh };
  const { file, contents } = revision;
  if (file && 'parts' in file) {
    const index = indexOf(file.parts);
    return inOneReadUnit({ ...revision, file: { index: index.part } }, [...fresh, index]);
  }
  if ('parts' in contents) {
    const index = indexOf(contents.parts);
    return inOneReadUnit({ ...revision, contents: { index: index.part } }, [...fresh, index]);
  }
  return { revision: withShorterSummary(revision), fresh };
}

function indexOf(parts: readonly Part[]): StoredPart {
  const [index, ...more] = encodeIndex(parts);
  if (!index || more.length > 0)
    throw new PolicyTooLargeError(`The policy has ${parts.length} parts, too many to list`);
  return index;
}

/**
 * Puts a revision under the first free number above the one before it. A number that a foreign item holds is passed
 * over: since nothing is ever deleted, two writers pass over the same ones and meet at the same free one.
 * @returns the revision as written; undefined when another writer was first
 */
async function publish(
  means: CommitMeans,
  draft: Revision,
  deadline: number,
  signal: AbortSignal | undefined,
): Promise<Revision | undefined> {
  for (let number = draft.number; ; number++) {
    const revision = numbered(draft, number);
    const occupant = await putOrReadBack(means, revision, deadline, signal);
    if (occupant === 'us') return revision;
    if (occupant === 'another writer') return undefined;
  }
}

/** A draft under another number, under which it then records its own source, too. */
function numbered(draft: Revision, number: number): Revision {
  const applied = draft.applied?.map((mark) => (mark.revision === draft.number ? { ...mark, revision: number } : mark));
  return { ...draft, number, ...(applied && { applied }) };
}

/**
 * Puts a revision until it is known who holds its number. A put whose answer was lost may have been carried out, may be
 * carried out later, and a client that retries by itself sees its own write as a conflict: so the number is read back
 * and ours is known by its `writeId`. Under one number one put at most succeeds, so it may be sent again and again.
 */
async function putOrReadBack(
  { log, now, random }: CommitMeans,
  revision: Revision,
  deadline: number,
  signal: AbortSignal | undefined,
): Promise<'us' | 'another writer' | 'foreign item'> {
  const { number, writeId } = revision;
  for (let tries = 0; ; tries++) {
    let cause: unknown;
    try {
      if (await log.putRevision(revision, signal)) return 'us';
    } catch (error) {
      // Only what the service said of the one put that was sent tells that nothing was written.
      if (!leavesOpen(error) && (tries === 0 || !isRefusal(error))) throw error;
      cause = error;
    }
    try {
      const occupant = await log.occupant(number, signal);
      if (occupant.is === 'foreign') return 'foreign item';
      if (occupant.is === 'revision') return occupant.revision.writeId === writeId ? 'us' : 'another writer';
    } catch (error) {
      if (!leavesOpen(error) && !isRefusal(error)) throw error;
      cause = isRefusal(error) ? error : (cause ?? error);
    }
    const wait = backoffMs(BACKOFF, tries, random);
    const isLate = signal?.aborted || now() + wait >= deadline;
    if (isLate || isRefusal(cause)) throw new CommitOutcomeUnknownError(number, writeId, { cause });
    await pause(wait, signal).catch((error: unknown) => {
      throw new CommitOutcomeUnknownError(number, writeId, { cause: error });
    });
  }
}

/** True for an error that does not tell whether the put was carried out. */
function leavesOpen(error: unknown): boolean {
  return error instanceof StoreUnreachableError || (error instanceof StoreRefusedError && error.mayBeDone);
}

/** True where the service says no: asking again will not help. */
function isRefusal(error: unknown): boolean {
  return error instanceof StoreRefusedError && !error.mayBeDone;
}
