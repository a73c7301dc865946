/** The policy before a revision: what that revision changed is the difference. */
import type { PolicyAccess, PolicyAt } from '../access/policy-access.ts';
import { CommandError } from '../exit-code.ts';

/** Undefined for the first one. Throws a CommandError where it cannot be read. */
export async function previousPolicy(access: PolicyAccess, revision: number): Promise<PolicyAt | undefined> {
  if (revision <= 1) return undefined;
  try {
    return await access.policy(revision - 1);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    // A number can be free, where an item of others stood in the table.
    for await (const { number } of access.revisions()) {
      if (number === revision - 1) throw error;
      if (number < revision) return access.policy(number);
    }
    return undefined;
  }
}
