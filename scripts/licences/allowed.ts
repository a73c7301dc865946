/** Which licences may be in what is shipped, and in what only develops and tests it: SPDX ids, and why. */
import parse from 'spdx-expression-parse';

/** Ask for their text to be passed on, which the command's package does (THIRD-PARTY-LICENSES.txt), and for nothing else. */
const PERMISSIVE = [
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'ISC',
  'MIT',
  'MIT-0',
  'Zlib',
];

/** What is shipped under another licence, package by package. */
const SHIPPED_EXCEPTIONS: Readonly<Record<string, { readonly licence: string; readonly reason: string }>> = {
  'ical.js': {
    licence: 'MPL-2.0',
    reason:
      'reads calendars in the command; unchanged, and its source is the package of that version on npm, as the MPL asks for',
  },
};

/** Never shipped: data of tests and tools, and tools in Python’s clothes. */
const OF_TOOLS = [...PERMISSIVE, 'CC-BY-3.0', 'CC-BY-4.0', 'CC0-1.0', 'MPL-2.0', 'PSF-2.0', 'Python-2.0'];

export interface LicensedPackage {
  readonly name: string;
  readonly version: string;
  /** As its manifest says it; undefined where that is silent. */
  readonly licence: string | undefined;
}

/** Why a package must not be in what is shipped; undefined where it may. */
export function whyNotShipped({ name, licence }: LicensedPackage): string | undefined {
  const exception = Object.hasOwn(SHIPPED_EXCEPTIONS, name) ? SHIPPED_EXCEPTIONS[name] : undefined;
  return whyNot(licence, exception === undefined ? PERMISSIVE : [...PERMISSIVE, exception.licence]);
}

/** Why a package must not be among the tools; undefined where it may. */
export function whyNoTool({ licence }: LicensedPackage): string | undefined {
  return whyNot(licence, OF_TOOLS);
}

/** The exceptions and their reasons, for the page. */
export function shippedExceptions(): readonly (readonly [name: string, licence: string, reason: string])[] {
  return Object.entries(SHIPPED_EXCEPTIONS).map(([name, { licence, reason }]) => [name, licence, reason]);
}

function whyNot(licence: string | undefined, allowed: readonly string[]): string | undefined {
  if (licence === undefined) return 'it names no licence';
  try {
    return isAllowed(parse(licence), allowed) ? undefined : `${licence} is not on the list of allowed licences`;
  } catch {
    return `${JSON.stringify(licence)} is no SPDX expression`;
  }
}

/** Of `or` one side is enough, of `and` both count. With `+` or an exception a licence is another one. */
function isAllowed(expression: parse.Info, allowed: readonly string[]): boolean {
  if ('conjunction' in expression) {
    const [left, right] = [isAllowed(expression.left, allowed), isAllowed(expression.right, allowed)];
    return expression.conjunction === 'or' ? left || right : left && right;
  }
  return allowed.includes(expression.license) && expression.plus !== true && expression.exception === undefined;
}
