/** What a plan says, in sections of lines: the same on a terminal and in Markdown. */
import { type Connection, type Decision, isMalformed, parseInstantMs } from '../../../shared/engine/index.ts';
import { changeLines, type DiffTextOptions, type PolicyChange } from '../../../shared/policy/index.ts';
import { authorName } from '../access/author-name.ts';
import type { RevisionInfo } from '../access/policy-access.ts';
import type { ChangedDecision, DecisionChanges } from '../plan/decision-changes.ts';
import type { Plan, PlannedOutcome, PlannedResult } from '../plan/make-plan.ts';
import type { PlannedReplay } from '../replay/plan-replay.ts';
import { counted, onOneLine, printable } from '../terminal/output.ts';
import type { CallerClock } from '../time/caller-zone.ts';
import { shortMoment, zoneText } from '../time/moment-text.ts';
import { CONFLICT_SIDES, conflictLines } from './report-conflicts.ts';
import { issueLine, warningLine } from './report-policy.ts';
import { groupText, newlyAdmittedText, newlyRefusedText, replayNotes } from './report-replay.ts';

export interface PlanReport {
  /** What it would come to, in a line. */
  readonly verdict: string;
  readonly isGood: boolean;
  /** On what it would come, and what was said of it. */
  readonly facts: readonly string[];
  readonly sections: readonly PlanSection[];
  /** What to do now. */
  readonly advice: readonly string[];
}

export interface PlanSection {
  readonly title: string;
  /** Where it is a difference, each line begins with `+`, `-`, `~` or a blank. */
  readonly isDiff: boolean;
  readonly lines: readonly string[];
}

export interface ReportContext {
  /** The file, as the command line calls it. */
  readonly fileName: string;
  readonly clock: CallerClock;
  /** Of a sample of connections: when it was decided, and what there is to say about it. */
  readonly sample?: { readonly atMs: number; readonly notes: readonly string[] } | undefined;
}

export interface PlanTotals {
  readonly add: number;
  readonly change: number;
  readonly remove: number;
  readonly kept: number;
}

export function planTotals({ changes, kept }: Plan): PlanTotals {
  const count = (wanted: readonly PolicyChange['change'][]) =>
    changes.filter(({ change }) => wanted.includes(change)).length;
  return {
    add: count(['added']),
    change: count(['changed', 'reordered']),
    remove: count(['removed']),
    kept: kept.length,
  };
}

export function planReport(plan: Plan, context: ReportContext): PlanReport {
  const { outcome, result } = plan;
  const { fileName, clock } = context;
  const told: DiffTextOptions = { brief: true, printTime: (time) => shortMoment(parseInstantMs(time), clock) };
  return {
    verdict: printable(verdictOf(plan)),
    isGood: ['checked', 'unchanged'].includes(outcome.outcome) && result?.replay?.stopped === undefined,
    facts: factsOf(plan, clock),
    sections: [
      { title: 'Changes', isDiff: true, lines: plan.changes.flatMap((change) => changeLines(change, told)) },
      { title: 'Kept, since others changed it', isDiff: true, lines: keptLines(plan, told, clock) },
      ...outcomeSections(outcome, fileName),
      ...(result === undefined ? [] : resultSections(result, context)),
    ].filter(({ lines }) => lines.length > 0),
    advice: [
      ...adviceOf(outcome),
      ...(result?.replay?.stopped === undefined ? [] : [`Beyond ${result.replay.stopped}.`]),
    ],
  };
}

function verdictOf(plan: Plan): string {
  const { outcome, changes, base, onlyRecords } = plan;
  const { source } = plan.application;
  const { add, change, remove, kept } = planTotals(plan);
  const keptText = kept === 0 ? '' : `; ${kept} kept`;
  const totals = `${add} to add, ${change} to change, ${remove} to remove${keptText}`;
  switch (outcome.outcome) {
    case 'conflict':
      return `${counted(outcome.conflicts.length, 'conflict')}: the file and others changed the same, differently`;
    case 'refused':
      return `Refused as it is: ${totals}`;
    default:
      if (changes.length > 0) return `Plan: ${totals}`;
      return onlyRecords
        ? `No changes${keptText}: apply would only record that ${source} was applied`
        : `No changes${keptText}: revision ${base?.number} already says what ${source} says`;
  }
}

function factsOf({ base, lastApplied, place, application }: Plan, clock: CallerClock): string[] {
  const { source, prune, forceConflicts } = application;
  const facts = [
    base === undefined
      ? `Policy: none has been published yet in ${place}; this would be the first`
      : `Policy: ${revisionText(base, clock)}, in ${place}`,
    ...(base === undefined ? [] : [lastAppliedText(source, lastApplied, clock)]),
    ...(prune ? ['--prune: what only others added is taken out'] : []),
    ...(forceConflicts ? ['--force-conflicts: where others changed the same, the file counts'] : []),
    `Times: ${zoneText(clock.nowMs, clock.zone)}`,
  ];
  return facts.map(onOneLine);
}

function lastAppliedText(source: string, lastApplied: RevisionInfo | undefined, clock: CallerClock): string {
  return lastApplied === undefined
    ? `Last applied from ${source}: never, so what only the policy has stays, and what differs conflicts`
    : `Last applied from ${source}: ${revisionText(lastApplied, clock)}`;
}

/** `revision 15 (10:00 today by tanaka@laptop: block batchi)` */
export function revisionText({ number, createdAt, author, reason }: RevisionInfo, clock: CallerClock): string {
  const when = shortMoment(Date.parse(createdAt), clock);
  return onOneLine(`revision ${number} (${when} by ${authorName(author)}${reason === '' ? '' : `: ${reason}`})`);
}

/** Who has more to ask has `vpn-policy log`. */
const MAX_ORIGINS = 3;

function keptLines({ kept, lastApplied }: Plan, told: DiffTextOptions, clock: CallerClock): string[] {
  return kept.flatMap(({ change, revisions }) => {
    const origins = revisions.slice(0, MAX_ORIGINS).map((revision) => `    ${revisionText(revision, clock)}`);
    const more = revisions.length - origins.length;
    if (more > 0) origins.push(`    and ${counted(more, 'revision')} before`);
    if (revisions.length === 0 && lastApplied !== undefined) {
      origins.push(`    from before revision ${lastApplied.number}, which kept it, too`);
    }
    return [...changeLines(change, told), ...origins];
  });
}

function outcomeSections(outcome: PlannedOutcome, fileName: string): PlanSection[] {
  const section = (title: string, lines: readonly string[]) => ({ title, isDiff: false, lines });
  switch (outcome.outcome) {
    case 'conflict':
      return [
        section(
          'Conflicts',
          outcome.conflicts.flatMap((conflict) => conflictLines(conflict, CONFLICT_SIDES.apply)),
        ),
      ];
    case 'refused': {
      const { issues, unconfirmed } = outcome.refusal;
      return [
        section(
          'Errors in what would come of it',
          issues.map((issue) => issueLine(fileName, issue)),
        ),
        section(
          'To be confirmed',
          unconfirmed.map(({ confirm, message }) => printable(`--confirm ${confirm}: ${message}`)),
        ),
      ];
    }
    default: {
      const overridden = outcome.overridden ?? [];
      return [
        section(
          'What others changed and the file overrides',
          overridden.flatMap((conflict) => conflictLines(conflict, CONFLICT_SIDES.apply)),
        ),
        section(
          'Confirmed',
          outcome.confirmedFor.map(({ confirm, message }) => printable(`--confirm ${confirm}: ${message}`)),
        ),
      ];
    }
  }
}

function resultSections({ warnings, tests, decisions, replay }: PlannedResult, context: ReportContext): PlanSection[] {
  const { brought, others } = warnings;
  const failed = tests.filter(({ passed }) => !passed);
  const passed = tests.length - failed.length;
  const section = (title: string, lines: readonly string[]) => ({ title, isDiff: false, lines });
  return [
    section(
      others === 0 ? 'New warnings' : `New warnings (${others} more as before)`,
      brought.map((warning) => warningLine(context.fileName, warning)),
    ),
    section('Tests', [
      ...failed.flatMap(({ name, differences }) => [
        printable(`FAIL ${name}`),
        ...differences.map((line) => printable(`     ${line}`)),
      ]),
      ...(tests.length === 0 ? [] : [`passed: ${passed} of ${tests.length}`]),
    ]),
    ...(decisions === undefined || context.sample === undefined
      ? []
      : [decisionSection(decisions, context.sample, context.clock)]),
    ...(replay === undefined ? [] : [replaySection(replay, context.clock)]),
  ];
}

/** Of a long list these are shown, the others counted. */
const MAX_CONNECTIONS = 20;

function decisionSection(
  { total, newlyRefused, newlyAdmitted, toldOtherwise }: DecisionChanges,
  { atMs, notes }: NonNullable<ReportContext['sample']>,
  clock: CallerClock,
): PlanSection {
  const changed = newlyRefused.length + newlyAdmitted.length;
  const list = (mark: string, decisions: readonly ChangedDecision[]) => [
    ...decisions.slice(0, MAX_CONNECTIONS).map((decision) => `${mark} ${decisionText(decision)}`),
    ...(decisions.length > MAX_CONNECTIONS ? [`${mark} … and ${decisions.length - MAX_CONNECTIONS} more`] : []),
  ];
  return {
    title: `Connections decided otherwise: ${changed} of ${total}, at ${shortMoment(atMs, clock)}`,
    isDiff: true,
    lines: [
      ` newly refused: ${newlyRefused.length}`,
      ...list('-', newlyRefused),
      ` newly admitted: ${newlyAdmitted.length}`,
      ...list('+', newlyAdmitted),
      ...(toldOtherwise === 0 ? [] : [` another message or posture status, else as before: ${toldOtherwise}`]),
      ...notes.map((note) => ` note: ${onOneLine(note)}`),
    ],
  };
}

function replaySection({ report, spanMs }: PlannedReplay, clock: CallerClock): PlanSection {
  const { groups, more = 0 } = report.changed;
  const shown = groups.slice(0, MAX_CONNECTIONS);
  const rest = groups.slice(MAX_CONNECTIONS).reduce((sum, { connections }) => sum + connections, more);
  return {
    title: `Replay of ${counted(report.connections, 'connection')} on record`,
    isDiff: true,
    lines: [
      ` ${newlyRefusedText(report, spanMs)}`,
      ` ${newlyAdmittedText(report, spanMs)}`,
      ...shown.map((group) => printable(`${group.change === 'newly-refused' ? '-' : '+'} ${groupText(group, clock)}`)),
      ...(rest === 0 ? [] : [` … and ${counted(rest, 'connection')} more`]),
      ...replayNotes(report).map((note) => printable(` note: ${note}`)),
    ],
  };
}

/** `batchi from 203.0.113.9 at lab: refused by block-batchi, was admitted by office` */
function decisionText({ connection, before, after }: ChangedDecision): string {
  const was = before === undefined ? 'refused, as nothing was published' : decidedText(before);
  return printable(`${connectionText(connection, after.endpoint)}: ${decidedText(after)}, was ${was}`);
}

function decidedText({ allow, rules, observed }: Decision): string {
  const by = rules.length === 0 ? 'by default' : `by ${rules.join(', ')}`;
  if (observed) return 'admitted, since the endpoint only observes';
  return `${allow ? 'admitted' : 'refused'} ${by}`;
}

function connectionText({ username, commonName, publicIp, groups }: Connection, endpoint: string | undefined): string {
  const names = [valueText(username), valueText(commonName)].filter((name) => name !== undefined);
  const [who = 'nobody named', certificate] = names;
  const from = valueText(publicIp);
  return [
    who,
    certificate === undefined ? '' : `(${certificate})`,
    groups === undefined || isMalformed(groups) ? '' : `in ${shortText(groups.join(', '))}`,
    from === undefined ? '' : `from ${from}`,
    endpoint === undefined ? '' : `at ${shortText(endpoint)}`,
  ]
    .filter((part) => part !== '')
    .join(' ');
}

function valueText(attribute: Connection['username']): string | undefined {
  if (attribute === undefined) return undefined;
  return isMalformed(attribute) ? '(malformed)' : shortText(attribute);
}

function shortText(text: string): string {
  return text.length <= 64 ? text : `${text.slice(0, 63)}…`;
}

function adviceOf(outcome: PlannedOutcome): string[] {
  if (outcome.outcome === 'conflict') {
    return [
      'Take what is in force into the file (vpn-policy export prints it), or let the file count with --force-conflicts.',
    ];
  }
  if (outcome.outcome !== 'refused') return [];
  const { unconfirmed } = outcome.refusal;
  const words = [...new Set(unconfirmed.map(({ confirm }) => confirm))];
  return words.length === 0 ? [] : [`If that is meant: --confirm ${words.join(',')}.`];
}
