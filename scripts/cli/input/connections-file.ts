/** Sample connections from a file: whom a change of the policy would hit. */
import type { ConnectRequest } from '../../../shared/client-vpn/index.ts';
import { errorFacts } from '../error-facts.ts';
import { CommandError } from '../exit-code.ts';
import type { Surroundings } from '../surroundings.ts';
import { counted, onOneLine } from '../terminal/output.ts';
import { withProgress } from '../terminal/progress.ts';
import { ACCEPTED, type ConnectionRecord, recordsOf, recordsOfText } from './connection-records.ts';
import { linesOf, nameOf } from './text-lines.ts';

export interface SampleConnections {
  /** Each once, whatever its connection id. */
  readonly connections: readonly ConnectRequest[];
  /** What there is to know about how they were read, in words. */
  readonly notes: readonly string[];
}

/**
 * Reads JSON lines, or one JSON value. Throws a CommandError that names the first line that holds no connection. Lines of
 * the log about anything but an attempt that came to the handler are passed over.
 */
export function readConnections(file: string, surroundings: Surroundings): Promise<SampleConnections> {
  const name = onOneLine(nameOf(file));
  return withProgress(surroundings, `Reading the connections in ${name}`, async () => {
    const sample = new Sample();
    for await (const record of connectionsIn(file, surroundings)) sample.add(record);
    return sample.read(name);
  });
}

export type ReadableRecord = Exclude<ConnectionRecord, { readonly kind: 'unreadable' }>;

/**
 * Reads JSON lines, or one JSON value, record by record. Throws a CommandError that names the first line that holds no
 * connection.
 */
export async function* connectionsIn(
  file: string,
  surroundings: Pick<Surroundings, 'readStdin'>,
): AsyncGenerator<ReadableRecord> {
  const name = onOneLine(nameOf(file));
  let lineNumber = 0;
  let isFirst = true;
  const lines = linesOf(file, surroundings);
  for await (const line of lines) {
    lineNumber += 1;
    const text = line.trim();
    if (text === '') continue;
    const place = { name, line: lineNumber };
    // What begins a JSON value and does not end it is the first line of a file with one value.
    if (isFirst && /^[{[]/.test(text) && !isJson(text)) {
      yield* readable(recordsOf(await wholeValue(text, lines, place)), { name });
    } else {
      yield* readable(recordsOfText(text), place);
    }
    isFirst = false;
  }
}

function* readable(records: Iterable<ConnectionRecord>, place: Place): Generator<ReadableRecord> {
  for (const record of records) {
    if (record.kind === 'unreadable') throw unreadable(place, record.where, record.reason);
    yield record;
  }
}

interface Place {
  readonly name: string;
  readonly line?: number;
}

class Sample {
  readonly #connections = new Map<string, ConnectRequest>();
  readonly #unknownKeys = new Set<string>();
  #events = 0;
  #attempts = 0;
  #notAsked = 0;

  add(record: ReadableRecord): void {
    switch (record.kind) {
      case 'not-asked':
        this.#notAsked += 1;
        return;
      case 'attempt':
        this.#attempts += 1;
        break;
      case 'event':
        this.#events += 1;
        for (const key of record.unknownKeys) this.#unknownKeys.add(key);
    }
    const { connectionId: _, schemaVersion: __, ...attributes } = record.connection;
    const key = JSON.stringify(attributes);
    if (!this.#connections.has(key)) this.#connections.set(key, record.connection);
  }

  read(name: string): SampleConnections {
    const connections = [...this.#connections.values()];
    const all = this.#events + this.#attempts;
    const unknown = [...this.#unknownKeys].slice(0, 10).map((key) => JSON.stringify(key));
    const notes = [
      all === 0 ? `${name} holds no connection` : '',
      all > connections.length ? `${name} holds ${all} connections; those that are alike count once` : '',
      this.#attempts > 0
        ? `the connection log names no groups, platforms or versions: rules on them see ${counted(this.#attempts, 'connection')} without any`
        : '',
      this.#notAsked > 0
        ? `${counted(this.#notAsked, 'line')} of the log passed over: the end of a connection, or an attempt that did not come to the handler`
        : '',
      unknown.length > 0 ? `not known in a connect event, so ignored: ${unknown.join(', ')}` : '',
    ];
    return { connections, notes: notes.filter((note) => note !== '') };
  }
}

/** The rest of the file, with what stands before it, as one JSON value. */
async function wholeValue(start: string, lines: AsyncIterable<string>, place: Place): Promise<unknown> {
  const texts = [start];
  for await (const line of lines) texts.push(line);
  try {
    return JSON.parse(texts.join('\n'));
  } catch (error) {
    // Of JSON lines it is the first that is broken; of one value it may be any.
    const inLines = texts.some((text, index) => index > 0 && text.trim() !== '' && isJson(text) && isObjectText(text));
    const reason = errorFacts(error).message;
    throw inLines ? unreadable(place, '', 'is no JSON') : unreadable({ name: place.name }, '', `is no JSON: ${reason}`);
  }
}

function unreadable({ name, line }: Place, where: string, reason: string): CommandError {
  const place = [name, line].filter((part) => part !== undefined).join(':');
  const what = where !== '' ? where : line === undefined ? 'the file' : 'the line';
  return new CommandError(onOneLine(`${place}: ${what} ${reason}; accepted: ${ACCEPTED}`));
}

function isObjectText(text: string): boolean {
  return text.trimStart().startsWith('{');
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
