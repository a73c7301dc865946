/** docs/reliability.md: the figures of each part between its markers. */
import { readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { withSection } from '../../bench/marked-section.ts';
import type { SoakPart, SoakResult } from './part.ts';

export const PAGE = join('docs', 'reliability.md');

/** A table of the figures, under when, where and by which command they were had. */
export function figuresText({ figures, failures }: SoakResult, command: string): string {
  const date = new Date().toISOString().slice(0, 10);
  return [
    `${date}, Node ${process.version}, ${cpus().length} cores: \`${command}\``,
    '',
    '| what | figure |',
    '|---|---:|',
    ...figures.map(({ what, figure }) => `| ${what} | ${figure} |`),
    `| promises broken | ${failures.length} |`,
  ].join('\n');
}

/** Puts the parts' figures into the page; all else in it stays. */
export async function writePage(
  results: readonly (readonly [SoakPart, SoakResult])[],
  commandOf: (part: SoakPart) => string,
): Promise<void> {
  let page = await readFile(PAGE, 'utf8');
  for (const [part, result] of results) page = between(page, part.name, figuresText(result, commandOf(part)));
  await writeFile(PAGE, page);
}

/** The page with `text` in place of what was between the markers of that name. */
export function between(page: string, name: string, text: string): string {
  return withSection(page, { file: PAGE, kind: 'soak', name }, `\n${text}\n`);
}
