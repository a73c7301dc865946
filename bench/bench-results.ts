/** What one run of the benchmark has measured. */
import type { Comparison } from './compare.ts';
import type { EngineFigures } from './engine-figures.ts';
import type { Machine } from './machine.ts';

export interface BenchResults {
  readonly machine: Machine;
  readonly rules: Comparison[];
  readonly sets: Comparison[];
  readonly countries: Comparison[];
  engine?: EngineFigures;
}
