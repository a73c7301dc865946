/** Reads the policy, plans on what stands there, and writes; again where others have changed it meanwhile. */
import type { PolicyOperation } from '../../../shared/policy/index.ts';
import {
  type PolicyAccess,
  type PolicyAt,
  type PolicyWrite,
  publishedPolicy,
  type WriteStep,
  type Written,
} from '../access/policy-access.ts';

/** A plan that can be carried out. */
export interface OperationsPlan {
  readonly ok: true;
  /** None where there is nothing to be done. */
  readonly operations: readonly PolicyOperation[];
}

/** A plan, the policy that it was made for, and what became of it; undefined where there was nothing to be written. */
export interface PlannedWrite<Plan> {
  readonly plan: Plan;
  readonly policy: PolicyAt;
  readonly written: Written | undefined;
}

/** With each that others take from us, one of them gets through: so many may write at once. */
const MAX_TRIES = 10;

/**
 * Operations are made for the items that were read, so that what others change meanwhile is not overwritten: then again.
 * Throws a CommandError where no policy has been published.
 */
export async function writePlanned<Plan extends OperationsPlan | { readonly ok: false }>(
  access: PolicyAccess,
  plan: (policy: PolicyAt) => Plan,
  toWrite: (step: WriteStep) => PolicyWrite,
): Promise<PlannedWrite<Plan>> {
  for (let tries = 1; ; tries++) {
    const policy = await publishedPolicy(access);
    const made = plan(policy);
    if (!made.ok || made.operations.length === 0) return { plan: made, policy, written: undefined };
    const written = await access.write(toWrite({ kind: 'operations', operations: made.operations }));
    if (written.outcome !== 'moved') return { plan: made, policy, written };
    if (tries === MAX_TRIES) {
      const message = `others write to ${access.place} at the same time, again and again: try again`;
      return { plan: made, policy, written: { outcome: 'moved', message } };
    }
  }
}

/** What is told where there was nothing to be written, and that is as it should be. */
export function unchanged({ revision }: PolicyAt): Written {
  return { outcome: 'unchanged', revision, summary: 'no change', warnings: [], confirmedFor: [] };
}
