/** A connection that was decided in the past, as far as its source tells of it. */
import { type ConnectionLogLine, loggedRequest, readRequest } from '../client-vpn/index.ts';
import { type DecisionRecord, recordedRequest } from '../decision-log/index.ts';
import type { AttributeName, Connection } from '../engine/index.ts';

export interface PastConnection {
  readonly connection: Connection;
  /** When it was decided, in milliseconds since 1970. */
  readonly atMs: number;
  /** The connection's id, or what stands for it where it had none. */
  readonly id: string | undefined;
  /** The user name, the common name where there was none, or a pseudonym of it; undefined where nothing is known. */
  readonly user: string | undefined;
  /** Whether it was let in, as far as rules decide; undefined where the source does not tell. */
  readonly admitted: boolean | undefined;
  /** Whether it was let in and no rule in report mode spoke against: what not every handler puts on record. */
  readonly plainlyAdmitted: boolean;
  /** The rules that decided then, as far as the source tells. */
  readonly rules: readonly string[];
  /** Attributes that it had, or may have had, and that are absent (groups: incomplete) in `connection`. */
  readonly withheld: readonly AttributeName[];
}

/** Out of the decision log. Undefined for the record of a connection's end: nobody asked to be let in. */
export function pastOfRecord(record: DecisionRecord): PastConnection | undefined {
  if (record.outcome === 'ended') return undefined;
  const { request, withheld } = recordedRequest(record);
  const { username, 'common-name': commonName } = record.event;
  // The rules had let it in. Nobody can count again how many sessions the user had.
  const byLimit = record.decidedBy === 'limit';
  return {
    connection: request,
    atMs: Date.parse(record.decidedAt),
    id: record.id,
    user: nameIn(username) ?? nameIn(commonName),
    admitted: record.allow || byLimit,
    plainlyAdmitted: record.outcome === 'admitted' && record.reported.length === 0,
    rules: byLimit ? [] : record.rules,
    withheld,
  };
}

/** What no line of the connection log tells. */
const NOT_LOGGED: readonly AttributeName[] = [
  'groups',
  'platform',
  'platformVersion',
  'openvpnVersion',
  'awsClientVersion',
];

/** Out of the connection log: an attempt that came to the handler. Undefined where the line names no time. */
export function pastOfLogLine(line: ConnectionLogLine): PastConnection | undefined {
  const atMs = line.startTimeMs ?? line.lastUpdateTimeMs;
  if (atMs === undefined) return undefined;
  const admitted = admittedBy(line);
  return {
    connection: readRequest(loggedRequest(line)),
    atMs,
    id: line.connectionId,
    user: line.username ?? line.commonName,
    admitted,
    plainlyAdmitted: admitted === true,
    rules: [],
    withheld: NOT_LOGGED,
  };
}

function admittedBy({ attemptStatus, failureReason }: ConnectionLogLine): boolean | undefined {
  if (attemptStatus === 'successful') return true;
  return attemptStatus === 'failed' && failureReason?.startsWith('client-connect') ? false : undefined;
}

function nameIn(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
