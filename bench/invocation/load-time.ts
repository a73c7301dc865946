/** How long the handler takes to load in a new process, in turns with its peers. */
import { join } from 'node:path';
import { BARE_CLIENT, bundleAsPackaged, bundlePlainly, FUNCTIONS } from '../bundle-size/bundle.ts';
import { median, pairedRatio, type Ratio } from '../median.ts';
import { type Loaded, loadOnce } from './function-process.ts';

export interface LoadRow {
  readonly name: string;
  readonly ms: number;
  readonly cpuMs: number;
  readonly rssBytes: number;
  /** How many times as long as this one the handler takes, by the clock and on the processor; absent for the handler itself. */
  readonly handlerTakes?: { readonly ms: Ratio; readonly cpuMs: Ratio };
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
  const loading = (name: string, bundle: string) => ({ name, bundle, loads: [] as Loaded[] });
  const handler = loading('**the handler**', bundles.handler);
  const peers = [
    loading('the bare DynamoDB client, bundled by esbuild’s defaults', bundles.barePlain),
    loading('the bare DynamoDB client, bundled as the handler is', bundles.bareAsPackaged),
  ];
  const inTurns = [...peers, handler];
  // The first time the files come from the disk.
  for (const { bundle } of inTurns) await loadOnce(bundle, ENVIRONMENT);
  for (let round = 0; round < rounds; round++) {
    for (const { bundle, loads } of inTurns) loads.push(await loadOnce(bundle, ENVIRONMENT));
    // There and back again: nobody always comes after the same one.
    inTurns.reverse();
  }
  const against = (loads: readonly Loaded[], what: 'loadMs' | 'loadCpuMs') =>
    pairedRatio(of(handler.loads, what), of(loads, what));
  return [
    ...peers.map((peer) => ({
      ...row(peer),
      handlerTakes: { ms: against(peer.loads, 'loadMs'), cpuMs: against(peer.loads, 'loadCpuMs') },
    })),
    row(handler),
  ];
}

function row({ name, loads }: { readonly name: string; readonly loads: readonly Loaded[] }): LoadRow {
  return {
    name,
    ms: median(of(loads, 'loadMs')),
    cpuMs: median(of(loads, 'loadCpuMs')),
    rssBytes: median(of(loads, 'rssBytes')),
  };
}

function of(loads: readonly Loaded[], what: 'loadMs' | 'loadCpuMs' | 'rssBytes'): number[] {
  return loads.map((load) => load[what]);
}

const ENVIRONMENT = { DECISIONS_TABLE: 'bench-decisions' };
