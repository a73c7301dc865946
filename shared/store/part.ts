/** One part of a policy: its bytes as they are stored, and the reference by which a revision names them. */
import { StoreCorruptError } from './errors.ts';
import { sha256 } from './sha256.ts';

/** What a revision says of a part; the bytes must match it exactly. */
export interface Part {
  /** SHA-256 of the stored bytes, in hexadecimal digits. */
  readonly hash: string;
  /** Stored bytes. */
  readonly size: number;
  /** Bytes once inflated; equal to `size` for plain text. */
  readonly inflated: number;
  /** The text goes on in the next part. */
  readonly more?: true;
}

/** Plain text while small, so that operators read their rules in the DynamoDB console; gzip beyond. */
export type PartBody = { readonly json: string } | { readonly gzip: Uint8Array };

export interface StoredPart {
  readonly part: Part;
  readonly body: PartBody;
}

/** Texts under this many bytes are stored as they are. */
const PLAIN_TEXT_BYTES = 8 * 1024;

/**
 * The most that one part inflates to. gzip adds less than 100 bytes to what it cannot compress, so that a part always
 * has its place in an item (400 KB: developer guide, "Service, account, and table quotas in Amazon DynamoDB").
 */
export const MAX_PART_BYTES = 256 * 1024;

/** Makes the parts that hold a text: one, or several where it is over 256 KB. */
export function encodeText(text: string): StoredPart[] {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length < PLAIN_TEXT_BYTES) {
    return [{ part: { hash: sha256(bytes), size: bytes.length, inflated: bytes.length }, body: { json: text } }];
  }
  const parts: StoredPart[] = [];
  for (let start = 0; start < bytes.length; start += MAX_PART_BYTES) {
    const piece = bytes.subarray(start, start + MAX_PART_BYTES);
    const gzip = zlib().gzipSync(piece);
    const part = { hash: sha256(gzip), size: gzip.length, inflated: piece.length };
    parts.push({ part: start + MAX_PART_BYTES < bytes.length ? { ...part, more: true } : part, body: { gzip } });
  }
  return parts;
}

/**
 * Gives back the bytes of a part.
 * @throws StoreCorruptError when they are not those that the reference names: size, hash, or inflated size
 */
export function decodeBody(part: Part, body: PartBody): Uint8Array {
  const stored = 'json' in body ? Buffer.from(body.json, 'utf8') : body.gzip;
  if (stored.length !== part.size) throw damaged(part, `has ${stored.length} bytes, not ${part.size}`);
  if (sha256(stored) !== part.hash) throw damaged(part, 'does not have that hash');
  const bytes = 'json' in body ? stored : inflate(part, stored);
  if (bytes.length !== part.inflated) throw damaged(part, `inflates to ${bytes.length} bytes, not ${part.inflated}`);
  return bytes;
}

/** Reads the text of consecutive parts. */
export function decodeUtf8(pieces: readonly Uint8Array[]): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(pieces));
  } catch (cause) {
    throw new StoreCorruptError('A part of the policy is no UTF-8 text', { cause });
  }
}

/** Stops at the declared size, so that a part cannot fill the memory. */
function inflate(part: Part, stored: Uint8Array): Uint8Array {
  try {
    return zlib().gunzipSync(stored, { maxOutputLength: part.inflated });
  } catch (cause) {
    throw damaged(part, `does not inflate to ${part.inflated} bytes`, cause);
  }
}

/** Loaded with the first part that is compressed: a handler whose policy is small never needs it, and it takes a millisecond of each start. */
function zlib() {
  return process.getBuiltinModule('node:zlib');
}

function damaged(part: Part, how: string, cause?: unknown): StoreCorruptError {
  return new StoreCorruptError(`The part ${part.hash} ${how}`, { cause });
}
