/** What has become of connections that were to be ended, for people. */
import type { EndedConnection, EndpointReport, PassReport } from '../../../shared/enforcement/index.ts';
import type { Surroundings } from '../surroundings.ts';
import { type Colour, counted, type Paint, paintFor, printable } from '../terminal/output.ts';
import { type Cell, tableLines } from '../terminal/table.ts';
import { countOf, type EndedCounts, endedCounts } from './ended-counts.ts';
import { onALine, whoOf } from './report-connections.ts';

/** Of a maintenance there are thousands. */
const MOST_ROWS = 50;

/** The endpoints side by side. */
export function endpointLines({ endpoints }: PassReport, surroundings: Pick<Surroundings, 'stdout' | 'env'>): string[] {
  const head = ['ENDPOINT', 'ACTIVE', 'REFUSED', 'ENDED', 'CAP', 'KEPT', 'GRACE', 'NOT ON RECORD', ''];
  const rows = endpoints.map((endpoint): Cell[] => [
    endpoint.endpoint,
    ...[
      endpoint.active,
      endpoint.refused,
      endpoint.ended,
      endpoint.cap,
      endpoint.kept,
      endpoint.grace,
      endpoint.unknown,
    ].map(String),
    endpoint.held ? { text: 'held', colour: 'red' } : '',
  ]);
  return table(head, rows, surroundings);
}

/** A line each, those that went wrong first; of very many the first are shown. */
export function endedLines(
  report: Pick<PassReport, 'connections' | 'connectionsCount'>,
  surroundings: Pick<Surroundings, 'stdout' | 'env'>,
): string[] {
  const { connections } = report;
  if (connections.length === 0) return [];
  const ordered = connections.toSorted((a, b) => Number(b.outcome === 'failed') - Number(a.outcome === 'failed'));
  const shown = ordered.slice(0, MOST_ROWS);
  const left = countOf(report) - shown.length;
  // Those that an operator ends no rule has to refuse.
  const byRules = shown.some(({ rules }) => rules.length > 0);
  const rows = shown.map((connection): Cell[] => [
    connection.id,
    whoOf(connection),
    connection.endpoint,
    ...(byRules ? [connection.rules.join(', ')] : []),
    outcomeCell(connection),
  ]);
  const head = ['CONNECTION', 'WHO', 'ENDPOINT', ...(byRules ? ['REFUSED BY'] : []), 'OUTCOME'];
  const lines = table(head, rows, surroundings);
  return left <= 0 ? lines : [...lines, `… and ${left.toLocaleString('en-US')} more (--json tells of the first 1,000)`];
}

/** `Ended 2 connections; 1 had ended already.`, those included that are not named; of none: undefined. */
export function sumLine(report: PassReport): string | undefined {
  const counts = endedCounts(report);
  const [first, ...others] = SUMS.flatMap(([outcome, told]) => (counts[outcome] > 0 ? [told(counts[outcome])] : []));
  if (first === undefined) return undefined;
  return `${[`${first.charAt(0).toUpperCase()}${first.slice(1)}`, ...others].join('; ')}.`;
}

const SUMS: readonly (readonly [keyof EndedCounts, (count: number) => string])[] = [
  ['ended', (count) => `ended ${counted(count, 'connection')}`],
  ['would-end', (count) => `would end ${counted(count, 'connection')}`],
  ['gone', (count) => `${counted(count, 'connection')} had ended already`],
  ['held', (count) => `held ${counted(count, 'connection')} until an operator confirms`],
  ['left', (count) => `no time was left for ${counted(count, 'connection')}`],
  ['failed', (count) => `EC2 did not end ${counted(count, 'connection')}`],
  ['unnamed', (count) => `${counted(count, 'more was', 'more were')} not ended`],
];

/** `cvpn-endpoint-…: 240 of 300 refused, at most 60 are ended at once`. */
export function heldText({ endpoint, refused, active, cap }: EndpointReport): string {
  return printable(`${endpoint}: ${refused} of ${active} refused, at most ${cap} are ended at once`);
}

function outcomeCell({ outcome, error }: EndedConnection): Cell {
  const { word, colour } = OUTCOMES[outcome];
  return { text: error === undefined ? word : `${word}: ${error}`, colour };
}

const OUTCOMES: Readonly<Record<EndedConnection['outcome'], { readonly word: string; readonly colour: Colour }>> = {
  ended: { word: 'ended', colour: 'green' },
  'would-end': { word: 'would end', colour: 'yellow' },
  gone: { word: 'had ended already', colour: 'green' },
  held: { word: 'held', colour: 'red' },
  left: { word: 'no time was left', colour: 'yellow' },
  failed: { word: 'not ended', colour: 'red' },
};

function table(
  head: readonly string[],
  rows: readonly (readonly Cell[])[],
  { stdout, env }: Pick<Surroundings, 'stdout' | 'env'>,
): string[] {
  const paint: Paint = paintFor(stdout, env);
  return tableLines({ head, rows: rows.map((row) => row.map(onALine)) }, paint, stdout.columns);
}
