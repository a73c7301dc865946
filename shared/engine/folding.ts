/**
 * How names are folded before they are compared (docs/policy-language.md, "Names"). Both ways give the same text for
 * names that differ by letter case only; the wide one, for refusing, unites what Active Directory takes for one name.
 */
import { latePattern } from './late-pattern.ts';

/** NFC and lower case: what granting conditions compare. */
export function foldNarrow(text: string): string {
  return foldAscii(text) ?? plainSigma(text.normalize('NFC').toLowerCase()).normalize('NFC');
}

/** As `foldWide`, without removing blanks: for the pieces of a pattern, whose inner ends are no ends. */
export function foldWidePiece(text: string): string {
  const ascii = foldAscii(text);
  if (ascii !== undefined) return ascii;
  let folded = text;
  // Twice: the upper case of a few characters decomposes anew.
  for (let pass = 0; pass < 2; pass++) {
    folded = folded.normalize('NFKD').replace(unseen(), '').toUpperCase().toLowerCase();
    folded = plainSigma(folded).normalize('NFKD').replace(unseen(), '');
  }
  return folded.normalize('NFC');
}

/** Compatibility forms, marks, invisible characters, case and blanks at the ends away: what refusing conditions compare. */
export function foldWide(text: string): string {
  return foldWidePiece(text).trim();
}

const unseen = latePattern(String.raw`[\p{M}\p{Cf}\p{Cc}\p{Default_Ignorable_Code_Point}]`, 'gu');

/** Lower case depends on the place of a sigma in its word (Unicode, SpecialCasing: Final_Sigma), a name must not. */
function plainSigma(text: string): string {
  return text.replaceAll('ς', 'σ');
}

/**
 * Printable ASCII folds by case alone; undefined for any other text. The text itself where it has no capital letter, which is
 * most names, so that its hash need not be computed anew.
 */
function foldAscii(text: string): string | undefined {
  let hasCapital = false;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x20 || unit > 0x7e) return undefined;
    if (unit >= 0x41 && unit <= 0x5a) hasCapital = true;
  }
  return hasCapital ? text.toLowerCase() : text;
}
