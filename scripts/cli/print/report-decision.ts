/** A decision and its trace, as lines for people. */
import type { BlockTrace, ConditionTrace, Decision, RuleTrace } from '../../../shared/engine/index.ts';
import { counted, type Paint, printable } from '../terminal/output.ts';
import { type Cell, type Table, tableLines } from '../terminal/table.ts';

/** When, and by which policy. */
export interface DecisionContext {
  readonly at: string;
  readonly source: string;
}

/** The outcome first, then what the user is told and what made the decision. */
export function decisionLines(decision: Decision, { at, source }: DecisionContext, paint: Paint): string[] {
  const { message, postureStatuses, reported, endpoint } = decision;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['message', message],
    ['posture', postureStatuses.length === 0 ? undefined : postureStatuses.join(', ')],
    ['in report mode', reported.length === 0 ? undefined : `${reported.join(', ')} would apply`],
    ['endpoint', endpoint],
    ['policy', source],
    ['at', at],
  ];
  return [
    headline(decision, paint),
    ...facts.flatMap(([name, fact]) => (fact === undefined ? [] : [`  ${name}: ${printable(fact)}`])),
  ];
}

function headline({ allow, effect, rules, observed }: Decision, paint: Paint): string {
  const by = rules.length === 0 ? 'by default: no rule decides' : `by ${rules.join(', ')}`;
  const word = paint(allow ? 'green' : 'red', paint('bold', allow ? 'ADMITTED' : 'REFUSED'));
  if (!observed) return `${word} ${by}`;
  return `${word} since the endpoint only observes; the policy ${effect === 'deny' ? 'refuses' : 'admits'}, ${by}`;
}

/** A table: every rule in document order, what it did, and what its conditions found. */
export function traceLines(rules: readonly RuleTrace[], paint: Paint, columns?: number): string[] {
  if (rules.length === 0) return ['The policy has no rules.'];
  const table: Table = {
    head: ['RULE', 'EFFECT', 'OUTCOME', 'WHY'],
    rows: rules.map((trace) => [
      trace.rule,
      trace.mode === 'report' ? `${trace.effect} (report)` : trace.effect,
      outcomeOf(trace),
      reasonsOf(trace).join('\n'),
    ]),
  };
  return [...tableLines(table, paint, columns), '', counted(rules.length, 'rule')];
}

function outcomeOf(trace: RuleTrace): Cell {
  switch (trace.outcome) {
    case 'decided':
      return trace.effect === 'deny' ? { text: 'refuses', colour: 'red' } : { text: 'admits', colour: 'green' };
    case 'outranked':
      return { text: 'applies, outranked', colour: 'yellow' };
    case 'lifted':
      return { text: 'lifted', colour: 'yellow' };
    case 'lifts':
      return { text: 'lifts', colour: 'yellow' };
    case 'reported':
      return { text: 'would apply', colour: 'yellow' };
    case 'not-in-force':
      return NOT_IN_FORCE[trace.notInForce ?? 'disabled'];
    case 'not-matched':
      return 'no match';
    case 'excepted':
      return 'excepted';
  }
}

const NOT_IN_FORCE = { disabled: 'disabled', 'not-yet': 'not yet in force', expired: 'expired' } as const;

/** A line for each block; a block holds when all of its conditions do. */
function reasonsOf({ match, except, liftedBy = [] }: RuleTrace): string[] {
  return [
    ...(liftedBy.length === 0 ? [] : [`lifted by ${liftedBy.join(', ')}`]),
    ...(match.length === 0 ? ['match: everyone'] : match.map((block) => blockLine('match', block))),
    ...except.map((block) => blockLine('except', block)),
  ];
}

function blockLine(name: string, { holds, conditions }: BlockTrace): string {
  return `${name} ${holds ? 'holds' : 'fails'}: ${conditions.map(conditionText).join(', ')}`;
}

function conditionText({ condition, holds, finding }: ConditionTrace): string {
  switch (finding) {
    case 'match':
      return `${condition} match`;
    case 'no-match':
      return `${condition} do not match`;
    case 'absent':
      return `${condition} absent`;
    case 'malformed':
      return `${condition} malformed (so it ${holds ? 'holds' : 'fails'})`;
  }
}
