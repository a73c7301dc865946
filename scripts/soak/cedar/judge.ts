/** The engine against Cedar, pair by pair. */
import { compile, type Decision, decide, type PolicyDocument } from '../../../shared/engine/index.ts';
import { toConnection } from './case-connection.ts';
import type { CaseQuestion, CedarCase } from './cases.ts';
import { askCedar } from './cedar-wasm.ts';
import { isDefault, toCedar, toQuestion } from './cedar-words.ts';

/** What both can be asked: who decided, and how. The rules are in no order, which Cedar does not know. */
export interface Judgement {
  readonly effect: 'allow' | 'deny';
  /** The rules that made the decision; none when the default did. */
  readonly rules: readonly string[];
}

/** Decides a policy's connections, each at its moment. */
export type Judge = (document: PolicyDocument, questions: readonly CaseQuestion[]) => readonly Judgement[];

export const ourEngine: Judge = (document, questions) => {
  const policy = compile(document);
  return questions.map(({ connection, nowMs }) => judgement(decide(policy, toConnection(connection), nowMs)));
};

export const cedar: Judge = (document, questions) =>
  askCedar(
    toCedar(document),
    questions.map(({ connection, nowMs }) => toQuestion(connection, nowMs)),
  ).map(({ decision, reasons }) => ({
    effect: decision,
    rules: reasons.filter((id) => !isDefault(id)).sort(),
  }));

function judgement({ allow, effect, decidedBy, rules }: Decision): Judgement {
  if (allow !== (effect === 'allow'))
    throw new Error('an endpoint that enforces answers something else than was decided');
  if ((decidedBy === 'default') !== (rules.length === 0))
    throw new Error(`decided by ${decidedBy}, by ${rules.length} rules`);
  return { effect, rules: [...rules].sort() };
}

export interface Disagreement {
  readonly document: PolicyDocument;
  readonly question: CaseQuestion;
  readonly ours: Judgement;
  readonly cedars: Judgement;
}

/** The first connection of the case about which the two say different things. */
export function disagreement({ document, questions }: CedarCase, ours: Judge, cedars: Judge): Disagreement | undefined {
  const answers = ours(document, questions);
  const wanted = cedars(document, questions);
  return questions.flatMap((question, index): Disagreement[] => {
    const [our, their] = [answers[index], wanted[index]];
    if (our === undefined || their === undefined) throw new Error('fewer answers than questions');
    const isSame = our.effect === their.effect && our.rules.join() === their.rules.join();
    return isSame ? [] : [{ document, question, ours: our, cedars: their }];
  })[0];
}
