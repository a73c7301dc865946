/** Leads from places in the policy document to places in what the caller sent. */
import { type DocumentPath, jsonPointer, readablePath } from '../../shared/policy/index.ts';
import type { ProblemError } from '../http/problem.ts';

/**
 * The place in the body of a place in the document (`file`: in the file that is applied, not in what would come of it);
 * undefined where the body does not hold it.
 */
export type BodyPlace = (path: DocumentPath, document: 'policy' | 'file') => DocumentPath | undefined;

/** Where the body is the document. */
export function placeInWhole(sent: unknown): (path: DocumentPath) => DocumentPath | undefined {
  return (path) => (leadsTo(sent, path.slice(0, -1)) ? path : undefined);
}

export function inBody(path: DocumentPath): Pick<ProblemError, 'path' | 'pointer'> {
  return { path: readablePath(path), pointer: jsonPointer(path) };
}

export function inDocument(path: DocumentPath): Pick<ProblemError, 'documentPath' | 'documentPointer'> {
  return { documentPath: readablePath(path), documentPointer: jsonPointer(path) };
}

/** The rest of a path behind a beginning; undefined where it begins otherwise. */
export function behind(beginning: DocumentPath, path: DocumentPath): DocumentPath | undefined {
  const begins = beginning.length <= path.length && beginning.every((step, index) => step === path[index]);
  return begins ? path.slice(beginning.length) : undefined;
}

/** True where `path` leads to something in `value`. */
export function leadsTo(value: unknown, path: DocumentPath): boolean {
  let at = value;
  for (const step of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return false;
    at = Object.getOwnPropertyDescriptor(at, step)?.value;
  }
  return true;
}
