/** The soak's independent judge: Cedar decides the part of the language that it can express, and the engine must say the same. */
import { countFigure, type SoakPart } from '../part.ts';
import { CEDAR_VERSION } from './cedar-wasm.ts';
import { ourEngine } from './judge.ts';
import { OUTCOMES, tryCases } from './trial.ts';

const PAIRS = { short: 2000, long: 100_000 };
/** Of all pairs; an outcome that hardly ever occurs proves nothing. */
const LEAST_SHARE = 0.05;

export const cedarPart: SoakPart = {
  name: 'cedar',
  title: 'random policies and connections, decided by the engine and by Cedar',
  run: async ({ isShort, seed, progress }) => {
    const wanted = isShort ? PAIRS.short : PAIRS.long;
    const { policies, pairs, outcomes, malformed, failure } = tryCases(ourEngine, { pairs: wanted, seed, progress });
    // While a failure is made smaller, small cases are counted over and over.
    const rare = failure === undefined ? OUTCOMES.filter((outcome) => outcomes[outcome] < LEAST_SHARE * pairs) : [];
    return {
      figures: [
        { what: 'Cedar', figure: CEDAR_VERSION },
        countFigure('policies', policies),
        countFigure('policy and connection pairs', pairs),
        ...OUTCOMES.map((outcome) => countFigure(outcome, outcomes[outcome])),
        countFigure('with a malformed attribute', malformed),
        countFigure('disagreements', failure === undefined ? 0 : 1),
      ],
      failures: [
        ...(failure === undefined ? [] : [failure]),
        ...rare.map((outcome) => `${outcome}: only ${outcomes[outcome]} of ${pairs} pairs`),
      ],
    };
  },
};
