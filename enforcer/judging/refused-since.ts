/** Since when a rule refuses a connection: what its grace is counted from. */
import { type CompiledPolicy, refusedStanding, type StandingRefusal } from '../../shared/engine/index.ts';
import { admittedBy } from './admitted-by.ts';
import type { KnownConnection } from './known-connections.ts';
import type { Policies, PolicyInForce, PolicyStretch } from './policies.ts';

export interface Grace {
  readonly known: KnownConnection;
  readonly reason: StandingRefusal;
}

/** The last moment at which it was seen not to refuse, and the first after that at which it did; milliseconds since 1970. */
export interface RefusedSince {
  readonly notYetMs: number;
  readonly refusedMs: number;
  /** The policy that was in force between the two; undefined where it began with a policy. */
  readonly policy: CompiledPolicy | undefined;
}

export interface JudgedAt {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly inForce: PolicyInForce;
  readonly policies: Policies;
}

/**
 * Of each, whether the rule has refused it for its whole grace: undefined; else since when it does. Asks the policies that were in force within the
 * grace, each where it begins and where it ends: a window that closes and opens again within one is not seen. Rejects as `Policies` does.
 */
export async function refusedSince(
  graces: readonly Grace[],
  { atMs, inForce, policies }: JudgedAt,
  signal: AbortSignal,
): Promise<ReadonlyMap<Grace, RefusedSince | undefined>> {
  const found = new Map(graces.map((grace) => [grace, sinceItBegan(grace, atMs)]));
  const longestMs = graces.reduce((longest, { reason }) => Math.max(longest, reason.graceMs), 0);
  // It did not stand before it was let in.
  const beganMs = ({ known, reason }: Grace) => Math.max(known.decidedAtMs, atMs - reason.graceMs);
  let open = graces;
  // Up to and with the moment of the judgement, at which it refuses.
  for (const stretch of await policies.stretches(atMs - longestMs, atMs + 1, inForce, signal)) {
    open = open.filter((grace) => beganMs(grace) < stretch.untilMs);
    if (open.length === 0) break;
    const policy = await stretch.policy(signal);
    open = open.filter((grace) => {
      const gap = gapIn(stretch, policy, grace, beganMs(grace));
      if (gap !== undefined) found.set(grace, gap);
      return gap === undefined;
    });
  }
  return found;
}

/** Of a connection that is younger than the grace: since it began, unless something later is found. */
function sinceItBegan({ known: { decidedAtMs }, reason }: Grace, atMs: number): RefusedSince | undefined {
  if (decidedAtMs <= atMs - reason.graceMs) return undefined;
  return { notYetMs: decidedAtMs, refusedMs: decidedAtMs, policy: undefined };
}

/** The last moment of the stretch at which the rule did not refuse, of its two ends. */
function gapIn(
  { fromMs, untilMs }: PolicyStretch,
  policy: CompiledPolicy | undefined,
  grace: Grace,
  beganMs: number,
): RefusedSince | undefined {
  const [firstMs, lastMs] = [Math.max(fromMs, beganMs), untilMs - 1];
  if (!refusesAt(policy, grace, lastMs)) return { notYetMs: lastMs, refusedMs: untilMs, policy: undefined };
  if (!refusesAt(policy, grace, firstMs)) return { notYetMs: firstMs, refusedMs: lastMs, policy };
  return undefined;
}

/** The moment itself, to the second, in milliseconds since 1970. */
export function momentOf({ notYetMs, refusedMs, policy }: RefusedSince, grace: Grace): number {
  let [before, after] = [notYetMs, refusedMs];
  while (policy !== undefined && after - before > PRECISION_MS) {
    const middle = Math.floor((before + after) / 2);
    if (refusesAt(policy, grace, middle)) after = middle;
    else before = middle;
  }
  return after;
}

const PRECISION_MS = 1_000;

function refusesAt(policy: CompiledPolicy | undefined, { known, reason }: Grace, momentMs: number): boolean {
  if (policy === undefined) return false;
  return refusedStanding(policy, known.request, admittedBy(policy, known), momentMs, reason);
}
