/** Values of a set from the command line. */
import type { SetEntry, SetKind } from '../../../shared/engine/index.ts';
import { CommandError } from '../exit-code.ts';
import { checkList } from '../import/check-list.ts';
import type { ListEntry } from '../import/list.ts';

/**
 * Each value once. Throws a CommandError for those that a set of that kind cannot have.
 * @param words what is said of each of them
 */
export function checkValues(
  values: readonly string[],
  kind: SetKind,
  words: Pick<ListEntry, 'note' | 'expiresAt'> = {},
): readonly SetEntry[] {
  const checked = checkList(
    values.map((value, index) => ({ value, ...words, line: index + 1 })),
    kind,
  );
  if (checked.ok) return checked.entries;
  throw new CommandError(checked.issues.map(({ message }) => message).join('; '));
}
