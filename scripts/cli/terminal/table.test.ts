import { describe, expect, it } from '@jest/globals';
import type { Paint } from './output.ts';
import { type Table, tableLines, widthOf } from './table.ts';

const PLAIN: Paint = (_, text) => text;
const MARKED: Paint = (colour, text) => `<${colour}>${text}</>`;

const TABLE: Table = {
  head: ['ID', 'WHAT'],
  rows: [
    ['block-leavers', 'refuse user batchi, everywhere, until 2026-11-24 18:00'],
    ['x', { text: 'first\nsecond', colour: 'red' }],
  ],
};

describe('tableLines', () => {
  it.each([undefined, 0])('puts a row on a line where nothing says how wide the terminal is (%p)', (columns) => {
    expect(tableLines(TABLE, PLAIN, columns)).toEqual([
      'ID             WHAT',
      'block-leavers  refuse user batchi, everywhere, until 2026-11-24 18:00',
      'x              first',
      '               second',
    ]);
  });

  it('wraps the widest column first', () => {
    expect(tableLines(TABLE, PLAIN, 40)).toEqual([
      'ID             WHAT',
      'block-leavers  refuse user batchi,',
      '               everywhere, until',
      '               2026-11-24 18:00',
      'x              first',
      '               second',
    ]);
  });

  it('breaks words on a narrow terminal, and leaves nothing out', () => {
    const lines = tableLines(TABLE, PLAIN, 18);
    expect(lines.slice(0, 3)).toEqual(['ID        WHAT', 'block-le  refuse', 'avers     user']);
    expect(Math.max(...lines.map((line) => line.length))).toBe(18);
    expect(lines.join('').replaceAll(' ', '').length).toBe(
      ['ID', 'WHAT', 'block-leavers', 'refuse user batchi, everywhere, until 2026-11-24 18:00', 'x', 'firstsecond']
        .join('')
        .replaceAll(' ', '').length,
    );
  });

  it('breaks text that has no blanks, by the cells that it takes', () => {
    const rows = [['a', '祝日は休業します']];
    expect(tableLines({ head: ['A', 'B'], rows }, PLAIN, 11)).toEqual(['A  B', 'a  祝日は休', '   業します']);
  });

  it('colours what stands in cells, not the space around it', () => {
    const rows = [[{ text: 'off', colour: 'yellow' as const }, 'x']];
    expect(tableLines({ head: ['STATE', 'ID'], rows }, MARKED)).toEqual([
      '<dim>STATE</>  <dim>ID</>',
      '<yellow>off</>    x',
    ]);
  });

  it('lets nothing in a cell steer the terminal', () => {
    expect(tableLines({ head: ['A'], rows: [['a\u001b[2Jb\u202ec']] }, PLAIN)[1]).toBe('a\\u{1b}[2Jb\\u{202e}c');
  });
});

describe('widthOf', () => {
  it.each<[string, number]>([
    ['', 0],
    ['abc', 3],
    ['Zürich', 6],
    ['Zu\u0308rich', 6],
    ['文化の日', 8],
    ['データ', 6],
    ['ﾃﾞｰﾀ', 4],
    ['（株）', 6],
    ['🔒', 2],
  ])('of %j is %i', (text, width) => {
    expect(widthOf(text)).toBe(width);
  });
});
