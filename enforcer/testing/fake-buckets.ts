/** EC2's throttle ("Request throttling for the Amazon EC2 API", Amazon EC2 Developer Guide): a token bucket for each action. */

export interface BucketSize {
  /** Requests that it holds at most. */
  readonly capacity: number;
  /** Requests that come back each second. */
  readonly refill: number;
}

/** The sizes that the guide gives for non-mutating actions and for mutating ones. */
export const DOCUMENTED_BUCKETS: Readonly<Record<string, BucketSize>> = {
  DescribeClientVpnConnections: { capacity: 100, refill: 20 },
  TerminateClientVpnConnections: { capacity: 50, refill: 5 },
};

/** Tells whether a request of that action may go on; what has no bucket always may. */
export type Throttle = (action: string) => boolean;

/** As the guide says, tokens come back once a second, not one by one. */
export function createThrottle(sizes: Readonly<Record<string, BucketSize>>, now: () => number): Throttle {
  const buckets = new Map<string, { tokens: number; second: number }>();
  return (action) => {
    const size = sizes[action];
    if (size === undefined) return true;
    const second = Math.floor(now() / 1_000);
    const { tokens: left, second: filledAt } = buckets.get(action) ?? { tokens: size.capacity, second };
    const tokens = Math.min(size.capacity, left + (second - filledAt) * size.refill);
    buckets.set(action, { tokens: tokens < 1 ? tokens : tokens - 1, second });
    return tokens >= 1;
  };
}
