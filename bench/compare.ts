/** Puts contenders side by side on one workload: first that they decide alike, then how long they take. */
import type { Contender, MakeContender } from './contenders/contender.ts';
import { type MeasureOptions, measureInTurn, ratioOf, type Timing } from './measure.ts';
import type { Workload } from './plain-policy.ts';

/** So many of the connections are decided by every contender before it is timed. */
const COMPARED_CONNECTIONS = 64;

export interface Comparison {
  readonly workload: string;
  /** What the chart of its group is drawn over: rules or entries. */
  readonly size: number;
  /** Nanoseconds a decision, by contender; this project's first. */
  readonly timings: Readonly<Record<string, Pick<Timing, 'ns' | 'fromNs' | 'toNs' | 'connections'>>>;
  /** How many times as long as this project's engine each takes, by contender. */
  readonly timesOurs: Readonly<Record<string, number>>;
}

/** Compares; the first of `makers` is what the others are compared with. Throws where two decide differently. */
export async function compareOn(
  workload: Workload,
  size: number,
  makers: readonly MakeContender[],
  options: MeasureOptions,
): Promise<Comparison> {
  const contenders: Contender[] = [];
  for (const make of makers) {
    const contender = await make(workload.rules, workload.nowMs);
    if (contender !== undefined) contenders.push(contender);
  }
  await refuseDifferences(contenders, workload);
  const entrants = contenders.map((contender) => ({ contender, connections: workload.connections }));
  const timings = await measureInTurn(entrants, options);
  const [ours] = timings.values();
  if (ours === undefined) throw new RangeError('there is nobody to compare');
  return {
    workload: workload.name,
    size,
    timings: Object.fromEntries(
      [...timings].map(([name, { ns, fromNs, toNs, connections }]) => [name, { ns, fromNs, toNs, connections }]),
    ),
    timesOurs: Object.fromEntries([...timings].map(([name, timing]) => [name, ratioOf(timing, ours)])),
  };
}

async function refuseDifferences(contenders: readonly Contender[], { name, connections }: Workload): Promise<void> {
  const [first, ...others] = contenders;
  for (const connection of connections.slice(0, COMPARED_CONNECTIONS)) {
    const admitted = await first?.decide(first.prepare(connection));
    for (const other of others) {
      if ((await other.decide(other.prepare(connection))) === admitted) continue;
      throw new Error(
        `${name}: ${other.name} and ${first?.name} decide differently on ${JSON.stringify(connection)}: ${first?.name} says ${admitted ? 'allow' : 'deny'}`,
      );
    }
  }
}
