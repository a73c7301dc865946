/** Tables for people: columns side by side, as narrow as the terminal is, and nothing left out. */
import { type Colour, type Paint, printable } from './output.ts';

/** A text; line feeds in it begin new lines of the cell. */
export type Cell = string | { readonly text: string; readonly colour: Colour };

export interface Table {
  readonly head: readonly string[];
  /** Each has as many cells as the head. */
  readonly rows: readonly (readonly Cell[])[];
}

const GAP = 2;
/** No column is squeezed into less. */
const NARROWEST = 8;

/**
 * The lines of the table. Where it is wider than `columns`, the widest columns are wrapped; without `columns` none is, so
 * that each row stays on a line for `grep`. 0 columns has a terminal that does not tell its width.
 */
export function tableLines({ head, rows }: Table, paint: Paint, columns = 0): string[] {
  const table: readonly (readonly Cell[])[] = [head.map((text): Cell => ({ text, colour: 'dim' })), ...rows];
  const cells = table.map((row) => row.map((cell) => linesOf(cell)));
  const natural = head.map((_, column) =>
    cells.reduce((widest, row) => (row[column] ?? []).reduce((most, line) => Math.max(most, widthOf(line)), widest), 0),
  );
  const widths = fitted(natural, (columns || Number.POSITIVE_INFINITY) - GAP * (head.length - 1));
  return table.flatMap((row, index) => rowLines(row, cells[index] ?? [], widths, paint));
}

function linesOf(cell: Cell): readonly string[] {
  return (typeof cell === 'string' ? cell : cell.text).split('\n').map(printable);
}

/** The widest columns give way until all fit. */
function fitted(natural: readonly number[], available: number): readonly number[] {
  const total = (most: number) => natural.reduce((sum, width) => sum + Math.min(width, most), 0);
  let most = Math.max(...natural, NARROWEST);
  while (most > NARROWEST && total(most) > available) most--;
  return natural.map((width) => Math.min(width, most));
}

function rowLines(
  row: readonly Cell[],
  cells: readonly (readonly string[])[],
  widths: readonly number[],
  paint: Paint,
): string[] {
  const wrapped = cells.map((lines, column) => lines.flatMap((line) => wrap(line, widths[column] ?? 0)));
  const height = Math.max(...wrapped.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) => {
    let text = '';
    let wanted = 0;
    for (const [column, cell] of row.entries()) {
      const part = wrapped[column]?.[line] ?? '';
      if (part !== '') {
        text += ' '.repeat(wanted) + (typeof cell === 'string' ? part : paint(cell.colour, part));
        wanted = 0;
      }
      wanted += (widths[column] ?? 0) - widthOf(part) + GAP;
    }
    return text;
  });
}

/** Breaks a line between words, and words that are too long, or of a script that has no blanks, anywhere. */
function wrap(line: string, width: number): string[] {
  if (widthOf(line) <= width) return [line];
  const lines: string[] = [];
  let [current, room] = ['', width];
  for (const word of line.split(' ').flatMap((text) => pieces(text, width))) {
    const wide = widthOf(word);
    if (current !== '' && wide + 1 <= room) {
      current += ` ${word}`;
      room -= wide + 1;
    } else {
      if (current !== '') lines.push(current);
      current = word;
      room = width - wide;
    }
  }
  return [...lines, current];
}

function pieces(word: string, width: number): string[] {
  if (widthOf(word) <= width) return [word];
  const found: string[] = [];
  let [piece, room] = ['', width];
  for (const character of word) {
    const wide = widthOf(character);
    if (wide > room) {
      found.push(piece);
      [piece, room] = ['', width];
    }
    piece += character;
    room -= wide;
  }
  return [...found, piece];
}

const ASCII = /^[ -~]*$/;
/** Two cells wide on a terminal; half-width katakana are not. */
const WIDE =
  /(?![\uff61-\uff9f])[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303e\u30fc\uff01-\uff60\uffe0-\uffe6]/gu;
const COMBINING = /[\p{Mn}\p{Me}]/gu;

/** How many cells of a terminal the text takes. */
export function widthOf(text: string): number {
  if (ASCII.test(text)) return text.length;
  const characters = [...text].length;
  return characters + (text.match(WIDE)?.length ?? 0) - (text.match(COMBINING)?.length ?? 0);
}
