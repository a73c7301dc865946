import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cedarCase } from './cases.ts';
import { cedar, disagreement, type Judge, ourEngine } from './judge.ts';
import { WRONG_ENGINES } from './testing/wrong-engines.ts';
import { OUTCOMES, QUESTIONS, tryCases } from './trial.ts';

const SEED = Number(process.env.PROPERTY_SEED ?? 20261127);
const POLICIES = 100;
/** A policy tells a wrong engine from a right one at least so often. */
const LEAST_FOUND = 3;

describe('Cedar as a judge', () => {
  it('says what the engine says, on connections that are often refused and often admitted, by rules and by default', () => {
    const trial = tryCases(ourEngine, { pairs: POLICIES * QUESTIONS, seed: SEED });
    expect(trial.failure).toBeUndefined();
    expect(trial.pairs).toBe(POLICIES * QUESTIONS);
    for (const outcome of OUTCOMES)
      expect([outcome, trial.outcomes[outcome] > trial.pairs / 20]).toEqual([outcome, true]);
  });

  it('shows the smallest policy and the connection about which the engine is wrong', () => {
    const wrong: Judge = WRONG_ENGINES['forgets exceptions'] ?? ourEngine;
    const { failure = '' } = tryCases(wrong, { pairs: 2000, seed: SEED });
    expect(failure).toMatch(/^Cedar says (allow|deny) .*, the engine (allow|deny) .*"except".*"asked":\{"connection"/);
    expect(failure.length).toBeLessThan(2500);
  });

  it('shows the policy with which the engine throws', () => {
    const throwing: Judge = () => {
      throw new Error('out of order');
    };
    expect(tryCases(throwing, { pairs: 100, seed: SEED }).failure).toMatch(/^out of order: \{"document"/);
  });
});

describe('an engine that is wrong in one thing disagrees with Cedar', () => {
  const cases = fc.sample(cedarCase(QUESTIONS), { seed: SEED, numRuns: 400 });
  const answers = new Map(cases.map(({ document, questions }) => [document, cedar(document, questions)]));
  const answered: Judge = (document) => answers.get(document) ?? [];

  it.each(Object.keys(WRONG_ENGINES))('it %s', (name) => {
    const wrong = WRONG_ENGINES[name] ?? ourEngine;
    let found = 0;
    for (const one of cases) {
      if (disagreement(one, wrong, answered) !== undefined) found += 1;
      if (found === LEAST_FOUND) return;
    }
    throw new Error(`${found} of ${cases.length} policies tell it from the right one`);
  });
});
