/** Coverage-guided fuzzing of the policy language's parsers. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { countFigure, type SoakPart, type SoakResult } from '../part.ts';
import { PUMPED_LENGTH } from './pump.ts';

export const parsers: SoakPart = {
  name: 'parsers',
  title: 'coverage-guided fuzzing of the parsers: addresses, names, windows, times, versions, messages, documents',
  run: ({ isShort, seed, progress }) => runParsers({ ...(isShort ? SHORT : LONG), seed }, progress),
};

export interface ParsersSize {
  /** Inputs for each parser of a value, and for each reader of documents. */
  readonly valueRuns: number;
  readonly documentRuns: number;
  /** Long inputs for each of them. */
  readonly pumped: number;
  readonly pumpedDocuments: number;
}

const SHORT: ParsersSize = { valueRuns: 6_000, documentRuns: 400, pumped: 40, pumpedDocuments: 8 };
const LONG: ParsersSize = { valueRuns: 300_000, documentRuns: 15_000, pumped: 1_000, pumpedDocuments: 150 };

/** What was found of one parser. */
export interface ParsersMessage {
  readonly name: string;
  readonly runs: number;
  readonly ms: number;
  readonly blocks: number;
  readonly blocksOfSeeds: number;
  readonly corpus: number;
  readonly pumped: number;
  readonly slowestMs: number;
  readonly failures: readonly string[];
}

export async function runParsers(
  size: ParsersSize & { readonly seed: number },
  progress: (text: string) => void,
): Promise<SoakResult> {
  const found: ParsersMessage[] = [];
  const script = join(import.meta.dirname, 'parsers-process.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', script, JSON.stringify(size)], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let told = '';
  child.stderr?.on('data', (chunk) => {
    told = `${told}${chunk}`.slice(-4_000);
  });
  child.on('message', (message: ParsersMessage) => {
    found.push(message);
    progress(`${message.name}: ${message.runs.toLocaleString('en')} inputs`);
  });
  const [code] = await once(child, 'close');
  const ended = code === 0 ? [] : [`the process ended with ${code}: ${told}`];
  const sum = (of: (message: ParsersMessage) => number) => found.reduce((so, each) => so + of(each), 0);
  return {
    figures: [
      countFigure(
        'inputs',
        sum(({ runs }) => runs),
      ),
      ...found.map(({ name, runs, blocks, blocksOfSeeds, corpus }) => ({
        what: `${name}: inputs; blocks of code reached, by the seeds alone; inputs kept`,
        figure: [runs, blocks, blocksOfSeeds, corpus].map((count) => count.toLocaleString('en')).join('; '),
      })),
      countFigure(
        'long inputs',
        sum(({ pumped }) => pumped),
      ),
      {
        what: `slowest long input (${PUMPED_LENGTH.toLocaleString('en')} units), computing, best of three`,
        figure: `${Math.max(0, ...found.map(({ slowestMs }) => slowestMs)).toFixed(0)} ms`,
      },
      {
        what: 'inputs a second',
        figure: Math.round(
          (1_000 * sum(({ runs }) => runs)) /
            Math.max(
              1,
              sum(({ ms }) => ms),
            ),
        ).toLocaleString('en'),
      },
    ],
    failures: [...ended, ...found.flatMap(({ failures }) => failures)],
  };
}
