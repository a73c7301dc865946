/** Name patterns: `*` and `?` as wildcards, a backslash before a wildcard or a backslash takes its meaning away. */
import { PolicyValueError, shown } from './errors.ts';
import { foldNarrow, foldWidePiece } from './folding.ts';

export const MAX_PATTERN_LENGTH = 256;

/** Any text, or one character. */
export type Wildcard = 'any' | 'one';
export type PatternPiece = { readonly text: string } | { readonly wildcard: Wildcard };

/** A pattern as written, its wildcards recognised, its text not yet folded. */
export interface NamePattern {
  readonly source: string;
  readonly pieces: readonly PatternPiece[];
}

/** A wildcard, or one literal character (a code point, so never one of the two words). */
export type GlobToken = Wildcard | string;

/** A pattern ready to compare with names folded the same way. */
export type FoldedPattern =
  | { readonly kind: 'exact'; readonly name: string }
  | { readonly kind: 'glob'; readonly tokens: readonly GlobToken[] };

/** Reads a pattern. Throws `invalid-name`: empty, over 256 characters, nothing visible in it. */
export function parseNamePattern(source: string): NamePattern {
  if (source === '')
    throw new PolicyValueError('invalid-name', 'a name is empty; accepted: a name or a pattern with * and ?');
  if (source.length > MAX_PATTERN_LENGTH) {
    throw new PolicyValueError(
      'invalid-name',
      `${shown(source)} has ${source.length} characters; accepted: a pattern of at most ${MAX_PATTERN_LENGTH}`,
    );
  }
  // What the rest of this function would say of it.
  if (isPlainName(source)) return { source, pieces: [{ text: source }] };
  const pieces: PatternPiece[] = [];
  let text = '';
  const endText = () => {
    if (text !== '') pieces.push({ text });
    text = '';
  };
  for (let index = 0; index < source.length; index++) {
    const unit = source.charAt(index);
    const next = source.charAt(index + 1);
    if (unit === '\\' && (next === '*' || next === '?' || next === '\\')) {
      text += next;
      index++;
    } else if (unit === '*' || unit === '?') {
      endText();
      pieces.push({ wildcard: unit === '*' ? 'any' : 'one' });
    } else {
      text += unit;
    }
  }
  endText();
  const pattern = { source, pieces };
  const wide = foldPattern(pattern, 'wide');
  if (wide.kind === 'exact' && wide.name === '') {
    throw new PolicyValueError(
      'invalid-name',
      `${shown(source)} has no visible character; accepted: a name or a pattern with * and ?`,
    );
  }
  return pattern;
}

/** True for most names: visible ASCII, at most 256 characters, without wildcards and backslashes. Folding changes nothing but its case. */
export function isPlainName(source: string): boolean {
  return source.length <= MAX_PATTERN_LENGTH && PLAIN.test(source);
}

const PLAIN = /^[!-)+->@-[\]-~]+$/;

/** Folds the text between the wildcards, `wide` for refusing conditions, `narrow` for granting ones. */
export function foldPattern(pattern: NamePattern, folding: 'wide' | 'narrow'): FoldedPattern {
  const last = pattern.pieces.length - 1;
  const pieces = pattern.pieces.map((piece, index): PatternPiece => {
    if ('wildcard' in piece) return piece;
    if (folding === 'narrow') return { text: foldNarrow(piece.text) };
    // Blanks at the ends of the pattern go as they go from names; those beside a wildcard stay.
    const text = foldWidePiece(piece.text);
    const startless = index === 0 ? text.trimStart() : text;
    return { text: index === last ? startless.trimEnd() : startless };
  });
  if (pieces.some((piece) => 'wildcard' in piece)) {
    return {
      kind: 'glob',
      tokens: pieces.flatMap((piece) => ('wildcard' in piece ? [piece.wildcard] : [...piece.text])),
    };
  }
  return { kind: 'exact', name: pieces.map((piece) => ('text' in piece ? piece.text : '')).join('') };
}

/** True when the folded `name` fits the tokens. Takes at most |tokens| × |name| steps. */
export function globMatches(tokens: readonly GlobToken[], name: string): boolean {
  let token = 0;
  let at = 0;
  // Where to go on when the text after the last star turns out not to fit: one character further right.
  let starToken = -1;
  let starAt = 0;
  while (at < name.length) {
    const wanted = tokens[token];
    if (wanted === 'any') {
      starToken = token++;
      starAt = at;
      continue;
    }
    const width = widthAt(name, at);
    if (wanted !== undefined && (wanted === 'one' || isCharacterAt(name, at, width, wanted))) {
      token++;
      at += width;
    } else if (starToken >= 0) {
      token = starToken + 1;
      starAt += widthAt(name, starAt);
      at = starAt;
    } else {
      return false;
    }
  }
  while (tokens[token] === 'any') token++;
  return token === tokens.length;
}

function isCharacterAt(name: string, at: number, width: 1 | 2, character: string): boolean {
  return (
    character.length === width &&
    name.charCodeAt(at) === character.charCodeAt(0) &&
    (width === 1 || name.charCodeAt(at + 1) === character.charCodeAt(1))
  );
}

/** The UTF-16 units of the character at `at`: half of a surrogate pair alone is a character of its own. */
function widthAt(name: string, at: number): 1 | 2 {
  const unit = name.charCodeAt(at);
  if (unit < 0xd800 || unit > 0xdbff) return 1;
  const next = name.charCodeAt(at + 1);
  return next >= 0xdc00 && next <= 0xdfff ? 2 : 1;
}
