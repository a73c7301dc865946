/** Fuzzes the maze with and without guidance, and what takes too many steps; prints what was found as JSON. */
import { Random } from '../../../fuzz/random.ts';
import { startBlockCoverage } from '../block-coverage.ts';
import { fuzz } from '../guided-fuzz.ts';
import { textMutator } from '../mutate-text.ts';

const coverage = startBlockCoverage((url) => url.endsWith('/testing/maze.ts'));
const { maze, slow } = await import('./maze.ts');

const base = { seeds: ['x'], mutate: textMutator([...'maze!7'], 20), maxSteps: () => 1_000 };
const MAZE = { ...base, name: 'maze', check: (text: string) => void maze(text) };
const SLOW = { ...base, name: 'slow', mutate: textMutator(['..'], 400), check: (text: string) => void slow(text) };

const options = { runs: 60_000, coverage, batch: 50 };
console.log(
  JSON.stringify({
    guided: fuzz(MAZE, { ...options, random: new Random(1) }),
    unguided: fuzz(MAZE, { ...options, random: new Random(1), guided: false }),
    slow: fuzz(SLOW, { ...options, runs: 3_000, random: new Random(1) }),
  }),
);
