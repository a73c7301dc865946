/** From the text of a file to the entries that a set is to get. */
import { type SetEntry, type SetKind, shown } from '../../../shared/engine/index.ts';
import { CommandError, EXIT } from '../exit-code.ts';
import type { Surroundings } from '../surroundings.ts';
import { counted } from '../terminal/output.ts';
import { withNotice } from '../terminal/progress.ts';
import { checkList, inferKind } from './check-list.ts';
import type { ListEntry, ListIssue } from './list.ts';
import { type ListOptions, type NamedText, readList } from './read-list.ts';

export interface ImportRequest {
  readonly file: NamedText;
  readonly options: Omit<ListOptions, 'kind'>;
  /** What the set has, or is to have; undefined: what the file shows. */
  readonly kind: SetKind | undefined;
  /** For entries that bring none of their own. */
  readonly words: Pick<ListEntry, 'note' | 'expiresAt'>;
}

export type ImportedList =
  | {
      readonly ok: true;
      readonly kind: SetKind;
      /** Each value once. */
      readonly entries: readonly SetEntry[];
      /** How many more of the file say the same again. */
      readonly repeats: number;
      readonly remarks: readonly string[];
    }
  | { readonly ok: false; readonly issues: readonly ListIssue[] };

/** From so many characters, or entries, on people see that something goes on. */
const LONG_TEXT = 1_000_000;
const MANY_ENTRIES = 20_000;

/** Throws a CommandError where an option is missing or does not fit the file, and for a file without entries. */
export function importList({ file, options, kind, words }: ImportRequest, surroundings: Surroundings): ImportedList {
  const read = withNotice(surroundings, `Reading ${file.name}`, file.text.length > LONG_TEXT, () =>
    readList(file, { ...options, kind }),
  );
  if (!read.ok) return read;
  if (read.entries.length === 0) throw new CommandError(`${file.name} has no entries`, EXIT.checkFailed);
  if (kind !== undefined && read.kind !== undefined && read.kind !== kind) {
    throw new CommandError(
      `${file.name} has entries of kind ${read.kind}, and the set is of kind ${kind}`,
      EXIT.checkFailed,
    );
  }
  const known = kind ?? read.kind ?? inferKind(read.entries);
  if (known === undefined) {
    throw new CommandError(
      `what are the entries of ${file.name}, such as ${shown(read.entries[0]?.value)}? Say --kind user, commonName or group; addresses (ip) and days (date) are known by their looks`,
    );
  }
  const isLong = read.entries.length > MANY_ENTRIES;
  const doing = `Checking ${counted(read.entries.length, 'entry', 'entries')} of ${file.name}`;
  const list = read.entries.map((entry) => ({ ...words, ...entry }));
  const checked = withNotice(surroundings, doing, isLong, () => checkList(list, known));
  return checked.ok ? { ...checked, kind: known, remarks: read.remarks ?? [] } : checked;
}
