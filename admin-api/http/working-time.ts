/** How long a request may be worked on. */
import type { RequestFacts } from '../environment.ts';

/** For other writers to be first, or for a long read; API Gateway waits 30 seconds. */
const MAX_WORKING_MS = 20_000;
/** Then there is time left to answer. */
const ANSWER_RESERVE_MS = 3_000;

export function workingTimeMs({ remainingMs }: RequestFacts = {}): number {
  const left = remainingMs === undefined ? MAX_WORKING_MS : remainingMs() - ANSWER_RESERVE_MS;
  return Math.max(0, Math.min(MAX_WORKING_MS, left));
}
