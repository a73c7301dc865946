/** The ratios that stay: how the engine grows and how it stands to others. They differ little from machine to machine; times do. */

import type { BenchResults } from './bench-results.ts';
import type { Comparison } from './compare.ts';

/** By name; of each, less is better. */
export type Ratios = Readonly<Record<string, number>>;

export interface RefusedRatio {
  readonly name: string;
  readonly ratio: number;
  readonly limit: number;
}

/** A ratio may be worse than the committed one by less than half of it. */
const WORST_GROWTH = 1.5;

/** The ratios of a run that had all parts. */
export function ratiosOf({ rules, sets, engine }: BenchResults): Ratios {
  const thousandRules = sizedOf(rules, 1000);
  const [small, large] = [sizedOf(sets, 1000), sizedOf(sets, 250_000)];
  if (engine === undefined) throw new RangeError('ratios take a run of all parts: leave --only away');
  return {
    'decision, 10,000 rules against 100': engine.manyRulesAgainst100,
    'decision, sets of 250,000 entries against 1,000': engine.manyEntriesAgainst1000,
    'decision against the bare lower limit, 1,000 entries': 1 / timesOurs(small, 'bare lower limit'),
    'decision against the bare lower limit, 250,000 entries': 1 / timesOurs(large, 'bare lower limit'),
    'decision against casbin, 1,000 rules': 1 / timesOurs(thousandRules, 'casbin'),
    'decision against hand-written, 1,000 rules': 1 / timesOurs(thousandRules, 'hand-written'),
    'compiling against JSON.parse of the same document': engine.compile.coldMs / engine.compile.parseMs,
    'bytes allocated by a decision': engine.bytesADecision,
    'MB kept by 10,000 rules and 100,000 CIDRs': engine.compile.keptMb,
  };
}

/** Those that are over their limit, or that have none. */
export function refusedRatios(ratios: Ratios, committed: Ratios): RefusedRatio[] {
  return Object.entries(ratios).flatMap(([name, ratio]) => {
    const limit = (committed[name] ?? 0) * WORST_GROWTH;
    return ratio <= limit ? [] : [{ name, ratio, limit }];
  });
}

function sizedOf(comparisons: readonly Comparison[], size: number): Comparison {
  const found = comparisons.find((comparison) => comparison.size === size);
  if (found === undefined) throw new RangeError(`nothing of size ${size} was measured`);
  return found;
}

function timesOurs({ timesOurs: times, workload }: Comparison, contender: string): number {
  const ratio = times[contender];
  if (ratio === undefined) throw new RangeError(`${workload}: ${contender} was not measured`);
  return ratio;
}
