/** Every package that package-lock.json can install, on any machine. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LicensedPackage } from './allowed.ts';

export interface LockedPackage extends LicensedPackage {
  /** Its folder, from the root of the checkout. */
  readonly folder: string;
  /** True for what only develops and tests the project. */
  readonly isTool: boolean;
}

/** @param root the checkout */
export async function lockedPackages(root: string): Promise<readonly LockedPackage[]> {
  const { packages }: Lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8'));
  return Object.entries(packages).flatMap(([folder, { name, version, license, dev, devOptional }]) => {
    if (folder === '') return []; // the project itself
    const installedAs = folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length);
    const isTool = dev === true || devOptional === true;
    return [{ folder, name: name ?? installedAs, version, licence: license, isTool }];
  });
}

interface Lock {
  readonly packages: Readonly<Record<string, Entry>>;
}
interface Entry {
  /** Where it is installed under another name. */
  readonly name?: string;
  readonly version: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
}
