/**
 * Tries to break the project at length: hostile events, an independent judge, faults of the store, load.
 *
 *     npm run soak                        everything, about an hour
 *     npm run soak -- --short             what CI runs, some minutes
 *     npm run soak -- --only door         one part (may be repeated)
 *     npm run soak -- --write             … and the figures into docs/reliability.md
 *
 * Exits 1 when a promise was broken; the same `--seed` tries the same again.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { writePage } from './soak/page.ts';
import type { SoakPart, SoakResult } from './soak/part.ts';
import { PARTS } from './soak/parts.ts';

// The AWS SDK need not tell at every run that it will want a newer Node.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

const { values: flags } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
    seed: { type: 'string', default: '20261127' },
    json: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});

process.exitCode = await main();

async function main(): Promise<number> {
  const unknown = flags.only.find((name) => !PARTS.some((part) => part.name === name));
  if (unknown !== undefined) {
    console.error(`soak: --only ${unknown} is not known; accepted: ${PARTS.map(({ name }) => name).join(', ')}`);
    return 2;
  }
  if (!/^\d{1,10}$/.test(flags.seed)) {
    console.error(`soak: --seed ${flags.seed} is no whole number`);
    return 2;
  }
  const wanted = PARTS.filter(({ name }) => flags.only.length === 0 || flags.only.includes(name));
  const results: (readonly [SoakPart, SoakResult])[] = [];
  for (const part of wanted) results.push([part, await runPart(part)]);
  if (flags.json !== undefined) {
    const named = results.map(([{ name }, result]) => [name, result]);
    await writeFile(flags.json, `${JSON.stringify(Object.fromEntries(named), undefined, 2)}\n`);
  }
  if (flags.write) await writePage(results, commandOf);
  const failed = results.filter(([, { failures }]) => failures.length > 0);
  for (const [{ name }, { failures }] of failed) console.error(`soak: ${name}: ${failures.length} promises broken`);
  return failed.length === 0 ? 0 : 1;
}

async function runPart(part: SoakPart): Promise<SoakResult> {
  const startedMs = performance.now();
  console.log(`\n${part.name}: ${part.title}`);
  const result = await part.run({
    isShort: flags.short,
    seed: Number(flags.seed),
    progress: (text) => {
      if (process.stderr.isTTY) process.stderr.write(`  ${text}\n`);
    },
  });
  for (const { what, figure } of result.figures) console.log(`  ${what}: ${figure}`);
  for (const failure of result.failures) console.log(`  BROKEN: ${failure}`);
  console.log(`  (${((performance.now() - startedMs) / 1000).toFixed(0)} s)`);
  return result;
}

function commandOf({ name }: SoakPart): string {
  return `npm run soak --${flags.short ? ' --short' : ''} --only ${name} --seed ${flags.seed}`;
}
