/** What the answer to an application tells of others' changes: bounded, since a write that was made cannot be refused any more. */
import type { ApplyConflict, PolicyChange } from '../../shared/policy/index.ts';

/** What an answer shows of a list that has no pages. */
export const MAX_SHOWN = 100;
/** Most bytes that one of them has as JSON; beyond it says only what it is about. */
const MAX_BYTES = 8 * 1024;

/** The first of them, long values left out. */
export function shownChanges(changes: readonly PolicyChange[]): PolicyChange[] {
  return changes.slice(0, MAX_SHOWN).map((change) => (isShort(change) ? change : withoutValues(change)));
}

/** The first of them, long values left out. */
export function shownConflicts(conflicts: readonly ApplyConflict[]): ApplyConflict[] {
  return conflicts.slice(0, MAX_SHOWN).map((conflict) => {
    if (isShort(conflict)) return conflict;
    return { ...conflict, applied: undefined, file: undefined, current: undefined };
  });
}

/** How many there are where not all are shown, under this name. */
export function inAll<Name extends string>(name: Name, all: readonly unknown[]): Partial<Record<Name, number>> {
  return all.length > MAX_SHOWN ? ({ [name]: all.length } as Record<Name, number>) : {};
}

function withoutValues(change: PolicyChange): PolicyChange {
  switch (change.change) {
    case 'added':
      return { ...change, after: undefined };
    case 'removed':
      return { ...change, before: undefined };
    case 'reordered':
      return { ...change, before: [], after: [] };
    case 'changed': {
      if (!('fields' in change)) return { ...change, before: undefined, after: undefined };
      const { entries: _, fields, ...told } = change;
      return { ...told, fields: fields.map(({ key }) => ({ key })) };
    }
  }
}

function isShort(value: unknown): boolean {
  return Buffer.byteLength(JSON.stringify(value)) <= MAX_BYTES;
}
