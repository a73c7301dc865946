/**
 * The engine next to its peers, each policy in a process of its own, as a handler has one. From the root of the checkout:
 *
 *     npm run bench                          everything, in some minutes; tables on stdout, figures in .cache/bench/results.json (--json FILE)
 *     npm run bench -- --write               … and into docs/performance.md, with its charts
 *     npm run bench -- --short --check       the ratios, against those of bench/ratios.json
 *     npm run bench -- --short --accept      writes bench/ratios.json anew
 */
import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { BenchResults } from './bench-results.ts';
import { budgetTable } from './budgets.ts';
import { type Comparison, compareOn } from './compare.ts';
import { blockList } from './contenders/block-list.ts';
import { casbin } from './contenders/casbin.ts';
import { cedarWasm } from './contenders/cedar.ts';
import { clientVpnPolicy } from './contenders/client-vpn-policy.ts';
import type { MakeContender } from './contenders/contender.ts';
import { handWritten } from './contenders/hand-written.ts';
import { jsonRulesEngine } from './contenders/json-rules-engine.ts';
import { lowerLimit } from './contenders/lower-limit.ts';
import { countryRanges } from './country-ranges.ts';
import { compileOnce, type EngineFigures, engineFigures } from './engine-figures.ts';
import { machine } from './machine.ts';
import type { MeasureOptions } from './measure.ts';
import { engineTable, machineText, markdownTable, writePage } from './page.ts';
import { type RefusedRatio, ratiosOf, refusedRatios } from './ratios.ts';
import { countryWorkload, mixedWorkload, setWorkload } from './workloads.ts';

const PARTS = ['rules', 'sets', 'countries', 'engine'] as const;
const RATIOS_FILE = join('bench', 'ratios.json');

const { values: flags } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
    json: { type: 'string', default: join('.cache', 'bench', 'results.json') },
    write: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    accept: { type: 'boolean', default: false },
    // For the processes that it starts.
    'compile-once': { type: 'boolean', default: false },
    engine: { type: 'boolean', default: false },
    row: { type: 'string' },
  },
});

const OPTIONS: MeasureOptions = flags.short
  ? { rounds: 9, turnMs: 40, longestPassMs: 20 }
  : { rounds: 9, turnMs: 60, longestPassMs: 30 };

/** A short run leaves out what takes long and gives no ratio to check. */
const RULE_COUNTS = flags.short ? [1000] : [10, 100, 1000, 10_000];
const ENTRY_COUNTS = flags.short ? [1000, 250_000] : [1000, 10_000, 100_000, 250_000];
const POLICY_ENGINES: readonly MakeContender[] = flags.short ? [casbin] : [cedarWasm, casbin, jsonRulesEngine];
const COUNTRIES = ['only JP', 'but JP'];
/** Above it, Cedar takes minutes to parse and a second to decide. */
const MOST_ENTRIES_FOR_POLICY_ENGINES = 10_000;

if (flags['compile-once']) console.log(JSON.stringify(compileOnce()));
else if (flags.engine) console.log(JSON.stringify(await engineFigures(flags.short ? 3 : 5, OPTIONS)));
else if (flags.row !== undefined) console.log(JSON.stringify(await compareRow(flags.row)));
else process.exitCode = await main();

async function main(): Promise<number> {
  const unknown = flags.only.filter((part) => !(PARTS as readonly string[]).includes(part));
  if (unknown.length > 0) {
    console.error(`bench: --only ${unknown[0]} is not known; accepted: ${PARTS.join(', ')}`);
    return 2;
  }
  const results = await run();
  await writeFile(flags.json, `${JSON.stringify(results, undefined, 2)}\n`);
  console.log(`The figures are in ${flags.json}`);
  if (flags.write) await writePage(results);
  if (flags.accept) await writeFile(RATIOS_FILE, `${JSON.stringify(ratiosOf(results), undefined, 2)}\n`);
  if (!flags.check) return 0;
  const refused = await check(results);
  if (refused.length === 0) return 0;
  console.log('Measured once more, since a ratio was over its limit:');
  const still = (await check(await run())).filter(({ name }) => refused.some((first) => first.name === name));
  for (const { name, ratio, limit } of still) {
    console.error(
      `bench: ${name} is ${ratio.toPrecision(3)}, over ${limit.toPrecision(3)}; if that is as it should be: ${ACCEPT}`,
    );
  }
  return still.length === 0 ? 0 : 1;
}

const ACCEPT = 'npm run bench -- --short --accept';

async function check(results: BenchResults): Promise<RefusedRatio[]> {
  return refusedRatios(ratiosOf(results), JSON.parse(await readFile(RATIOS_FILE, 'utf8')));
}

async function run(): Promise<BenchResults> {
  const wanted = (part: (typeof PARTS)[number]) => flags.only.length === 0 || flags.only.includes(part);
  const told = await machine();
  console.log(`${machineText(told)}\n`);
  const results: BenchResults = { machine: told, rules: [], sets: [], countries: [] };

  if (wanted('rules')) {
    for (const count of RULE_COUNTS) results.rules.push(inProcess<Comparison>('--row', `rules ${count}`));
    console.log(`Rules of all kinds, time of a decision\n${markdownTable(results.rules)}\n`);
  }
  if (wanted('sets')) {
    for (const count of ENTRY_COUNTS) results.sets.push(inProcess<Comparison>('--row', `sets ${count}`));
    console.log(`Two deny lists, time of a decision\n${markdownTable(results.sets)}\n`);
  }
  if (wanted('countries') && !flags.short) {
    for (const which of COUNTRIES) results.countries.push(inProcess<Comparison>('--row', `countries ${which}`));
    console.log(`Ranges of countries, time of a decision\n${markdownTable(results.countries)}\n`);
  }
  if (wanted('engine')) {
    results.engine = inProcess<EngineFigures>('--engine');
    console.log(`${engineTable(results.engine)}\n`);
  }
  const budgets = budgetTable(results);
  if (budgets !== undefined) console.log(`${budgets}\n`);
  return results;
}

/** What this script prints, as JSON, when it is run with these flags. */
function inProcess<Result>(...more: readonly string[]): Result {
  const [, script = ''] = process.argv;
  const all = ['--expose-gc', script, ...more, ...(flags.short ? ['--short'] : [])];
  if (process.stderr.isTTY) process.stderr.write(`${more.join(' ')} …\n`);
  return JSON.parse(execFileSync(process.execPath, all, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }));
}

/** One policy with all contenders that can say it: a part, and which of its policies. */
async function compareRow(row: string): Promise<Comparison> {
  const [part, which = '', country = ''] = row.split(' ');
  if (part === 'rules') {
    const makers = [clientVpnPolicy, handWritten, ...POLICY_ENGINES];
    return compareOn(mixedWorkload(Number(which)), Number(which), makers, OPTIONS);
  }
  if (part === 'sets') return compareOn(setWorkload(Number(which)), Number(which), setMakers(Number(which)), OPTIONS);
  const ranges = await countryRanges();
  const countries = which === 'only' ? [country] : [...ranges.keys()].filter((each) => each !== country);
  const blocks = countries.flatMap((each) => ranges.get(each) ?? []);
  const name = which === 'only' ? country : `all ${which} ${country}`;
  const workload = countryWorkload(`${name}, ${blocks.length} CIDRs`, blocks);
  return compareOn(workload, blocks.length, setMakers(blocks.length), OPTIONS);
}

function setMakers(entryCount: number): MakeContender[] {
  const engines = entryCount <= MOST_ENTRIES_FOR_POLICY_ENGINES && !flags.short ? POLICY_ENGINES : [];
  return [clientVpnPolicy, lowerLimit, blockList, handWritten, ...engines];
}
