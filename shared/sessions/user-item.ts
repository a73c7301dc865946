/** A user's item in the sessions table: which of their connections are counted. */
import { randomInt } from 'node:crypto';
import { isJsonObject, type JsonObject } from '../canonical-json.ts';
import { MAX_SESSION_MS } from '../engine/index.ts';
import { StoreCorruptError } from '../store/index.ts';
import type { Session } from './session.ts';

export interface UserItem {
  /** As the decision log's `userPartition` gives it. */
  readonly pk: string;
  /** Another one with every write. */
  readonly version: number;
  readonly sessions: readonly Session[];
}

/** What begins the keys of users' items. */
export const USER_PREFIX = 'USER#';

/** How long an item stays after its newest session began: an hour more than that can last. */
const KEPT_MS = MAX_SESSION_MS + 3_600_000;

/**
 * The item with a new version. That is a random one, since an item that was deleted and has come anew must not look like the one
 * that somebody read before.
 */
export function encodeUserItem(pk: string, sessions: readonly Session[]): JsonObject {
  const newestMs = Math.max(...sessions.map(({ sinceMs }) => sinceMs));
  return {
    pk,
    version: randomInt(MAX_VERSION),
    sessions: sessions.map(({ id, endpoint, sinceMs, limits }) => ({ id, endpoint, sinceMs, limits: [...limits] })),
    expiresAt: Math.floor((newestMs + KEPT_MS) / 1_000),
  };
}

/** @throws StoreCorruptError */
export function decodeUserItem(item: Readonly<Record<string, unknown>>): UserItem {
  const { pk, version, sessions } = item;
  if (typeof pk === 'string' && typeof version === 'number' && Array.isArray(sessions) && sessions.every(isSession)) {
    return { pk, version, sessions };
  }
  throw new StoreCorruptError(`The sessions of ${String(pk)} are not what they should be`);
}

/** What must hold for the item to be put or deleted: that it is still the one that was read. */
export function unchanged(read: UserItem | undefined) {
  return read === undefined
    ? { ConditionExpression: 'attribute_not_exists(pk)' }
    : { ConditionExpression: 'version = :read', ExpressionAttributeValues: { ':read': read.version } };
}

/** What `randomInt` takes. */
const MAX_VERSION = 2 ** 48 - 1;

function isSession(value: unknown): value is Session {
  return (
    isJsonObject(value) &&
    typeof value.id === 'string' &&
    typeof value.endpoint === 'string' &&
    typeof value.sinceMs === 'number' &&
    Array.isArray(value.limits) &&
    value.limits.every((limit) => typeof limit === 'string')
  );
}
