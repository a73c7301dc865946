/** Differences with the marks of their lines in colour. */
import type { Paint } from '../terminal/output.ts';

const COLOURS = { '+': 'green', '-': 'red', '~': 'yellow' } as const;

/** A line that begins with a mark of `diffText`; any other stays as it is. */
export function paintDiffLine(line: string, paint: Paint): string {
  const mark = line[0];
  return mark === '+' || mark === '-' || mark === '~' ? paint(COLOURS[mark], line) : line;
}
