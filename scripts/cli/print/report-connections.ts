/** Connections that stand, for people. */
import type { ConnectionList, Judged, StandingConnection } from '../../../shared/enforcement/index.ts';
import { type Colour, counted, printable } from '../terminal/output.ts';
import type { Cell, Table } from '../terminal/table.ts';
import type { CallerClock } from '../time/caller-zone.ts';
import { shortMoment, zoneText } from '../time/moment-text.ts';

/** The longest first. An endpoint that all have in common takes no column. */
export function connectionTable(connections: readonly StandingConnection[], clock: CallerClock): Table {
  const sorted = connections.toSorted((a, b) => Date.parse(a.since) - Date.parse(b.since));
  const ownPlace = onlyEndpoint(connections) === undefined;
  const head = ['CONNECTION', 'WHO', ...(ownPlace ? ['ENDPOINT'] : []), 'SINCE', 'FROM', 'ADMITTED BY', 'NOW'];
  return { head, rows: sorted.map((connection) => rowOf(connection, ownPlace, clock).map(onALine)) };
}

/** In a cell a line feed would begin a line, and names come from certificates. */
export function onALine(cell: Cell): Cell {
  return typeof cell === 'string' ? printable(cell) : { ...cell, text: printable(cell.text) };
}

function onlyEndpoint(connections: readonly StandingConnection[]): string | undefined {
  const [place, another] = new Set(connections.map(placeOf));
  return another === undefined ? place : undefined;
}

function placeOf({ endpoint, endpointName }: StandingConnection): string {
  return endpointName ?? endpoint;
}

/** `3 connections at frankfurt: 1 admitted, 1 refused, 1 not on record; by revision 12; times: Asia/Tokyo, UTC+09:00`. */
export function connectionsLine({ connections, revision }: ConnectionList, { nowMs, zone }: CallerClock): string {
  const counts = VERDICTS.flatMap(([verdict, word]) => {
    const count = connections.filter(({ standing }) => standing.verdict === verdict).length;
    return count === 0 ? [] : [`${count.toLocaleString('en-US')} ${word}`];
  });
  const told = counts.length === 0 ? '' : `: ${counts.join(', ')}`;
  const only = onlyEndpoint(connections);
  const at = only === undefined ? '' : ` at ${only}`;
  return printable(
    `${counted(connections.length, 'connection')}${at}${told}; by revision ${revision}; times: ${zoneText(nowMs, zone)}`,
  );
}

const VERDICTS: readonly (readonly [Judged['verdict'], string])[] = [
  ['admitted', 'admitted'],
  ['kept', 'kept'],
  ['grace', 'to end soon'],
  ['refused', 'refused'],
  ['unknown', 'not on record'],
];

/** Who it is: the user name, else the certificate's. */
export function whoOf({ username, commonName }: Pick<StandingConnection, 'username' | 'commonName'>): string {
  return username || commonName || '';
}

function rowOf(connection: StandingConnection, ownPlace: boolean, clock: CallerClock): Cell[] {
  const { id, since, publicIp = '', admitted, standing } = connection;
  return [
    id,
    whoOf(connection),
    ...(ownPlace ? [placeOf(connection)] : []),
    moment(since, clock),
    publicIp,
    admitted === undefined ? '' : byText(admitted.rules),
    verdictCell(standing, clock),
  ];
}

function verdictCell({ verdict, rules, endsAt }: Judged, clock: CallerClock): Cell {
  const by = rules.length === 0 ? '' : ` by ${byText(rules)}`;
  switch (verdict) {
    case 'admitted':
      return coloured('admitted', 'green');
    case 'kept':
      return coloured(`kept${by}`, 'yellow');
    case 'grace':
      return coloured(
        `ends at ${endsAt === undefined ? 'a time not told' : moment(endsAt, clock)}: refused${by}`,
        'yellow',
      );
    case 'refused':
      return coloured(`refused${by}`, 'red');
    case 'unknown':
      return coloured('not on record', 'dim');
  }
}

function coloured(text: string, colour: Colour): Cell {
  return { text, colour };
}

/** `default` is the policy's own word for where no rule decides. */
function byText(rules: readonly string[]): string {
  return rules.length === 0 ? 'default' : rules.join(', ');
}

function moment(time: string, clock: CallerClock): string {
  const ms = Date.parse(time);
  // What no clock knows is shown as it came.
  return Number.isNaN(ms) ? time : shortMoment(Math.floor(ms / 1_000) * 1_000, clock);
}
