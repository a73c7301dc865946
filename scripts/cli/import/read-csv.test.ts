import { describe, expect, it } from '@jest/globals';
import { type CsvOptions, readCsv } from './read-csv.ts';

function values(text: string, options: CsvOptions = {}): string[] {
  const read = readCsv(text, options);
  if (!read.ok) throw new Error(JSON.stringify(read.issues));
  return read.entries.map(({ value }) => value);
}

const TABLE = 'name,Address,since\nOsaka,203.0.113.0/24,2020\n"Tokyo, ""HQ""",198.51.100.7,2021\n';

describe('readCsv', () => {
  it.each<[what: string, text: string, options: CsvOptions, values: string[]]>([
    [
      'a column by its name, whatever its letter case',
      TABLE,
      { column: 'address' },
      ['203.0.113.0/24', '198.51.100.7'],
    ],
    ['a column by its number', TABLE, { column: '2' }, ['203.0.113.0/24', '198.51.100.7']],
    ['quoted fields', TABLE, { column: 'name' }, ['Osaka', 'Tokyo, "HQ"']],
    ['the only column', '203.0.113.9\n203.0.113.10\n', {}, ['203.0.113.9', '203.0.113.10']],
    ['the only column under its name', 'CIDR\n203.0.113.9\n', {}, ['203.0.113.9']],
    ['a first line that is an address with a slip in it', '203.0.113.300\n', {}, ['203.0.113.300']],
    ['semicolons', 'ip;town\r\n10.0.0.1;A, B\r\n', { column: 'ip' }, ['10.0.0.1']],
    ['tabs', 'ip\ttown\n10.0.0.1\tA\n', { column: 'ip' }, ['10.0.0.1']],
    ['bars', '10.0.0.1|A\n', { column: '1' }, ['10.0.0.1']],
    ['comments, empty lines and blanks', '# list\n\nip, town\n 10.0.0.1 , A#1\n', { column: 'town' }, ['A#1']],
    ['names without a header', 'a,x\nb,y\n', { column: '1', kind: 'user', header: false }, ['a', 'b']],
    ['names with a header', 'who,x\nb,y\n', { column: '1', kind: 'user', header: true }, ['b']],
    ['days', 'day,name\n2026/1/1,New Year\n', { column: '1', kind: 'date' }, ['2026/1/1']],
    ['nothing of nothing', '', {}, []],
  ])('reads %s', (_, text, options, expected) => {
    expect(values(text, options)).toEqual(expected);
  });

  it('tells the lines', () => {
    const read = readCsv(TABLE, { column: '1' });
    expect(read.ok && read.entries.map(({ line }) => line)).toEqual([2, 3]);
  });

  it.each<[what: string, text: string, options: CsvOptions, message: string]>([
    [
      'which column is meant',
      TABLE,
      {},
      'which column? the file has 3 columns ("name", "Address", "since"): --column NAME, or --column 1 to 3; --format lines if it is no table',
    ],
    [
      'which column is meant where they have no names',
      '10.0.0.1,x\n',
      {},
      'which column? the file has 2 columns ("10.0.0.1", "x"): --column NAME, or --column 1 to 2; --format lines if it is no table',
    ],
    [
      'a column that is there',
      TABLE,
      { column: 'ip' },
      '--column "ip": there is no such column; the file has 3 columns ("name", "Address", "since")',
    ],
    ['a number that is there', 'a,b\n', { column: '3' }, '--column 3: the file has 2 columns ("a", "b")'],
    ['one column of that name', 'a,A\n1,2\n', { column: 'a' }, '--column "a": there are 2 such columns; '],
    [
      'a header for a name',
      'a,b\n',
      { column: 'a', header: false },
      '--column "a" is a name, and --no-header says that there are none',
    ],
    [
      'to be told what the first line of names is',
      'who,since\nbatchi,2020\n',
      { column: '1', kind: 'user' },
      'does the first line name the columns ("who", "since")? Say --header or --no-header, or --column NAME',
    ],
  ])('wants %s', (_, text, options, message) => {
    expect(() => readCsv(text, options)).toThrow(message);
  });

  it.each([
    ['rows of different lengths', 'a,b\n1,2\n3\n', 3, /^not CSV: Invalid Record Length/],
    ['a quote without an end', 'a,b\n"1,2\n', 2, /^not CSV: Quote Not Closed/],
  ])('refuses %s', (_, text, line, message) => {
    const read = readCsv(text, { column: 'a' });
    expect(read).toEqual({ ok: false, issues: [{ line, message: expect.stringMatching(message) }] });
  });
});
