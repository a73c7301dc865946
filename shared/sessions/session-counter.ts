/** Counts a user's connections when one more is to be let in, within a bounded time. */
import { BatchGetCommand, type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { ConnectionLimit } from '../engine/index.ts';
import {
  type Backoff,
  backoffMs,
  isConditionFailed,
  pause,
  StoreCorruptError,
  StoreUnreachableError,
  toStoreError,
} from '../store/index.ts';
import { withinTime } from '../within-time.ts';
import { decodeHeartbeat, HEARTBEAT_KEY, type Heartbeat } from './heartbeat.ts';
import { inOrder, type Session, withoutEnded } from './session.ts';
import { decodeUserItem, encodeUserItem, type UserItem, unchanged } from './user-item.ts';

export interface SessionCounterOptions {
  /** One that tries once: the counter has its own tries, and little time. */
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  /** What counting may take, in milliseconds. */
  readonly timeoutMs: number;
}

export interface SessionCounter {
  /**
   * Counts the user's other sessions for each limit, and adds this one if none of them has as many as it may. Of logins at the same moment
   * each counts those before it. Asked again for the same connection, it counts it once. Never rejects, and settles within the time-out;
   * what is under way then is aborted.
   */
  admit(wanted: WantedSession): Promise<Admission>;
}

export interface WantedSession {
  /** As the decision log's `userPartition` gives it. */
  readonly userKey: string;
  readonly connectionId: string;
  /** The Client VPN endpoint's id. */
  readonly endpoint: string;
  /** Those that apply to it and refuse when they are exceeded. */
  readonly limits: readonly Pick<ConnectionLimit, 'id' | 'maxConnections'>[];
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
  /** A shorter time-out, in milliseconds. */
  readonly atMostMs?: number | undefined;
}

export type Admission =
  | { readonly outcome: 'admitted' }
  /** The first of the limits, in the order given, that has no place left. */
  | { readonly outcome: 'exceeded'; readonly limit: string }
  | CountUnknown;

export interface CountUnknown {
  readonly outcome: 'unknown';
  /**
   * `stale-count`: no pass has told lately which sessions stand at this endpoint. `contended`: other logins of the user were first, again and
   * again. `unreachable`: no answer, throttling or a fault of the service. `refused`: no such table, no right to it.
   */
  readonly cause: 'stale-count' | 'timeout' | 'unreachable' | 'refused' | 'corrupt' | 'contended';
  readonly error?: Error | undefined;
}

/** A count that no pass has confirmed for so long is not known. */
export const MAX_COUNT_AGE_MS = 300_000;

/** Pauses between tries; DynamoDB answers in some milliseconds. */
const PAUSES: Backoff = { firstMs: 10, maxMs: 40 };

/** A connection that DynamoDB closed while the sandbox was frozen breaks with its first request, and only with that. */
const LOST_ANSWERS = 1;

export function createSessionCounter({ client, tableName, timeoutMs }: SessionCounterOptions): SessionCounter {
  async function read(userKey: string, abortSignal: AbortSignal) {
    const Keys = [{ pk: userKey }, { pk: HEARTBEAT_KEY }];
    const { Responses, UnprocessedKeys } = await client.send(
      new BatchGetCommand({ RequestItems: { [tableName]: { Keys, ConsistentRead: true } } }),
      { abortSignal },
    );
    if (Object.keys(UnprocessedKeys ?? {}).length > 0)
      throw new StoreUnreachableError('DynamoDB leaves reads of sessions unprocessed: it is throttling');
    // Under the table's name, also where it was asked by its ARN.
    const items = Object.values(Responses ?? {}).flat();
    const [user, heartbeat] = [userKey, HEARTBEAT_KEY].map((key) => items.find(({ pk }) => pk === key));
    return { user: user && decodeUserItem(user), heartbeat: heartbeat && decodeHeartbeat(heartbeat) };
  }

  async function tryOnce(wanted: WantedSession, abortSignal: AbortSignal): Promise<Admission> {
    const { user, heartbeat } = await read(wanted.userKey, abortSignal);
    const sessions = withoutEnded(user?.sessions ?? [], wanted.nowMs);
    const known = admissionAmong(sessions, heartbeat, wanted);
    if (known !== undefined) return known;
    await client.send(putOf(tableName, wanted, sessions, user), { abortSignal });
    return { outcome: 'admitted' };
  }

  async function count(wanted: WantedSession, signal: AbortSignal, onConflict: () => void): Promise<Admission> {
    let lost = 0;
    for (let tries = 0; ; tries++) {
      try {
        if (tries > 0) await pause(backoffMs(PAUSES, tries - 1, Math.random), signal);
        return await tryOnce(wanted, signal);
      } catch (error) {
        if (isConditionFailed(error)) {
          onConflict();
          continue;
        }
        const failure = unknownBy(error);
        // Counting again what has been counted changes nothing.
        if (failure.cause !== 'unreachable' || signal.aborted || ++lost > LOST_ANSWERS) return failure;
      }
    }
  }

  return {
    admit(wanted) {
      const limitMs = Math.max(0, Math.min(timeoutMs, wanted.atMostMs ?? timeoutMs));
      let conflicts = 0;
      return withinTime(
        limitMs,
        (signal) => count(wanted, signal, () => conflicts++),
        () => tooLate(limitMs, conflicts),
      );
    },
  };
}

/** What is known without adding the session; `undefined` where there is a place for it. */
function admissionAmong(
  sessions: readonly Session[],
  heartbeat: Heartbeat | undefined,
  { connectionId, endpoint, limits, nowMs }: WantedSession,
): Admission | undefined {
  // A clock that is ahead must not make a pass count for ever.
  const isFresh = heartbeat !== undefined && Math.abs(nowMs - heartbeat.atMs) <= MAX_COUNT_AGE_MS;
  if (!isFresh || !heartbeat.endpoints.includes(endpoint)) return { outcome: 'unknown', cause: 'stale-count' };
  if (sessions.some(({ id }) => id === connectionId)) return { outcome: 'admitted' };
  // Of another endpoint nobody would see the sessions end.
  const counted = sessions.filter((session) => heartbeat.endpoints.includes(session.endpoint));
  const exceeded = limits.find(
    ({ id, maxConnections }) => counted.filter((session) => session.limits.includes(id)).length >= maxConnections,
  );
  return exceeded && { outcome: 'exceeded', limit: exceeded.id };
}

function putOf(
  tableName: string,
  { userKey, connectionId, endpoint, limits, nowMs }: WantedSession,
  others: readonly Session[],
  read: UserItem | undefined,
): PutCommand {
  const own = { id: connectionId, endpoint, sinceMs: nowMs, limits: limits.map(({ id }) => id) };
  const Item = encodeUserItem(userKey, inOrder([...others, own]));
  return new PutCommand({ TableName: tableName, Item, ...unchanged(read) });
}

function tooLate(limitMs: number, conflicts: number): CountUnknown {
  const error = new StoreUnreachableError(
    `The user's sessions could not be counted within ${Math.round(limitMs)} ms${conflicts > 0 ? `; ${conflicts} other logins were first` : ''}`,
  );
  return { outcome: 'unknown', cause: conflicts > 0 ? 'contended' : 'timeout', error };
}

function unknownBy(thrown: unknown): CountUnknown & { readonly error: Error } {
  const error = toStoreError(thrown, "count a user's sessions");
  if (error instanceof StoreCorruptError) return { outcome: 'unknown', cause: 'corrupt', error };
  return { outcome: 'unknown', cause: error instanceof StoreUnreachableError ? 'unreachable' : 'refused', error };
}
