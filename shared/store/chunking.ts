/**
 * Content-defined chunking: cuts a long list where its entries say so, not after a fixed count, so that an entry added
 * or removed anywhere moves no cut but those next to it, and all other chunks keep their bytes and their hash.
 */
import { crc32 } from 'node:zlib';

/** A chunk has at least this many bytes (but for the last one) … */
const MIN_BYTES = 64 * 1024;
/** … this many more on average … */
const MEAN_MORE_BYTES = 64 * 1024;
/** … and never more than this in all, unless it is one entry that has more. */
const MAX_BYTES = 240 * 1024;

/** Groups texts, in order, into chunks of about 128 KB (UTF-8). */
export function chunkTexts(texts: readonly string[]): string[][] {
  const chunks: string[][] = [];
  let chunk: string[] = [];
  let bytes = 0;
  for (const text of texts) {
    const more = Buffer.byteLength(text) + 1;
    if (chunk.length > 0 && bytes + more > MAX_BYTES) {
      chunks.push(chunk);
      chunk = [];
      bytes = 0;
    }
    chunk.push(text);
    bytes += more;
    if (bytes >= MIN_BYTES && isCut(text, more)) {
      chunks.push(chunk);
      chunk = [];
      bytes = 0;
    }
  }
  if (chunk.length > 0) chunks.push(chunk);
  return chunks;
}

/** A property of the entry alone; the more bytes it has, the likelier, so that the mean is one of bytes. */
function isCut(text: string, bytes: number): boolean {
  return crc32(text) < 2 ** 32 * (bytes / MEAN_MORE_BYTES);
}
