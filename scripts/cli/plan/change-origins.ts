/** Which revisions made what others changed. */
import { entryValue, type PolicyChange, policyChanges } from '../../../shared/policy/index.ts';
import type { PolicyAccess, PolicyAt, RevisionInfo } from '../access/policy-access.ts';

export interface KeptChange {
  readonly change: PolicyChange;
  /** Those that touched it since the file was applied, the newest first; empty where that was before. */
  readonly revisions: readonly RevisionInfo[];
}

/** Who looks further back has `vpn-policy log`. */
const MAX_REVISIONS = 100;

/** Finds for each change the revisions after `sinceRevision` that touched it. Reads only as far back as it must. */
export async function changeOrigins(
  changes: readonly PolicyChange[],
  { current, sinceRevision }: { readonly current: PolicyAt; readonly sinceRevision: number },
  access: Pick<PolicyAccess, 'policy' | 'revisions'>,
): Promise<readonly KeptChange[]> {
  const origins = changes.map((change) => ({ change, revisions: [] as RevisionInfo[] }));
  let after: PolicyAt | undefined;
  let steps = 0;
  if (changes.length > 0 && current.revision.number > sinceRevision) {
    for await (const { number } of access.revisions()) {
      // Another writer may have come since.
      if (number > current.revision.number) continue;
      const policy = number === current.revision.number ? current : await access.policy(number);
      if (policy === undefined) break;
      if (after !== undefined) credit(origins, after.revision, policyChanges(policy.document, after.document));
      after = policy;
      steps += 1;
      if (number <= sinceRevision || steps > MAX_REVISIONS) break;
    }
  }
  return origins;
}

function credit(
  origins: readonly { readonly change: PolicyChange; readonly revisions: RevisionInfo[] }[],
  revision: RevisionInfo,
  made: readonly PolicyChange[],
): void {
  for (const { change, revisions } of origins) {
    if (made.some((other) => touchTheSame(change, other))) revisions.push(revision);
  }
}

/** Two changes of the same item; where both tell fields and entries, of the same field or entry. */
function touchTheSame(a: PolicyChange, b: PolicyChange): boolean {
  if (a.what !== b.what) return false;
  if (a.change === 'reordered' || b.change === 'reordered') return a.change === b.change;
  if (a.id !== b.id) return false;
  if (a.change !== 'changed' || b.change !== 'changed' || a.what === 'setting' || b.what === 'setting') return true;
  const [ours, theirs] = [partsOf(a), partsOf(b)];
  return [...ours].some((part) => theirs.has(part));
}

function partsOf({ fields, entries }: Extract<PolicyChange, { readonly fields: unknown }>): Set<string> {
  const values = [
    ...(entries?.added ?? []).map(entryValue),
    ...(entries?.removed ?? []).map(entryValue),
    ...(entries?.changed ?? []).map(({ value }) => value),
  ];
  return new Set([...fields.map(({ key }) => `field ${key}`), ...values.map((value) => `entry ${value}`)]);
}
