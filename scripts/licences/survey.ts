/** All packages and their licences, what is wrong with them, and the page that tells of them. */
import { whyNoTool, whyNotShipped } from './allowed.ts';
import { type LockedPackage, lockedPackages } from './locked-packages.ts';
import { licencesPage } from './page.ts';
import { type ShippedPackage, shippedPackages } from './shipped-packages.ts';

export interface Survey {
  readonly page: string;
  /** One line each. */
  readonly faults: readonly string[];
}

/** @param root the checkout */
export async function surveyLicences(root: string): Promise<Survey> {
  const [shipped, locked] = await Promise.all([shippedPackages(root), lockedPackages(root)]);
  const page = licencesPage(
    shipped,
    locked.filter(({ isTool }) => isTool),
  );
  return { page, faults: licenceFaults(shipped, locked) };
}

/** What is shipped must be allowed there, and be a dependency, which the audit looks at; all else must be allowed as a tool. */
export function licenceFaults(shipped: readonly ShippedPackage[], locked: readonly LockedPackage[]): string[] {
  const inLock = new Map(locked.map((each) => [each.folder, each]));
  const faults: string[] = [];
  const tell = ({ name, version }: { name: string; version: string }, where: string, what: string | undefined) => {
    if (what !== undefined) faults.push(`${name} ${version}, ${where}: ${what}`);
  };
  for (const each of shipped) {
    tell(each, each.within.join(', '), whyNotShipped(each));
    const entry = inLock.get(each.folder);
    if (entry === undefined) tell(each, each.within.join(', '), 'package-lock.json does not have it');
    else if (entry.isTool) tell(each, each.within.join(', '), 'it is shipped and stands under devDependencies');
    else if (entry.licence !== each.licence)
      tell(each, 'package-lock.json', `it says ${entry.licence}, the package ${each.licence}`);
  }
  for (const each of locked) tell(each, each.isTool ? 'a tool' : 'a dependency', whyNoTool(each));
  return faults;
}
