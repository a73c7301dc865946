/** The reference's reading of "Names" in docs/policy-language.md: folding, wildcards and identities, slow and obvious. */

/** Where a condition's holding leads: towards a refusal, or towards an admission. */
export type Place = 'refusing' | 'granting';

/** More starts times ends of parts than this (`DOMAIN\x@anything`), and a name counts as malformed. */
const MAX_SPLITS = 64;

/** True when the name matches the pattern, both folded as the place wants it. */
export function nameMatches(pattern: string, name: string, place: Place): boolean {
  return globMatches(patternTokens(pattern, place), [...foldName(name, place)]);
}

/** True when some way of splitting the name into `x`, `DOMAIN\x`, `x@anything` or `DOMAIN\x@anything` gives an `x` that matches. */
export function identityMatches(pattern: string, name: string): boolean {
  const tokens = patternTokens(pattern, 'refusing');
  return identityParts(name).some((part) => globMatches(tokens, [...part]));
}

/** True when the name has too many places where a part could begin or end. */
export function hasTooManySplits(name: string): boolean {
  const characters = [...foldName(name, 'refusing')];
  const starts = 1 + characters.filter((character) => character === '\\').length;
  const ends = 1 + characters.filter((character) => character === '@').length;
  return starts * ends > MAX_SPLITS;
}

/** Every `x` that the name may stand for, one for each way of splitting, in folded form. */
function identityParts(name: string): string[] {
  const folded = foldName(name, 'refusing');
  const starts = [0];
  const ends = [folded.length];
  for (let i = 0; i < folded.length; i++) {
    if (folded[i] === '\\') starts.push(i + 1);
    if (folded[i] === '@') ends.push(i);
  }
  const parts: string[] = [];
  for (const start of starts) {
    for (const end of ends) {
      // `DOMAIN\x@anything`: the backslash stands before the `@`.
      if (start <= end) parts.push(folded.slice(start, end).trim());
    }
  }
  return parts;
}

/** Folds a whole name; blanks at either end go where the condition refuses. */
function foldName(name: string, place: Place): string {
  return place === 'refusing' ? foldText(name, place).trim() : foldText(name, place);
}

function foldText(text: string, place: Place): string {
  if (place === 'granting') return finalSigmaIsSigma(text.normalize('NFC').toLowerCase()).normalize('NFC');
  const withoutMarksAndInvisible = text
    .normalize('NFKD')
    .replace(/[\p{M}\p{Cf}\p{Cc}\p{Default_Ignorable_Code_Point}]/gu, '');
  // Lower case comes first of all for the sake of ẞ, which is an upper case itself: only ß becomes SS.
  return finalSigmaIsSigma(withoutMarksAndInvisible.toLowerCase().toUpperCase().toLowerCase()).normalize('NFC');
}

function finalSigmaIsSigma(text: string): string {
  return text.replaceAll('ς', 'σ');
}

/** A character that must stand there, any one character, or any text. */
type Token = { readonly character: string } | 'one' | 'any';

/** Wildcards are recognised first, then the text between them is folded. */
function patternTokens(pattern: string, place: Place): Token[] {
  const parts: ('one' | 'any' | { text: string })[] = [];
  const addText = (text: string) => {
    const last = parts.at(-1);
    if (typeof last === 'object') last.text += text;
    else parts.push({ text });
  };
  for (let i = 0; i < pattern.length; i++) {
    const here = pattern.charAt(i);
    const next = pattern.charAt(i + 1);
    if (here === '\\' && (next === '*' || next === '?' || next === '\\')) {
      addText(next);
      i++;
    } else if (here === '*') parts.push('any');
    else if (here === '?') parts.push('one');
    else addText(here);
  }
  return parts.flatMap((part, index): Token[] => {
    if (typeof part === 'string') return [part];
    let text = foldText(part.text, place);
    // The blanks at the ends of the pattern go, those beside a wildcard within it stay.
    if (place === 'refusing' && index === 0) text = text.trimStart();
    if (place === 'refusing' && index === parts.length - 1) text = text.trimEnd();
    return [...text].map((character) => ({ character }));
  });
}

/** The textbook table: `reached[n]` says whether the tokens so far can match the first n characters. */
function globMatches(tokens: readonly Token[], characters: readonly string[]): boolean {
  let reached = [true, ...characters.map(() => false)];
  for (const token of tokens) {
    const next = reached.map(() => false);
    for (let n = 0; n <= characters.length; n++) {
      if (token === 'any') next[n] = reached[n] === true || (n > 0 && next[n - 1] === true);
      else if (n > 0) next[n] = reached[n - 1] === true && (token === 'one' || token.character === characters[n - 1]);
    }
    reached = next;
  }
  return reached[characters.length] === true;
}
