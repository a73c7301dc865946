/** Warnings about limits of connections that do nothing, and about messages of limits that nobody reads. */
import type { PolicyDocument } from '../engine/index.ts';
import { neverLimits } from './dead-rules.ts';
import type { FoundWarning } from './lint.ts';
import type { LiveSets } from './live-sets.ts';
import { limitsIn } from './policy-walk.ts';

export function limitWarnings(document: PolicyDocument, sets: LiveSets): FoundWarning[] {
  return limitsIn(document).flatMap((placed): FoundWarning[] => {
    const { limit, path } = placed;
    if (limit.enabled === false) return [];
    const never = neverLimits(sets, placed);
    if (never !== undefined) return [{ path, code: 'never-applies', message: never }];
    if (limit.whenExceeded !== 'endOldest' || limit.message === undefined) return [];
    const message = 'nobody reads this message: endOldest lets everybody in, and who is ended is told nothing';
    return [{ path: [...path, 'message'], code: 'no-effect', message }];
  });
}
