/** Client versions: one to four numbers with dots, and comparisons of them. */
import { PolicyValueError, shown } from './errors.ts';

/** Always four numbers; missing ones are 0. */
export type Version = readonly [number, number, number, number];

export type Comparator = '<' | '<=' | '=' | '>=' | '>';

/** Comparisons that must all hold. */
export type VersionRange = readonly { readonly comparator: Comparator; readonly version: Version }[];

const COMPARISON = /^(<=|>=|<|>|=)?(.+)$/;
const MAX_RANGE_LENGTH = 256;
const ACCEPTED = 'comparisons of one to four numbers with dots, such as "<2.6.0" or ">=2.5 <2.6"';

/** The version that `text` is, or undefined where it is none. Read unit by unit: clients tell theirs at every connection. */
export function parseVersion(text: string): Version | undefined {
  const version: [number, number, number, number] = [0, 0, 0, 0];
  let part = 0;
  let digits = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit === 0x2e) {
      if (digits === 0 || ++part === version.length) return undefined;
      digits = 0;
    } else {
      const digit = unit - 0x30;
      if (digit < 0 || digit > 9 || ++digits > 9) return undefined;
      version[part] = (version[part] as number) * 10 + digit; // in bounds
    }
  }
  return digits === 0 ? undefined : version;
}

/** Reads `<2.6.0` or `>=2.5 <2.6`. Throws `invalid-version`. */
export function parseVersionRange(text: string): VersionRange {
  if (text.length > MAX_RANGE_LENGTH) {
    throw new PolicyValueError(
      'invalid-version',
      `${shown(text)} has ${text.length} characters; accepted: at most ${MAX_RANGE_LENGTH}, ${ACCEPTED}`,
    );
  }
  const comparisons = text.trim().split(/\s+/);
  return comparisons.map((comparison) => {
    const [, comparator = '=', rest = ''] = COMPARISON.exec(comparison) ?? [];
    const version = parseVersion(rest);
    if (version === undefined) {
      throw new PolicyValueError(
        'invalid-version',
        `${shown(text)} is no comparison of versions; accepted: ${ACCEPTED}`,
      );
    }
    return { comparator: comparator as Comparator, version }; // the expression lets no other text through
  });
}

/** True when `version` is in one of the ranges. */
export function versionInRanges(version: Version, ranges: readonly VersionRange[]): boolean {
  for (let place = 0; place < ranges.length; place++) {
    if (versionInRange(version, ranges[place] as VersionRange)) return true; // in bounds
  }
  return false;
}

/** True when every comparison of the range holds. */
function versionInRange(version: Version, range: VersionRange): boolean {
  for (let place = 0; place < range.length; place++) {
    const { comparator, version: bound } = range[place] as VersionRange[number]; // in bounds
    if (!satisfies(comparator, compareVersions(version, bound))) return false;
  }
  return true;
}

function satisfies(comparator: Comparator, order: number): boolean {
  switch (comparator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '=':
      return order === 0;
    case '>=':
      return order >= 0;
    case '>':
      return order > 0;
  }
}

function compareVersions(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2] || a[3] - b[3];
}
