/** What a bundle is made of, from esbuild's metafile. */
import type { Metafile } from 'esbuild';

export interface BundlePart {
  /** A package, a folder of this project, or `(esbuild)` for what joins the modules. */
  readonly name: string;
  readonly bytes: number;
  /** True for the AWS SDK and what it brings along. */
  readonly ofSdk: boolean;
}

/** The parts of the one script in the metafile, the largest first. @param sdkAlone the metafile of the bare client's bundle */
export function bundleParts(metafile: Metafile, sdkAlone: Metafile): BundlePart[] {
  const broughtAlong = new Set(bytesByPart(sdkAlone).keys());
  return [...bytesByPart(metafile)]
    .map(([name, bytes]) => ({ name, bytes, ofSdk: isOfSdk(name) || broughtAlong.has(name) }))
    .sort((a, b) => b.bytes - a.bytes);
}

/** How large a bundle is, and how much of it is not the AWS SDK's. */
export interface BundleSize {
  readonly bytes: number;
  readonly bytesBesideSdk: number;
}

export function bundleSize(parts: readonly BundlePart[]): BundleSize {
  const sum = (some: readonly BundlePart[]) => some.reduce((bytes, part) => bytes + part.bytes, 0);
  return { bytes: sum(parts), bytesBesideSdk: sum(parts.filter(({ ofSdk }) => !ofSdk)) };
}

function bytesByPart(metafile: Metafile): Map<string, number> {
  const script = Object.entries(metafile.outputs).find(([file]) => !file.endsWith('.map'))?.[1];
  if (script === undefined) throw new TypeError('The metafile has no script');
  const bytes = new Map<string, number>();
  const add = (name: string, more: number) => bytes.set(name, (bytes.get(name) ?? 0) + more);
  let joined = script.bytes;
  for (const [file, { bytesInOutput }] of Object.entries(script.inputs)) {
    joined -= bytesInOutput;
    add(partOf(file), bytesInOutput);
  }
  add('(esbuild)', joined);
  return bytes;
}

function partOf(file: string): string {
  // The last one: packages lie in packages.
  const installed = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1];
  if (installed !== undefined) return installed;
  if (!/^[a-z][a-z-]*\//.test(file)) return '(esbuild)';
  return /^(shared\/[^/]+\/|[^/]+\/)/.exec(file)?.[1]?.slice(0, -1) ?? file;
}

function isOfSdk(name: string): boolean {
  return /^@(aws-sdk|smithy|aws)\//.test(name);
}
