/** SECURITY.md names tests that there are. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from '@jest/globals';

const ROOT = resolve(__dirname, '..');

it('names for each point a test that there is', () => {
  const page = readFileSync(join(ROOT, 'SECURITY.md'), 'utf8');
  const [, points = ''] = page.split('## Each point and its test');
  const rows = points.split('\n').filter((line) => /^\| (?!point|-)/.test(line));
  expect(rows.length).toBeGreaterThan(15);
  for (const row of rows) expect(row).toMatch(/\]\([\w/.-]+\.test\.ts\)/);
  const named = [...page.matchAll(/\]\(([^)]+)\)/g)].map(([, file = '']) => file);
  expect(named.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
});
