/** How long a bundle takes to load in a new process, in turns with its peers. */
import { join } from 'node:path';
import { BARE_CLIENT, bundleAsPackaged, bundlePlainly, FUNCTIONS } from '../bundle-size/bundle.ts';
import { type Loaded, loadOnce } from './function-process.ts';
import { median, medianRatio } from './median.ts';

export interface LoadRow {
  readonly name: string;
  readonly ms: number;
  readonly cpuMs: number;
  readonly rssBytes: number;
  /** How many times as long as the first row, wall clock and processor. */
  readonly ratio: number;
  readonly cpuRatio: number;
}

export interface Bundles {
  readonly handler: string;
  readonly bareAsPackaged: string;
  readonly barePlain: string;
}

/** Writes the bundles that are compared into a folder. */
export async function writeBundles(folder: string): Promise<Bundles> {
  const bundles = {
    handler: join(folder, 'handler.mjs'),
    bareAsPackaged: join(folder, 'bare-as-packaged.mjs'),
    barePlain: join(folder, 'bare-plain.mjs'),
  };
  await bundleAsPackaged(FUNCTIONS.connect, bundles.handler);
  await bundleAsPackaged(BARE_CLIENT, bundles.bareAsPackaged);
  await bundlePlainly(BARE_CLIENT, bundles.barePlain);
  return bundles;
}

/** Loads each bundle once a round. The handler has no rules table: what it would read from there is no part of loading it. */
export async function measureLoad(bundles: Bundles, rounds: number): Promise<LoadRow[]> {
  const contenders = [
    { name: 'the bare DynamoDB client, bundled by esbuild’s defaults', bundle: bundles.barePlain },
    { name: 'the bare DynamoDB client, bundled as the handler is', bundle: bundles.bareAsPackaged },
    { name: '**the handler**', bundle: bundles.handler },
  ].map((contender) => ({ ...contender, loads: [] as Loaded[] }));
  // The first time the files come from the disk.
  for (const { bundle } of contenders) await loadOnce(bundle, ENVIRONMENT);
  for (let round = 0; round < rounds; round++) {
    for (const { bundle, loads } of contenders) loads.push(await loadOnce(bundle, ENVIRONMENT));
  }
  const base = contenders[0]?.loads ?? [];
  return contenders.map(({ name, loads }) => ({
    name,
    ms: median(loads.map(({ loadMs }) => loadMs)),
    cpuMs: median(loads.map(({ loadCpuMs }) => loadCpuMs)),
    rssBytes: median(loads.map(({ rssBytes }) => rssBytes)),
    ratio: medianRatio(
      loads.map(({ loadMs }) => loadMs),
      base.map(({ loadMs }) => loadMs),
    ),
    cpuRatio: medianRatio(
      loads.map(({ loadCpuMs }) => loadCpuMs),
      base.map(({ loadCpuMs }) => loadCpuMs),
    ),
  }));
}

const ENVIRONMENT = { DECISIONS_TABLE: 'bench-decisions' };
