/** How deep a YAML text nests, found without recursion: its parser recurses, and Node can end the process where its stack does. */
import { CST, Lexer } from 'yaml';

/** Far beyond what any policy has, and far from the end of a stack. */
const MOST_LEVELS = 1_000;

/** True for a text that a recursive parser must not be given. */
export function nestsTooDeeply(text: string): boolean {
  return mayNestDeeply(text) && levelsOf(text) > MOST_LEVELS;
}

/** False for every text that people write, in one look at its characters; brackets in names and notes count as well. */
function mayNestDeeply(text: string): boolean {
  let open = 0;
  let inLine = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 0x5b: // [
      case 0x7b: // {
        open++;
        break;
      case 0x5d: // ]
      case 0x7d: // }
        if (open > 0) open--;
        break;
      case 0x2d: // -
      case 0x3f: // ?
      case 0x3a: // :
        inLine++;
        break;
      case 0x0a:
        inLine = 0;
        break;
    }
    if (open > MOST_LEVELS || inLine > MOST_LEVELS) return true;
  }
  return false;
}

/** The most lists and mappings that stand open at once, or begin in one line. (By indentation alone it takes half a megabyte for a thousand.) */
function levelsOf(text: string): number {
  let [most, open, inLine] = [0, 0, 0];
  for (const token of new Lexer().lex(text)) {
    switch (CST.tokenType(token)) {
      case 'flow-map-start':
      case 'flow-seq-start':
        open++;
        break;
      case 'flow-map-end':
      case 'flow-seq-end':
        if (open > 0) open--;
        break;
      case 'seq-item-ind':
      case 'explicit-key-ind':
      case 'map-value-ind':
        // Within brackets they nest nothing: `{ a: 1, b: 2 }`.
        if (open === 0) inLine++;
        break;
      case 'newline':
        inLine = 0;
        break;
    }
    most = Math.max(most, open, inLine);
    if (most > MOST_LEVELS) break;
  }
  return most;
}
