/** A revision: one published state of the policy, as an item of the rules table. */

import { canonicalJson, isJsonObject, type JsonObject } from '../canonical-json.ts';
import { type AppliedSource, sourceFault } from './applied-source.ts';
import { cutToBytes, cutToUnits } from './bounded-text.ts';
import { StoreCorruptError } from './errors.ts';
import { itemSize } from './item-size.ts';
import { MAX_PART_BYTES, type Part } from './part.ts';
import { sha256 } from './sha256.ts';

export interface Revision {
  /** 1, 2, 3 … */
  readonly number: number;
  /** When it was written: ISO 8601, milliseconds, UTC. */
  readonly createdAt: string;
  readonly author: Author;
  /** Why, in the author's words; may be empty. At most 512 UTF-16 units. */
  readonly reason: string;
  /** What changed, in words; at most 1 KB. */
  readonly summary: string;
  /** The checks that the author overrode, for instance `lockout`. */
  readonly confirmed: readonly string[];
  /** The version of the policy language that a reader must know. */
  readonly languageVersion: number;
  /** Random: tells this write from any other. */
  readonly writeId: string;
  /** The hash of the whole item of the revision before; absent in the first one. */
  readonly parent?: string;
  /** Of each source the revision that last applied it, the latest last. A revision takes over its parent's. */
  readonly applied?: readonly AppliedSource[];
  /** Where the policy's text is. */
  readonly contents: Contents;
  /** Where the text is of the file that this revision applied; absent where it is the policy's own. */
  readonly file?: Contents;
}

/** The parts in order, or the part that lists them where they are too many for the revision's item. */
export type Contents = { readonly parts: readonly Part[] } | { readonly index: Part };

/** Who wrote it. */
export interface Author {
  /** What the id is one of, for instance `iam`, `jwt`, `local`; at most 32 bytes. */
  readonly type: string;
  /** At most 128 bytes. */
  readonly id: string;
  /** At most 320 bytes. */
  readonly arn?: string;
  /** Who vouches for the id, for a token's subject; at most 256 bytes. */
  readonly issuer?: string;
}

/** An item as it was read, before anything is known of it. */
export type RawItem = Readonly<Record<string, unknown>>;

/** All items of this project have a `kind` that begins so. */
export const KIND_PREFIX = 'client-vpn-policy/';
const KIND = `${KIND_PREFIX}revision@1`;

export const REVISION_PARTITION = 'POLICY';
export const REVISION_KEY_PREFIX = 'REVISION#';

/** What one read unit reads; every refresh of every handler reads the newest revision. */
export const MAX_REVISION_BYTES = 4096;

/** The newest version of the policy language that this program reads. */
export const LANGUAGE_VERSION = 1;

const MAX_REASON_UNITS = 512;
const MAX_SUMMARY_BYTES = 1024;
const MAX_AUTHOR_BYTES = { type: 32, id: 128, arn: 320, issuer: 256 };

/** The sort key of a revision: ten digits, so that text order is number order. */
export function revisionKey(number: number): string {
  return `${REVISION_KEY_PREFIX}${String(number).padStart(10, '0')}`;
}

/** The revision number of a sort key; undefined for any other key. */
export function revisionNumber(sk: unknown): number | undefined {
  const digits = typeof sk === 'string' ? /^REVISION#(\d{10})$/.exec(sk)?.[1] : undefined;
  return digits === undefined ? undefined : Number(digits);
}

/** True when an item claims to be one of this project's. */
export function isMarked(item: JsonObject | Readonly<Record<string, unknown>>): boolean {
  const kind = item.kind;
  return typeof kind === 'string' && kind.startsWith(KIND_PREFIX);
}

/** Bounds what people wrote, so that a revision's item stays small; cut, never refused. */
export function boundTexts<T extends Pick<Revision, 'author' | 'reason' | 'summary'>>(revision: T): T {
  const { type, id, arn, issuer } = revision.author;
  return {
    ...revision,
    author: {
      type: cutToBytes(type, MAX_AUTHOR_BYTES.type),
      id: cutToBytes(id, MAX_AUTHOR_BYTES.id),
      ...(arn === undefined ? {} : { arn: cutToBytes(arn, MAX_AUTHOR_BYTES.arn) }),
      ...(issuer === undefined ? {} : { issuer: cutToBytes(issuer, MAX_AUTHOR_BYTES.issuer) }),
    },
    reason: cutToUnits(revision.reason, MAX_REASON_UNITS),
    summary: cutToBytes(revision.summary, MAX_SUMMARY_BYTES),
  };
}

/** True when a revision's item costs one read unit. */
export function fitsOneReadUnit(revision: Revision): boolean {
  return itemSize(encodeRevision(revision)) <= MAX_REVISION_BYTES;
}

/** Takes off the summary what a revision's item has over one read unit: where all other texts are as long as they may be. */
export function withShorterSummary(revision: Revision): Revision {
  const over = itemSize(encodeRevision(revision)) - MAX_REVISION_BYTES;
  if (over <= 0) return revision;
  return { ...revision, summary: cutToBytes(revision.summary, Buffer.byteLength(revision.summary) - over) };
}

/** SHA-256 of a revision's whole item: what the next revision names as its parent. */
export function hashRevision(revision: Revision): string {
  // Decoding is strict and loses nothing, so encoding again gives the item that was read.
  return sha256(canonicalJson(encodeRevision(revision)));
}

/** The item of a revision. */
export function encodeRevision(revision: Revision): JsonObject {
  const { contents, author, parent, applied, file } = revision;
  return {
    pk: REVISION_PARTITION,
    sk: revisionKey(revision.number),
    kind: KIND,
    number: revision.number,
    createdAt: revision.createdAt,
    author: encodeAuthor(author),
    reason: revision.reason,
    summary: revision.summary,
    ...(revision.confirmed.length === 0 ? {} : { confirmed: revision.confirmed }),
    languageVersion: revision.languageVersion,
    writeId: revision.writeId,
    ...(parent === undefined ? {} : { parent }),
    ...(applied === undefined ? {} : { applied: encodeApplied(applied) }),
    ...encodeContents(contents),
    ...(file === undefined ? {} : { file: encodeContents(file) }),
  };
}

/**
 * Reads an item under a revision's key. Strict: every key is known and every value has its form.
 * @returns undefined for an item without the project's mark
 * @throws StoreCorruptError for a marked one that is not a revision as this program writes it
 */
export function decodeRevision(item: Readonly<Record<string, unknown>>): Revision | undefined {
  if (!isMarked(item)) return undefined;
  const sk = String(item.sk);
  if (item.kind !== KIND) throw new StoreCorruptError(`${sk} is of an unknown kind: ${String(item.kind)}`);
  const read = new StrictReader(item, sk);
  const revision: Revision = {
    number: read.integer('number'),
    createdAt: read.text('createdAt', CREATED_AT),
    author: decodeAuthor(read),
    reason: read.text('reason'),
    summary: read.text('summary'),
    confirmed: read.has('confirmed') ? read.texts('confirmed') : [],
    languageVersion: read.integer('languageVersion'),
    writeId: read.text('writeId', /./),
    ...(read.has('parent') ? { parent: read.text('parent', HASH) } : {}),
    ...(read.has('applied') ? { applied: decodeApplied(read) } : {}),
    contents: decodeContents(read),
    ...(read.has('file') ? { file: decodeFile(read) } : {}),
  };
  read.text('pk');
  if (sk !== revisionKey(read.integer('number')))
    throw new StoreCorruptError(`${sk} says that it is ${revision.number}`);
  read.done(['sk', 'kind']);
  return revision;
}

/**
 * Reads a list of parts, of a revision or of an index.
 * @throws StoreCorruptError
 */
export function decodeParts(value: unknown): Part[] {
  if (!Array.isArray(value) || value.length === 0) throw new StoreCorruptError('A list of parts is empty or no list');
  return value.map((part) => {
    if (!isJsonObject(part)) throw new StoreCorruptError('A list of parts holds something else');
    return decodePart(new StrictReader(part, 'A part'));
  });
}

const HASH = /^[0-9a-f]{64}$/;
const CREATED_AT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

function encodeApplied(applied: readonly AppliedSource[]): JsonObject[] {
  return applied.map(({ source, revision }) => ({ source, revision }));
}

/** In ascending order: a revision applies one source at most, and each source stands there once. */
function decodeApplied(item: StrictReader): AppliedSource[] {
  const applied = item.objects('applied').map((read) => {
    const mark = { source: read.text('source'), revision: read.integer('revision') };
    read.done();
    return mark;
  });
  const ordered = applied.every(({ revision }, at) => revision > (applied[at - 1]?.revision ?? 0));
  const once = new Set(applied.map(({ source }) => source)).size === applied.length;
  const newest = applied.at(-1)?.revision ?? 0;
  if (ordered && once && newest <= item.integer('number') && applied.every(({ source }) => !sourceFault(source)))
    return applied;
  throw new StoreCorruptError(`${item.name}: applied is not what it should be`);
}

/** Only of a revision that applied it. */
function decodeFile(item: StrictReader): Contents {
  const marks = item.has('applied') ? item.objects('applied') : [];
  if (marks.at(-1)?.integer('revision') !== item.integer('number')) {
    throw new StoreCorruptError(`${item.name} has a file and says of none that it applied it`);
  }
  const read = item.object('file');
  const contents = decodeContents(read);
  read.done();
  return contents;
}

function encodeContents(contents: Contents): JsonObject {
  return 'parts' in contents ? { parts: contents.parts.map(encodePart) } : { index: encodePart(contents.index) };
}

function decodeContents(read: StrictReader): Contents {
  return read.has('index') ? { index: decodePart(read.object('index')) } : { parts: decodeParts(read.list('parts')) };
}

function encodePart(part: Part): JsonObject {
  return { hash: part.hash, size: part.size, inflated: part.inflated, ...(part.more ? { more: true } : {}) };
}

function decodePart(read: StrictReader): Part {
  const part: Part = {
    hash: read.text('hash', HASH),
    size: read.integer('size'),
    inflated: read.integer('inflated'),
    ...(read.has('more') ? { more: read.yes('more') } : {}),
  };
  if (part.inflated > MAX_PART_BYTES)
    throw new StoreCorruptError(`The part ${part.hash} declares ${part.inflated} bytes`);
  read.done();
  return part;
}

function encodeAuthor({ type, id, arn, issuer }: Author): JsonObject {
  return { type, id, ...(arn === undefined ? {} : { arn }), ...(issuer === undefined ? {} : { issuer }) };
}

function decodeAuthor(item: StrictReader): Author {
  const read = item.object('author');
  const author: Author = {
    type: read.text('type'),
    id: read.text('id'),
    ...(read.has('arn') ? { arn: read.text('arn') } : {}),
    ...(read.has('issuer') ? { issuer: read.text('issuer') } : {}),
  };
  read.done();
  return author;
}

/** Reads the attributes of an item one by one and, at the end, refuses those that nobody asked for. */
class StrictReader {
  readonly name: string;
  readonly #source: Readonly<Record<string, unknown>>;
  readonly #asked = new Set<string>();

  constructor(source: Readonly<Record<string, unknown>>, name: string) {
    this.name = name;
    this.#source = source;
  }

  has(key: string): boolean {
    return Object.hasOwn(this.#source, key);
  }

  text(key: string, form?: RegExp): string {
    const value = this.#take(key);
    return typeof value === 'string' && (!form || form.test(value)) ? value : this.#refuse(key);
  }

  texts(key: string): readonly string[] {
    const value = this.list(key);
    return value.every((text) => typeof text === 'string') ? value : this.#refuse(key);
  }

  /** An integer over zero. */
  integer(key: string): number {
    const value = this.#take(key);
    return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : this.#refuse(key);
  }

  yes(key: string): true {
    return this.#take(key) === true ? true : this.#refuse(key);
  }

  list(key: string): readonly unknown[] {
    const value = this.#take(key);
    return Array.isArray(value) && value.length > 0 ? value : this.#refuse(key);
  }

  object(key: string): StrictReader {
    const value = this.#take(key);
    return isJsonObject(value) ? new StrictReader(value, `${this.name}.${key}`) : this.#refuse(key);
  }

  objects(key: string): readonly StrictReader[] {
    const value = this.list(key);
    return value.every(isJsonObject)
      ? value.map((object) => new StrictReader(object, `${this.name}.${key}`))
      : this.#refuse(key);
  }

  done(alsoKnown: readonly string[] = []): void {
    for (const key of Object.keys(this.#source)) {
      if (!this.#asked.has(key) && !alsoKnown.includes(key)) {
        throw new StoreCorruptError(`${this.name} has an unknown attribute: ${key}`);
      }
    }
  }

  #take(key: string): unknown {
    this.#asked.add(key);
    return this.has(key) ? this.#source[key] : undefined;
  }

  #refuse(key: string): never {
    throw new StoreCorruptError(`${this.name}: ${key} is missing or is not what it should be`);
  }
}
