/** The places of decisions in order of time, merged from the keys over which they are spread. */
import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { toStoreError } from '../store/index.ts';
import type { Period, PlaceKey } from './period.ts';

export interface PlaceReading {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  readonly order: 'oldest-first' | 'newest-first';
  /** Places of one key that are read at once. */
  readonly pageSize: number;
  readonly signal?: AbortSignal | undefined;
}

/** A place, or the end of a period: by then all of its places were told. */
export type PlaceOrEnd = { readonly place: string } | { readonly periodEnds: Period };

/** The most periods whose keys are asked ahead of the one that is told; each has up to eight. */
const PERIODS_AHEAD = 4;

/**
 * Reads ahead, the further the more periods were wanted, and holds at most two pages of each key of a few periods.
 * @param periods may go on for ever: no more of them are taken than are wanted
 */
export async function* readPlaces(reading: PlaceReading, periods: Iterator<Period>): AsyncGenerator<PlaceOrEnd> {
  const opened: OpenPeriod[] = [];
  for (let ended = 0; ; ended++) {
    while (opened.length <= Math.min(ended, PERIODS_AHEAD)) {
      const next = periods.next();
      if (next.done) break;
      const period: Period = next.value;
      opened.push({ period, streams: period.keys.map((key) => openStream(reading, key, period)) });
    }
    const current = opened.shift();
    if (current === undefined) return;
    for await (const place of merged(current.streams, reading.order)) yield { place };
    yield { periodEnds: current.period };
  }
}

interface OpenPeriod {
  readonly period: Period;
  readonly streams: readonly PlaceStream[];
}

/** The places of one key; the first page is asked for at once. */
interface PlaceStream {
  /** The next place, without taking it. */
  peek(): Promise<string | undefined>;
  take(): void;
}

function openStream(reading: PlaceReading, key: PlaceKey, period: Period): PlaceStream {
  let page: readonly string[] = [];
  let position = 0;
  let more: Promise<PlacePage> | undefined = readPage(reading, key, period);
  // A page that nobody comes to ask for any more is nobody's error.
  more.catch(() => {});
  return {
    async peek() {
      while (position >= page.length && more !== undefined) {
        const { places, startKey } = await more;
        page = places;
        position = 0;
        more = startKey && readPage(reading, key, period, startKey);
        more?.catch(() => {});
      }
      return page[position];
    },
    take() {
      position++;
    },
  };
}

async function* merged(streams: readonly PlaceStream[], order: PlaceReading['order']): AsyncGenerator<string> {
  const heads = await Promise.all(streams.map((stream) => stream.peek()));
  for (;;) {
    let next: number | undefined;
    for (const [index, place] of heads.entries()) {
      const best = next === undefined ? undefined : heads[next];
      if (place === undefined) continue;
      if (best === undefined || (order === 'oldest-first' ? place < best : place > best)) next = index;
    }
    const place = next === undefined ? undefined : heads[next];
    if (next === undefined || place === undefined) return;
    yield place;
    const stream = streams[next];
    stream?.take();
    heads[next] = await stream?.peek();
  }
}

interface PlacePage {
  readonly places: readonly string[];
  readonly startKey: Record<string, unknown> | undefined;
}

async function readPage(
  { client, tableName, order, pageSize, signal }: PlaceReading,
  { index, attribute, sortedBy, value }: PlaceKey,
  { sinceMs, untilMs }: Period,
  startKey?: Record<string, unknown>,
): Promise<PlacePage> {
  const query = new QueryCommand({
    TableName: tableName,
    ...(index === undefined ? {} : { IndexName: index }),
    KeyConditionExpression: '#key = :key AND #place BETWEEN :since AND :until',
    // A place begins with its time and goes on, so that it comes after the time alone: the end is not part of it.
    ExpressionAttributeNames: { '#key': attribute, '#place': sortedBy },
    ExpressionAttributeValues: { ':key': value, ':since': iso(sinceMs), ':until': iso(untilMs) },
    ScanIndexForward: order === 'oldest-first',
    Limit: pageSize,
    ...(startKey === undefined ? {} : { ExclusiveStartKey: startKey }),
  });
  const { Items = [], LastEvaluatedKey } = await client
    .send(query, signal ? { abortSignal: signal } : {})
    .catch((error: unknown) => {
      throw toStoreError(error, 'look for decisions');
    });
  const places = Items.map((item) => item[sortedBy]).filter((place): place is string => typeof place === 'string');
  return { places, startKey: LastEvaluatedKey };
}

function iso(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
