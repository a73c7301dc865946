/** Tables for docs/performance.md, and their place in it. */
import { readFile, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';

const PAGE = join(import.meta.dirname, '..', '..', 'docs', 'performance.md');

/** Puts a text between `<!-- name -->` and `<!-- /name -->` of the page. @throws where they are not there */
export async function writeIntoPage(name: string, text: string): Promise<void> {
  const page = await readFile(PAGE, 'utf8');
  const [before, rest] = page.split(`<!-- ${name} -->\n`);
  const after = rest?.split(`<!-- /${name} -->`)[1];
  if (before === undefined || after === undefined)
    throw new Error(`docs/performance.md has no <!-- ${name} --> … <!-- /${name} -->: put both where the text belongs`);
  await writeFile(PAGE, `${before}<!-- ${name} -->\n${text}\n<!-- /${name} -->${after}`);
}

/** A table in Markdown. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, column) => (column === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

/** On which machine and when, for a line over a table. */
export function machine(nodeVersion = process.version): string {
  const memory = `${Math.round(totalmem() / 2 ** 30)} GB`;
  const day = new Date().toISOString().slice(0, 10);
  return `${cpus().length} × ${cpus()[0]?.model.trim()}, ${memory}, ${process.platform} ${process.arch}, Node ${nodeVersion}, ${day}`;
}

/** 1234567 as 1,234,567. */
export function grouped(number: number): string {
  return Math.round(number).toLocaleString('en-US');
}
