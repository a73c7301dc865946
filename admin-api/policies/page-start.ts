/** Where a page begins: in the policy in force, or where a cursor leads. */
import type { LoadedPolicy } from '../../shared/store/index.ts';
import { foreignCursor, readCursor, revisionOfCursor } from '../http/cursor.ts';
import { Problem } from '../http/problem.ts';
import type { PolicyReader } from './policy-reader.ts';

export interface PageStart {
  readonly loaded: LoadedPolicy;
  readonly offset: number;
}

/** @throws Problem bad-cursor, no-policy */
export async function pageStart(reader: PolicyReader, cursor: string | undefined, list: string): Promise<PageStart> {
  if (cursor === undefined) return { loaded: await reader.newest(), offset: 0 };
  // The revision is read before the policy: a cursor that somebody made up costs no more than that.
  const number = revisionOfCursor(cursor);
  const revision = await reader.revision(number).catch(asForeign);
  const { offset } = readCursor(cursor, revision.writeId, list);
  return { loaded: await reader.at(number), offset };
}

/** A revision that there is none of is the cursor's fault. */
export function asForeign(error: unknown): never {
  if (error instanceof Problem && error.code === 'no-such-revision') throw foreignCursor();
  throw error;
}
