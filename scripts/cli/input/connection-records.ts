/** Connections out of JSON: connect events, and lines of the connection log in the wrappings that CloudWatch Logs gives them. */
import {
  askedTheHandler,
  type ConnectionLogLine,
  type ConnectRequest,
  loggedRequest,
  readConnectionLogLine,
  readRequest,
} from '../../../shared/client-vpn/index.ts';
import { isObject } from '../../../shared/policy/index.ts';
import { errorFacts } from '../error-facts.ts';
import { EVENT_FIELDS } from './connection-options.ts';

export type ConnectionRecord =
  /** What AWS asked the handler. */
  | { readonly kind: 'event'; readonly connection: ConnectRequest; readonly unknownKeys: readonly string[] }
  /** An attempt in the connection log. */
  | { readonly kind: 'attempt'; readonly connection: ConnectRequest; readonly line: ConnectionLogLine }
  /** A line about the end of a connection, or about an attempt that did not come as far as the handler. */
  | { readonly kind: 'not-asked' }
  /** Something else; `where` leads to it from the value that was read: `events[3].message`. */
  | { readonly kind: 'unreadable'; readonly where: string; readonly reason: string };

export const ACCEPTED = 'connect events, or lines of the Client VPN connection log as CloudWatch Logs exports them';

/** Of one line of text: JSON, with or without the time (and the log stream) that exports put in front. */
export function* recordsOfText(text: string, where = ''): Generator<ConnectionRecord> {
  const json = /^\d{4}-\d\d-\d\dT\S+\s+(?:\S+\s+)?(\{.*)$/s.exec(text)?.[1] ?? text;
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    yield { kind: 'unreadable', where, reason: `is no JSON: ${errorFacts(error).message}` };
    return;
  }
  yield* recordsOf(value, where);
}

/** What wraps a log line: `filter-log-events`, what a subscription delivers, Logs Insights. */
const LISTS = ['events', 'logEvents', 'results'] as const;

/** Of one JSON value, whatever wraps the connections in it. */
export function* recordsOf(value: unknown, where = ''): Generator<ConnectionRecord> {
  if (Array.isArray(value)) {
    const row = insightsRow(value);
    if (row !== undefined) yield* recordsOf(row, where);
    else for (const [index, item] of value.entries()) yield* recordsOf(item, `${where}[${index}]`);
    return;
  }
  if (!isObject(value)) {
    yield { kind: 'unreadable', where, reason: 'is no object' };
    return;
  }
  const list = LISTS.find((key) => Array.isArray(value[key]));
  const message = ['@message', 'message'].find((key) => value[key] !== undefined);
  const at = (key: string) => (where === '' ? key : `${where}.${key}`);
  if (list !== undefined) yield* recordsOf(value[list], at(list));
  else if (message === undefined) yield recordOf(value, where);
  else if (typeof value[message] === 'string') yield* recordsOfText(value[message], at(message));
  else yield* recordsOf(value[message], at(message));
}

/** `get-query-results` gives each row as a list of fields. */
function insightsRow(list: readonly unknown[]): object | undefined {
  const fields = list.map((item): readonly [unknown, unknown] | undefined =>
    isObject(item) && typeof item.field === 'string' ? [item.field, item.value] : undefined,
  );
  return fields.length > 0 && fields.every((field) => field !== undefined) ? Object.fromEntries(fields) : undefined;
}

/** Fields of a log line that no event has. */
const LOG_FIELDS = ['client-vpn-endpoint-id', 'device-ip', 'connection-attempt-status', 'connection-log-type'];

function recordOf(value: Readonly<Record<string, unknown>>, where: string): ConnectionRecord {
  const line = readConnectionLogLine(value);
  if (line !== undefined) {
    if (!askedTheHandler(line)) return { kind: 'not-asked' };
    return { kind: 'attempt', connection: readRequest(loggedRequest(line)), line };
  }
  const keys = Object.keys(value);
  if (keys.some((key) => LOG_FIELDS.includes(key))) {
    const type = JSON.stringify(value['connection-log-type'] ?? null);
    const reason = `is a part of a log line: connection-log-type is ${type}; accepted: "connection-attempt", "connection-reset"`;
    return { kind: 'unreadable', where, reason };
  }
  if (!keys.some((key) => EVENT_FIELDS.has(key))) {
    const has = keys.length === 0 ? 'nothing' : keys.slice(0, 5).join(', ');
    return { kind: 'unreadable', where, reason: `is no connection: it has ${has}` };
  }
  return {
    kind: 'event',
    connection: readRequest(value),
    unknownKeys: keys.filter((key) => !EVENT_FIELDS.has(key)),
  };
}
