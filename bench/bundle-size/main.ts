/**
 * How large the functions' bundles are and what is in them.
 *
 *     node --import tsx bench/bundle-size/main.ts            prints the handler's parts
 *     node --import tsx bench/bundle-size/main.ts --check    fails where one has grown by over 10 % against bench/bundle-size.json
 *     node --import tsx bench/bundle-size/main.ts --accept   writes that file
 *     node --import tsx bench/bundle-size/main.ts --write    writes the table of docs/performance.md
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { tableOf } from '../figure-text.ts';
import { BARE_CLIENT, type BundleInput, bundleAsPackaged, FUNCTIONS } from './bundle.ts';
import { type BundlePart, bundleParts, bundleSize } from './bundle-parts.ts';
import { type BundleSizes, growthFaults } from './growth.ts';
import { grouped, writeIntoPage } from './performance-page.ts';

const COMMITTED = join(import.meta.dirname, '..', 'bundle-size.json');

const { values: options } = parseArgs({
  options: { check: { type: 'boolean' }, accept: { type: 'boolean' }, write: { type: 'boolean' } },
});
const parts = await partsOfFunctions();
const sizes = Object.fromEntries(Object.entries(parts).map(([name, ofFunction]) => [name, bundleSize(ofFunction)]));
const table = partsTable(parts.connect ?? []);

console.log(table);
for (const [name, { bytes, bytesBesideSdk }] of Object.entries(sizes)) {
  console.log(`${name}: ${grouped(bytes)} bytes, ${grouped(bytesBesideSdk)} of them not the AWS SDK's`);
}
if (options.accept) await writeFile(COMMITTED, `${JSON.stringify(sizes, undefined, 2)}\n`);
if (options.write) await writeIntoPage('bundle size', table);
if (options.check) {
  const committed: BundleSizes = JSON.parse(await readFile(COMMITTED, 'utf8'));
  const faults = growthFaults(sizes, committed);
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) {
    console.error('Where that is on purpose: node --import tsx bench/bundle-size/main.ts --accept, and commit it.');
    process.exitCode = 1;
  }
}

async function partsOfFunctions(): Promise<Record<string, BundlePart[]>> {
  const folder = await mkdtemp(join(tmpdir(), 'bundle-size-'));
  try {
    const bundled = (name: string, input: BundleInput) => bundleAsPackaged(input, join(folder, `${name}.mjs`));
    const sdkAlone = await bundled('bare', BARE_CLIENT);
    const made: Record<string, BundlePart[]> = {};
    for (const [name, input] of Object.entries(FUNCTIONS))
      made[name] = bundleParts(await bundled(name, input), sdkAlone);
    return made;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The parts of a kilobyte and more; those of the SDK together. */
function partsTable(all: readonly BundlePart[]): string {
  const { bytes, bytesBesideSdk } = bundleSize(all);
  const row = (name: string, size: number) => [name, grouped(size), `${((100 * size) / bytes).toFixed(1)} %`];
  const ours = all.filter(({ ofSdk }) => !ofSdk);
  const small = ours.filter((part) => part.bytes < 1_000);
  const ofSdk = all.length - ours.length;
  return tableOf(
    ['part', 'bytes', 'share'],
    [
      row(`AWS SDK: the DynamoDB client and what it needs (${ofSdk} packages)`, bytes - bytesBesideSdk),
      ...ours.filter((part) => part.bytes >= 1_000).map((part) => row(`\`${part.name}\``, part.bytes)),
      row(
        `${small.length} smaller ones`,
        small.reduce((sum, part) => sum + part.bytes, 0),
      ),
      row('**the handler’s bundle**', bytes),
    ],
  );
}
