/** One value a line, with comments: what most published lists are. */
import type { ListEntry } from './list.ts';

/** A comment after a value stands apart from it: `user#1` is a name. */
const COMMENT_AFTER = /\s[#;]/;

/**
 * Reads the lines. Empty ones, and those that begin with `#` or `;`, say nothing; a comment after a value is its note:
 * `203.0.113.0/24 # Osaka`.
 */
export function readLines(text: string): ListEntry[] {
  const entries: ListEntry[] = [];
  for (const [index, line] of text.split(/\r\n|\n|\r/).entries()) {
    const written = line.trim();
    if (written === '' || written.startsWith('#') || written.startsWith(';')) continue;
    const end = written.search(COMMENT_AFTER);
    const note = end < 0 ? '' : written.slice(end + 2).trim();
    const value = end < 0 ? written : written.slice(0, end).trimEnd();
    entries.push({ value, ...(note !== '' && { note }), line: index + 1 });
  }
  return entries;
}
