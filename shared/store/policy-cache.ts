/**
 * The TTL cache in front of a policy store: keeps the compiled policy, asks for a newer one when the TTL has run out, and
 * serves the last good one for a while when the store fails.
 */
import type { PolicyDocument } from '../engine/index.ts';
import { elapsedClock } from './elapsed-clock.ts';
import { StoreCorruptError, StoreUnreachableError } from './errors.ts';
import type { LoadedPolicy, PolicySource } from './policy-store.ts';
import { sharedAttempts } from './shared-attempt.ts';

export interface PolicyCacheOptions<Compiled> {
  readonly source: PolicySource;
  /** Makes of a document what is served. What it throws makes the revision one that cannot be used. */
  readonly compile: (document: PolicyDocument) => Compiled;
  /** How long a policy is used before the store is asked again, in milliseconds. Default 10000. */
  readonly ttlMs?: number | undefined;
  /** Each time up to this share of the TTL is taken off it, so that handlers do not ask in step. Default 0.1. */
  readonly jitter?: number | undefined;
  /** How long after the last successful check a policy may serve while the store fails, in milliseconds. Default 3600000. */
  readonly maxStaleMs?: number | undefined;
  /** How long a check may take when there is a policy to serve, in milliseconds. Default 500. */
  readonly refreshTimeoutMs?: number | undefined;
  /** What an invocation keeps for its answer when it waits for the store, in milliseconds. Default 500. */
  readonly reserveMs?: number | undefined;
  /** No new check for so long after a failed one, in milliseconds. Default 5000. */
  readonly retryAfterFailureMs?: number | undefined;
  /**
   * The same where there is no policy to serve: then trying again costs a wait and not trying a refusal, so that it is
   * short, and is there so that a storm of connections gets its refusals at once. In milliseconds. Default 1000.
   */
  readonly retryEmptyHandedMs?: number | undefined;
  /** Milliseconds since 1970. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
  /** From 0 to 1. Default `Math.random`. */
  readonly random?: (() => number) | undefined;
  /** For logs and metrics; what it throws is ignored. */
  readonly onEvent?: ((event: PolicyCacheEvent) => void) | undefined;
}

export interface PolicyCache<Compiled> {
  /** The policy to decide by, or why there is none. Never rejects. */
  get(options: GetPolicyOptions): Promise<PolicyInHand<Compiled>>;
}

export interface GetPolicyOptions {
  /** How long the caller can wait at most, its own answer included, in milliseconds. */
  readonly remainingMs: number;
  /** Ends the wait: the answer is then what is in hand. */
  readonly signal?: AbortSignal | undefined;
  /** True where no connection waits for this answer yet: its failure keeps the first that does from trying again at once. */
  readonly beforehand?: boolean | undefined;
}

export type PolicyInHand<Compiled> = PolicyReady<Compiled> | PolicyUnavailable;

export interface PolicyReady<Compiled> {
  readonly status: 'ready';
  readonly policy: Compiled;
  /** The number of the revision. */
  readonly revision: number;
  readonly writeId: string;
  /** Milliseconds since the last successful check was begun. */
  readonly checkedAgeMs: number;
  /** True when the policy serves past its TTL, since the store could not be asked. */
  readonly stale: boolean;
}

export type PolicyUnavailable = { readonly status: 'unavailable' } & (
  | /** No policy was published yet. */ { readonly cause: 'empty' }
  | /** None was ever loaded. */ { readonly cause: FailureCause; readonly error: Error }
  /** The last good one is older than allowed, `failure` being why no newer one came. */
  | {
      readonly cause: 'expired';
      readonly failure: FailureCause;
      readonly error: Error;
      readonly revision: number;
      readonly checkedAgeMs: number;
    }
);

/**
 * `unreachable`: no answer. `corrupt`: there was one, and no policy could be made of it (damage, a newer language, a head
 * that vanished) or the store said no.
 */
export type FailureCause = 'unreachable' | 'corrupt';

export type PolicyCacheEvent =
  | /** `previous` is the higher one when somebody removed revisions or restored a backup. */ {
      readonly type: 'refreshed';
      readonly revision: number;
      readonly previous: number | undefined;
    }
  | { readonly type: 'unchanged'; readonly revision: number }
  | { readonly type: 'empty' }
  | { readonly type: 'failed'; readonly cause: FailureCause; readonly error: Error }
  | { readonly type: 'foreign-item'; readonly key: string };

interface Serving<Compiled> {
  readonly policy: Compiled;
  readonly loaded: LoadedPolicy;
}

/** What a check found: nothing new, nothing at all, or a policy. */
type Found<Compiled> = 'unchanged' | 'empty' | Serving<Compiled>;

/** How the last check ended: on the elapsed clock, when it was begun (successes) or ended (failures). */
type Outcome =
  | { readonly was: 'none' }
  | { readonly was: 'success'; readonly steps: number; readonly dueAt: number }
  | { readonly was: 'empty' }
  | {
      readonly was: 'failure';
      readonly steps: number;
      readonly at: number;
      readonly cause: FailureCause;
      readonly error: Error;
    };

/** Makes a cache; nothing is read before the first `get`. */
export function createPolicyCache<Compiled>(options: PolicyCacheOptions<Compiled>): PolicyCache<Compiled> {
  const {
    source,
    compile,
    ttlMs = 10_000,
    jitter = 0.1,
    maxStaleMs = 3_600_000,
    refreshTimeoutMs = 500,
    reserveMs = 500,
    retryAfterFailureMs = 5_000,
    retryEmptyHandedMs = 1_000,
    now = Date.now,
    random = Math.random,
    onEvent,
  } = options;
  const clock = elapsedClock(now);
  let serving: Serving<Compiled> | undefined;
  let checkedAt = 0;
  let last: Outcome = { was: 'none' };
  /** A revision that does not compile never will: it is not read again. */
  let unusable: { readonly writeId: string; readonly error: Error } | undefined;
  /**
   * What a check that was given up has read. A policy that takes longer to read than a check may take thus comes in over
   * several; each from the beginning, the old one would serve until it is too old.
   */
  let progress = new Map<string, Uint8Array>();

  const checks = sharedAttempts<Found<Compiled>>(() => {
    const begunAt = clock.read();
    const { steps } = clock;
    return {
      work: check,
      succeeded(found) {
        if (found === 'empty') {
          last = { was: 'empty' };
          tell({ type: 'empty' });
          return;
        }
        const previous = serving?.loaded.revision.number;
        if (found !== 'unchanged') serving = found;
        checkedAt = begunAt;
        last = { was: 'success', steps, dueAt: begunAt + ttlMs * (1 - jitter * random()) };
        const revision = serving?.loaded.revision.number ?? 0;
        tell(found === 'unchanged' ? { type: 'unchanged', revision } : { type: 'refreshed', revision, previous });
      },
      failed(thrown) {
        const error = thrown instanceof Error ? thrown : new Error(String(thrown));
        const cause: FailureCause = error instanceof StoreUnreachableError ? 'unreachable' : 'corrupt';
        // No answer says nothing of the store: damage that was seen stays seen until a check succeeds.
        const damageSeen = last.was === 'failure' && last.cause === 'corrupt' ? last : undefined;
        const why = (cause === 'unreachable' && damageSeen) || { cause, error };
        last = { was: 'failure', at: clock.read(), steps: clock.steps, cause: why.cause, error: why.error };
        tell({ type: 'failed', cause, error });
      },
    };
  });

  async function check(signal: AbortSignal): Promise<Found<Compiled>> {
    const head = await source.head({ signal, onForeignItem: (key) => tell({ type: 'foreign-item', key }) });
    if (!head) {
      if (serving) throw new StoreCorruptError('The policy was there and is gone');
      return 'empty';
    }
    if (head.writeId === serving?.loaded.revision.writeId) return 'unchanged';
    if (head.writeId === unusable?.writeId) throw unusable.error;
    const loaded = await source.load(head, { known: serving?.loaded.fragments, progress, signal });
    progress = new Map();
    try {
      return { policy: compile(loaded.document), loaded };
    } catch (cause) {
      const error = new StoreCorruptError(`Revision ${head.number} does not compile: ${messageOf(cause)}`, { cause });
      unusable = { writeId: head.writeId, error };
      throw error;
    }
  }

  /** How long to wait for a check now; 0 for not at all. */
  function budgetMs(remainingMs: number): number {
    const left = remainingMs - reserveMs;
    if (isFresh()) return 0;
    const inHand = isServable();
    const pauseMs = inHand ? retryAfterFailureMs : Math.min(retryEmptyHandedMs, retryAfterFailureMs);
    if (last.was === 'failure' && last.steps === clock.steps && clock.read() - last.at < pauseMs) return 0;
    return Math.max(0, inHand ? Math.min(refreshTimeoutMs, left) : left);
  }

  /** Within the TTL; a clock that stepped back since counts as expired. */
  function isFresh(): boolean {
    return last.was === 'success' && clock.read() < last.dueAt && last.steps === clock.steps;
  }

  function isServable(): boolean {
    return serving !== undefined && (isFresh() || clock.read() - checkedAt < maxStaleMs);
  }

  /** @param checked the store was asked just now, for this answer, and said what is in force */
  function answer(checked: boolean): PolicyInHand<Compiled> {
    const checkedAgeMs = clock.read() - checkedAt;
    if (serving && (checked || isServable())) {
      const { number, writeId } = serving.loaded.revision;
      const stale = !checked && !isFresh();
      return { status: 'ready', policy: serving.policy, revision: number, writeId, checkedAgeMs, stale };
    }
    if (last.was === 'empty') return { status: 'unavailable', cause: 'empty' };
    const { cause, error } = last.was === 'failure' ? last : noTime();
    if (!serving) return { status: 'unavailable', cause, error };
    const revision = serving.loaded.revision.number;
    return { status: 'unavailable', cause: 'expired', failure: cause, error, revision, checkedAgeMs };
  }

  function tell(event: PolicyCacheEvent): void {
    try {
      onEvent?.(event);
    } catch {
      // An event that nobody takes changes no decision.
    }
  }

  return {
    async get({ remainingMs, signal, beforehand = false }) {
      clock.read();
      const waitMs = budgetMs(remainingMs);
      const before = last;
      if (waitMs > 0) await checks.join(waitMs, signal);
      if (beforehand && last.was === 'failure') last = { ...last, at: Number.NEGATIVE_INFINITY };
      return answer(last !== before && last.was === 'success');
    },
  };
}

function noTime(): { readonly cause: FailureCause; readonly error: Error } {
  return { cause: 'unreachable', error: new StoreUnreachableError('No time was left to ask the policy store') };
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
