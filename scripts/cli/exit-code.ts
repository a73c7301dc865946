/** What the exit codes mean, and the error that ends a command with one. */

export const EXIT = {
  ok: 0,
  /** The policy fails a check, or there is none. */
  checkFailed: 1,
  /** Wrong usage, a file that cannot be read, a store that cannot be reached. */
  usage: 2,
  /** Of `plan` alone: it would change something. */
  changes: 3,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends a command; the message is one line: what, where, what to do. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode = EXIT.usage, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}
