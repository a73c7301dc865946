/** Asks whoever sits at the terminal before something is done. */
import { createInterface } from 'node:readline';
import type { Surroundings } from '../surroundings.ts';

/** True where nobody sits there to be asked, and where the answer is yes. */
export async function goesOn(question: string, { ask }: Pick<Surroundings, 'ask'>): Promise<boolean> {
  if (ask === undefined) return true;
  return /^\s*y(es)?\s*$/i.test(await ask(`${question} [y/N] `));
}

/** Asks on a terminal. The end of the input (Ctrl-D) is an empty answer; Ctrl-C is the signal that it is elsewhere. */
export function askOnTerminal(
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
): (question: string) => Promise<string> {
  return (question) =>
    new Promise((resolve) => {
      const lines = createInterface({ input, output });
      lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
      const endOfInput = () => {
        output.write('\n');
        resolve('');
      };
      lines.on('close', endOfInput);
      lines.question(question, (answer) => {
        lines.off('close', endOfInput);
        resolve(answer);
        lines.close();
      });
    });
}
