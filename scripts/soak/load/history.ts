/** Which policy was in force when: seen by somebody who asks DynamoDB all the time, and never through the proxy. */
import { setTimeout as delay } from 'node:timers/promises';
import type { PolicyDocument } from '../../../shared/engine/index.ts';
import type { LoadedPolicy, PolicyStore, Revision } from '../../../shared/store/index.ts';

/** A revision, and between which moments it came into force: milliseconds since 1970. */
export interface PublishedRevision {
  readonly number: number;
  readonly reason: string;
  readonly document: PolicyDocument;
  /** It was written no earlier: its writer's clock said so, which is this machine's. */
  readonly notBeforeMs: number;
  /** It was seen at that time. */
  readonly notAfterMs: number;
}

export interface HistoryWatch {
  /** Ends the watch and reads the whole history, the oldest first. */
  end(): Promise<readonly PublishedRevision[]>;
}

const EVERY_MS = 50;

export function watchHistory(store: PolicyStore): HistoryWatch {
  /** When each revision's number was first seen to be taken. */
  const seenMs: number[] = [];
  const ended = new AbortController();

  async function look(): Promise<void> {
    const head = await store.head();
    const now = Date.now();
    while (seenMs.length <= (head?.number ?? 0)) seenMs.push(now);
  }

  const watching = (async () => {
    while (!ended.signal.aborted) {
      await look();
      await delay(EVERY_MS);
    }
  })();
  // Whoever ends it hears of it.
  watching.catch(() => {});

  return {
    async end() {
      ended.abort();
      await watching;
      await look();
      const published: PublishedRevision[] = [];
      let before: LoadedPolicy | undefined;
      for (const revision of await allRevisions(store)) {
        before = await store.load(revision, { known: before?.fragments });
        const { number, reason, createdAt } = revision;
        const notAfterMs = seenMs[number] ?? Number.POSITIVE_INFINITY;
        published.push({ number, reason, document: before.document, notBeforeMs: Date.parse(createdAt), notAfterMs });
      }
      return published;
    },
  };
}

async function allRevisions(store: PolicyStore): Promise<readonly Revision[]> {
  const found: Revision[] = [];
  let next: number | undefined;
  do {
    const page = await store.revisions({ before: next, limit: 100 });
    found.push(...page.revisions);
    next = page.next;
  } while (next !== undefined);
  return found.reverse();
}
