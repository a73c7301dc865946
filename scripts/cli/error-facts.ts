/** Reads what was thrown by its properties alone: an error from another realm (a worker, a test's sandbox) is one, too. */

import { withoutRequest } from '../../shared/without-request.ts';

export interface ErrorFacts {
  readonly name: string;
  readonly message: string;
  /** Such as `ENOENT`; empty where it has none. */
  readonly code: string;
}

export function errorFacts(error: unknown): ErrorFacts {
  return {
    name: textOf(error, 'name') ?? 'unknown',
    message: withoutRequest(textOf(error, 'message') ?? String(error)),
    code: textOf(error, 'code') ?? '',
  };
}

function textOf(value: unknown, key: string): string | undefined {
  const property: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  return typeof property === 'string' ? property : undefined;
}
