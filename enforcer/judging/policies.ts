/** The policy in force, asked for anew at each pass, and those that were in force before. */
import { type CompiledPolicy, compile } from '../../shared/engine/index.ts';
import type { LoadedPolicy, PolicyStore, Revision } from '../../shared/store/index.ts';

export interface PolicyInForce {
  readonly policy: CompiledPolicy;
  readonly revision: Revision;
}

/** A stretch of time in which one policy was in force: [fromMs, untilMs), milliseconds since 1970. */
export interface PolicyStretch {
  readonly fromMs: number;
  readonly untilMs: number;
  /** Undefined where none was published yet. Rejects with a StoreError, with what `compile` throws. */
  policy(signal: AbortSignal): Promise<CompiledPolicy | undefined>;
}

export interface Policies {
  /**
   * The policy in force now; undefined where none is published. Never an older one: rejects with a StoreError where the store cannot
   * be read, with what `compile` throws where it holds what cannot be understood.
   */
  now(signal: AbortSignal): Promise<PolicyInForce | undefined>;
  /** Whether this revision is still the one in force. Rejects with a StoreError. */
  isInForce(revision: Revision, signal: AbortSignal): Promise<boolean>;
  /** What was in force from `fromMs` until `untilMs`, the newest first. Rejects with a StoreError. */
  stretches(
    fromMs: number,
    untilMs: number,
    newest: PolicyInForce,
    signal: AbortSignal,
  ): Promise<readonly PolicyStretch[]>;
}

/** How many compiled policies are kept besides the one in force: a large one takes 64 MB. */
const MAX_PAST = 2;
const PAGE = 100;

/** As far as it was read, the newest first. */
interface History {
  readonly newest: string;
  readonly revisions: Revision[];
  next: number | undefined;
}

export function createPolicies(store: Pick<PolicyStore, 'head' | 'load' | 'revisions'>): Policies {
  let inForce: (PolicyInForce & { readonly loaded: LoadedPolicy }) | undefined;
  let history: History | undefined;
  const past = new Map<string, CompiledPolicy>();

  /** Of its parts only those are read that the policy in force has not. */
  async function load(revision: Revision, signal: AbortSignal) {
    const loaded = await store.load(revision, { signal, ...(inForce && { known: inForce.loaded.fragments }) });
    return { policy: compile(loaded.document), revision, loaded };
  }

  async function compiled(revision: Revision, signal: AbortSignal): Promise<CompiledPolicy> {
    if (inForce?.revision.writeId === revision.writeId) return inForce.policy;
    const known = past.get(revision.writeId);
    if (known !== undefined) return known;
    const { policy } = await load(revision, signal);
    past.set(revision.writeId, policy);
    for (const writeId of past.keys()) if (past.size > MAX_PAST) past.delete(writeId);
    return policy;
  }

  /** The revisions up to the first that was there at `sinceMs`, the newest first. */
  async function revisionsSince(sinceMs: number, newest: Revision, signal: AbortSignal): Promise<readonly Revision[]> {
    if (history?.newest !== newest.writeId) {
      history = { newest: newest.writeId, revisions: [newest], next: newest.number };
    }
    for (;;) {
      const first = history.revisions.findIndex((revision) => createdMs(revision) <= sinceMs);
      if (first >= 0) return history.revisions.slice(0, first + 1);
      if (history.next === undefined) return history.revisions;
      const page = await store.revisions({ before: history.next, limit: PAGE, signal });
      history.revisions.push(...page.revisions);
      history.next = page.next;
    }
  }

  return {
    async now(signal) {
      const revision = await store.head({ signal });
      if (revision === undefined) return undefined;
      if (inForce?.revision.writeId !== revision.writeId) inForce = await load(revision, signal);
      return inForce;
    },

    async isInForce({ writeId }, signal) {
      return (await store.head({ signal }))?.writeId === writeId;
    },

    async stretches(fromMs, untilMs, { revision: newest }, signal) {
      const found: PolicyStretch[] = [];
      let endMs = untilMs;
      for (const revision of await revisionsSince(fromMs, newest, signal)) {
        const beginMs = Math.max(fromMs, createdMs(revision));
        // Clocks of writers differ: one that was made "after" its successor was never in force.
        if (beginMs >= endMs) continue;
        found.push({ fromMs: beginMs, untilMs: endMs, policy: (during) => compiled(revision, during) });
        endMs = beginMs;
      }
      if (endMs > fromMs) found.push({ fromMs, untilMs: endMs, policy: async () => undefined });
      return found;
    },
  };
}

function createdMs({ createdAt }: Revision): number {
  return Date.parse(createdAt);
}
