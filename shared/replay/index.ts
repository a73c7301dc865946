/** Replay: past connections decided again by a draft, and what it would have changed for whom. */
export { type PastConnection, pastOfLogLine, pastOfRecord } from './past-connection.ts';
export type * from './replay-report.ts';
export { createReplaySums, type ReplayBounds, type ReplaySums } from './replay-sums.ts';
export { createReplayer, type ReplayedPolicies, type ReplayedPolicy, type Replayer } from './replayer.ts';
export { type Retraced, retrace } from './retrace.ts';
