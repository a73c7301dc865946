/**
 * Which licences everything is under that is shipped or that develops and tests it; fails on one that is not allowed.
 *
 *     npm run licences                prints docs/licences.md, fails where it is not current
 *     npm run licences -- --write     writes it
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { surveyLicences } from './licences/survey.ts';

const ROOT = join(import.meta.dirname, '..');
const PAGE = join(ROOT, 'docs', 'licences.md');

const { page, faults } = await surveyLicences(ROOT);
console.log(page);
if (process.argv.includes('--write')) await writeFile(PAGE, page);
const written = await readFile(PAGE, 'utf8').catch(() => '');
for (const fault of faults) console.error(fault);
if (written !== page) console.error('docs/licences.md is not current: npm run licences -- --write');
if (faults.length > 0 || written !== page) process.exitCode = 1;
