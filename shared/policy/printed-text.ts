/** Names and texts of a policy in lines for people: whatever stands in them, a line stays a line and a terminal obeys nothing. */
import { cut } from '../engine/index.ts';

const PLAIN = /^[\p{L}\p{N}\p{M}@*?._:/\\+<>=~%&!#-]+$/u;
/** Would be read as something else than a text. */
const WORDS = new Set(['none', 'true', 'false', 'null']);
const PRINTED = /[^\p{L}\p{N}\p{M}\p{P}\p{S} ]/gu;

/** The text itself where that cannot be misread, else in quotes and escaped; cut to `most` UTF-16 units. */
export function printedText(text: string, most: number): string {
  const short = text.length > most ? `${cut(text, most - 1)}…` : text;
  if (short === text && PLAIN.test(text) && !WORDS.has(text)) return text;
  // What JSON leaves as it is may still move a cursor, or turn the reading direction.
  return JSON.stringify(short).replace(PRINTED, (character) =>
    Array.from({ length: character.length }, (_, unit) => escaped(character.charCodeAt(unit))).join(''),
  );
}

function escaped(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`;
}
