/**
 * A coverage-guided fuzzer: inputs that reach code which none before has reached are kept, and new ones are made from those.
 *
 * To ask V8 for the coverage of each single input would take a thousand times as long as to parse it. So inputs are tried in
 * batches; a batch that reached something new is tried again in halves until it is known which inputs did.
 */
import type { Random } from '../../fuzz/random.ts';
import type { BlockCoverage } from './block-coverage.ts';

export interface FuzzTarget {
  readonly name: string;
  /** What the corpus begins with. */
  readonly seeds: readonly string[];
  /** Makes an input from one or two of the corpus. */
  readonly mutate: (random: Random, input: string, other: string) => string;
  /** Says what is wrong, if anything is; throws where the parser throws what it must not. */
  readonly check: (input: string) => string | undefined;
  /** Most steps that an input of that many UTF-16 units may take. */
  readonly maxSteps: (length: number) => number;
}

export interface FuzzOptions {
  readonly runs: number;
  readonly random: Random;
  readonly coverage: BlockCoverage;
  /** Inputs tried between two looks at the coverage. Default 250. */
  readonly batch?: number;
  /** False keeps nothing but the seeds: what guidance is worth can then be seen. Default true. */
  readonly guided?: boolean;
}

export interface FuzzResult {
  readonly runs: number;
  /** Inputs that reached something new, the seeds among them. */
  readonly corpus: readonly string[];
  readonly blocks: number;
  readonly blocksOfSeeds: number;
  readonly failures: readonly string[];
}

const MOST_FAILURES = 3;

export function fuzz(
  target: FuzzTarget,
  { runs, random, coverage, batch = 250, guided = true }: FuzzOptions,
): FuzzResult {
  const seen = new Set<string>();
  const corpus: string[] = [];
  const failures: string[] = [];
  let done = 0;

  const fault = (input: string): string | undefined => {
    done++;
    try {
      return target.check(input);
    } catch (error) {
      return `it threw ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
    }
  };
  /** Tries the inputs; what ran meanwhile. */
  const run = (inputs: readonly string[]) => {
    const faults = inputs.map((input) => [input, fault(input)] as const);
    const ran = coverage.take();
    for (const [input, found] of faults) if (found !== undefined) fail(input, found);
    return ran;
  };
  const fail = (input: string, found: string) => {
    if (failures.length >= MOST_FAILURES) return;
    const smallest = smallestText(input, (smaller) => fault(smaller) !== undefined);
    failures.push(`${target.name}: ${JSON.stringify(smallest)}: ${fault(smallest) ?? found}`);
    coverage.take();
  };
  const keepWhatIsNew = (inputs: readonly string[]): void => {
    const { blocks, steps } = run(inputs);
    const tooLong = inputs.length === 1 && steps > target.maxSteps(inputs[0]?.length ?? 0);
    if (tooLong) fail(inputs[0] ?? '', `${steps} steps for ${inputs[0]?.length} units`);
    const fresh = blocks.filter((block) => !seen.has(block));
    // Of a batch that took more than it may, some input did.
    const suspicious = steps > inputs.reduce((sum, { length }) => sum + target.maxSteps(length), 0);
    if (fresh.length === 0 && !suspicious) return;
    const [only, ...others] = inputs;
    if (only !== undefined && others.length === 0) {
      for (const block of fresh) seen.add(block);
      if (guided) corpus.push(only);
      return;
    }
    const half = Math.ceil(inputs.length / 2);
    keepWhatIsNew(inputs.slice(0, half));
    keepWhatIsNew(inputs.slice(half));
  };

  coverage.take();
  for (const seed of target.seeds) {
    const { blocks } = run([seed]);
    for (const block of blocks) seen.add(block);
    corpus.push(seed);
  }
  const blocksOfSeeds = seen.size;
  while (done < runs && failures.length < MOST_FAILURES) {
    // The newest inputs are at the edge of what is known: half of the tries start from them.
    const pick = () => random.pick(random.chance(0.5) ? corpus : corpus.slice(-32));
    keepWhatIsNew(Array.from({ length: batch }, () => target.mutate(random, pick(), pick())));
  }
  return { runs: done, corpus, blocks: seen.size, blocksOfSeeds, failures };
}

/** Takes pieces out of a text for as long as it still fails. */
export function smallestText(text: string, fails: (smaller: string) => boolean): string {
  let smallest = text;
  let tries = 2_000;
  for (let size = Math.ceil(text.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < smallest.length && tries > 0; ) {
      const smaller = smallest.slice(0, at) + smallest.slice(at + size);
      tries--;
      if (smaller !== smallest && fails(smaller)) smallest = smaller;
      else at += size;
    }
  }
  return smallest;
}
