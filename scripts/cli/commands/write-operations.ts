/** Reads the policy, makes operations of what stands there, and writes them; again where another writer was first. */
import type { PolicyOperation } from '../../../shared/policy/index.ts';
import { nothingPublished, type PolicyAccess, type PolicyAt, type Written } from '../access/policy-access.ts';
import { policyWrite, type WriteOptions } from './write-options.ts';

export interface BuiltOperations {
  /** With `ifMatch` or `ifNoneMatch` on each, so that none undoes what others did meanwhile. None: nothing to change. */
  readonly operations: readonly PolicyOperation[];
}

export interface WrittenOperations<Built> {
  readonly written: Written;
  /** What the operations were made of. */
  readonly policy: PolicyAt;
  readonly built: Built;
}

const MOST_TRIES = 3;

/**
 * Throws a CommandError where no policy is published, and what `build` throws.
 * @param build called again on the newer policy
 */
export async function writeOperations<Built extends BuiltOperations>(
  access: PolicyAccess,
  options: WriteOptions,
  defaultReason: string,
  build: (policy: PolicyAt) => Built,
): Promise<WrittenOperations<Built>> {
  for (let left = MOST_TRIES; ; left--) {
    const policy = await access.policy();
    if (policy === undefined) throw nothingPublished(access);
    const built = build(policy);
    const { operations } = built;
    const written =
      operations.length === 0
        ? nothingToChange(policy)
        : await access.write(policyWrite({ kind: 'operations', operations }, options, defaultReason));
    if (written.outcome !== 'moved' || left === 1) return { written, policy, built };
  }
}

function nothingToChange({ revision }: PolicyAt): Written {
  return { outcome: 'unchanged', revision, summary: 'no change', warnings: [], confirmedFor: [] };
}

/** How to undo what was written, for the end of a report; nothing where nothing was. */
export function undoLines(written: Written): string[] {
  if (written.outcome !== 'written' || written.revision === undefined) return [];
  return [`Undo: vpn-policy revert ${written.revision.number}`];
}
