/** One column of a table: comma, semicolon, tab or bar between the fields, quotes as spreadsheets write them. */
import { CsvError, parse } from 'csv-parse/sync';
import { type SetKind, shown } from '../../../shared/engine/index.ts';
import { CommandError } from '../exit-code.ts';
import { counted, onOneLine } from '../terminal/output.ts';
import type { ReadList } from './list.ts';

export interface CsvOptions {
  /** The name of the column, or its number from 1. */
  readonly column?: string | undefined;
  /** Whether the first line names the columns; undefined: it is looked at. */
  readonly header?: boolean | undefined;
  /** What the values are to be, where that is known already. */
  readonly kind?: SetKind | undefined;
}

export const DELIMITERS = [',', ';', '\t', '|'] as const;

/** Throws a CommandError where an option is missing or names no column. */
export function readCsv(text: string, options: CsvOptions): ReadList {
  let rows: readonly CsvRow[];
  try {
    rows = parseRows(text);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error.lines === 'number' ? { line: error.lines } : {};
    return { ok: false, issues: [{ ...line, message: `not CSV: ${onOneLine(error.message)}` }] };
  }
  const [first] = rows;
  if (first === undefined) return { ok: true, entries: [] };
  const column = options.column ?? onlyColumn(first.record);
  const hasHeader = options.header ?? findHeader(first.record, column, options.kind);
  const index = columnIndex(first.record, hasHeader, column);
  const entries = rows
    .slice(hasHeader ? 1 : 0)
    .map(({ record, info }) => ({ value: record[index] ?? '', line: info.lines }));
  return { ok: true, entries };
}

/** What csv-parse gives with `info`; `lines` is where the record ends. */
interface CsvRow {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

function parseRows(text: string): readonly CsvRow[] {
  return parse(text, {
    delimiter: delimiterOf(text),
    comment: '#',
    comment_no_infix: true,
    trim: true,
    skip_empty_lines: true,
    info: true,
  }) as unknown as readonly CsvRow[]; // its types do not know what `info` changes
}

/** The one that separates most in the first line that says something. */
function delimiterOf(text: string): string {
  const line = text.split(/[\r\n]/).find((candidate) => /^[^#]/.test(candidate.trimStart())) ?? '';
  const unquoted = line.replaceAll(/"[^"]*"/g, '');
  const counts = DELIMITERS.map((delimiter) => unquoted.split(delimiter).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))] ?? ',';
}

function onlyColumn(first: readonly string[]): string {
  if (first.length === 1) return '1';
  throw new CommandError(
    `which column? ${columns(first)}: --column NAME, or --column 1 to ${first.length}; --format lines if it is no table`,
  );
}

function findHeader(first: readonly string[], column: string, kind: SetKind | undefined): boolean {
  if (!isNumber(column)) return true;
  if (kind === undefined || kind === 'ip' || kind === 'date') return NO_VALUE.test(first[Number(column) - 1] ?? '');
  // Any text is a name, so that nothing tells the name of a user from that of a column.
  throw new CommandError(
    `does the first line name the columns (${listed(first)})? Say --header or --no-header, or --column NAME`,
  );
}

/** Neither an address nor a day, not even one with a slip in it. */
const NO_VALUE = /^[^.:/\d][^.:/]*$/;

function columnIndex(first: readonly string[], hasHeader: boolean, column: string): number {
  if (isNumber(column)) {
    const number = Number(column);
    if (number >= 1 && number <= first.length) return number - 1;
    throw new CommandError(`--column ${column}: ${columns(first)}`);
  }
  if (!hasHeader)
    throw new CommandError(`--column ${shown(column)} is a name, and --no-header says that there are none`);
  const wanted = column.toLowerCase();
  const found = first.flatMap((name, index) => (name.toLowerCase() === wanted ? [index] : []));
  if (found.length === 1 && found[0] !== undefined) return found[0];
  const problem = found.length === 0 ? 'there is no such column' : `there are ${found.length} such columns`;
  throw new CommandError(`--column ${shown(column)}: ${problem}; ${columns(first)}`);
}

function columns(first: readonly string[]): string {
  return `the file has ${counted(first.length, 'column')} (${listed(first)})`;
}

function isNumber(column: string): boolean {
  return /^\d{1,4}$/.test(column);
}

function listed(cells: readonly string[]): string {
  const most = 8;
  const told = cells.slice(0, most).map((cell) => shown(cell));
  return [...told, ...(cells.length > most ? [`… ${cells.length - most} more`] : [])].join(', ');
}
