/** Undoing one change of a policy, keeping what came after it. */
import type { PolicyDocument } from '../../engine/index.ts';
import { type MergeConflict, mergePolicies } from './merge-policies.ts';

export interface Revert {
  /** The policy before the change. */
  readonly base: PolicyDocument;
  /** The policy that the change made of it. */
  readonly changed: PolicyDocument;
  /** The policy in force, some changes later. */
  readonly current: PolicyDocument;
}

/** What the change touched and a later one touched again: as it was before the change, after it, and now. Undefined: not there. */
export interface RevertConflict extends Omit<MergeConflict, 'base' | 'ours' | 'theirs'> {
  readonly base: unknown;
  readonly changed: unknown;
  readonly current: unknown;
}

export type RevertedChange =
  /** To be validated: a later change may need what the reverted one made. `current` itself where the change is undone already. */
  | { readonly ok: true; readonly document: unknown }
  | { readonly ok: false; readonly conflicts: readonly RevertConflict[] };

/** Undoes exactly what the change did, item by item as `mergePolicies` does; what it took away comes back next to its old neighbours. */
export function revertChange({ base, changed, current }: Revert): RevertedChange {
  const merged = mergePolicies({ base: changed, ours: base, theirs: current });
  if (merged.ok) return merged;
  return {
    ok: false,
    conflicts: merged.conflicts.map(({ base: after, ours: before, theirs: now, ...conflict }) => ({
      ...conflict,
      base: before,
      changed: after,
      current: now,
    })),
  };
}
