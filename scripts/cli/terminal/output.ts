/** How text reaches the streams: safe to show, coloured only for people, JSON for programs. */
import type { Output, Surroundings } from '../surroundings.ts';

/** Writes lines; what they hold may come from anywhere, so that nothing in them can steer the terminal. */
export function writeLines(output: Output, lines: readonly string[]): void {
  if (lines.length > 0) output.write(`${lines.join('\n')}\n`);
}

/** Writes one JSON value, indented. */
export function writeJson(output: Output, value: unknown): void {
  output.write(`${jsonText(value, 2)}\n`);
}

/** JSON in which nothing can steer a terminal: what JSON lets stand as it is, is escaped. To programs it is the same. */
export function jsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent).replace(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (character) =>
    Array.from(
      { length: character.length },
      (_, unit) => `\\u${character.charCodeAt(unit).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
}

/** The text on one line, with control, format and bidirectional characters escaped. */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

/** Lines that came as one text, such as a message of the AWS SDK. */
export function onOneLine(text: string): string {
  return printable(text.replace(/\s+/g, ' ').trim());
}

/** A message of the program itself, as a line for stderr. */
export function messageLine(text: string): string {
  return onOneLine(`vpn-policy: ${text}`);
}

export type Colour = 'red' | 'green' | 'yellow' | 'dim' | 'bold';

/** Colours a text, or leaves it. */
export type Paint = (colour: Colour, text: string) => string;

const SGR: Readonly<Record<Colour, readonly [number, number]>> = {
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  dim: [2, 22],
  bold: [1, 22],
};

/** Colour on a terminal only, and not where NO_COLOR is set (no-color.org: to anything but the empty text). */
export function paintFor(output: Output, env: Surroundings['env']): Paint {
  const plain = output.isTTY !== true || (env.NO_COLOR ?? '') !== '' || env.TERM === 'dumb';
  if (plain) return (_, text) => text;
  return (colour, text) => {
    const [on, off] = SGR[colour];
    return `\u001b[${on}m${text}\u001b[${off}m`;
  };
}

/** `1 rule`, `2 rules`, `200,000 rules`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;
}
