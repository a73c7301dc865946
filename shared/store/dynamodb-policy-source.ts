/** Reads the newest policy from DynamoDB: all that the connect handler needs, and all that its role may do. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { PolicyDocument } from '../engine/index.ts';
import { type BlobOptions, readBlobs } from './dynamodb-blobs.ts';
import { readRevisions } from './dynamodb-revisions.ts';
import { LanguageVersionError, StoreCorruptError } from './errors.ts';
import type { Part } from './part.ts';
import { decodeDocument, decodeIndex, missingParts } from './parts.ts';
import type { ForeignItemListener, HeadOptions, LoadedPolicy, LoadOptions, PolicySource } from './policy-store.ts';
import { type Contents, decodeParts, LANGUAGE_VERSION, type Revision } from './revision.ts';

export interface DynamoDbPolicySourceOptions {
  /** From `createDocumentClient`. */
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  /** From 0 to 1, for the jitter of pauses. Default `Math.random`. */
  readonly random?: (() => number) | undefined;
  /** Told of items that are not this project's, by any method. Default: nobody is. */
  readonly onForeignItem?: ForeignItemListener | undefined;
}

export class DynamoDbPolicySource implements PolicySource {
  protected readonly table: BlobOptions;
  protected readonly onForeignItem: ForeignItemListener;

  constructor({ client, tableName, random = Math.random, onForeignItem = () => {} }: DynamoDbPolicySourceOptions) {
    this.table = { client, tableName, random };
    this.onForeignItem = onForeignItem;
  }

  async head({ signal, onForeignItem = this.onForeignItem }: HeadOptions = {}): Promise<Revision | undefined> {
    const newestFirst = { order: 'newest-first', firstPage: 1, signal } as const;
    for await (const revision of readRevisions(this.table, newestFirst, onForeignItem)) return revision;
    return undefined;
  }

  async load(
    revision: Revision,
    { known = new Map(), progress = new Map(), signal }: LoadOptions = {},
  ): Promise<LoadedPolicy> {
    if (revision.languageVersion > LANGUAGE_VERSION) {
      throw new LanguageVersionError(
        `Revision ${revision.number} needs version ${revision.languageVersion} of the policy language, known is ${LANGUAGE_VERSION}`,
      );
    }
    const parts = await this.partsOf(revision.contents, signal, progress);
    dropUnlisted(progress, revision, parts);
    const bytes = await readBlobs(this.table, missingParts(parts, known), signal, progress);
    const { document, fragments } = decodeDocument(parts, known, bytes);
    // What was written was a valid policy and every hash matches; `compile` refuses whatever it does not know.
    return { revision, document: document as unknown as PolicyDocument, fragments };
  }

  /** The parts of a document, in order. */
  protected async partsOf(
    contents: Contents,
    signal?: AbortSignal,
    progress?: Map<string, Uint8Array>,
  ): Promise<readonly Part[]> {
    if ('parts' in contents) return contents.parts;
    const { index } = contents;
    const bytes = (await readBlobs(this.table, [index], signal, progress)).get(index.hash);
    if (!bytes) throw new StoreCorruptError(`The part ${index.hash} is missing`);
    return decodeParts(decodeIndex(bytes));
  }
}

/** Parts of a revision that was overtaken while it was read are not kept: one policy's parts are the bound. */
function dropUnlisted(progress: Map<string, Uint8Array>, { contents }: Revision, parts: readonly Part[]): void {
  const listed = new Set(parts.map(({ hash }) => hash));
  if ('index' in contents) listed.add(contents.index.hash);
  for (const hash of progress.keys()) if (!listed.has(hash)) progress.delete(hash);
}
