/** Reads decisions from the decisions table. */
import { setMaxListeners } from 'node:events';
import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { toStoreError } from '../store/index.ts';
import { LAST_MS, type Rest, readCursor, writeCursor } from './cursor.ts';
import { MAX_RETENTION_DAYS } from './decision-log.ts';
import {
  DecisionCursorError,
  type DecisionFilter,
  type DecisionPage,
  type DecisionQuery,
  type DecisionSource,
} from './decision-source.ts';
import { decodeDecision, isExpired } from './decode-decision.ts';
import { rulesThatFind, userOf } from './encode-decision.ts';
import { DAY_MS, DECISION_KEY, decisionPartition, userPartition } from './keys.ts';
import { isPseudonym, pseudonyms } from './names.ts';
import { periods } from './period.ts';
import { placeOf, readPlace } from './place.ts';
import { readPlaces } from './read-places.ts';
import { BATCH_RECORDS, readRecords, readRecordsOf } from './read-records.ts';
import type { DecisionRecord } from './record.ts';

export interface DynamoDbDecisionSourceOptions {
  /** From `createDocumentClient`. */
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  /** The key of the pseudonyms, where names are kept as such: a name then also finds what is kept under its pseudonym. */
  readonly pseudonymKey?: string | undefined;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
  /** Told of items that lists and walks pass over, since they cannot be read. Default: nobody is. */
  readonly onUnreadable?: ((error: Error) => void) | undefined;
}

/** What the work for one page is bounded by: keys asked for decisions, places of decisions, and decisions looked at. */
const MAX_KEYS = 480;
const MAX_PLACES = 20_000;
const MAX_LOOKED_AT = 2_000;

/** Of a page, as JSON: so that the admin API can send any, escaped once more (a decision has up to 64 KB). */
const MAX_PAGE_BYTES = 2 * 1024 * 1024;

/** Clocks of handlers may be ahead. */
const AHEAD_MS = DAY_MS;

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1_000;
const DEFAULT_DAYS = 7;

/** A walk asks for so many places of a key at once. */
const WALK_PAGE = 500;
/** Batches of records that are asked for at once. */
const BATCHES_AHEAD = 4;

export function createDecisionSource(options: DynamoDbDecisionSourceOptions): DecisionSource {
  const { client, tableName, pseudonymKey, now = Date.now, onUnreadable = () => {} } = options;
  const pseudonymOf = pseudonymKey === undefined ? undefined : pseudonyms(pseudonymKey).pseudonymOf;

  /** The user's name, and the pseudonym under which they may be on record. */
  const namesOf = (user: string): string[] =>
    pseudonymOf === undefined || isPseudonym(user) ? [user] : [user, pseudonymOf(user)];

  function search(
    filter: DecisionFilter,
    rest: Rest,
    order: 'oldest-first' | 'newest-first',
    pageSize: number,
    signal: AbortSignal,
  ) {
    const { user, outcome } = filter;
    const { sinceMs, untilMs } = reachable(rest, now());
    const userNames = user === undefined ? undefined : namesOf(user);
    const places = readPlaces(
      { client, tableName, order, pageSize, signal },
      periods({ filter, userNames, sinceMs, untilMs }, order),
    );
    const userKeys = userNames && new Set(userNames.map(userPartition));
    return {
      places,
      /** True for what the keys alone do not rule out. */
      mayMatch: (place: string) => outcome === undefined || readPlace(place)?.outcome === outcome,
      /** The records at these places that pass the filter, in order. */
      records: async (at: readonly string[]) => {
        const reading = { client, tableName, nowMs: now(), onUnreadable, signal };
        return (await readRecords(reading, at)).filter((record) => passes(record, filter, userKeys));
      },
    };
  }

  return {
    async get(id, { signal } = {}) {
      const pk = decisionPartition(id);
      if (pk === undefined) return undefined;
      const request = new GetCommand({ TableName: tableName, Key: { pk, sk: DECISION_KEY }, ConsistentRead: true });
      const { Item } = await client.send(request, signal ? { abortSignal: signal } : {}).catch((error: unknown) => {
        throw toStoreError(error, 'read a decision');
      });
      return Item === undefined || isExpired(Item, now()) ? undefined : decodeDecision(Item);
    },

    async getMany(ids, { signal } = {}) {
      const ended = new AbortController();
      const reading = { client, tableName, nowMs: now(), onUnreadable, signal: joined(signal, ended) };
      const batches = batchesOf([...new Set(ids)]);
      const found = new Map<string, DecisionRecord>();
      const worker = async () => {
        for (const batch of batches)
          for (const [id, record] of await readRecordsOf(reading, batch)) found.set(id, record);
      };
      try {
        await Promise.all(Array.from({ length: BATCHES_AHEAD }, worker));
        return found;
      } finally {
        ended.abort();
      }
    },

    async list(query) {
      const rest = query.cursor === undefined ? wholeOf(query, now()) : readCursor(query.cursor, query);
      const limit = Math.max(1, Math.min(MAX_LIMIT, query.limit ?? DEFAULT_LIMIT));
      const ended = new AbortController();
      const found = search(query, rest, 'newest-first', Math.min(limit, BATCH_RECORDS), joined(query.signal, ended));
      try {
        return await firstPage(found, rest, limit, query);
      } finally {
        ended.abort();
      }
    },

    async *walk(walk) {
      const { after } = walk;
      if (after !== undefined && readPlace(after) === undefined) {
        throw new DecisionCursorError(`${JSON.stringify(after)} is no place of a decision`);
      }
      const sinceMs = after === undefined ? walk.sinceMs : Math.max(walk.sinceMs, timeOf(after));
      const rest = { sinceMs: bounded(sinceMs), untilMs: bounded(walk.untilMs) };
      const ended = new AbortController();
      const found = search(walk, rest, 'oldest-first', WALK_PAGE, joined(walk.signal, ended));
      try {
        yield* allOf(found, after);
      } finally {
        ended.abort();
      }
    },
  };
}

type Search = {
  readonly places: ReturnType<typeof readPlaces>;
  readonly mayMatch: (place: string) => boolean;
  readonly records: (places: readonly string[]) => Promise<DecisionRecord[]>;
};

async function firstPage(found: Search, rest: Rest, limit: number, query: DecisionQuery): Promise<DecisionPage> {
  const decisions: DecisionRecord[] = [];
  let waiting: string[] = [];
  let [keysAsked, passed, lookedAt, bytes] = [0, 0, 0, 0];
  const page = (left: Rest): DecisionPage => {
    const cursor = left.untilMs > left.sinceMs ? { cursor: writeCursor(left, query) } : {};
    return { decisions, ...cursor, reachedMs: Math.max(left.sinceMs, Math.min(left.untilMs, rest.untilMs)) };
  };
  /** What is left after a decision: the moment's own millisecond may hold more. */
  const after = (place: string): Rest => ({ ...rest, untilMs: timeOf(place) + 1, before: place });
  /** Reads what is waiting; the page, where that fills it. */
  const readWaiting = async (): Promise<DecisionPage | undefined> => {
    const records = await found.records(waiting);
    waiting = [];
    for (const record of records) {
      decisions.push(record);
      bytes += Buffer.byteLength(JSON.stringify(record));
      if (decisions.length === limit || bytes >= MAX_PAGE_BYTES) return page(after(placeOf(record)));
    }
    return undefined;
  };
  for await (const next of found.places) {
    if ('periodEnds' in next) {
      keysAsked += next.periodEnds.keys.length;
      if (keysAsked < MAX_KEYS) continue;
      const full = waiting.length > 0 ? await readWaiting() : undefined;
      return full ?? page({ ...rest, untilMs: next.periodEnds.sinceMs });
    }
    const { place } = next;
    if (rest.before !== undefined && place >= rest.before) continue;
    passed++;
    if (found.mayMatch(place)) {
      waiting.push(place);
      lookedAt++;
    }
    const isEnough = passed === MAX_PLACES || lookedAt === MAX_LOOKED_AT;
    if (!isEnough && waiting.length < Math.min(BATCH_RECORDS, limit - decisions.length)) continue;
    const full = await readWaiting();
    if (full !== undefined) return full;
    if (isEnough) return page(after(place));
  }
  return (await readWaiting()) ?? page({ ...rest, untilMs: rest.sinceMs });
}

async function* allOf(found: Search, after: string | undefined): AsyncGenerator<DecisionRecord> {
  const underWay: Promise<DecisionRecord[]>[] = [];
  let waiting: string[] = [];
  const readWaiting = () => {
    const records = found.records(waiting);
    // Awaited in its turn; until then its failure is not one that nobody handles.
    records.catch(() => {});
    underWay.push(records);
    waiting = [];
  };
  for await (const next of found.places) {
    if ('periodEnds' in next || (after !== undefined && next.place <= after) || !found.mayMatch(next.place)) continue;
    waiting.push(next.place);
    if (waiting.length === BATCH_RECORDS) readWaiting();
    if (underWay.length === BATCHES_AHEAD) yield* (await underWay.shift()) ?? [];
  }
  if (waiting.length > 0) readWaiting();
  for (const records of underWay) yield* await records;
}

function passes(record: DecisionRecord, filter: DecisionFilter, userKeys: ReadonlySet<string> | undefined): boolean {
  const { rule, outcome, endpoint } = filter;
  if (outcome !== undefined && record.outcome !== outcome) return false;
  if (rule !== undefined && !rulesThatFind(record).includes(rule)) return false;
  if (endpoint !== undefined && !isOfEndpoint(record, endpoint)) return false;
  return userKeys === undefined || userKeys.has(userPartition(userOf(record) ?? ''));
}

/** @param endpoint its id, or its name at the time */
export function isOfEndpoint({ event, endpoint: named }: DecisionRecord, endpoint: string): boolean {
  return named === endpoint || event['endpoint-id'] === endpoint;
}

function wholeOf({ sinceMs, untilMs, user }: DecisionQuery, nowMs: number): Rest {
  const until = bounded(untilMs ?? nowMs);
  const since = sinceMs ?? (user === undefined ? until - DEFAULT_DAYS * DAY_MS : 0);
  return { sinceMs: bounded(since), untilMs: until };
}

/** The part of a time of which anything can be on record: nothing is kept for longer, and nothing is of tomorrow. */
function reachable({ sinceMs, untilMs }: Rest, nowMs: number): Pick<Rest, 'sinceMs' | 'untilMs'> {
  return {
    sinceMs: Math.max(sinceMs, bounded(nowMs - MAX_RETENTION_DAYS * DAY_MS)),
    untilMs: Math.min(untilMs, bounded(nowMs + AHEAD_MS)),
  };
}

function bounded(timeMs: number): number {
  return Math.max(0, Math.min(LAST_MS, Math.ceil(timeMs)));
}

function timeOf(place: string): number {
  return Date.parse(place.slice(0, place.indexOf('#')));
}

/** One iterator: who takes a batch takes it from the others. */
function* batchesOf(ids: readonly string[]): Generator<readonly string[]> {
  for (let at = 0; at < ids.length; at += BATCH_RECORDS) yield ids.slice(at, at + BATCH_RECORDS);
}

function joined(signal: AbortSignal | undefined, ended: AbortController): AbortSignal {
  const any = signal === undefined ? ended.signal : AbortSignal.any([signal, ended.signal]);
  // Many requests listen to it at once: that is no leak.
  setMaxListeners(0, any);
  return any;
}
