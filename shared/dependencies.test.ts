/** Holds the imports to docs/architecture.md, "The house": which folder may use which, and only by its index. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const ROOT = resolve(__dirname, '..');

/** What each folder may use besides itself. */
const MAY_USE: Readonly<Record<string, readonly string[]>> = {
  'shared/engine': [],
  'shared/settings': [],
  'shared/powertools': ['shared/settings'],
  'shared/client-vpn': ['shared/engine'],
  'shared/policy': ['shared/engine', 'shared/client-vpn', 'shared'],
  'shared/store': ['shared/policy', 'shared/engine', 'shared'],
  'shared/decision-log': ['shared/settings', 'shared/store', 'shared/engine', 'shared/client-vpn', 'shared'],
  'shared/sessions': ['shared/store', 'shared/engine', 'shared'],
  'shared/replay': ['shared/decision-log', 'shared/engine', 'shared/client-vpn'],
  'shared/enforcement': ['shared'],
  handler: [
    'shared/settings',
    'shared/powertools',
    'shared/sessions',
    'shared/decision-log',
    'shared/store',
    'shared/policy',
    'shared/engine',
    'shared/client-vpn',
    'shared',
  ],
  enforcer: [
    'shared/settings',
    'shared/powertools',
    'shared/enforcement',
    'shared/sessions',
    'shared/decision-log',
    'shared/store',
    'shared/policy',
    'shared/engine',
    'shared/client-vpn',
    'shared',
  ],
  'admin-api': [
    'shared/settings',
    'shared/powertools',
    'shared/enforcement',
    'shared/replay',
    'shared/decision-log',
    'shared/store',
    'shared/policy',
    'shared/engine',
    'shared/client-vpn',
    'shared',
  ],
  scripts: [
    'admin-api',
    // For the EC2 that its tests play.
    'enforcer',
    'shared/enforcement',
    'shared/sessions',
    'shared/replay',
    'shared/decision-log',
    'shared/store',
    'shared/policy',
    'shared/engine',
    'shared/client-vpn',
    'shared',
    'package.json',
    // Licences are those of the bundles that it measures, and the soak tries the packaged handler as it runs it.
    'bench',
  ],
  // It measures the packaged handler and the store as they are, so it may reach into all of them.
  bench: [
    'enforcer',
    'infra/bundle-plugins.js',
    'shared/decision-log',
    'shared/store',
    'shared/engine',
    'shared/client-vpn',
  ],
  shared: [],
};

interface Import {
  readonly from: string;
  readonly to: string;
}

/** Imports from one folder of the house to another, paths from the root; tests and what only they use are free. */
function importsBetweenFolders(): Import[] {
  const files = Object.keys(MAY_USE).flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: folder !== 'shared', encoding: 'utf8' }).map((name) =>
      join(folder, name),
    ),
  );
  const code = files.filter((file) => file.endsWith('.ts') && !/\.test\.ts$|\/testing\/|\/reference\//.test(file));
  return code.flatMap((from) => {
    const text = readFileSync(join(ROOT, from), 'utf8');
    const specifiers = [...text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map((found) => found[1] ?? '');
    const targets = specifiers.map((specifier) => relative(ROOT, resolve(ROOT, dirname(from), specifier)));
    return targets.filter((to) => folderOf(to) !== folderOf(from)).map((to) => ({ from, to }));
  });
}

function folderOf(file: string): string {
  const folders = Object.keys(MAY_USE).filter((folder) => file.startsWith(`${folder}/`));
  return folders.sort((a, b) => b.length - a.length)[0] ?? file;
}

describe('dependencies between folders', () => {
  const imports = importsBetweenFolders();

  it('are seen by this test', () => {
    expect(imports).toContainEqual({ from: 'handler/connect-handler.ts', to: 'shared/engine/index.ts' });
  });

  it('point one way', () => {
    expect(imports.filter(({ from, to }) => !MAY_USE[folderOf(from)]?.includes(folderOf(to)))).toEqual([]);
  });

  it('go through the index of the folder that is used', () => {
    const ofShared = imports.filter(({ to }) => to.startsWith('shared/') && folderOf(to) !== 'shared');
    // The local stack runs on the tests' dynalite, the fuzzer on their random policies.
    const direct = ofShared.filter(
      ({ to }) => to !== `${folderOf(to)}/index.ts` && !/\/(testing|reference)\//.test(to),
    );
    expect(direct).toEqual([]);
  });
});
