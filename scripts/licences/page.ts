/** docs/licences.md: what is shipped and under which licences. */
import { type LicensedPackage, shippedExceptions } from './allowed.ts';
import { SHIPPED, type ShippedPackage } from './shipped-packages.ts';

export function licencesPage(shipped: readonly ShippedPackage[], tools: readonly LicensedPackage[]): string {
  const lines = [
    '# Licences',
    '',
    'Written by `npm run licences -- --write`; a test and CI hold it to what is bundled. The project itself is under Apache-2.0 ([LICENSE](../LICENSE)).',
    'Allowed licences: [scripts/licences/allowed.ts](../scripts/licences/allowed.ts). The texts of those in the command come with it (`THIRD-PARTY-LICENSES.txt` in its package).',
    '',
    '## What is shipped',
    `| package | version | licence | ${SHIPPED.join(' | ')} |`,
    `|---|---|---|${'---|'.repeat(SHIPPED.length)}`,
    ...shipped.map(({ name, version, licence, within }) => {
      const marks = SHIPPED.map((where) => (within.includes(where) ? 'x' : ' '));
      return `| ${name} | ${version} | ${licence} | ${marks.join(' | ')} |`;
    }),
    '',
    ...shippedExceptions().map(([name, licence, reason]) => `${name} is under ${licence}: ${reason}.`),
    '',
    '## What only develops and tests it',
    `Nothing of it is in a bundle. Those for other machines included, its packages are under: ${licencesOf(tools).join(', ')}.`,
  ];
  return `${lines.join('\n')}\n`;
}

function licencesOf(packages: readonly LicensedPackage[]): string[] {
  return [...new Set(packages.map(({ licence = 'none' }) => licence))].sort();
}
