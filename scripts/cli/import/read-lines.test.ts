import { describe, expect, it } from '@jest/globals';
import { readLines } from './read-lines.ts';

describe('readLines', () => {
  it.each<[what: string, text: string, entries: object[]]>([
    ['one value a line', 'a\nb\n', [{ value: 'a' }, { value: 'b' }]],
    ['the line ends of every system', 'a\r\nb\rc', [{ value: 'a' }, { value: 'b' }, { value: 'c' }]],
    ['blanks around values, and in them', '  VPN Admins \t\n', [{ value: 'VPN Admins' }]],
    ['no empty lines and no comments', '# head\n\n   \n; more\n  # indented\na\n', [{ value: 'a' }]],
    [
      'comments after values as notes',
      '203.0.113.0/24 # Osaka\n1.10.16.0/20\t; SBL256894\n10.0.0.1 #\n',
      [{ value: '203.0.113.0/24', note: 'Osaka' }, { value: '1.10.16.0/20', note: 'SBL256894' }, { value: '10.0.0.1' }],
    ],
    ['marks inside of names', 'user#1\nuser;2\n', [{ value: 'user#1' }, { value: 'user;2' }]],
    ['nothing of nothing', '', []],
  ])('reads %s', (_, text, entries) => {
    expect(readLines(text).map(({ line: _line, ...entry }) => entry)).toEqual(entries);
  });

  it('tells the lines', () => {
    expect(readLines('# a\r\nb\r\n\r\nc').map(({ line }) => line)).toEqual([2, 4]);
  });
});
