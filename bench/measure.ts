/**
 * Times contenders in turn: one after the other in short rounds, in processor time, and medians of it all, so that what else the
 * machine does falls on all of them and counts little.
 */
import { measure } from 'mitata';
import type { Contender } from './contenders/contender.ts';
import { median } from './median.ts';
import type { PlainConnection } from './plain-policy.ts';

export interface MeasureOptions {
  /** How often each contender gets its turn. */
  readonly rounds: number;
  /** The length of a turn, in milliseconds; at least one pass over the connections is made. */
  readonly turnMs: number;
  /** Passes are shortened to about this many milliseconds, by taking fewer of the connections. */
  readonly longestPassMs: number;
}

export interface Timing {
  /** Nanoseconds for one decision: the median of the rounds. */
  readonly ns: number;
  /** The fastest and the slowest round, in nanoseconds. */
  readonly fromNs: number;
  readonly toNs: number;
  /** One for each round, in their order: those of two contenders compare. */
  readonly rounds: readonly number[];
  /** The connections of one pass. */
  readonly connections: number;
}

/** How many turns long each contender runs before it is timed. */
const WARM_UP_TURNS = 20;

/** A contender, and what it decides. */
export interface Entrant {
  readonly contender: Contender;
  readonly connections: readonly PlainConnection[];
}

/** The time of one decision of each contender, by its name. */
export async function measureInTurn(
  entrants: readonly Entrant[],
  { rounds, turnMs, longestPassMs }: MeasureOptions,
): Promise<ReadonlyMap<string, Timing>> {
  const turns = [];
  for (const { contender, connections } of entrants) {
    const count = await passLength(contender, connections, longestPassMs);
    const inputs = connections.slice(0, count).map((connection) => contender.prepare(connection));
    turns.push({ name: contender.name, count, pass: passOver(contender, inputs), samples: [] as number[] });
  }
  // Without a collection before each turn: it would shrink the young generation, and turns would be about its growing again.
  const turn = (pass: () => unknown, ms: number) =>
    measure(pass, { now: processorNs, gc: false, min_cpu_time: ms * 1e6, min_samples: 1, warmup_samples: 1 });
  // V8 compiles beside the program, later where the machine is busy.
  for (const { pass } of turns) await turn(pass, WARM_UP_TURNS * turnMs);
  for (let round = 0; round < rounds; round++) {
    for (const { count, pass, samples } of turns) samples.push((await turn(pass, turnMs)).p50 / count);
  }
  return new Map(
    turns.map(({ name, count, samples }) => [
      name,
      {
        ns: median(samples),
        fromNs: Math.min(...samples),
        toNs: Math.max(...samples),
        rounds: samples,
        connections: count,
      },
    ]),
  );
}

/** The median, over the rounds, of how many times as long one takes as the other in the same round. */
export function ratioOf(timing: Timing, base: Timing): number {
  return median(timing.rounds.map((ns, round) => ns / (base.rounds[round] as number))); // as many rounds
}

/** What this process has had of the processor, all its threads, in nanoseconds. */
export function processorNs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
}

/** How many of the connections are decided within `longestPassMs`: twice as many until they are not. */
async function passLength(
  contender: Contender,
  connections: readonly PlainConnection[],
  longestPassMs: number,
): Promise<number> {
  for (let count = 1; ; count *= 2) {
    if (count >= connections.length) return connections.length;
    const inputs = connections.slice(0, count).map((connection) => contender.prepare(connection));
    const startedMs = performance.now();
    for (const input of inputs) await contender.decide(input);
    if (performance.now() - startedMs > longestPassMs / 2) return count;
  }
}

/**
 * One pass over the inputs. A function of its own for each contender, made from text: V8 learns from the calls of one place
 * in the code, and a loop that all contenders share would be fast for none of them.
 */
function passOver(contender: Contender, inputs: readonly unknown[]): () => unknown {
  const isAsync = contender.decide(inputs[0]) instanceof Promise;
  const body = `return ${isAsync ? 'async ' : ''}() => {
    let admitted = 0;
    for (let index = 0; index < inputs.length; index++) {
      if (${isAsync ? 'await ' : ''}contender.decide(inputs[index])) admitted++;
    }
    return admitted; // of ${contender.name}
  };`;
  return new Function('contender', 'inputs', body)(contender, inputs);
}
