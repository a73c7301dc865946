/**
 * Runs the operating drills of docs/drills.md on a DynamoDB in this process, with the packaged handler and the `vpn-policy` program, and
 * shows each step.
 *
 *     npm run drill                       all of them
 *     npm run drill -- dynamodb-down      one
 *     npm run drill -- --write            … and what was printed into docs/drills.md
 *
 * Exits with 1 when something does not come out as it should.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Drill } from './drills/drill.ts';
import { DrillFailed } from './drills/drill-failed.ts';
import { DRILLS } from './drills/drills.ts';
import { prepareGround } from './drills/ground.ts';
import { withSteps } from './drills/page.ts';

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

const PAGE = join('docs', 'drills.md');

const { values: flags, positionals: names } = parseArgs({
  allowPositionals: true,
  options: { write: { type: 'boolean', default: false } },
});
process.exitCode = await main();

async function main(): Promise<number> {
  const unknown = names.find((name) => !DRILLS.some((drill) => drill.name === name));
  if (unknown !== undefined) {
    console.error(`drill: ${unknown} is not known; accepted: ${DRILLS.map(({ name }) => name).join(', ')}`);
    return 2;
  }
  const wanted = DRILLS.filter(({ name }) => names.length === 0 || names.includes(name));
  try {
    for (const drill of wanted) await runDrill(drill);
  } catch (error) {
    if (!(error instanceof DrillFailed)) throw error;
    console.error(`drill: ${error.message}`);
    return 1;
  }
  console.log('\nEverything came out as it should.');
  return 0;
}

async function runDrill(drill: Drill): Promise<void> {
  console.log(`\n== ${drill.title}`);
  const { ground, steps, close } = await prepareGround(process.cwd(), ({ line, printed }) =>
    process.stdout.write(`${line}\n${printed}`),
  );
  try {
    await drill.run(ground);
  } finally {
    await close();
  }
  if (flags.write) await writeFile(PAGE, withSteps(await readFile(PAGE, 'utf8'), drill.name, steps));
}
