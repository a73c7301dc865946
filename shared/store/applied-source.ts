/** Sources: the files that policies are applied from, as revisions name them. */
import { itemSize } from './item-size.ts';

/** That a revision applied a source. */
export interface AppliedSource {
  /** A file's name, such as `vpn/policy.yaml`. */
  readonly source: string;
  /** The number of the revision. */
  readonly revision: number;
}

/** Most bytes of UTF-8 in the name of a source. */
export const MAX_SOURCE_BYTES = 128;
/** Of all sources in a revision's item. */
const MAX_APPLIED_BYTES = 512;

/** Why a text cannot name a source, with what is accepted; undefined where it can. */
export function sourceFault(source: string): string | undefined {
  const bytes = Buffer.byteLength(source);
  const accepted = `accepted: a file's name of 1 to ${MAX_SOURCE_BYTES} bytes, without control characters`;
  if (bytes === 0) return `it is empty; ${accepted}`;
  if (bytes > MAX_SOURCE_BYTES) return `it has ${bytes} bytes; ${accepted}`;
  return /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(source) ? `it has a control character; ${accepted}` : undefined;
}

/** `applied` with one more, the latest; the oldest give way where they would be too many for a revision's item. */
export function withApplied(applied: readonly AppliedSource[], latest: AppliedSource): readonly AppliedSource[] {
  const all = [...applied.filter(({ source }) => source !== latest.source), latest];
  while (itemSize({ applied: all.map((mark) => ({ ...mark })) }) > MAX_APPLIED_BYTES) all.shift();
  return all;
}
