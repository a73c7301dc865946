/** Where and with what it was measured. */
import { readFile } from 'node:fs/promises';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';

export interface Machine {
  readonly date: string;
  readonly processor: string;
  readonly cores: number;
  readonly memoryGb: number;
  /** Processes that wanted to run, over the last minute: above the number of cores the machine was shared. */
  readonly load: string;
  readonly node: string;
  readonly packages: Readonly<Record<string, string>>;
}

const PACKAGES = [
  '@cedar-policy/cedar-wasm',
  'casbin',
  'json-rules-engine',
  'ipaddr.js',
  'mitata',
  '@ip-location-db/asn-country',
];

export async function machine(): Promise<Machine> {
  const versions = PACKAGES.map(async (name) => {
    const manifest: { version: string } = JSON.parse(
      await readFile(join('node_modules', name, 'package.json'), 'utf8'),
    );
    return [name, manifest.version] as const;
  });
  return {
    date: new Date().toISOString().slice(0, 10),
    processor: cpus()[0]?.model ?? 'unknown processor',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    load: (loadavg()[0] ?? 0).toFixed(1),
    node: process.version,
    packages: Object.fromEntries(await Promise.all(versions)),
  };
}
