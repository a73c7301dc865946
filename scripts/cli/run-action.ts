/** How commander runs the action of a command. */
import type { ExitCode } from './exit-code.ts';

/** Makes an action for commander of one that resolves with an exit code. */
export type RunAction = <A extends unknown[]>(
  action: (...args: A) => Promise<ExitCode>,
) => (...args: A) => Promise<void>;
