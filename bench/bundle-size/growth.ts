/** Whether a bundle has grown by more than it may without anybody saying so. */
import type { BundleSize } from './bundle-parts.ts';

/** The sizes of bundles, by the functions' names. */
export type BundleSizes = Readonly<Record<string, BundleSize>>;

export const MAX_GROWTH = 0.1;

/** One line for each size that is more than a tenth over what is committed, or of which nothing is committed. */
export function growthFaults(now: BundleSizes, committed: BundleSizes): string[] {
  return Object.entries(now).flatMap(([name, size]) => {
    const before = committed[name];
    if (before === undefined) return [`${name}: no size is committed`];
    return [
      ...grown(`${name}: the bundle`, size.bytes, before.bytes),
      ...grown(`${name}: what is not the AWS SDK's`, size.bytesBesideSdk, before.bytesBesideSdk),
    ];
  });
}

function grown(what: string, now: number, before: number): string[] {
  if (now <= before * (1 + MAX_GROWTH)) return [];
  const percent = Math.round((now / before - 1) * 100);
  return [`${what} has ${now} bytes, ${percent} % more than the committed ${before}; 10 % are allowed`];
}
