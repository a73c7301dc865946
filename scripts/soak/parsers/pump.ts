/** Long inputs made on purpose: a piece of a short one again and again, where a parser that goes back on its steps would never end. */
import type { Random } from '../../fuzz/random.ts';
import type { BlockCoverage } from './block-coverage.ts';
import type { FuzzTarget } from './guided-fuzz.ts';

export interface Pumped {
  readonly inputs: number;
  /** The longest that one computed, the best of three tries. */
  readonly slowestMs: number;
  readonly failures: readonly string[];
}

/** In UTF-16 units. */
export const PUMPED_LENGTH = 20_000;

/** Far more than a linear parser takes for a text of that length, far less than one that is quadratic in it. */
const MAX_MS = 250;

export interface PumpOptions {
  readonly inputs: number;
  /** In UTF-16 units. */
  readonly length: number;
  readonly random: Random;
  readonly coverage: BlockCoverage;
}

/** @param corpus short inputs that reach much of the parser */
export function pump(
  target: FuzzTarget,
  corpus: readonly string[],
  { inputs, length, random, coverage }: PumpOptions,
): Pumped {
  const failures: string[] = [];
  let slowestMs = 0;
  for (let number = 0; number < inputs && failures.length === 0; number++) {
    const text = pumped(random, random.pick(corpus), length);
    coverage.take();
    let ms = timed(target, text);
    const { steps } = coverage.take();
    for (let again = 0; again < 2 && ms > MAX_MS / 5; again++) ms = Math.min(ms, timed(target, text));
    slowestMs = Math.max(slowestMs, ms);
    const told = `${JSON.stringify(text.slice(0, 120))}… (${text.length} units)`;
    if (ms > MAX_MS) failures.push(`${target.name}: ${told} takes ${ms.toFixed(0)} ms, the best of three`);
    if (steps > target.maxSteps(text.length)) failures.push(`${target.name}: ${told} takes ${steps} steps`);
  }
  return { inputs, slowestMs, failures };
}

/** Head, one piece over and over, tail: the shape that makes regular expressions backtrack. */
function pumped(random: Random, text: string, length: number): string {
  const from = random.integer(0, text.length);
  const piece = text.slice(from, from + random.integer(1, 6)) || 'a';
  return (
    text.slice(0, from) +
    piece.repeat(Math.ceil(length / piece.length)) +
    text.slice(from + (random.chance(0.5) ? 1 : 0))
  );
}

function timed({ check }: FuzzTarget, text: string): number {
  // Computing, not waiting for a processor that others use.
  const before = process.cpuUsage();
  try {
    check(text);
  } catch {
    // What it must not throw is found by fuzzing.
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
