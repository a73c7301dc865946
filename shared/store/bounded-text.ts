/** Bounds texts without splitting a character. A lone half of a surrogate pair, which UTF-8 cannot hold, becomes U+FFFD. */

/** The longest beginning of a text with at most `max` UTF-16 units. */
export function cutToUnits(original: string, max: number): string {
  const text = wellFormed(original);
  if (text.length <= max) return text;
  const splits = isHighSurrogate(text.charCodeAt(max - 1));
  return text.slice(0, splits ? max - 1 : max);
}

/** The longest beginning of a text with at most `max` bytes in UTF-8, marked with `…` where it was cut. */
export function cutToBytes(original: string, max: number): string {
  const text = wellFormed(original);
  if (Buffer.byteLength(text) <= max) return text;
  const ellipsis = '…';
  let room = max - Buffer.byteLength(ellipsis);
  let end = 0;
  for (const character of text) {
    room -= Buffer.byteLength(character);
    if (room < 0) break;
    end += character.length;
  }
  return text.slice(0, end) + ellipsis;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function wellFormed(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}
