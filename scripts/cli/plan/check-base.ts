/** Whether the policy is still the one that a plan was made for. */
import type { PolicyAccess, RevisionInfo } from '../access/policy-access.ts';
import { CommandError, EXIT } from '../exit-code.ts';
import type { PlanFile } from './plan-file.ts';

/**
 * The revisions since the plan was made, the newest first; none where it still holds.
 * @param inForce the revision in force; undefined where none has been published
 * @throws CommandError where the history here is not the one that the plan was made for
 */
export async function revisionsSince(
  { base }: Pick<PlanFile, 'base'>,
  inForce: RevisionInfo | undefined,
  access: Pick<PolicyAccess, 'place' | 'revisions'>,
): Promise<readonly RevisionInfo[]> {
  if (inForce === undefined || (base !== null && inForce.number < base.number)) {
    if (base === null) return [];
    throw anotherPolicy(base, inForce, access);
  }
  const since: RevisionInfo[] = [];
  for await (const revision of access.revisions()) {
    if (base !== null && revision.number <= base.number) {
      if (revision.number !== base.number || revision.createdAt !== base.createdAt) {
        throw anotherPolicy(base, revision, access);
      }
      break;
    }
    // What was written since the policy in force was read is for the write to find.
    if (revision.number <= inForce.number) since.push(revision);
  }
  return since;
}

function anotherPolicy(
  base: NonNullable<PlanFile['base']>,
  here: RevisionInfo | undefined,
  { place }: Pick<PolicyAccess, 'place'>,
): CommandError {
  const found = here === undefined ? 'nothing is published' : `there is revision ${here.number} of ${here.createdAt}`;
  return new CommandError(
    `the plan was made for another policy: for revision ${base.number} of ${base.createdAt}, and in ${place} ${found}`,
    EXIT.checkFailed,
  );
}
