/** Runs a command line as somebody types it on a terminal, and keeps what they see. */
import { type RunOptions, runCli } from './run-cli.ts';

export interface Typed {
  readonly exitCode: number;
  /** Both streams, in order. */
  readonly printed: string;
}

/** As wide as the pages of docs/ show. */
const COLUMNS = 130;

/** @param line begins with `vpn-policy` */
export async function runLine(line: string, options: Omit<RunOptions, 'terminal' | 'onPrinted'>): Promise<Typed> {
  const [command, ...args] = wordsOf(line);
  if (command !== 'vpn-policy') throw new Error(`No line of vpn-policy: ${line}`);
  let printed = '';
  const told = { stdout: 0, stderr: 0 };
  const { exitCode } = await runCli(args, {
    progressAfterMs: 60_000,
    ...options,
    terminal: COLUMNS,
    onPrinted({ stdout, stderr }) {
      printed += stdout.slice(told.stdout) + stderr.slice(told.stderr);
      Object.assign(told, { stdout: stdout.length, stderr: stderr.length });
    },
  });
  return { exitCode, printed };
}

/** The words of a command line, without their quotes. */
function wordsOf(line: string): string[] {
  const words = line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g);
  return [...words].map(([, double, single, bare]) => double ?? single ?? bare ?? '');
}
