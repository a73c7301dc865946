/**
 * Fuzzes the parsers in a process of its own, in which V8 counts from the start which blocks of code run.
 *
 *     node --import tsx parsers-process.ts FUZZ_SIZE
 */
import { Random } from '../../fuzz/random.ts';
import { startBlockCoverage } from './block-coverage.ts';
import { type FuzzTarget, fuzz } from './guided-fuzz.ts';
import type { ParsersMessage, ParsersSize } from './parsers.ts';
import { PUMPED_LENGTH, pump } from './pump.ts';

// INVARIANT: the parent wrote it.
const size = JSON.parse(process.argv[2] ?? '') as ParsersSize & { readonly seed: number };

// The parsers and the libraries that they stand on, not their judges.
const coverage = startBlockCoverage(
  (url) =>
    /\/shared\/(engine|policy)\/|\/node_modules\/(yaml|croner|luxon|zod)\//.test(url) && !url.includes('/reference/'),
);
// Only what is loaded from now on is counted block by block.
const { VALUE_TARGETS } = await import('./value-targets.ts');
const { DATA, DOCUMENT_TARGETS } = await import('./document-targets.ts');

process.once('disconnect', () => process.exit(1));
for (const target of VALUE_TARGETS) await run(target, size.valueRuns, size.pumped);
// Data has no long text.
for (const target of DOCUMENT_TARGETS) await run(target, size.documentRuns, target === DATA ? 0 : size.pumpedDocuments);
process.exit(0);

async function run(target: FuzzTarget, runs: number, pumpedInputs: number): Promise<void> {
  const random = new Random(size.seed);
  const startedMs = performance.now();
  const result = fuzz(target, { runs, random, coverage });
  const ms = performance.now() - startedMs;
  const pumped = pump(target, result.corpus, { inputs: pumpedInputs, length: PUMPED_LENGTH, random, coverage });
  const { blocks, blocksOfSeeds, corpus } = result;
  await send({
    name: target.name,
    runs: result.runs,
    ms,
    blocks,
    blocksOfSeeds,
    corpus: corpus.length,
    pumped: pumped.inputs,
    slowestMs: pumped.slowestMs,
    failures: [...result.failures, ...pumped.failures],
  });
}

/** Resolves when it is on its way; whether somebody still waits for it shows meanwhile, too. */
function send(message: ParsersMessage): Promise<void> {
  return new Promise((resolve) => process.send?.(message, () => resolve()));
}
