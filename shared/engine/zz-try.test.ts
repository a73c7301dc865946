import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compile, decide } from './index.ts';
import { policyCase } from './reference/arbitraries.ts';
import { referenceDecide } from './reference/reference-evaluator.ts';

it('x', () => {
  const c: Record<string, number> = {};
  let tr = 0,
    te = 0,
    tc = 0;
  try {
    fc.assert(
      fc.property(policyCase(5), ({ document, questions }) => {
        const t0 = performance.now();
        const policy = compile(document);
        tc += performance.now() - t0;
        for (const { connection, nowMs } of questions) {
          const t1 = performance.now();
          const w = referenceDecide(document, connection, nowMs);
          tr += performance.now() - t1;
          const t2 = performance.now();
          const d = decide(policy, connection, nowMs);
          te += performance.now() - t2;
          const k = `${w.effect} ${w.decidedBy}`;
          c[k] = (c[k] ?? 0) + 1;
          expect(d).toEqual(w);
        }
      }),
      { numRuns: Number(process.env.RUNS ?? 500), seed: Number(process.env.SEED ?? 1) },
    );
  } finally {
    process.stderr.write(JSON.stringify({ c, tr, te, tc }) + '\n');
  }
});
