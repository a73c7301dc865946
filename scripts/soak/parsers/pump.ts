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

/** Twice as long a text may take three times as long; four times is what a parser takes that is quadratic in it. */
const MAX_GROWTH = 3;
/** What takes less is not looked into. */
const NOTICEABLE_MS = 50;
/** No text of that length may take longer, however evenly it grows. */
const MAX_MS = 2_000;

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
    const ofLength = pumped(random, random.pick(corpus));
    const text = ofLength(length);
    coverage.take();
    let ms = timed(target, text);
    const { steps } = coverage.take();
    // What surely takes too long is not tried again.
    if (ms > NOTICEABLE_MS && ms <= MAX_MS) ms = Math.min(ms, bestOfThree(target, text));
    slowestMs = Math.max(slowestMs, ms);
    const told = `${target.name}: ${JSON.stringify(text.slice(0, 120))}… (${text.length} units) takes`;
    if (steps > target.maxSteps(text.length)) failures.push(`${told} ${steps} steps`);
    if (ms > MAX_MS) failures.push(`${told} ${ms.toFixed(0)} ms`);
    else if (ms > NOTICEABLE_MS) {
      const halfMs = bestOfThree(target, ofLength(length / 2));
      if (ms > MAX_GROWTH * halfMs) failures.push(`${told} ${ms.toFixed(0)} ms, half of it ${halfMs.toFixed(0)} ms`);
    }
  }
  return { inputs, slowestMs, failures };
}

/** Head, one piece over and over, tail: the shape that makes regular expressions backtrack. Of any length. */
function pumped(random: Random, text: string): (length: number) => string {
  const from = random.integer(0, text.length);
  const piece = text.slice(from, from + random.integer(1, 6)) || 'a';
  const [head, tail] = [text.slice(0, from), text.slice(from + (random.chance(0.5) ? 1 : 0))];
  return (length) => head + piece.repeat(Math.ceil(length / piece.length)) + tail;
}

function bestOfThree(target: FuzzTarget, text: string): number {
  return Math.min(timed(target, text), timed(target, text), timed(target, text));
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
