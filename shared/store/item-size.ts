/** How many bytes DynamoDB counts for an item (developer guide, "DynamoDB item sizes and formats"). */
import type { JsonObject, JsonValue } from '../canonical-json.ts';

/** Bytes of an item: names and values of its attributes. */
export function itemSize(item: JsonObject): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(item)) bytes += Buffer.byteLength(name) + valueSize(value);
  return bytes;
}

function valueSize(value: JsonValue): number {
  if (value === null || typeof value === 'boolean') return 1;
  if (typeof value === 'string') return Buffer.byteLength(value);
  // One byte for two significant digits and one more; leading and trailing zeros, which DynamoDB trims, are counted.
  if (typeof value === 'number') return Math.ceil(String(value).length / 2) + 1;
  // A list or map has three bytes of its own and one for each element or pair.
  if (Array.isArray(value)) return value.reduce((bytes, element) => bytes + 1 + valueSize(element), 3);
  return Object.entries(value).reduce((bytes, [name, of]) => bytes + 1 + Buffer.byteLength(name) + valueSize(of), 3);
}
