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
  return hasControl(source) ? `it has a control character; ${accepted}` : undefined;
}

/**
 * True where a text holds a control character, a separator of lines or paragraphs (Unicode's Cc, Zl, Zp, which these are and stay) or
 * half of a surrogate pair. Not a pattern by those names: that takes longer to load than all of this file.
 */
function hasControl(text: string): boolean {
  if (!text.isWellFormed()) return true;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x20 || (unit >= 0x7f && unit <= 0x9f) || unit === 0x2028 || unit === 0x2029) return true;
  }
  return false;
}

/** `applied` with one more, the latest; the oldest give way where they would be too many for a revision's item. */
export function withApplied(applied: readonly AppliedSource[], latest: AppliedSource): readonly AppliedSource[] {
  const all = [...applied.filter(({ source }) => source !== latest.source), latest];
  while (itemSize({ applied: all.map((mark) => ({ ...mark })) }) > MAX_APPLIED_BYTES) all.shift();
  return all;
}
