/**
 * Monday, nine o'clock: a simulation of many connections on many handlers that are all new, from what was counted.
 *
 * Assumed: each connection goes to a handler drawn at random, so that all of them start within the storm (Lambda would use fewer); a
 * handler's first connection reads the policy, a later one asks for the newest revision where the TTL is over; each decision
 * is put on record. Nothing is throttled, so nothing is tried twice: what is asked of a second is compared with what a partition gives in one.
 */
import { seededRandom } from '../random.ts';

export interface Storm {
  readonly connections: number;
  readonly handlers: number;
  readonly seconds: number;
  /** In which all handlers get their first connection; the later ones are spread over `seconds`. */
  readonly startSeconds: number;
}

/** What one step costs, in units. */
export interface StormUnits {
  readonly coldStartReads: number;
  readonly refreshReads: number;
  /** Of a record, its index entries included; and what of that falls to the table itself. */
  readonly recordWrites: number;
  readonly recordTableWrites: number;
}

export interface StormCost {
  readonly readUnits: number;
  readonly writeUnits: number;
  /** In the busiest second; writes of the table itself, since each index has partitions of its own. */
  readonly peakReads: number;
  readonly peakTableWrites: number;
  /** Handlers that had a connection, and how often one asked for a newer policy. */
  readonly coldStarts: number;
  readonly refreshes: number;
}

const TTL_SECONDS = 10;
/** The cache takes up to a tenth off the TTL. */
const JITTER = 0.1;

/** Deterministic. */
export function simulateStorm(storm: Storm, units: StormUnits): StormCost {
  const random = seededRandom(storm.connections);
  const arrivals = arrivalsOf(storm, random.below);
  const dueAt = new Map<number, number>();
  const reads = new Map<number, number>();
  const tableWrites = new Map<number, number>();
  const add = (to: Map<number, number>, at: number, more: number) =>
    to.set(Math.floor(at), (to.get(Math.floor(at)) ?? 0) + more);
  let refreshes = 0;
  for (const { at, handler } of arrivals) {
    const due = dueAt.get(handler);
    if (due === undefined || at >= due) {
      add(reads, at, due === undefined ? units.coldStartReads : units.refreshReads);
      if (due !== undefined) refreshes++;
      dueAt.set(handler, at + TTL_SECONDS * (1 - (JITTER * random.below(1_000)) / 1_000));
    }
    add(tableWrites, at, units.recordTableWrites);
  }
  return {
    readUnits: [...reads.values()].reduce((total, more) => total + more, 0),
    writeUnits: arrivals.length * units.recordWrites,
    peakReads: Math.max(0, ...reads.values()),
    peakTableWrites: Math.max(0, ...tableWrites.values()),
    coldStarts: dueAt.size,
    refreshes,
  };
}

function arrivalsOf({ connections, handlers, seconds, startSeconds }: Storm, below: (bound: number) => number) {
  const within = (span: number) => (span * below(1_000_000)) / 1_000_000;
  return Array.from({ length: connections }, (_, number) =>
    number < handlers
      ? { at: within(startSeconds), handler: number }
      : { at: within(seconds), handler: below(handlers) },
  ).sort((a, b) => a.at - b.at);
}
