/** What two sides changed differently, with both of them shown. */
import type { Conflict } from '../access/policy-access.ts';
import { printable } from '../terminal/output.ts';

/** What the three versions of a conflict are called. */
export type ConflictSides = Readonly<Record<'base' | 'ours' | 'theirs', string>>;

export const CONFLICT_SIDES = {
  apply: { base: 'as last applied', ours: 'in the file', theirs: 'in force' },
  revert: { base: 'before the change', ours: 'after the change', theirs: 'now' },
} as const satisfies Readonly<Record<string, ConflictSides>>;

const LONGEST_VALUE = 300;

/** A line that names it, then one for each version. */
export function conflictLines(conflict: Conflict, sides: ConflictSides): string[] {
  const { base, ours, theirs } = conflict;
  // The API leaves long values out.
  if (base === undefined && ours === undefined && theirs === undefined) {
    return [printable(`${conflictName(conflict)}: too long to be shown through the API`)];
  }
  const width = Math.max(...Object.values(sides).map((name) => name.length)) + 1;
  return [
    printable(conflictName(conflict)),
    ...(['base', 'ours', 'theirs'] as const).map((side) =>
      printable(`  ${`${sides[side]}:`.padEnd(width)} ${version(conflict[side])}`),
    ),
  ];
}

/** `rule patch-night: match`, `set leavers: batchi`, `the order of rules`. */
function conflictName({ what, id, field, entry }: Conflict): string {
  switch (what) {
    case 'order':
      return `the order of ${id}`;
    case 'setting':
      return id;
    case 'set-entry':
      return `set ${id}: ${entry ?? 'an entry'}`;
    default:
      return field === undefined ? `${what} ${id}` : `${what} ${id}: ${field}`;
  }
}

function version(value: unknown): string {
  if (value === undefined) return '(not there)';
  const text = JSON.stringify(value);
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE)} …`;
}
