/** What a benchmark puts into docs/performance.md by itself. */
import { readFile, writeFile } from 'node:fs/promises';
import { cpus, loadavg, totalmem } from 'node:os';
import { between, PAGE } from '../page.ts';

/** Puts a text between the page's markers of that name; all else in it stays. */
export async function writeIntoPage(name: string, text: string): Promise<void> {
  await writeFile(PAGE, between(await readFile(PAGE, 'utf8'), name, text));
}

/** On which machine and when, for a line over a table. */
export function machineLine(): string {
  const processor = `${cpus()[0]?.model.trim()}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GB`;
  const day = new Date().toISOString().slice(0, 10);
  return `${day}: ${processor}, load ${(loadavg()[0] ?? 0).toFixed(1)}; Node ${process.version}`;
}

/** 1234567 as 1,234,567. */
export function grouped(number: number): string {
  return Math.round(number).toLocaleString('en-US');
}
