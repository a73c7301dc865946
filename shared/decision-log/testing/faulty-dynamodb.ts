/** A DynamoDB whose puts go wrong as told; everything else goes through to a real one. */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FaultyDynamoDb {
  readonly endpoint: string;
  /** What happens to puts from now on. Default: they pass. */
  onPut: PutFault;
  /** Puts that were asked for so far. */
  readonly puts: number;
  /** Puts whose caller went away before the answer. */
  readonly givenUp: number;
  stop(): Promise<void>;
}

/** An answer that comes so much later, or one that says no. */
export type PutFault = 'pass' | { readonly delayMs: number } | { readonly status: number; readonly error: string };

export async function startFaultyDynamoDb(target: string): Promise<FaultyDynamoDb> {
  const delays = new Set<NodeJS.Timeout>();
  const state = { onPut: 'pass' as PutFault, puts: 0, givenUp: 0 };

  const server = createServer((incoming, outgoing) => {
    if (!/\.PutItem$/.test(String(incoming.headers['x-amz-target']))) return pass(target, incoming, outgoing);
    state.puts++;
    const fault = state.onPut;
    if (fault === 'pass') return pass(target, incoming, outgoing);
    outgoing.on('close', () => {
      if (!outgoing.writableEnded) state.givenUp++;
    });
    if ('delayMs' in fault) {
      const delay = setTimeout(() => pass(target, incoming, outgoing), fault.delayMs);
      delays.add(delay);
      return;
    }
    incoming.resume();
    outgoing.writeHead(fault.status, { 'content-type': 'application/x-amz-json-1.0' });
    outgoing.end(JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${fault.error}`, message: 'as told' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server that listens on TCP has such an address.
  const { port } = server.address() as AddressInfo;
  return Object.assign(state, {
    endpoint: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise<void>((resolve) => {
        for (const delay of delays) clearTimeout(delay);
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}

function pass(target: string, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const { method, headers, url } = incoming;
  const forwarded = request(new URL(url ?? '/', target), { method: method ?? 'POST', headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  forwarded.on('error', () => outgoing.destroy());
  incoming.pipe(forwarded);
}
