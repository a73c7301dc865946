/** The packages in what is shipped: in the functions as they are packaged, and in the command. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleAsPackaged, FUNCTIONS } from '../../bench/bundle-size/bundle.ts';
import { bundleCommand } from '../build/bundle-command.ts';
import { bundledPackages } from '../build/bundled-packages.ts';
import type { LicensedPackage } from './allowed.ts';

export const SHIPPED = ['handler', 'admin API', 'enforcer', 'command'] as const;
export type Shipped = (typeof SHIPPED)[number];

export interface ShippedPackage extends LicensedPackage {
  /** Its folder, from the root of the checkout. */
  readonly folder: string;
  readonly within: readonly Shipped[];
}

/** Bundles all of them as they are shipped. @param root the checkout @returns sorted by name, then version */
export async function shippedPackages(root: string): Promise<readonly ShippedPackage[]> {
  const bundles = await bundled(root);
  const folders = [...new Set(SHIPPED.flatMap((shipped) => bundles[shipped]))];
  const packages = await Promise.all(
    folders.map(async (folder) => ({
      ...(await readManifest(join(root, folder))),
      folder,
      within: SHIPPED.filter((shipped) => bundles[shipped].includes(folder)),
    })),
  );
  return packages.sort((a, b) => (`${a.name} ${a.version}` < `${b.name} ${b.version}` ? -1 : 1));
}

async function bundled(root: string): Promise<Readonly<Record<Shipped, readonly string[]>>> {
  const folder = await mkdtemp(join(tmpdir(), 'licences-'));
  try {
    return {
      handler: bundledPackages(await bundleAsPackaged(FUNCTIONS.connect, join(folder, 'connect.mjs'))),
      'admin API': bundledPackages(await bundleAsPackaged(FUNCTIONS.adminApi, join(folder, 'adminApi.mjs'))),
      enforcer: bundledPackages(await bundleAsPackaged(FUNCTIONS.enforcer, join(folder, 'enforcer.mjs'))),
      command: bundledPackages(await bundleCommand(root, join(folder, 'vpn-policy.js'))),
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function readManifest(folder: string): Promise<LicensedPackage> {
  const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  return { name, version, licence: typeof license === 'string' ? license : undefined };
}
