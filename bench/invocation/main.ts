/**
 * The whole invocation: the packaged handler in a new process each time, behind a Runtime API of the bench's own.
 *
 *     node --import tsx bench/invocation/main.ts [--rounds 31] [--load] [--json FILE] [--write]
 *
 * `--load` stops after loading, `--write` writes the tables of docs/performance.md. Lambda runs Node 24, and so should this: npm exec --yes
 * --ignore-scripts=false --package=node@24 -c 'node --import tsx bench/invocation/main.ts'
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { grouped, machineLine, writeIntoPage } from '../bundle-size/performance-page.ts';
import { tableOf } from '../figure-text.ts';
import type { Ratio } from '../median.ts';
import { type DecisionsRow, measureDecisions, ROUND_TRIP_MS } from './decisions.ts';
import { type Bundles, type LoadRow, measureLoad, writeBundles } from './load-time.ts';
import { storedPolicy } from './policies.ts';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '31' },
    load: { type: 'boolean' },
    json: { type: 'string' },
    write: { type: 'boolean' },
  },
});
const rounds = Number(options.rounds);
if (!(Number.isInteger(rounds) && rounds > 0)) throw new RangeError('--rounds: a whole number from 1');
if (options.load && options.write) throw new TypeError('--write: the page has both tables, so without --load');
const WARM_INVOCATIONS = 100;

const folder = await mkdtemp(join(tmpdir(), 'invocation-'));
try {
  const bundles = await writeBundles(folder);
  const load = await measureLoad(bundles, rounds);
  const decisions = options.load ? [] : await measureFirstAndWarm(bundles);
  const where = `${machineLine()}; medians of ${rounds} rounds in turns`;
  const tables = [loadTable(load), ...(options.load ? [] : [decisionsTable(decisions)])];
  const text = [`${where}.`, ...tables].join('\n\n');
  console.log(text);
  if (options.json !== undefined)
    await writeFile(
      options.json,
      `${JSON.stringify({ machine: machineLine(), rounds, load, decisions }, undefined, 2)}\n`,
    );
  if (options.write) await writeIntoPage('invocation', text);
} finally {
  await rm(folder, { recursive: true });
}

async function measureFirstAndWarm(bundles: Bundles): Promise<DecisionsRow[]> {
  const handler = { bundle: bundles.handler, decides: true, decisionLog: 'all' } as const;
  const small = storedPolicy(100);
  const large = storedPolicy(10_000);
  const largest = storedPolicy(10_000, 100_000);
  return measureDecisions(
    [
      { ...handler, name: 'the bare client: one query', bundle: bundles.bareAsPackaged, policy: small, decides: false },
      { ...handler, name: small.name, policy: small },
      { ...handler, name: large.name, policy: large },
      { ...handler, name: largest.name, policy: largest },
      { ...handler, name: `${small.name}, no decision log`, policy: small, decisionLog: 'off' },
      { ...handler, name: `${large.name}, no decision log`, policy: large, decisionLog: 'off' },
    ],
    Math.ceil(rounds / 3),
    WARM_INVOCATIONS,
  );
}

function loadTable(rows: readonly LoadRow[]): string {
  return tableOf(
    ['loading', 'ms', 'processor ms', 'resident MB', 'the handler takes', 'on the processor'],
    rows.map(({ name, ms, cpuMs, rssBytes, handlerTakes }) => [
      name,
      ms.toFixed(0),
      cpuMs.toFixed(0),
      megabytes(rssBytes),
      handlerTakes === undefined ? '' : times(handlerTakes.ms),
      handlerTakes === undefined ? '' : times(handlerTakes.cpuMs),
    ]),
  );
}

/** The ratio, and in brackets where the middle half of the rounds has it. */
function times({ median, from, to }: Ratio): string {
  return `${median.toFixed(2)}× (${from.toFixed(2)} to ${to.toFixed(2)})`;
}

function decisionsTable(rows: readonly DecisionsRow[]): string {
  return tableOf(
    [
      `policy in dynalite, ${ROUND_TRIP_MS} ms away`,
      'stored KB',
      'round trips (requests)',
      'ready after ms',
      'of it processor',
      'first answer after ms',
      'warm ms',
      'warm processor ms',
      'resident MB ready',
      'warm',
    ],
    rows.map((row) => [
      row.name,
      row.storedBytes === 0 ? '' : grouped(row.storedBytes / 1024),
      row.storedBytes === 0 ? '' : `${row.roundTrips} (${row.requests})`,
      row.loadedMs.toFixed(0),
      row.loadCpuMs.toFixed(0),
      row.firstMs.toFixed(0),
      row.warmMs.toFixed(1),
      row.warmCpuMs.toFixed(1),
      megabytes(row.loadedRssBytes),
      megabytes(row.warmRssBytes),
    ]),
  );
}

function megabytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(0);
}
