/** Client versions: one to four numbers with dots, and comparisons of them. */
import { PolicyValueError, shown } from './errors.ts';

/** Always four numbers; missing ones are 0. */
export type Version = readonly [number, number, number, number];

export type Comparator = '<' | '<=' | '=' | '>=' | '>';

/** Comparisons that must all hold. */
export type VersionRange = readonly { readonly comparator: Comparator; readonly version: Version }[];

const VERSION = /^\d{1,9}(?:\.\d{1,9}){0,3}$/;
const COMPARISON = /^(<=|>=|<|>|=)?(.+)$/;
const MAX_RANGE_LENGTH = 256;
const ACCEPTED = 'comparisons of one to four numbers with dots, such as "<2.6.0" or ">=2.5 <2.6"';

/** The version that `text` is, or undefined where it is none. */
export function parseVersion(text: string): Version | undefined {
  if (!VERSION.test(text)) return undefined;
  const [major = 0, minor = 0, patch = 0, build = 0] = text.split('.').map(Number);
  return [major, minor, patch, build];
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

/** True when every comparison of the range holds for `version`. */
export function versionInRange(version: Version, range: VersionRange): boolean {
  return range.every(({ comparator, version: bound }) => satisfies(comparator, compareVersions(version, bound)));
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
