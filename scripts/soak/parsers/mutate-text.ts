/** Texts from texts: a few units changed, pieces moved, repeated or taken from another, words of the language put in. */
import type { Random } from '../../fuzz/random.ts';

/** @param words what means something to the parser, and what has confused others */
export function textMutator(words: readonly string[], maxLength: number) {
  return (random: Random, input: string, other: string): string => {
    let text = input;
    for (let changes = random.integer(1, 4); changes > 0; changes--) text = change(random, text, other, words);
    return text.slice(0, maxLength);
  };
}

function change(random: Random, text: string, other: string, words: readonly string[]): string {
  const at = random.integer(0, text.length);
  const to = random.chance(0.7) ? Math.min(text.length, at + random.integer(0, 4)) : random.integer(at, text.length);
  const [head, piece, tail] = [text.slice(0, at), text.slice(at, to), text.slice(to)];
  return random.choose<string>([
    [3, () => head + tail],
    [3, () => head + random.pick(words) + text.slice(at)],
    [3, () => head + random.pick(words) + tail],
    [3, () => head + oddUnit(random) + text.slice(at)],
    [3, () => head + oddUnit(random) + tail],
    [2, () => head + piece + piece + tail],
    [1, () => head + piece.repeat(random.integer(2, 40)) + tail],
    [2, () => head + other.slice(random.integer(0, other.length))],
    [1, () => head + slice(random, other) + tail],
    [1, () => tail + piece + head],
    [1, () => head + piece.toUpperCase() + tail],
    [1, () => head + piece.toLowerCase() + tail],
    [2, () => text.replace(/\d+/g, (digits) => (random.chance(0.3) ? number(random, digits) : digits))],
  ]);
}

function slice(random: Random, text: string): string {
  const from = random.integer(0, text.length);
  return text.slice(from, random.integer(from, text.length));
}

function number(random: Random, digits: string): string {
  return random.choose<string>([
    [2, () => String(Number(digits) + random.integer(-2, 2))],
    [1, () => `0${digits}`],
    [1, () => String(random.integer(0, 400))],
    [1, () => String(random.integer(0, 2 ** 40))],
    [1, () => ''],
  ]);
}

function oddUnit(random: Random): string {
  return random.choose<string>([
    [6, () => String.fromCharCode(random.integer(0x20, 0x7e))],
    [1, () => String.fromCharCode(random.integer(0, 0x1f))],
    [1, () => String.fromCharCode(random.integer(0x7f, 0x24ff))],
    [1, () => String.fromCharCode(random.integer(0xd800, 0xdfff))],
    [1, () => String.fromCodePoint(random.integer(0x2500, 0x10ffff))],
  ]);
}
