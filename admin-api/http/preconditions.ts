/** The preconditions of a write (RFC 9110, section 13; RFC 6585 for 428): read before, checked inside the commit. */
import { matchesStrongly, matchesWeakly, readTagCondition, strongTag, type TagCondition } from './etag.ts';
import { Problem } from './problem.ts';

export interface Preconditions {
  readonly ifMatch: TagCondition | undefined;
  readonly ifNoneMatch: TagCondition | undefined;
}

export type ReadHeader = (name: string) => string | undefined;

/** @throws Problem bad-header */
export function readPreconditions(header: ReadHeader): Preconditions {
  return {
    ifMatch: readTagCondition('If-Match', header('if-match')),
    ifNoneMatch: readTagCondition('If-None-Match', header('if-none-match')),
  };
}

/** For patching and deleting. @throws Problem precondition-required */
export function requireIfMatch({ ifMatch }: Preconditions): void {
  if (ifMatch !== undefined) return;
  throw new Problem(
    'precondition-required',
    'Say which state you mean to change: If-Match with the ETag that a GET of it answered, or If-Match: * for whatever it is now.',
  );
}

/** For PUT, which replaces or creates. @throws Problem precondition-required */
export function requireReplaceOrCreate({ ifMatch, ifNoneMatch }: Preconditions): void {
  if (ifMatch !== undefined || ifNoneMatch === '*') return;
  throw new Problem(
    'precondition-required',
    'Say whether this replaces or creates: If-Match with the ETag that a GET of it answered (or *), or If-None-Match: * where there is none yet.',
  );
}

/**
 * Checks the preconditions against the state in force: to be called on each state that the write is tried on.
 * @param tag the resource's tag; undefined when there is no such resource
 * @throws Problem precondition-failed
 */
export function checkPreconditions({ ifMatch, ifNoneMatch }: Preconditions, tag: string | undefined): void {
  if (ifMatch !== undefined && !matchesStrongly(ifMatch, tag)) {
    const detail =
      tag === undefined
        ? 'There is nothing there to match If-Match. To create it send If-None-Match: * instead.'
        : 'It has changed since you read it. GET it again, look at what changed, and send your change with its new ETag.';
    throw new Problem('precondition-failed', detail);
  }
  if (ifNoneMatch !== undefined && matchesWeakly(ifNoneMatch, tag)) {
    throw new Problem('precondition-failed', 'It exists already. To replace it send If-Match with its ETag instead.');
  }
}

/** The answer to a conditional GET whose reader has it already; undefined when it must be sent. */
export function notModified(header: ReadHeader, tag: string): Response | undefined {
  const condition = readTagCondition('If-None-Match', header('if-none-match'));
  if (condition === undefined || !matchesWeakly(condition, tag)) return undefined;
  return new Response(null, { status: 304, headers: { etag: strongTag(tag) } });
}
