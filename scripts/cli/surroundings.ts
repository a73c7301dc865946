/** All that the commands touch of the process that they run in, so that tests run them in theirs. */

export interface Surroundings {
  /** Data. */
  readonly stdout: Output;
  /** Messages. */
  readonly stderr: Output;
  /** The whole of standard input. */
  readonly readStdin: () => Promise<Uint8Array>;
  /** Asks whoever sits at the terminal, and gives the line that they answer. Absent where nobody does. */
  readonly ask?: ((question: string) => Promise<string>) | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** The machine's time zone, as `Intl` tells it: what a time on the command line means where nothing else is said. */
  readonly timezone: string;
  /** Who runs the command, for the history: `name@host`. */
  readonly user: string;
  /** Told when a write is under way, and when it no longer is. */
  readonly writing?: ((underWay: boolean) => void) | undefined;
  /** How long an answer of the API is waited for, in milliseconds. Default 35000: API Gateway gives up after 30. */
  readonly apiTimeoutMs?: number | undefined;
  /** Ends what would go on for ever (`decisions --follow`). */
  readonly ended?: AbortSignal | undefined;
  /** How often new decisions are looked for, in milliseconds. Default 2000. */
  readonly followEveryMs?: number | undefined;
  /** From when on progress is shown, in milliseconds. Default 1000. */
  readonly progressAfterMs?: number | undefined;
}

/** What the commands need of a stream. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  /** The width of the terminal, in characters. */
  readonly columns?: number | undefined;
}
