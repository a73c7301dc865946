/** The one structured log line of a request: who asked for what, and what came of it. Never a body. */
import type { Author } from '../shared/store/index.ts';
import type { Told } from './environment.ts';

export interface RequestToTell {
  readonly method: string;
  /** As routes are declared: `/v1/rules/:id`. */
  readonly route: string | undefined;
  readonly path: string;
  readonly status: number;
  readonly author: Author | undefined;
  readonly told: Told;
  readonly requestId: string | undefined;
  readonly durationMs: number;
}

/** Longest path in a line: it is whatever the caller made of it. */
const MAX_PATH = 200;

export function requestLine({ method, route, path, status, author, told, requestId, durationMs }: RequestToTell) {
  const { revision, reason, written, dryRun, confirm, ended, problem } = told;
  return {
    method: method.slice(0, 16),
    route,
    path: path.slice(0, MAX_PATH),
    status,
    caller: author,
    revision,
    reason: reason === '' ? undefined : reason,
    written,
    dryRun: dryRun || undefined,
    confirm,
    ended,
    problem,
    apiRequestId: requestId,
    durationMs: Math.round(durationMs),
  };
}
