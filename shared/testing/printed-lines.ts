/** What the logger and the metrics print while something runs: the JSON lines that CloudWatch Logs would get. */
import { jest } from '@jest/globals';

export type Line = Readonly<Record<string, unknown>>;

/** Runs `act` with standard output and standard error held back; returns its result and the lines. */
export async function printedLines<T>(act: () => T | Promise<T>): Promise<{ result: T; lines: readonly Line[] }> {
  const printed: string[] = [];
  const hold = (chunk: string | Uint8Array): boolean => {
    printed.push(String(chunk));
    return true;
  };
  const spies = [
    jest.spyOn(process.stdout, 'write').mockImplementation(hold),
    jest.spyOn(process.stderr, 'write').mockImplementation(hold),
  ];
  try {
    const result = await act();
    const lines = printed
      .join('')
      .split('\n')
      .filter((line) => line !== '');
    return { result, lines: lines.map((line): Line => JSON.parse(line)) };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

/** The metrics among the lines. */
export function emfLines(lines: readonly Line[]): readonly Line[] {
  return lines.filter((line) => '_aws' in line);
}

/** The log lines among them. */
export function logLines(lines: readonly Line[]): readonly Line[] {
  return lines.filter((line) => 'level' in line);
}
