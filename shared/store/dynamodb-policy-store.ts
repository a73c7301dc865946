/** The policy store on DynamoDB: what `DynamoDbPolicySource` reads, and history, writing and verification. */
import { randomUUID } from 'node:crypto';
import { type CommitLog, commit } from './commit.ts';
import { putBlobs, readBlobs } from './dynamodb-blobs.ts';
import { DynamoDbPolicySource, type DynamoDbPolicySourceOptions } from './dynamodb-policy-source.ts';
import { putRevision, readOccupant, readRevisionItems, readRevisions } from './dynamodb-revisions.ts';
import { RevisionNotFoundError, StoreCorruptError } from './errors.ts';
import type {
  AppliedDocument,
  AppliedOptions,
  CallOptions,
  CommitRequest,
  CommitResult,
  ListOptions,
  PolicyStore,
  RevisionPage,
  Verification,
} from './policy-store.ts';
import type { Revision } from './revision.ts';
import { verify } from './verify.ts';

export interface DynamoDbPolicyStoreOptions extends DynamoDbPolicySourceOptions {
  /** Milliseconds since 1970. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
  /** Makes the mark of a write; never the same twice. Default: a random UUID. */
  readonly newWriteId?: (() => string) | undefined;
}

export class DynamoDbPolicyStore extends DynamoDbPolicySource implements PolicyStore {
  readonly #now: () => number;
  readonly #newWriteId: () => string;

  constructor({ now = Date.now, newWriteId = randomUUID, ...source }: DynamoDbPolicyStoreOptions) {
    super(source);
    this.#now = now;
    this.#newWriteId = newWriteId;
  }

  commit(request: CommitRequest): Promise<CommitResult> {
    const means = { log: this.#commitLog(), now: this.#now, random: this.table.random, newWriteId: this.#newWriteId };
    return commit(means, request);
  }

  async revision(number: number, { signal }: CallOptions = {}): Promise<Revision> {
    const possible = Number.isInteger(number) && number > 0 && number < 1e10;
    const occupant = possible ? await readOccupant(this.table, number, signal) : undefined;
    if (occupant?.is !== 'revision') throw new RevisionNotFoundError(`There is no revision ${number}`);
    return occupant.revision;
  }

  async revisions({ before, limit = 20, signal }: ListOptions = {}): Promise<RevisionPage> {
    if (!(limit >= 1 && limit <= 100)) throw new RangeError('limit is 1 to 100');
    if (before !== undefined && !(before >= 1 && before < 1e10)) throw new RangeError('before is 1 to 9999999999');
    const found: Revision[] = [];
    const newestFirst = { order: 'newest-first', before, firstPage: limit + 1, signal } as const;
    for await (const revision of readRevisions(this.table, newestFirst, this.onForeignItem)) {
      // One more than asked for shows that there is a next page.
      if (found.length === limit) return { revisions: found, next: found[limit - 1]?.number ?? revision.number };
      found.push(revision);
    }
    return { revisions: found };
  }

  async applied(source: string, { at, signal }: AppliedOptions = {}): Promise<AppliedDocument | undefined> {
    const head = at?.revision ?? (await this.head({ signal }));
    const mark = head?.applied?.find((applied) => applied.source === source);
    if (!head || !mark) return undefined;
    const { revision: number } = mark;
    const revision = number === head.number ? head : await this.#recorded(number, signal);
    const last = revision.applied?.at(-1);
    if (last?.source !== source || last.revision !== number) {
      throw new StoreCorruptError(`Revision ${number} has not applied ${source}, as ${head.number} says`);
    }
    const ofFile = { ...revision, contents: revision.file ?? revision.contents };
    const { document } = await this.load(ofFile, { known: at?.fragments, signal });
    return { revision, document };
  }

  verify({ signal }: CallOptions = {}): Promise<Verification> {
    return verify({
      items: () => readRevisionItems(this.table, { order: 'oldest-first', firstPage: 100, signal }),
      partsOf: (contents) => this.partsOf(contents, signal),
      checkPart: async (part) => {
        await readBlobs(this.table, [part], signal);
      },
    });
  }

  /** A revision that another one names. */
  async #recorded(number: number, signal: AbortSignal | undefined): Promise<Revision> {
    try {
      return await this.revision(number, { signal });
    } catch (error) {
      if (!(error instanceof RevisionNotFoundError)) throw error;
      throw new StoreCorruptError(`Revision ${number}, which a later one names, is missing`, { cause: error });
    }
  }

  #commitLog(): CommitLog {
    return {
      newest: async (before, signal) => {
        const head = await this.head({ signal });
        if (!head) return undefined;
        const loaded = await this.load(head, { known: before?.fragments, signal });
        return { ...loaded, parts: await this.partsOf(head.contents, signal) };
      },
      applied: async (source, at, signal) => (await this.applied(source, { at, signal }))?.document,
      putParts: (parts, signal) => putBlobs(this.table, parts, signal),
      putRevision: (revision, signal) => putRevision(this.table, revision, signal),
      occupant: (number, signal) => readOccupant(this.table, number, signal),
    };
  }
}
