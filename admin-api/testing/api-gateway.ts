/** Plays API Gateway's HTTP API for tests: HTTP in, events of payload format 2.0 out, with a caller whom its authorizer knows. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AdminHandler } from '../lambda-adapter.ts';
import { httpEvent } from './http-event.ts';

export interface TestGateway {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Starts it on a free port of 127.0.0.1.
 * @param functionOf gives the sandbox that serves a request
 * @param authorizerOf `requestContext.authorizer` for a request; undefined refuses it, as API Gateway does
 */
export async function startGateway(
  functionOf: (request: IncomingMessage) => AdminHandler,
  authorizerOf: (request: IncomingMessage) => object | undefined,
): Promise<TestGateway> {
  const server = createServer((request, response) => {
    answer(request, response, functionOf(request), authorizerOf(request)).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A listening TCP server has an AddressInfo.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  handler: AdminHandler,
  authorizer: object | undefined,
): Promise<void> {
  if (authorizer === undefined) {
    response.writeHead(403, { 'content-type': 'application/json' }).end('{"message":"Forbidden"}');
    return;
  }
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const [path = '/', query = ''] = (request.url ?? '/').split('?', 2);
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, [value ?? ''].flat().join(',')]),
  );
  const { statusCode, ...result } = await handler(
    httpEvent({
      method: request.method ?? 'GET',
      path,
      query,
      headers,
      ...(body.length > 0 && { body: body.toString('utf8') }),
      authorizer,
    }),
  );
  response.writeHead(statusCode ?? 200, result.headers as Record<string, string>).end(result.body);
}
