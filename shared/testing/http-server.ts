/** An HTTP server of which a test says what it answers. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface ReceivedRequest {
  readonly method: string;
  /** Path and query, as they came. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** `break`: the connection ends without an answer. `silence`: nothing ever comes. */
export type TestAnswer =
  | 'break'
  | 'silence'
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: unknown };

export interface TestServer {
  readonly url: string;
  /** All that came, in order. */
  readonly requests: readonly ReceivedRequest[];
  stop(): Promise<void>;
}

/** Starts it on 127.0.0.1, on a free port where none is named. A body that is neither text nor bytes is sent as JSON. */
export async function startHttpServer(
  answerTo: (request: ReceivedRequest) => TestAnswer,
  { port: wanted = 0 }: { readonly port?: number } = {},
): Promise<TestServer> {
  const requests: ReceivedRequest[] = [];
  const server = createServer(async (incoming, response) => {
    const { method = '', url = '', headers } = incoming;
    const request = { method, target: url, headers, body: await text(incoming) };
    requests.push(request);
    const answer = answerTo(request);
    if (answer === 'silence') return;
    if (answer === 'break') {
      response.destroy();
      return;
    }
    const { body = '' } = answer;
    const isReady = typeof body === 'string' || Buffer.isBuffer(body);
    response.writeHead(answer.status, answer.headers).end(isReady ? body : JSON.stringify(body));
  }).listen(wanted, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // it listens on TCP
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
