/**
 * Makes `dist/`: the `vpn-policy` command in one file that needs nothing but Node, as a package that can be installed.
 *
 *     npm run build
 */
import { chmod, copyFile, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import manifest from '../package.json' with { type: 'json' };
import { bundleCommand } from './build/bundle-command.ts';
import { bundledPackages } from './build/bundled-packages.ts';

const ROOT = join(import.meta.dirname, '..');
const DIST = join(ROOT, 'dist');
const FILE = 'vpn-policy.js';

await rm(DIST, { recursive: true, force: true });
await mkdir(DIST);
const metafile = await bundleCommand(ROOT, join(DIST, FILE));
await chmod(join(DIST, FILE), 0o755);

const packages = bundledPackages(metafile);
await writeFile(join(DIST, 'package.json'), `${JSON.stringify(publishedManifest(), undefined, 2)}\n`);
await writeFile(join(DIST, 'THIRD-PARTY-LICENSES.txt'), await licenses(packages));
await copyFile(join(ROOT, 'LICENSE'), join(DIST, 'LICENSE'));
await copyFile(join(ROOT, 'README.md'), join(DIST, 'README.md'));

const { size } = await stat(join(DIST, FILE));
console.log(`dist/${FILE}: ${(size / 1_000_000).toFixed(1)} MB, with ${packages.length} packages in it`);

/** The manifest of the command alone: no dependencies, since they are in the file. */
function publishedManifest(): object {
  const { version, description, license, engines } = manifest;
  return { name: 'vpn-policy', version, description, license, type: 'module', engines, bin: { 'vpn-policy': FILE } };
}

/** What the licences ask to be passed on: which packages are in the file, and each text that comes with them, once. */
async function licenses(folders: readonly string[]): Promise<string> {
  const packagesByText = new Map<string, string[]>();
  for (const folder of folders) {
    const { name, version, license } = JSON.parse(await readFile(join(ROOT, folder, 'package.json'), 'utf8'));
    const files = (await readdir(join(ROOT, folder))).filter((file) =>
      /^(licen[cs]e|notice|copying)(\.|-|$)/i.test(file),
    );
    const texts = await Promise.all(files.map((file) => readFile(join(ROOT, folder, file), 'utf8')));
    const text = texts.map((part) => part.trim()).join('\n\n');
    packagesByText.set(text, [...(packagesByText.get(text) ?? []), `${name} ${version} (${license})`]);
  }
  const told = [...packagesByText].map(([text, names]) => `${names.join('\n')}\n\n${text}`);
  return `${told.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}
