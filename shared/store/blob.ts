/** A part as an item of the rules table. */
import { StoreCorruptError } from './errors.ts';
import { decodeBody, type Part, type PartBody, type StoredPart } from './part.ts';
import { KIND_PREFIX } from './revision.ts';

const KIND = `${KIND_PREFIX}blob@1`;

export interface BlobKey {
  readonly pk: string;
  readonly sk: string;
}

/** The key of the item that holds a part. */
export function blobKey(hash: string): BlobKey {
  return { pk: `BLOB#${hash}`, sk: 'BLOB' };
}

/** The item that holds a part: its text as `json` or its bytes as `gzip`. */
export function encodeBlob({ part, body }: StoredPart): BlobKey & Record<string, unknown> {
  return { ...blobKey(part.hash), kind: KIND, size: part.size, inflated: part.inflated, ...body };
}

/**
 * Gives back the bytes of the part that an item holds.
 * @throws StoreCorruptError when the item is not that part as it was written
 */
export function decodeBlob(part: Part, item: Readonly<Record<string, unknown>>): Uint8Array {
  if (item.kind !== KIND) throw new StoreCorruptError(`The part ${part.hash} is of an unknown kind`);
  return decodeBody(part, bodyOf(part, item));
}

function bodyOf(part: Part, { json, gzip }: Readonly<Record<string, unknown>>): PartBody {
  if (typeof json === 'string' && gzip === undefined) return { json };
  if (gzip instanceof Uint8Array && json === undefined) return { gzip };
  throw new StoreCorruptError(`The part ${part.hash} has neither text nor bytes`);
}
