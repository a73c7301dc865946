/** Recorded decisions for people: one in full, or many in a table. */
import type { DecisionRecord, RecordedEvent } from '../../../shared/decision-log/index.ts';
import type { RecordedDecision } from '../access/decision-access.ts';
import { type Colour, counted, type Paint, printable } from '../terminal/output.ts';
import type { Cell } from '../terminal/table.ts';
import type { CallerClock } from '../time/caller-zone.ts';
import { echoedMoment, shortMoment, spanText } from '../time/moment-text.ts';
import { traceLines } from './report-decision.ts';

export const DECISION_HEAD = ['WHEN', 'OUTCOME', 'WHO', 'FROM', 'WHY', 'ENDPOINT', 'CONNECTION'] as const;

/** As `DECISION_HEAD` has it. */
export function decisionRow(record: DecisionRecord, clock: CallerClock): Cell[] {
  const { word, colour } = OUTCOMES[record.outcome];
  return [
    shortMoment(toSecond(Date.parse(record.decidedAt)), clock),
    { text: word, colour },
    whoText(record),
    valueText(record.event['public-ip']) ?? '',
    whyText(record),
    record.endpoint ?? '',
    record.id,
  ];
}

/** Whole: the outcome first, then who, from where, when, what they were told, and why. */
export function recordedDecisionLines(
  { decision, trace, ended }: RecordedDecision,
  { clock, paint, columns, explain }: RecordedContext,
): string[] {
  const { word, colour } = OUTCOMES[decision.outcome];
  const facts = [...factsOf(decision, clock), ['ended', endText(ended, clock)] as const].filter(
    (fact): fact is [string, string] => fact[1] !== undefined,
  );
  return [
    `${paint(colour, paint('bold', word.toUpperCase()))} ${printable(whyText(decision))}`,
    ...facts.map(([name, fact]) => `  ${name}: ${printable(fact)}`),
    ...reasonLines(decision, trace, { clock, paint, columns, explain }),
  ];
}

export interface RecordedContext {
  readonly clock: CallerClock;
  readonly paint: Paint;
  readonly columns?: number | undefined;
  /** Tell what every rule did, not only those that applied. */
  readonly explain: boolean;
}

const OUTCOMES: Readonly<Record<DecisionRecord['outcome'], { readonly word: string; readonly colour: Colour }>> = {
  admitted: { word: 'admitted', colour: 'green' },
  refused: { word: 'refused', colour: 'red' },
  observed: { word: 'admitted (observed)', colour: 'yellow' },
  'failed-closed': { word: 'refused (failed)', colour: 'red' },
  'failed-open': { word: 'admitted (failed)', colour: 'yellow' },
  ended: { word: 'ended', colour: 'red' },
};

function whyText({ outcome, cause, decidedBy, rules, rulesCount, ended }: DecisionRecord): string {
  if (outcome === 'ended' && decidedBy === undefined) return `by ${ended?.author ?? 'an operator'}`;
  if (cause !== undefined || decidedBy === undefined) return `no policy decided: ${cause ?? 'not known why'}`;
  const more = rulesCount === undefined ? '' : ` and ${rulesCount - rules.length} more`;
  const limit = decidedBy === 'limit' ? 'the limit ' : '';
  const by = rules.length === 0 ? 'by default' : `by ${limit}${rules.join(', ')}${more}`;
  return outcome === 'observed' ? `the policy refused ${by}` : by;
}

export function whoText({ event, names }: Pick<DecisionRecord, 'event' | 'names'>): string {
  if (names === 'left-out') return '(left out)';
  return valueText(event.username) ?? valueText(event['common-name']) ?? '';
}

function factsOf(record: DecisionRecord, clock: CallerClock): (readonly [string, string | undefined])[] {
  const { event, message, postureStatuses, reported, reportedCount, revision, policyAgeMs, ended } = record;
  const age = policyAgeMs === undefined ? '' : `, which the store had confirmed ${ageText(policyAgeMs)} before`;
  return [
    ['user', nameText(event.username, record)],
    ['common name', nameText(event['common-name'], record)],
    ['address', valueText(event['public-ip'])],
    ['groups', groupsText(record)],
    ['platform', joined(valueText(event.platform), valueText(event['platform-version']))],
    ['OpenVPN', valueText(event['client-openvpn-version'])],
    ['AWS client', valueText(event['aws-client-version'])],
    ['endpoint', endpointText(record)],
    ['let in', ended?.admittedAt && echoedMoment(toSecond(Date.parse(ended.admittedAt)), clock)],
    ['when', echoedMoment(toSecond(Date.parse(record.decidedAt)), clock)],
    ['asked for by', ended?.author],
    ['reason', ended?.reason],
    ['message', message],
    ['posture', listText(postureStatuses)],
    ['in report mode', reported.length === 0 ? undefined : `${manyText(reported, reportedCount)} would have applied`],
    ['policy', revision === undefined ? undefined : `revision ${revision}${age}`],
    ['connection', record.id],
  ];
}

/** Of a connection that was let in. */
function endText(ended: DecisionRecord | undefined, clock: CallerClock): string | undefined {
  if (ended === undefined) return undefined;
  const when = echoedMoment(toSecond(Date.parse(ended.decidedAt)), clock);
  return `${when}, ${whyText(ended)} (vpn-policy decisions ${ended.id})`;
}

function reasonLines(decision: DecisionRecord, trace: RecordedDecision['trace'], context: RecordedContext): string[] {
  const { paint, columns, explain } = context;
  if (trace === null) {
    return decision.revision === undefined || decision.decidedBy === undefined
      ? []
      : [
          '',
          `note: revision ${decision.revision} is not in the rules table any more or cannot be read, so there is nothing to explain it by (vpn-policy verify)`,
        ];
  }
  const rules = explain ? trace.rules : trace.rules.filter(({ outcome }) => !NOT_APPLYING.includes(outcome));
  const left = trace.rules.length - rules.length;
  return [
    '',
    `By the rules of revision ${trace.revision}:`,
    ...(rules.length === 0 ? ['No rule applied.'] : traceLines(rules, paint, columns).slice(0, -2)),
    ...(left === 0 ? [] : [`(${counted(left, 'rule')} did not apply: --explain tells why)`]),
    ...notesOn(decision, trace),
  ];
}

const NOT_APPLYING: readonly string[] = ['not-in-force', 'not-matched', 'excepted'];

function notesOn(
  { decidedBy, rules }: DecisionRecord,
  { agrees, withheld, decision: again }: NonNullable<RecordedDecision['trace']>,
) {
  const notes =
    withheld.length === 0
      ? []
      : [`not on record, so absent for these rules: ${withheld.map((name) => NAMES[name]).join(', ')}`];
  if (decidedBy === 'limit' && agrees) {
    notes.push(`these rules let it in: it is the limit ${rules.join(', ')} that refused one more session of the user`);
  }
  if (!agrees) {
    const by = again.rules.length === 0 ? 'by default' : `by ${again.rules.join(', ')}`;
    notes.push(`decided again it comes out otherwise: ${again.allow ? 'admitted' : 'refused'} ${by}`);
  }
  return notes.map((note) => printable(`note: ${note}`));
}

const NAMES = { username: 'the user name', commonName: 'the common name', groups: 'groups' } as const;

function nameText(name: RecordedEvent['username'], { names }: DecisionRecord): string | undefined {
  const text = valueText(name);
  return text !== undefined && names === 'pseudonyms' ? `${text} (a pseudonym)` : text;
}

function groupsText({ event: { groups }, groupsCount }: DecisionRecord): string | undefined {
  if (groups === undefined) return undefined;
  return 'malformed' in groups ? valueText(groups) : manyText(groups, groupsCount);
}

function endpointText({ event, endpoint }: DecisionRecord): string | undefined {
  const id = valueText(event['endpoint-id']);
  return endpoint === undefined || endpoint === id ? id : `${endpoint} (${id})`;
}

function valueText(value: RecordedEvent['username']): string | undefined {
  return value === undefined || typeof value === 'string' ? value : `(malformed) ${value.malformed}`;
}

function joined(...parts: readonly (string | undefined)[]): string | undefined {
  const text = parts.filter((part) => part !== undefined).join(' ');
  return text === '' ? undefined : text;
}

function listText(list: readonly string[]): string | undefined {
  return list.length === 0 ? undefined : list.join(', ');
}

function manyText(list: readonly string[], count: number = list.length): string {
  return `${list.join(', ')}${count > list.length ? ` and ${count - list.length} more` : ''}`;
}

function ageText(ms: number): string {
  return ms < 60_000 ? `${Math.round(ms / 1_000)} s` : spanText(ms);
}

function toSecond(ms: number): number {
  return Math.floor(ms / 1_000) * 1_000;
}
