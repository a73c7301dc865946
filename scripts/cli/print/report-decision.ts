/** A decision and its trace, as lines for people. */
import Table from 'cli-table3';
import type { BlockTrace, ConditionTrace, Decision, RuleTrace } from '../../../shared/engine/index.ts';
import { type Colour, counted, type Paint, printable } from './output.ts';

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

const PADDING = 2;
/** A reason is never squeezed into less. */
const NARROWEST_REASON = 30;
const ROWS_AT_ONCE = 10;

/** A table: every rule in document order, what it did, and what its conditions found. */
export function traceLines(rules: readonly RuleTrace[], paint: Paint, columns?: number): string[] {
  if (rules.length === 0) return ['The policy has no rules.'];
  const head = ['RULE', 'EFFECT', 'OUTCOME', 'WHY'];
  const rows = rules.map((trace) => {
    const { words, colour } = outcomeOf(trace);
    const effect = trace.mode === 'report' ? `${trace.effect} (report)` : trace.effect;
    return { cells: [trace.rule, effect, words, reasonsOf(trace).join('\n')], colour };
  });
  const widths = [0, 1, 2].map((index) => {
    const lengths = [head, ...rows.map(({ cells }) => cells)].map((cells) => (cells[index] ?? '').length);
    return lengths.reduce((longest, length) => Math.max(longest, length), 0) + PADDING;
  });
  const reasonWidth = (columns ?? Number.POSITIVE_INFINITY) - widths.reduce((sum, width) => sum + width, 0);
  const options = {
    chars: BORDERLESS,
    style: { 'padding-left': 0, 'padding-right': PADDING, head: [], border: [] },
    wordWrap: true,
    colWidths: [...widths, Number.isFinite(reasonWidth) ? Math.max(reasonWidth, NARROWEST_REASON) : null],
  };
  const table = [
    head.map((cell) => paint('dim', cell)),
    ...rows.map(({ cells: [rule = '', effect = '', outcome = '', why = ''], colour }) => [
      rule,
      effect,
      colour === undefined ? outcome : paint(colour, outcome),
      why,
    ]),
  ];
  const lines: string[] = [];
  // cli-table3 takes four times as long for twice as many rows; the widths are given, so that pieces fit together.
  for (let start = 0; start < table.length; start += ROWS_AT_ONCE) {
    const piece = new Table(options);
    piece.push(...table.slice(start, start + ROWS_AT_ONCE));
    for (const line of piece.toString().split('\n')) lines.push(line.trimEnd());
  }
  return [...lines, '', counted(rules.length, 'rule')];
}

const BORDERLESS = Object.fromEntries(
  [
    ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'],
    ...['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'],
  ].map((name) => [name, '']),
);

function outcomeOf(trace: RuleTrace): { readonly words: string; readonly colour?: Colour } {
  switch (trace.outcome) {
    case 'decided':
      return trace.effect === 'deny' ? { words: 'refuses', colour: 'red' } : { words: 'admits', colour: 'green' };
    case 'outranked':
      return { words: 'applies, outranked', colour: 'yellow' };
    case 'lifted':
      return { words: 'lifted', colour: 'yellow' };
    case 'lifts':
      return { words: 'lifts', colour: 'yellow' };
    case 'reported':
      return { words: 'would apply', colour: 'yellow' };
    case 'not-in-force':
      return { words: NOT_IN_FORCE[trace.notInForce ?? 'disabled'] };
    case 'not-matched':
      return { words: 'no match' };
    case 'excepted':
      return { words: 'excepted' };
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
