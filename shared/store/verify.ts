/** Walks the whole history of the policy and tells what is not as it was written. */
import { StoreCorruptError } from './errors.ts';
import type { Part } from './part.ts';
import type { Finding, Verification } from './policy-store.ts';
import {
  type Contents,
  decodeRevision,
  hashRevision,
  type RawItem,
  type Revision,
  revisionKey,
  revisionNumber,
} from './revision.ts';

/** What a verification needs of the store. */
export interface History {
  /** All items under revisions' keys, the oldest first. */
  items(): AsyncIterable<RawItem>;
  /** @throws StoreCorruptError */
  partsOf(contents: Contents): Promise<readonly Part[]>;
  /** Reads and verifies one part. @throws StoreCorruptError */
  checkPart(part: Part): Promise<void>;
}

export async function verify(history: History): Promise<Verification> {
  const findings: Finding[] = [];
  const checked = new Map<string, string | undefined>();
  const foreign = new Set<number>();
  let revisions = 0;
  let before: Revision | 'unreadable' | undefined;

  for await (const item of history.items()) {
    const key = String(item.sk);
    const find = (code: Finding['code'], message: string) => findings.push({ code, key, message });
    const revision = await orFinding(
      () => decodeRevision(item),
      (message) => find('unreadable-revision', message),
    );
    if (revision === 'damaged') {
      before = 'unreadable';
      continue;
    }
    if (!revision) {
      find('foreign-item', 'Not an item of this project; it is passed over');
      const number = revisionNumber(key);
      if (number !== undefined) foreign.add(number);
      continue;
    }
    revisions++;
    for (const message of chainFaults(revision, before, foreign)) find(message.code, message.text);
    before = revision;

    for (const part of await listedParts(history, revision, (message) => find('bad-part', message))) {
      const id = `${part.hash} ${part.size} ${part.inflated}`;
      if (!checked.has(id)) {
        checked.set(id, undefined);
        await orFinding(
          () => history.checkPart(part),
          (message) => checked.set(id, message),
        );
      }
      const fault = checked.get(id);
      if (fault !== undefined) find('bad-part', fault);
    }
  }
  const ok = findings.every(({ code }) => code === 'foreign-item');
  return { ok, revisions, parts: checked.size, findings };
}

/** The parts of a revision's policy and of the file that it applied, as far as their lists can be read. */
async function listedParts(
  history: History,
  { contents, file }: Revision,
  find: (message: string) => void,
): Promise<readonly Part[]> {
  const lists = file ? [contents, file] : [contents];
  const read = await Promise.all(lists.map((list) => orFinding(() => history.partsOf(list), find)));
  return read.flatMap((parts) => (parts === 'damaged' ? [] : parts));
}

/**
 * Compares a revision with the one before it. What follows an unreadable one is not compared. A number may be free where an
 * item of others stood when the next one was written: a revision that names the one before it proves that none is missing.
 */
function chainFaults(
  revision: Revision,
  before: Revision | 'unreadable' | undefined,
  foreign: ReadonlySet<number>,
): { readonly code: 'gap' | 'broken-chain'; readonly text: string }[] {
  if (before === 'unreadable' || revision.parent === (before && hashRevision(before))) return [];
  const text = before
    ? `Its parent is not ${revisionKey(before.number)} as it stands there: one of the two was rewritten`
    : 'It has a parent, and there is none';
  let next = (before?.number ?? 0) + 1;
  while (next < revision.number && foreign.has(next)) next++;
  const broken = { code: 'broken-chain', text } as const;
  if (next === revision.number) return [broken];
  return [{ code: 'gap', text: `${revisionKey(next)} is missing` }, broken];
}

/** Runs a check; damage becomes a finding, any other error passes through. */
async function orFinding<T>(check: () => T | Promise<T>, find: (message: string) => void): Promise<T | 'damaged'> {
  try {
    return await check();
  } catch (error) {
    if (!(error instanceof StoreCorruptError)) throw error;
    find(error.message);
    return 'damaged';
  }
}
