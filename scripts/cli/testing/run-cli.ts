/** Runs a command line in this process and keeps what it printed. */
import { createProgram } from '../program.ts';
import type { Surroundings } from '../surroundings.ts';

export interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly stdin?: string | Uint8Array;
  readonly env?: Surroundings['env'];
  /** Default: NOW. */
  readonly nowMs?: number;
  /** The machine's time zone. Default Asia/Tokyo, where NOW is 10:00. */
  readonly timezone?: string;
  /** Who runs the command. Default tanaka@laptop. */
  readonly user?: string;
  /** Both streams are a terminal of that many columns. */
  readonly terminal?: number;
  readonly progressAfterMs?: number;
  readonly ended?: AbortSignal;
  readonly followEveryMs?: number;
  /** Told of what has been printed so far. */
  readonly onPrinted?: (printed: { readonly stdout: string; readonly stderr: string }) => void;
  /** Somebody sits there and answers this to every question; the questions stand on stderr. */
  readonly answer?: string | (() => Promise<string>);
}

/** The moment at which tests run commands. */
export const NOW = '2026-11-24T01:00:00.000Z';

export async function runCli(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const {
    stdin = '',
    env = {},
    nowMs = Date.parse(NOW),
    timezone = 'Asia/Tokyo',
    user = 'tanaka@laptop',
    terminal,
    progressAfterMs,
    answer,
    ended,
    followEveryMs,
    onPrinted = () => {},
  } = options;
  const printed = { stdout: '', stderr: '' };
  const stream = (name: keyof typeof printed) => ({
    write: (text: string) => {
      printed[name] += text;
      onPrinted(printed);
    },
    ...(terminal === undefined ? {} : { isTTY: true, columns: terminal }),
  });
  const program = createProgram({
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    readStdin: async () => Buffer.from(stdin),
    ...(answer === undefined
      ? {}
      : {
          ask: async (question) => {
            const answered = typeof answer === 'string' ? answer : await answer();
            printed.stderr += `${question}${answered}\n`;
            return answered;
          },
        }),
    env,
    now: () => nowMs,
    timezone,
    user,
    progressAfterMs,
    ended,
    followEveryMs,
  });
  const exitCode = await program.run(args);
  return { exitCode, ...printed };
}
