/** Results as tables and charts: what is printed, and what docs/performance.md has between its markers. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BenchResults } from './bench-results.ts';
import { budgetTable } from './budgets.ts';
import { growthChart } from './chart.ts';
import type { Comparison } from './compare.ts';
import type { EngineFigures } from './engine-figures.ts';
import { duration, tableOf, times } from './figure-text.ts';
import type { Machine } from './machine.ts';
import { withSection } from './marked-section.ts';

export const PAGE = join('docs', 'performance.md');
const CHARTS = join('docs', 'performance');

/** Writes tables and charts into the page; all else in it stays. */
export async function writePage(results: BenchResults): Promise<void> {
  const { machine, rules, sets, countries, engine } = results;
  let page = await readFile(PAGE, 'utf8');
  const budgets = budgetTable(results);
  if (budgets !== undefined) page = between(page, 'budgets', budgets);
  page = between(page, 'machine', machineText(machine));
  await mkdir(CHARTS, { recursive: true });
  if (rules.length > 0) {
    page = between(page, 'rules', markdownTable(rules));
    await writeFile(
      join(CHARTS, 'rules.svg'),
      growthChart('Time of a decision, by the number of rules', 'rules', rules),
    );
  }
  if (sets.length > 0) {
    page = between(page, 'sets', markdownTable(sets));
    await writeFile(
      join(CHARTS, 'sets.svg'),
      growthChart('Time of a decision, by the entries of two deny lists', 'entries', sets),
    );
  }
  if (countries.length > 0) page = between(page, 'countries', markdownTable(countries));
  if (engine !== undefined) page = between(page, 'engine', engineTable(engine));
  await writeFile(PAGE, page);
}

/** A row a workload, a column a contender: the time of a decision, and how many times as long as ours that is. */
export function markdownTable(comparisons: readonly Comparison[]): string {
  const names = [...new Set(comparisons.flatMap(({ timings }) => Object.keys(timings)))];
  const rows = comparisons.map(({ workload, timings, timesOurs }) => [
    workload,
    ...names.map((name, column) => {
      const timing = timings[name];
      if (timing === undefined) return '–';
      return column === 0 ? duration(timing.ns) : `${duration(timing.ns)} (${times(timesOurs[name] ?? 0)})`;
    }),
  ]);
  return tableOf(['', ...names], rows);
}

export function engineTable({
  decisionNs,
  manyRulesAgainst100,
  manyEntriesAgainst1000,
  bytesADecision,
  compile,
}: EngineFigures): string {
  return tableOf(
    ['10,000 rules of the whole language and 100,000 CIDRs', ''],
    [
      ...Object.entries(decisionNs).map(([size, ns]) => [
        `a decision with ${Number(size).toLocaleString('en')} rules`,
        duration(ns),
      ]),
      ['10,000 rules against 100', times(manyRulesAgainst100)],
      ['two deny lists: 250,000 entries against 1,000', times(manyEntriesAgainst1000)],
      ['garbage of a decision', `${bytesADecision.toFixed(0)} bytes`],
      ['compiling in a new process', `${compile.coldMs.toFixed(0)} ms`],
      ['compiling again', `${compile.warmMs.toFixed(0)} ms`],
      ['JSON.parse of the same document, in a new process', `${compile.parseMs.toFixed(0)} ms`],
      ['memory that the compiled policy keeps', `${compile.keptMb.toFixed(1)} MB`],
    ],
  );
}

/** When and on what it was measured, with the versions of all that took part. */
export function machineText({ date, processor, cores, memoryGb, load, node, packages }: Machine): string {
  const versions = Object.entries(packages).map(([name, version]) => `${name} ${version}`);
  return `${date}: ${processor}, ${cores} cores, ${memoryGb} GB, load ${load}; Node ${node}; ${versions.join(', ')}.`;
}

/** The page with `text` in place of what was between the markers of that name. */
export function between(page: string, name: string, text: string): string {
  return withSection(page, { file: PAGE, kind: 'bench', name }, `\n${text}\n`);
}
