/** Licences: what is shipped and what develops it are under allowed ones, the page says which, and what is not allowed is found. */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { whyNoTool, whyNotShipped } from './licences/allowed.ts';
import type { LockedPackage } from './licences/locked-packages.ts';
import type { ShippedPackage } from './licences/shipped-packages.ts';
import { licenceFaults, surveyLicences } from './licences/survey.ts';

const ROOT = resolve(__dirname, '..');

describe('licences', () => {
  it('are all allowed, and docs/licences.md tells those of what is shipped', async () => {
    const { page, faults } = await surveyLicences(ROOT);
    expect(faults).toEqual([]);
    expect(await readFile(join(ROOT, 'docs', 'licences.md'), 'utf8')).toBe(page);
    for (const name of ['hono', 'luxon', 'commander', '@aws-sdk/client-dynamodb'])
      expect(page).toContain(`| ${name} |`);
    for (const name of ['jest', 'typescript', 'dynalite', 'esbuild']) expect(page).not.toContain(`| ${name} |`);
  }, 60_000);

  const named = (licence: string | undefined, name = 'a') => ({ name, version: '1.0.0', licence });

  it.each([
    ['MIT', undefined],
    ['(MIT OR GPL-3.0-or-later)', undefined],
    ['Apache-2.0 AND MIT', undefined],
    [undefined, 'it names no licence'],
    ['', '"" is no SPDX expression'],
    ['SEE LICENSE IN LICENSE.md', '"SEE LICENSE IN LICENSE.md" is no SPDX expression'],
    ['UNLICENSED', '"UNLICENSED" is no SPDX expression'],
    ['GPL-3.0-only', 'GPL-3.0-only is not on the list of allowed licences'],
    ['MIT AND GPL-3.0-only', 'MIT AND GPL-3.0-only is not on the list of allowed licences'],
    ['LGPL-2.1-only OR AGPL-3.0-only', 'LGPL-2.1-only OR AGPL-3.0-only is not on the list of allowed licences'],
    ['Apache-2.0 WITH LLVM-exception', 'Apache-2.0 WITH LLVM-exception is not on the list of allowed licences'],
    ['MPL-2.0', 'MPL-2.0 is not on the list of allowed licences'],
    ['CC-BY-4.0', 'CC-BY-4.0 is not on the list of allowed licences'],
  ])('of what is shipped: %s', (licence, reason) => {
    expect(whyNotShipped(named(licence))).toBe(reason);
  });

  it('have exceptions for one package each, which hold for tools, too', () => {
    expect(whyNotShipped(named('MPL-2.0', 'ical.js'))).toBeUndefined();
    expect(whyNoTool(named('MPL-2.0'))).toBeUndefined();
    expect(whyNoTool(named('SSPL-1.0'))).toMatch(/not on the list/);
  });

  it('are faults where they are not allowed, differ, or a tool is shipped', () => {
    const shipped = (name: string, licence: string): ShippedPackage => ({
      ...named(licence, name),
      folder: `node_modules/${name}`,
      within: ['handler'],
    });
    const locked = (name: string, licence: string, isTool = false): LockedPackage => ({
      ...named(licence, name),
      folder: `node_modules/${name}`,
      isTool,
    });
    expect(
      licenceFaults(
        [
          shipped('a', 'MIT'),
          shipped('b', 'GPL-3.0-only'),
          shipped('c', 'MIT'),
          shipped('d', 'MIT'),
          shipped('e', 'MIT'),
        ],
        [
          locked('a', 'MIT'),
          locked('b', 'GPL-3.0-only'),
          locked('c', 'MIT', true),
          locked('d', 'ISC'),
          locked('f', 'none', true),
        ],
      ),
    ).toEqual([
      'b 1.0.0, handler: GPL-3.0-only is not on the list of allowed licences',
      'c 1.0.0, handler: it is shipped and stands under devDependencies',
      'd 1.0.0, package-lock.json: it says ISC, the package MIT',
      'e 1.0.0, handler: package-lock.json does not have it',
      'b 1.0.0, a dependency: GPL-3.0-only is not on the list of allowed licences',
      'f 1.0.0, a tool: "none" is no SPDX expression',
    ]);
  });
});
