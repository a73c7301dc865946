/** What the handler writes on standard output, taken line by line in place of being written. */

export interface LogLines {
  /** The lines since the last call, and takes them away. */
  take(): TakenLines;
}

export interface TakenLines {
  readonly lines: readonly Readonly<Record<string, unknown>>[];
  /** What is no line with one JSON object in it: somebody's name has forged a line, or broken one. */
  readonly bad: readonly string[];
}

/** From now on nothing reaches standard output. */
export function captureLogLines(stream: NodeJS.WriteStream = process.stdout): LogLines {
  let written = '';
  stream.write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    written += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    const callback = rest.at(-1);
    if (typeof callback === 'function') callback();
    return true;
  };
  return {
    take() {
      const taken = parseLines(written);
      written = '';
      return taken;
    },
  };
}

export function parseLines(written: string): TakenLines {
  const lines: Record<string, unknown>[] = [];
  const bad: string[] = [];
  const texts = written.split('\n');
  if (texts.pop() !== '') bad.push('(a line without an end)');
  for (const text of texts) {
    const value = parsed(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) lines.push({ ...value });
    else bad.push(text.slice(0, 200));
  }
  return { lines, bad };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
