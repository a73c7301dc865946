/** Pages of the connections that stand. Each is cut from a new list: connections come and go while somebody reads. */
import { createHash } from 'node:crypto';
import type { StandingConnection } from '../../shared/enforcement/index.ts';
import { foreignCursor } from '../http/cursor.ts';

export interface ConnectionsPage {
  readonly connections: readonly StandingConnection[];
  /** The cursor of the next page; undefined on the last one. */
  readonly next: string | undefined;
}

/** @param filters of the list: a cursor serves the list that gave it */
export interface PageRequest {
  readonly limit: number;
  readonly cursor: string | undefined;
  readonly filters: readonly unknown[];
}

/**
 * The longest standing first, so that whoever comes meanwhile is on a later page: no connection is told twice, and none that lasts is missing.
 * @throws Problem bad-cursor
 */
export function connectionsPage(
  all: readonly StandingConnection[],
  { limit, cursor, filters }: PageRequest,
): ConnectionsPage {
  const mark = markOf(filters);
  const after = cursor === undefined ? undefined : readPlace(cursor, mark);
  const sorted = [...all].sort((a, b) => comparePlaces(placeOf(a), placeOf(b)));
  const rest = after === undefined ? sorted : sorted.filter((one) => comparePlaces(placeOf(one), after) > 0);
  const connections = rest.slice(0, limit);
  const last = connections.at(-1);
  return {
    connections,
    next: rest.length > limit && last !== undefined ? writePlace(placeOf(last), mark) : undefined,
  };
}

interface Place {
  readonly sinceMs: number;
  readonly id: string;
}

function placeOf({ since, id }: StandingConnection): Place {
  return { sinceMs: Date.parse(since), id };
}

function comparePlaces(a: Place, b: Place): number {
  if (a.sinceMs !== b.sinceMs) return a.sinceMs - b.sinceMs;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

function writePlace({ sinceMs, id }: Place, mark: string): string {
  return Buffer.from([mark, sinceMs, id].join(' ')).toString('base64url');
}

function readPlace(cursor: string, mark: string): Place {
  const [given, since = '', id = ''] = Buffer.from(cursor, 'base64url').toString().split(' ');
  const place = { sinceMs: Number(since), id };
  // One spelling only, so that nothing is read in another way than it is written.
  if (given !== mark || !Number.isSafeInteger(place.sinceMs) || writePlace(place, mark) !== cursor)
    throw foreignCursor();
  return place;
}

function markOf(filters: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(filters)).digest('base64url').slice(0, 16);
}
