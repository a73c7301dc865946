/** The lines of a file, read as they are asked for: a file may be larger than memory. */
import { createReadStream } from 'node:fs';
import { errorFacts } from '../error-facts.ts';
import { CommandError } from '../exit-code.ts';
import type { Surroundings } from '../surroundings.ts';
import { onOneLine } from '../terminal/output.ts';
import { reasonOf, STDIN, whyNoText } from './input-file.ts';

/**
 * Without their ends (LF or CRLF) and without a byte order mark; `-` is standard input. Throws a CommandError where the
 * file cannot be read or is no UTF-8.
 */
export async function* linesOf(file: string, surroundings: Pick<Surroundings, 'readStdin'>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  let start = new Uint8Array();
  try {
    for await (const bytes of chunksOf(file, surroundings)) {
      if (start.length === 0) start = bytes.slice(0, 2);
      const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) yield withoutReturn(line);
    }
    rest += decoder.decode();
  } catch (error) {
    const isText = errorFacts(error).code !== 'ERR_ENCODING_INVALID_ENCODED_DATA';
    const reason = isText ? reasonOf(error) : whyNoText(start);
    throw new CommandError(`cannot read ${onOneLine(nameOf(file))}: ${reason}`, undefined, { cause: error });
  }
  if (rest !== '') yield withoutReturn(rest);
}

/** As messages call the file. */
export function nameOf(file: string): string {
  return file === STDIN ? '<stdin>' : file;
}

async function* chunksOf(file: string, { readStdin }: Pick<Surroundings, 'readStdin'>): AsyncGenerator<Uint8Array> {
  if (file === STDIN) yield await readStdin();
  else yield* createReadStream(file);
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
