/**
 * An HTTP proxy on 127.0.0.1 in front of a local DynamoDB. It understands DynamoDB's protocol (JSON 1.0, the operation in
 * `x-amz-target`), so that it can do to single requests what networks and the service do: lose, delay, throttle, answer in
 * part, answer with what was there a moment ago. What TCP does to whole connections is in tcp-proxy.ts.
 */
import { once } from 'node:events';
import { Agent, createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { isJsonObject, type JsonObject, type JsonValue } from '../../canonical-json.ts';

export type Fault =
  | /** Arrives late; also where nobody waits for it any more. */ { readonly kind: 'late-request'; readonly ms: number }
  | { readonly kind: 'late-answer'; readonly ms: number }
  | /** Never arrives, and nothing is answered. */ { readonly kind: 'stall' }
  | /** Never arrives: the connection breaks. */ { readonly kind: 'lost-request' }
  | /** Is carried out, and the connection breaks. */ { readonly kind: 'lost-answer' }
  | /** Is carried out, and the connection breaks in the middle of the answer. */ { readonly kind: 'broken-answer' }
  | /** Is carried out; half of the JSON comes, as if it were all. */ { readonly kind: 'truncated-answer' }
  | { readonly kind: 'wrong-checksum' }
  | { readonly kind: 'throttled'; readonly error: ThrottlingError }
  | /** DynamoDB says no. */ { readonly kind: 'refused'; readonly error: RefusalError }
  | /** 500 of DynamoDB's. */ { readonly kind: 'server-error'; readonly carriedOut: boolean }
  | /** A page of whatever stands between. */ {
      readonly kind: 'error-page';
      readonly status: 200 | 403 | 502 | 503;
      readonly carriedOut: boolean;
    }
  | /** A batch of which only some keys are read, one at least. */ { readonly kind: 'partial-batch' }
  | /** A read that need not be consistent, answered without what was put since. */ {
      readonly kind: 'stale-read';
      readonly behindMs: number;
    };

export type FaultKind = Fault['kind'];

export const FAULT_KINDS = [
  'late-request',
  'late-answer',
  'stall',
  'lost-request',
  'lost-answer',
  'broken-answer',
  'truncated-answer',
  'wrong-checksum',
  'throttled',
  'refused',
  'server-error',
  'error-page',
  'partial-batch',
  'stale-read',
] as const satisfies readonly FaultKind[];

/** As DynamoDB names them (developer guide, "Error handling with DynamoDB"). */
export type ThrottlingError = 'ProvisionedThroughputExceededException' | 'RequestLimitExceeded' | 'ThrottlingException';

export type RefusalError = 'AccessDeniedException' | 'ExpiredTokenException';

type ServiceError = ThrottlingError | RefusalError | 'InternalServerError';

const ERROR_NAMESPACES: Readonly<Record<ServiceError, string>> = {
  ProvisionedThroughputExceededException: 'com.amazonaws.dynamodb.v20120810',
  RequestLimitExceeded: 'com.amazonaws.dynamodb.v20120810',
  ThrottlingException: 'com.amazon.coral.availability',
  AccessDeniedException: 'com.amazon.coral.service',
  ExpiredTokenException: 'com.amazon.coral.service',
  InternalServerError: 'com.amazonaws.dynamodb.v20120810',
};

export interface StoreRequest {
  /** 1, 2, 3 … of this proxy. */
  readonly number: number;
  /** `Query`, `BatchGetItem`, `PutItem` … */
  readonly operation: string;
  readonly body: JsonObject;
  /** When it came, in milliseconds since 1970. */
  readonly at: number;
}

/** A request and what became of it. */
export interface Exchange {
  readonly request: StoreRequest;
  /** What was done to it. */
  readonly fault: Fault | undefined;
  /** What DynamoDB answered; absent where it was not asked. */
  readonly answered?: { readonly status: number; readonly body: string };
  /** Whether the answer went to the client whole. */
  readonly delivered: boolean;
  /** When DynamoDB was asked and when it had answered, in milliseconds since 1970; absent where it was not asked. */
  readonly forwardedAt?: number;
  readonly answeredAt?: number;
  /** When all was over. */
  readonly endedAt: number;
}

export interface FaultProxyOptions {
  /** What is to happen to a request. One that cannot happen to it (a partial batch to a put) does not. Default: nothing. */
  readonly faultFor?: ((request: StoreRequest) => Fault | undefined) | undefined;
  /** Awaited before a request goes on, and before its answer does. */
  readonly before?: ((step: 'request' | 'answer', request: StoreRequest) => Promise<void> | void) | undefined;
  readonly onExchange?: ((exchange: Exchange) => void) | undefined;
  /** Remembers when what was put: shared by the proxies of one table, so that stale reads of one lack what came through another. */
  readonly puts?: PutTimes | undefined;
}

export interface FaultProxy {
  readonly endpoint: string;
  /** Requests so far. */
  readonly requests: number;
  stop(): Promise<void>;
}

/** When each item was last put, in milliseconds since 1970, by `itemId`. */
export type PutTimes = Map<string, number>;

/** @param target the DynamoDB's address, for instance `http://127.0.0.1:8000` */
export async function startFaultProxy(target: string, options: FaultProxyOptions = {}): Promise<FaultProxy> {
  const { faultFor = () => undefined, before = () => {}, onExchange = () => {}, puts = new Map() } = options;
  const agent = new Agent({ keepAlive: true });
  const timers = new Set<NodeJS.Timeout>();
  let requests = 0;

  const after = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        timers.delete(timer);
        resolve();
      }, ms);
      timers.add(timer);
    });

  const server = createServer((incoming, outgoing) => {
    exchange(incoming, outgoing).catch(() => outgoing.destroy());
  });

  async function exchange(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const at = Date.now();
    const bytes = await buffer(incoming);
    const request: StoreRequest = {
      number: ++requests,
      operation: String(incoming.headers['x-amz-target']).replace(/^.*\./, ''),
      body: objectIn(bytes.toString('utf8')),
      at,
    };
    const wanted = faultFor(request);
    const fault = wanted && canHappen(wanted, request) ? wanted : undefined;
    let forwardedAt: number | undefined;
    let answeredAt: number | undefined;
    const ask = async (body: Buffer = bytes): Promise<Answer> => {
      await before('request', request);
      forwardedAt = Date.now();
      const answer = await forward(target, agent, incoming, body);
      answeredAt = Date.now();
      if (answer.status === 200) rememberPut(request, puts);
      await before('answer', request);
      return answer;
    };
    const answered = await answerUnder(fault, request, outgoing, { ask, after, puts });
    onExchange({
      request,
      fault,
      ...(answered && { answered: { status: answered.status, body: answered.body.toString('utf8') } }),
      delivered: outgoing.writableFinished,
      ...(forwardedAt !== undefined && { forwardedAt }),
      ...(answeredAt !== undefined && { answeredAt }),
      endedAt: Date.now(),
    });
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A server that listens on TCP has such an address.
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    get requests() {
      return requests;
    },
    async stop() {
      for (const timer of timers) clearTimeout(timer);
      server.close();
      server.closeAllConnections();
      agent.destroy();
      await once(server, 'close');
    },
  };
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

interface Means {
  readonly ask: (body?: Buffer) => Promise<Answer>;
  readonly after: (ms: number) => Promise<void>;
  readonly puts: PutTimes;
}

/** Does what the fault says and ends the exchange; @returns what DynamoDB answered, where it was asked */
async function answerUnder(
  fault: Fault | undefined,
  { body }: StoreRequest,
  outgoing: ServerResponse,
  { ask, after, puts }: Means,
): Promise<Answer | undefined> {
  switch (fault?.kind) {
    case undefined:
    case 'late-request':
    case 'late-answer': {
      if (fault?.kind === 'late-request') await after(fault.ms);
      const answer = await ask();
      if (fault?.kind === 'late-answer') await after(fault.ms);
      await send(outgoing, answer);
      return answer;
    }
    case 'stall':
      if (!outgoing.destroyed) await once(outgoing, 'close');
      return undefined;
    case 'lost-request':
      outgoing.destroy();
      return undefined;
    case 'lost-answer': {
      const answer = await ask();
      outgoing.destroy();
      return answer;
    }
    case 'broken-answer': {
      const answer = await ask();
      outgoing.writeHead(answer.status, { ...answer.headers, 'content-length': String(answer.body.length) });
      outgoing.write(answer.body.subarray(0, answer.body.length >> 1), () => outgoing.destroy());
      if (!outgoing.destroyed) await once(outgoing, 'close');
      return answer;
    }
    case 'truncated-answer': {
      const answer = await ask();
      // An empty answer (`{}`) becomes `{`.
      await send(outgoing, { ...answer, body: answer.body.subarray(0, Math.max(1, answer.body.length >> 1)) });
      return answer;
    }
    case 'wrong-checksum': {
      const answer = await ask();
      await send(outgoing, { ...answer, headers: { ...answer.headers, 'x-amz-crc32': '1' } });
      return answer;
    }
    case 'throttled':
    case 'refused':
      await send(outgoing, errorAnswer(400, fault.error));
      return undefined;
    case 'server-error': {
      const answer = fault.carriedOut ? await ask() : undefined;
      await send(outgoing, errorAnswer(500, 'InternalServerError'));
      return answer;
    }
    case 'error-page': {
      const answer = fault.carriedOut ? await ask() : undefined;
      await send(outgoing, errorPage(fault.status));
      return answer;
    }
    case 'partial-batch': {
      const { some, others } = splitBatch(body);
      const answer = await ask(Buffer.from(JSON.stringify(some)));
      const told = objectIn(answer.body.toString('utf8'));
      const partial = answer.status === 200 ? { ...told, UnprocessedKeys: others } : told;
      await send(outgoing, { ...answer, body: Buffer.from(JSON.stringify(partial)) });
      return answer;
    }
    case 'stale-read': {
      const answer = await ask();
      const told = objectIn(answer.body.toString('utf8'));
      const stale = answer.status === 200 ? withoutPutsSince(told, body, puts, Date.now() - fault.behindMs) : told;
      await send(outgoing, { ...answer, body: Buffer.from(JSON.stringify(stale)) });
      return answer;
    }
  }
}

function canHappen(fault: Fault, request: StoreRequest): boolean {
  if (fault.kind === 'partial-batch') return batchKeys(request.body).length > 1;
  if (fault.kind === 'stale-read') return isEventuallyConsistent(request);
  return true;
}

/** Whether DynamoDB may answer a request from a replica that is behind. */
export function isEventuallyConsistent({ operation, body }: StoreRequest): boolean {
  switch (operation) {
    case 'GetItem':
    case 'Query':
    case 'Scan':
      return body.ConsistentRead !== true;
    case 'BatchGetItem':
      return tablesOf(body).some(([, table]) => table.ConsistentRead !== true);
    default:
      return false;
  }
}

/** The keys that a batch asks for, of all tables. */
export function batchKeys(body: JsonObject): JsonValue[] {
  return tablesOf(body).flatMap(([, { Keys }]) => (Array.isArray(Keys) ? [...Keys] : []));
}

function tablesOf({ RequestItems: items }: JsonObject): [string, JsonObject][] {
  if (!isJsonObject(items)) return [];
  return Object.entries(items).flatMap(([name, table]): [string, JsonObject][] =>
    isJsonObject(table) ? [[name, table]] : [],
  );
}

/** The batch with the first half of each table's keys, and what is left of it. */
function splitBatch(body: JsonObject): { readonly some: JsonObject; readonly others: JsonObject } {
  const tables = tablesOf(body).map(([name, table]) => {
    const keys = Array.isArray(table.Keys) ? [...table.Keys] : [];
    const middle = Math.ceil(keys.length / 2);
    return { name, table, first: keys.slice(0, middle), last: keys.slice(middle) };
  });
  const some = tables.map(({ name, table, first }) => [name, { ...table, Keys: first }] as const);
  const others = tables
    .filter(({ last }) => last.length > 0)
    .map(({ name, table, last }) => [name, { ...table, Keys: last }] as const);
  return { some: { ...body, RequestItems: Object.fromEntries(some) }, others: Object.fromEntries(others) };
}

/**
 * An answer to a read as it was at a moment: without the items that were put since. (What stood there before they were, an item that
 * was put twice, is not remembered: the store never does that.)
 */
function withoutPutsSince(answer: JsonObject, { TableName }: JsonObject, puts: PutTimes, since: number): JsonObject {
  const wasThere = (table: string, item: JsonValue) =>
    !isJsonObject(item) || (puts.get(itemId(table, item)) ?? 0) <= since;
  const table = String(TableName);
  const { Item, Items, Responses, ...others } = answer;
  return {
    ...others,
    ...(Item !== undefined && wasThere(table, Item) && { Item }),
    ...(Array.isArray(Items) && { Items: Items.filter((item) => wasThere(table, item)) }),
    ...(isJsonObject(Responses) && {
      Responses: Object.fromEntries(
        Object.entries(Responses).map(([name, items]) => [
          name,
          Array.isArray(items) ? items.filter((item) => wasThere(name, item)) : items,
        ]),
      ),
    }),
  };
}

function rememberPut({ operation, body }: StoreRequest, puts: PutTimes): void {
  const { TableName: table, Item: item } = body;
  if (operation === 'PutItem' && isJsonObject(item)) puts.set(itemId(String(table), item), Date.now());
}

/** An item's or key's identity among those of all tables. */
function itemId(table: string, { pk = null, sk = null }: JsonObject): string {
  return JSON.stringify([table, pk, sk]);
}

async function forward(target: string, agent: Agent, incoming: IncomingMessage, body: Buffer): Promise<Answer> {
  const { host: _, 'content-length': __, connection: ___, ...headers } = incoming.headers;
  const asking = httpRequest(new URL(incoming.url ?? '/', target), { method: incoming.method, headers, agent });
  asking.end(body);
  const [response] = (await once(asking, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 0, headers: response.headers, body: await buffer(response) };
}

/** Resolves when the answer has gone, or the client has. */
async function send(outgoing: ServerResponse, { status, headers, body }: Answer): Promise<void> {
  if (outgoing.destroyed) return;
  const { 'transfer-encoding': _, connection: __, ...others } = headers;
  outgoing.writeHead(status, { ...others, 'content-length': String(body.length) });
  const gone = once(outgoing, 'close').catch(() => {});
  outgoing.end(body);
  await gone;
}

function errorAnswer(status: number, error: ServiceError): Answer {
  const body = { __type: `${ERROR_NAMESPACES[error]}#${error}`, message: 'Injected by the fault proxy' };
  return {
    status,
    headers: { 'content-type': 'application/x-amz-json-1.0' },
    body: Buffer.from(JSON.stringify(body)),
  };
}

function errorPage(status: number): Answer {
  const body = `<!DOCTYPE html><html><head><title>${status}</title></head><body><h1>${status}</h1></body></html>`;
  return { status, headers: { 'content-type': 'text/html' }, body: Buffer.from(body) };
}

function objectIn(text: string): JsonObject {
  try {
    const value: JsonValue = JSON.parse(text);
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}
