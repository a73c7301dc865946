/** What a replay found, as lines for people. */
import type {
  DifferenceCount,
  DifferenceGroup,
  Differences,
  Reason,
  ReplayReport,
  UserCount,
} from '../../../shared/replay/index.ts';
import { type Colour, counted, type Paint, printable } from '../terminal/output.ts';
import { type Cell, tableLines } from '../terminal/table.ts';
import type { CallerClock } from '../time/caller-zone.ts';
import { shortMoment, spanText } from '../time/moment-text.ts';

export interface ReplayContext {
  readonly clock: CallerClock;
  /** How long a time was replayed; undefined: that between the first and the last connection. */
  readonly spanMs: number | undefined;
  /** What there is to say about how it was read. */
  readonly notes: readonly string[];
  /** True where there is a draft: else only what report rules and endpoints in observe mode would have done is told. */
  readonly hasDraft: boolean;
}

/** `would newly refuse 12 of 2,941 users seen in 14 days (31 connections)` */
export function newlyRefusedText(report: ReplayReport, spanMs: number | undefined): string {
  return `would newly refuse ${shareText(report.changed.newlyRefused, report, spanMs)}`;
}

/** `would newly admit 3 of 2,941 users seen in 14 days (8 connections)` */
export function newlyAdmittedText(report: ReplayReport, spanMs: number | undefined): string {
  return `would newly admit ${shareText(report.changed.newlyAdmitted, report, spanMs)}`;
}

function shareText(
  { connections, users, withoutUser }: DifferenceCount,
  report: ReplayReport,
  spanMs: number | undefined,
): string {
  const inTime = ` in ${spanText(spanMs ?? spanOf(report))}`;
  const unnamed =
    withoutUser === 0
      ? ''
      : `, and ${withoutUser.toLocaleString('en-US')} of ${counted(report.withoutUser, 'connection')} without a name`;
  return `${number(users)} of ${number(report.users)} ${report.users.count === 1 ? 'user' : 'users'} seen${inTime} (${counted(connections, 'connection')}${unnamed})`;
}

function spanOf({ firstAt, lastAt }: ReplayReport): number {
  return firstAt === undefined || lastAt === undefined ? 0 : Date.parse(lastAt) - Date.parse(firstAt);
}

function number({ count, atLeast }: UserCount): string {
  return `${atLeast ? 'at least ' : ''}${count.toLocaleString('en-US')}`;
}

/** Of a long list these are shown, the others counted; `--json` has more. */
const MAX_GROUPS = 50;

/** The sum first, then who by which rules, then the rest. */
export function replayLines(report: ReplayReport, context: ReplayContext, paint: Paint, columns?: number): string[] {
  const { clock, spanMs, hasDraft } = context;
  if (report.connections === 0) return ['No connection was on record in that time.', ...noteLines(report, context)];
  const first = report.firstAt === undefined ? '' : shortMoment(Date.parse(report.firstAt), clock);
  const last = report.lastAt === undefined ? '' : shortMoment(Date.parse(report.lastAt), clock);
  return [
    `${counted(report.connections, 'connection')} of ${number(report.users)} ${report.users.count === 1 ? 'user' : 'users'}, ${first} to ${last}`,
    ...(hasDraft
      ? [
          paint(
            report.changed.newlyRefused.connections > 0 ? 'red' : 'green',
            capital(newlyRefusedText(report, spanMs)),
          ),
          capital(newlyAdmittedText(report, spanMs)),
          ...(report.toldOtherwise === 0
            ? []
            : [`Another message or posture status, else as before: ${counted(report.toldOtherwise, 'connection')}`]),
          ...section('', groupLines(report.changed, clock, paint, columns)),
        ]
      : []),
    ...section('Rules in report mode, were each alone enforced:', reportRuleLines(report, paint, columns)),
    ...section('Endpoints in observe mode, were they not:', observedLines(report, paint, columns)),
    ...noteLines(report, context),
  ];
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', ...(title === '' ? [] : [title]), ...lines];
}

const CHANGES: Readonly<Record<DifferenceGroup['change'], { readonly text: string; readonly colour: Colour }>> = {
  'newly-refused': { text: 'refused', colour: 'red' },
  'newly-admitted': { text: 'admitted', colour: 'green' },
};

function groupLines(
  { groups, more = 0 }: Differences,
  clock: CallerClock,
  paint: Paint,
  columns: number | undefined,
): string[] {
  if (groups.length === 0) return more === 0 ? [] : [`${counted(more, 'connection')} in all`];
  const shown = groups.slice(0, MAX_GROUPS);
  const rest = groups.slice(MAX_GROUPS).reduce((sum, { connections }) => sum + connections, more);
  const table = {
    head: ['NEWLY', 'WHO', 'TIMES', 'BY', 'BEFORE', 'FIRST', 'LAST', 'LAST CONNECTION'],
    rows: shown.map((group): Cell[] => [
      CHANGES[group.change],
      group.user ?? '(no name)',
      group.connections.toLocaleString('en-US'),
      reasonText(group.after),
      `${group.change === 'newly-refused' ? 'admitted' : 'refused'} ${beforeText(group.before)}`,
      shortMoment(Math.floor(Date.parse(group.firstAt) / 1_000) * 1_000, clock),
      shortMoment(Math.floor(Date.parse(group.lastAt) / 1_000) * 1_000, clock),
      group.lastConnection ?? '',
    ]),
  };
  const left = rest === 0 ? [] : [`… and ${counted(rest, 'connection')} more; --json has more of them`];
  return [...tableLines(table, paint, columns), ...left];
}

/** `batchi: refused by block-batchi, was admitted by staff; 3 times, last 09:00 today (cvpn-connection-…)` */
export function groupText(group: DifferenceGroup, clock: CallerClock): string {
  const { change, user = '(no name)', before, after, connections, lastAt, lastConnection } = group;
  const [is, was] = change === 'newly-refused' ? ['refused', 'admitted'] : ['admitted', 'refused'];
  const last = shortMoment(Math.floor(Date.parse(lastAt) / 1_000) * 1_000, clock);
  const id = lastConnection === undefined ? '' : ` (${lastConnection})`;
  return `${user}: ${is} ${beforeText(after)}, was ${was} ${beforeText(before)}; ${counted(connections, 'time')}, last ${last}${id}`;
}

/** `block-batchi`, `default` */
function reasonText({ decidedBy, rules }: Reason): string {
  return rules.length === 0 ? (REASONS[decidedBy] ?? 'default') : rules.join(', ');
}

function beforeText({ decidedBy, rules }: Reason): string {
  if (decidedBy === 'record' && rules.length === 0) return 'then';
  const text = REASONS[decidedBy];
  if (text !== undefined) return text;
  return rules.length === 0 ? 'by default' : `by ${rules.join(', ')}`;
}

const REASONS: Readonly<Partial<Record<Reason['decidedBy'], string>>> = {
  'no-policy': 'as nothing is published',
  'observe-mode': 'as it is observed',
};

function reportRuleLines({ reportRules }: ReplayReport, paint: Paint, columns: number | undefined): string[] {
  if (reportRules.length === 0) return [];
  const table = {
    head: ['RULE', 'EFFECT', 'APPLIED', 'WOULD REFUSE', 'WOULD ADMIT', 'MOST OF ALL'],
    rows: reportRules.map(({ rule, effect, applied, changed }): Cell[] => [
      rule,
      effect,
      applied === 0 ? 'never' : counted(applied, 'time'),
      usersText(changed.newlyRefused),
      usersText(changed.newlyAdmitted),
      mostText(changed),
    ]),
  };
  return tableLines(table, paint, columns);
}

function observedLines({ observedEndpoints }: ReplayReport, paint: Paint, columns: number | undefined): string[] {
  if (observedEndpoints.length === 0) return [];
  const table = {
    head: ['ENDPOINT', 'WOULD REFUSE', 'MOST OF ALL'],
    rows: observedEndpoints.map(({ endpoint, name, changed }): Cell[] => [
      name ?? endpoint,
      usersText(changed.newlyRefused),
      mostText(changed),
    ]),
  };
  return tableLines(table, paint, columns);
}

function usersText({ connections, users, withoutUser }: DifferenceCount): string {
  if (connections === 0) return '';
  const named =
    users.count === 0 && withoutUser > 0 ? '' : `${number(users)} ${users.count === 1 ? 'user' : 'users'}, `;
  return `${named}${counted(connections, 'connection')}`;
}

const MOST_NAMED = 5;

function mostText({ groups }: Differences): string {
  const names = [...new Set(groups.flatMap(({ user }) => user ?? []))];
  return `${names.slice(0, MOST_NAMED).join(', ')}${names.length > MOST_NAMED ? ', …' : ''}`;
}

/** What the figures do not say by themselves. */
export function replayNotes(report: ReplayReport): string[] {
  const { withheld, answeredOtherwise, notCompared, withoutUser, plainAdmissions, connections: all } = report;
  const { refusedThen, admittedThen } = answeredOtherwise;
  return [
    ...(plainAdmissions === 0 && all > 0
      ? [
          'no plain admission is on record (DECISION_LOG=refused keeps none), so those who would newly be refused are missing',
        ]
      : []),
    ...withheld.map(
      ({ attribute, connections, rules }) =>
        `${ATTRIBUTES[attribute] ?? attribute} of ${counted(connections, 'connection')} not on record, so absent here${rules.length === 0 ? ' (no rule asks for it)' : `; asked for by ${rules.slice(0, 5).join(', ')}${rules.length > 5 ? ' …' : ''}`}`,
    ),
    ...(withoutUser > 0 ? [`no user is known of ${counted(withoutUser, 'connection')}`] : []),
    ...(refusedThen + admittedThen > 0
      ? [
          `answered otherwise at the time, by an older revision or none: ${refusedThen} refused then, ${admittedThen} admitted then`,
        ]
      : []),
    ...(notCompared > 0
      ? [`${counted(notCompared, 'connection')} left aside: the log does not say what was answered`]
      : []),
  ];
}

function noteLines(report: ReplayReport, { notes }: ReplayContext): string[] {
  const all = [...notes, ...replayNotes(report)];
  return section(
    '',
    all.map((note) => printable(`note: ${note}`)),
  );
}

const ATTRIBUTES: Readonly<Record<string, string>> = {
  username: 'the user name',
  commonName: 'the common name',
  groups: 'groups',
  publicIp: 'the address',
  platform: 'the platform',
  platformVersion: "the platform's version",
  openvpnVersion: 'the OpenVPN version',
  awsClientVersion: "the AWS client's version",
};

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
