/** Makes the sessions table say what stands: what the handler counts is as good as the last pass. */
import { isDeepStrictEqual } from 'node:util';
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  ScanCommand,
  type ScanCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { eachOf } from '../each-of.ts';
import { isConditionFailed, StoreCorruptError, toStoreError } from '../store/index.ts';
import { encodeHeartbeat, HEARTBEAT_KEY } from './heartbeat.ts';
import type { Session } from './session.ts';
import { type Sighting, type StandingSessions, sessionsThatStand } from './sessions-that-stand.ts';
import { decodeUserItem, encodeUserItem, USER_PREFIX, type UserItem, unchanged } from './user-item.ts';

export interface SessionReconcilerOptions {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
}

export interface SessionReconciler {
  /**
   * Writes only the items that differ, and says at the end that the count is known. Writes nothing where a pass that began later was first:
   * what it saw is newer. Rejects with a StoreError where the table cannot be read or written; then it does not say so.
   */
  reconcile(seen: Sighting, options?: { readonly signal?: AbortSignal | undefined }): Promise<Reconciled>;
  /** Says that the count is not known: what is not kept up would be taken for true as soon as a limit wants it. Rejects with a StoreError. */
  forget(options?: { readonly signal?: AbortSignal | undefined }): Promise<void>;
}

/** Numbers of items, each a user's. */
export interface Reconciled {
  readonly written: number;
  readonly removed: number;
  /** What the next pass must look at again: logins were first each time. */
  readonly left: number;
}

/** A user's item as it was read; `damaged`: what stands there cannot be read, and is written anew. */
type Found = UserItem | 'damaged' | undefined;

type Outcome = keyof Reconciled | 'same';

const WRITES_AT_ONCE = 16;
const TRIES = 3;

export function createSessionReconciler({ client, tableName }: SessionReconcilerOptions): SessionReconciler {
  async function readAll(call: Call): Promise<Map<string, Found>> {
    const found = new Map<string, Found>();
    let ExclusiveStartKey: ScanCommandInput['ExclusiveStartKey'];
    do {
      const page = await client.send(
        new ScanCommand({ TableName: tableName, ConsistentRead: true, ExclusiveStartKey }),
        call,
      );
      for (const item of page.Items ?? []) {
        const pk = String(item.pk);
        if (pk.startsWith(USER_PREFIX)) found.set(pk, readItem(item));
      }
      ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey !== undefined);
    return found;
  }

  /** Whether a pass that began later has said what stands. */
  async function isOvertaken({ startedMs }: Sighting, call: Call): Promise<boolean> {
    const { Item } = await client.send(
      new GetCommand({ TableName: tableName, Key: { pk: HEARTBEAT_KEY }, ConsistentRead: true }),
      call,
    );
    return typeof Item?.atMs === 'number' && Item.atMs > startedMs;
  }

  async function readAgain(pk: string, call: Call): Promise<Found> {
    const { Item } = await client.send(
      new GetCommand({ TableName: tableName, Key: { pk }, ConsistentRead: true }),
      call,
    );
    return Item && readItem(Item);
  }

  /** @returns false where the item is no longer what was read */
  async function write(pk: string, sessions: readonly Session[], read: Found, call: Call): Promise<boolean> {
    const condition = read === 'damaged' ? {} : unchanged(read);
    try {
      await (sessions.length === 0
        ? client.send(new DeleteCommand({ TableName: tableName, Key: { pk }, ...condition }), call)
        : client.send(
            new PutCommand({ TableName: tableName, Item: encodeUserItem(pk, sessions), ...condition }),
            call,
          ));
      return true;
    } catch (error) {
      if (isConditionFailed(error)) return false;
      throw error;
    }
  }

  async function mend(
    pk: string,
    first: Found,
    standing: StandingSessions,
    seen: Sighting,
    call: Call,
  ): Promise<Outcome> {
    let found = first;
    for (let tries = 1; ; tries++) {
      const recorded = found === undefined || found === 'damaged' ? [] : found.sessions;
      const wanted = standing.of(pk, recorded);
      if (found !== 'damaged' && isDeepStrictEqual(wanted, recorded)) return 'same';
      if (await write(pk, wanted, found, call)) return wanted.length === 0 ? 'removed' : 'written';
      if (tries === TRIES || (await isOvertaken(seen, call))) return 'left';
      found = await readAgain(pk, call);
    }
  }

  /** Unless one that is newer stands there. */
  async function putHeartbeat({ startedMs, endpoints }: Sighting, call: Call): Promise<void> {
    const put = new PutCommand({
      TableName: tableName,
      Item: encodeHeartbeat({ atMs: startedMs, endpoints }),
      ConditionExpression: 'attribute_not_exists(pk) OR NOT atMs > :atMs',
      ExpressionAttributeValues: { ':atMs': startedMs },
    });
    await client.send(put, call).catch((error: unknown) => {
      if (!isConditionFailed(error)) throw error;
    });
  }

  return {
    async reconcile(seen, { signal } = {}) {
      const call = signal ? { abortSignal: signal } : {};
      const sums: Record<Outcome, number> = { written: 0, removed: 0, left: 0, same: 0 };
      try {
        if (await isOvertaken(seen, call)) return { written: 0, removed: 0, left: 0 };
        const items = await readAll(call);
        const standing = sessionsThatStand(seen);
        const users = new Set([...items.keys(), ...standing.users]);
        await eachOf([...users], WRITES_AT_ONCE, async (pk) => {
          sums[await mend(pk, items.get(pk), standing, seen, call)]++;
        });
        await putHeartbeat(seen, call);
      } catch (error) {
        throw toStoreError(error, 'bring the sessions up to date');
      }
      const { written, removed, left } = sums;
      return { written, removed, left };
    },

    async forget({ signal } = {}) {
      const call = signal ? { abortSignal: signal } : {};
      try {
        await client.send(new DeleteCommand({ TableName: tableName, Key: { pk: HEARTBEAT_KEY } }), call);
      } catch (error) {
        throw toStoreError(error, 'forget the count of sessions');
      }
    },
  };
}

type Call = { readonly abortSignal?: AbortSignal };

function readItem(item: Readonly<Record<string, unknown>>): Found {
  try {
    return decodeUserItem(item);
  } catch (error) {
    if (error instanceof StoreCorruptError) return 'damaged';
    throw error;
  }
}
