/** The item by which a pass says that the sessions table is what stands. */
import type { JsonObject } from '../canonical-json.ts';
import { StoreCorruptError } from '../store/index.ts';

export interface Heartbeat {
  /** When the last pass that was completed began to ask EC2, in milliseconds since the epoch. */
  readonly atMs: number;
  /** The Client VPN endpoints of which it knew all active connections, by id. */
  readonly endpoints: readonly string[];
}

export const HEARTBEAT_KEY = 'PASS';

export function encodeHeartbeat({ atMs, endpoints }: Heartbeat): JsonObject {
  return { pk: HEARTBEAT_KEY, atMs, endpoints: [...endpoints] };
}

/** @throws StoreCorruptError */
export function decodeHeartbeat({ atMs, endpoints }: Readonly<Record<string, unknown>>): Heartbeat {
  if (typeof atMs === 'number' && Array.isArray(endpoints) && endpoints.every((id) => typeof id === 'string')) {
    return { atMs, endpoints };
  }
  throw new StoreCorruptError(`The item ${HEARTBEAT_KEY} of the sessions table is not what it should be`);
}
