/** Reads a list in whatever format it is. */
import { CommandError } from '../exit-code.ts';
import type { ReadList } from './list.ts';
import { type AwsFilter, refuseFilter } from './read-aws-ranges.ts';
import { type CalendarOptions, readCalendar } from './read-calendar.ts';
import { type CsvOptions, DELIMITERS, readCsv } from './read-csv.ts';
import { readJsonList } from './read-json-list.ts';
import { readLines } from './read-lines.ts';

/** What `--format` takes. */
export const LIST_FORMATS = ['auto', 'lines', 'csv', 'json', 'aws-ip-ranges', 'ics'] as const;

export type ListFormat = (typeof LIST_FORMATS)[number];

export interface ListOptions extends CsvOptions, AwsFilter, CalendarOptions {
  readonly format: ListFormat;
}

export interface NamedText {
  readonly name: string;
  readonly text: string;
}

/** Throws a CommandError where an option is missing, or speaks of another format than the file is in. */
export function readList(file: NamedText, options: ListOptions): ReadList {
  const { text } = file;
  const format = options.format === 'auto' ? guessFormat(file, options) : options.format;
  checkOptions(format, options);
  switch (format) {
    case 'lines':
      return { ok: true, entries: readLines(text) };
    case 'csv':
      return readCsv(text, options);
    case 'json':
    case 'aws-ip-ranges':
      return readJsonList(text, { ...options, awsOnly: format === 'aws-ip-ranges' });
    case 'ics':
      return readCalendar(text, options);
  }
}

type KnownFormat = Exclude<ListFormat, 'auto'>;

/** By what the text begins with, else by the file's name, else by what its first lines have in common. */
function guessFormat({ name, text }: NamedText, { column, header }: ListOptions): KnownFormat {
  const start = text.slice(0, 1_000).trimStart();
  // Any line can be the name of a user: what is plainly something else must not become a set of names.
  if (start.startsWith('<')) {
    throw new CommandError(
      `${name} looks like a web page or XML, not like a list: was its download refused? --format lines takes it as it is`,
    );
  }
  if (/^begin:vcalendar/i.test(start)) return 'ics';
  if (/^[[{]/.test(start)) return 'json';
  const extension = /\.(csv|tsv|json|ics)$/i.exec(name)?.[1]?.toLowerCase();
  if (extension === 'ics' || extension === 'json') return extension;
  return extension !== undefined || column !== undefined || header !== undefined || looksLikeTable(text)
    ? 'csv'
    : 'lines';
}

const LINES_LOOKED_AT = 20;
const CHARACTERS_LOOKED_AT = 20_000;

/** True where each of the first values has the same separator in it. */
function looksLikeTable(text: string): boolean {
  const values = readLines(text.slice(0, CHARACTERS_LOOKED_AT)).slice(0, LINES_LOOKED_AT);
  return values.length > 0 && DELIMITERS.some((delimiter) => values.every(({ value }) => value.includes(delimiter)));
}

function checkOptions(format: KnownFormat, { column, header, services, regions }: ListOptions): void {
  if ((column !== undefined || header !== undefined) && format !== 'csv') {
    throw new CommandError(`--column, --header and --no-header are for CSV, and the file is read as ${format}`);
  }
  if (format !== 'json' && format !== 'aws-ip-ranges') refuseFilter({ services, regions });
}
