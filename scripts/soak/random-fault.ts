/** Faults of the store, drawn at random. */
import type { Fault, FaultKind } from '../../shared/store/testing/fault-proxy.ts';
import type { Random } from '../fuzz/random.ts';

/** One of the kinds. @param mostMs how late a request or an answer comes at most */
export function randomFault(random: Random, kinds: readonly FaultKind[], mostMs: number): Fault {
  const kind = random.pick(kinds);
  switch (kind) {
    case 'late-request':
    case 'late-answer':
      return { kind, ms: random.integer(1, mostMs) };
    case 'throttled':
      return {
        kind,
        error: random.pick([
          'ProvisionedThroughputExceededException',
          'RequestLimitExceeded',
          'ThrottlingException',
        ] as const),
      };
    case 'refused':
      return { kind, error: random.pick(['AccessDeniedException', 'ExpiredTokenException'] as const) };
    case 'server-error':
      return { kind, carriedOut: random.chance(0.5) };
    case 'error-page': {
      const status = random.pick([200, 403, 502, 503] as const);
      // Who turns a request away has not passed it on.
      return { kind, status, carriedOut: status !== 403 && random.chance(0.5) };
    }
    case 'stale-read':
      return { kind, behindMs: random.integer(1, 5_000) };
    default:
      return { kind };
  }
}

/** How often each kind was injected. */
export class FaultCount {
  readonly #counts = new Map<FaultKind, number>();

  add(fault: Fault | undefined): void {
    if (fault) this.#counts.set(fault.kind, (this.#counts.get(fault.kind) ?? 0) + 1);
  }

  get total(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }

  /** `lost answer 12, throttled 9 …`, the most frequent first. */
  get text(): string {
    return [...this.#counts]
      .sort(([, a], [, b]) => b - a)
      .map(([kind, count]) => `${kind.replace('-', ' ')} ${count.toLocaleString('en')}`)
      .join(', ');
  }
}
