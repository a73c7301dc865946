import { describe, expect, it } from '@jest/globals';
import { type ListOptions, readList } from './read-list.ts';

const AUTO: ListOptions = { format: 'auto', services: [], regions: [], nowMs: 0, years: 2 };
const CALENDAR = 'BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20260101\nEND:VEVENT\nEND:VCALENDAR\n';

describe('readList', () => {
  it.each<[what: string, name: string, text: string, options: Partial<ListOptions>, values: string[]]>([
    ['lines', 'tor.txt', '# tor\n10.0.0.1\n', {}, ['10.0.0.1']],
    [
      'lines with comments that have commas',
      'drop.txt',
      '10.0.0.1 ; SBL1, 2\n10.0.0.2 ; SBL3, 4\n',
      {},
      ['10.0.0.1', '10.0.0.2'],
    ],
    ['one line with a comma among others', 'names', 'a,b\nc\n', {}, ['a,b', 'c']],
    ['CSV by its name', 'x.CSV', 'ip\n10.0.0.1\n', {}, ['10.0.0.1']],
    ['CSV by what asks for it', '<stdin>', 'ip\n10.0.0.1\n', { column: 'ip' }, ['10.0.0.1']],
    ['JSON', '<stdin>', '\n["10.0.0.1"]', {}, ['10.0.0.1']],
    ['ip-ranges.json', 'x', '{"prefixes":[],"ipv6_prefixes":[]}', {}, []],
    ['iCalendar', '<stdin>', CALENDAR, {}, ['2026-01-01']],
    ['names with commas, on wish', 'dn.txt', 'CN=a,OU=b\n', { format: 'lines' }, ['CN=a,OU=b']],
    ['a web page, on wish', 'x', '<html>\n', { format: 'lines' }, ['<html>']],
  ])('reads %s', (_, name, text, options, values) => {
    const read = readList({ name, text }, { ...AUTO, ...options });
    expect(read.ok && read.entries.map(({ value }) => value)).toEqual(values);
  });

  it.each<[what: string, name: string, text: string, options: Partial<ListOptions>, message: string]>([
    ['a table as names', 'x.txt', 'a,b\nc,d\n', { kind: 'user' }, 'which column? the file has 2 columns'],
    [
      'a web page as names',
      'tor.txt',
      '<!doctype html>\n<p>429</p>',
      {},
      'tor.txt looks like a web page or XML, not like a list: was its download refused?',
    ],
    [
      'a column of what has none',
      'x.json',
      '["a"]',
      { column: '1' },
      '--column, --header and --no-header are for CSV, and the file is read as json',
    ],
    [
      'a service of what has none',
      'x',
      'a\n',
      { services: ['EC2'] },
      '--only-service and --only-region are for ip-ranges.json',
    ],
  ])('does not read %s', (_, name, text, options, message) => {
    expect(() => readList({ name, text }, { ...AUTO, ...options })).toThrow(message);
  });

  it('tells of JSON and calendars that are broken, rather than taking their lines for names', () => {
    expect(readList({ name: 'x', text: '{ "a": ' }, AUTO)).toMatchObject({ ok: false });
    expect(readList({ name: 'x.ics', text: 'hello\n' }, AUTO)).toMatchObject({ ok: false });
  });
});
