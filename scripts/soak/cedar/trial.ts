/** Many cases before both judges, and what came of it. */
import fc from 'fast-check';
import { type CedarCase, cedarCase } from './cases.ts';
import { cedar, disagreement, type Judge, type Judgement } from './judge.ts';

export const QUESTIONS = 10;

export interface Trial {
  readonly policies: number;
  readonly pairs: number;
  /** How often the connections were refused and admitted, by a rule and by default. */
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** The pairs in which an attribute was malformed. */
  readonly malformed: number;
  /** The first disagreement, made as small as it would go. */
  readonly failure: string | undefined;
}

export const OUTCOMES = [
  'refused by a rule',
  'refused by default',
  'admitted by a rule',
  'admitted by default',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface TrialOptions {
  readonly pairs: number;
  readonly seed: number;
  readonly progress?: (text: string) => void;
}

export function tryCases(ours: Judge, { pairs, seed, progress = () => {} }: TrialOptions): Trial {
  const outcomes = {
    'refused by a rule': 0,
    'refused by default': 0,
    'admitted by a rule': 0,
    'admitted by default': 0,
  };
  let policies = 0;
  let malformed = 0;
  const counted: Judge = (document, questions) => {
    const judgements = ours(document, questions);
    for (const judgement of judgements) outcomes[outcomeOf(judgement)] += 1;
    malformed += questions.filter(({ connection }) => hasMalformed(connection)).length;
    policies += 1;
    if (policies % 500 === 0) progress(`${policies * QUESTIONS} of ${pairs} pairs`);
    return judgements;
  };
  const property = fc.property(cedarCase(QUESTIONS), (one) => {
    const found = disagreement(one, counted, cedar);
    if (found !== undefined) throw new Error(`Cedar says ${told(found.cedars)}, the engine ${told(found.ours)}`);
  });
  const details = fc.check(property, { numRuns: Math.ceil(pairs / QUESTIONS), seed });
  const failure = details.failed ? failureText(details.counterexample?.[0], details.errorInstance, ours) : undefined;
  return { policies, pairs: policies * QUESTIONS, outcomes, malformed, failure };
}

function hasMalformed(connection: CedarCase['questions'][number]['connection']): boolean {
  return Object.values(connection).some(({ means }) => means === 'malformed');
}

function outcomeOf({ effect, rules }: Judgement): Outcome {
  const by = rules.length > 0 ? 'a rule' : 'default';
  return effect === 'deny' ? `refused by ${by}` : `admitted by ${by}`;
}

function told({ effect, rules }: Judgement): string {
  return `${effect} (${rules.length > 0 ? rules.join(', ') : 'default'})`;
}

/** The document and the one connection that shows it. */
function failureText(smallest: CedarCase | undefined, error: unknown, ours: Judge): string {
  const reason = error instanceof Error ? error.message : String(error);
  if (smallest === undefined) return reason;
  const { document, questions } = smallest;
  let shown: unknown = questions;
  try {
    shown = disagreement(smallest, ours, cedar)?.question ?? questions;
  } catch {
    // A judge that throws: any of the connections may be why.
  }
  return `${reason}: ${JSON.stringify({ document, asked: shown })}`;
}
