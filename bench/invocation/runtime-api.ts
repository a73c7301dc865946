/**
 * Lambda's Runtime API (developer guide, "Using the Lambda runtime API"), as far as a runtime needs it: it hands out events one by one and
 * takes the answers.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface RuntimeApi {
  /** What the runtime finds in AWS_LAMBDA_RUNTIME_API. */
  readonly address: string;
  /** Hands an event to the runtime as soon as it asks; resolves with the answer. */
  invoke(event: unknown): Promise<unknown>;
  stop(): Promise<void>;
}

interface Waiting {
  readonly id: string;
  readonly event: string;
  readonly resolve: (answer: unknown) => void;
}

/** What a function has for an invocation, in milliseconds: infra/connect-function.yml. */
const TIMEOUT_MS = 10_000;

/** Serves one runtime on 127.0.0.1. */
export async function startRuntimeApi(): Promise<RuntimeApi> {
  const queue: Waiting[] = [];
  const underWay = new Map<string, Waiting>();
  let asking: ServerResponse | undefined;

  function handOut(): void {
    const next = asking && queue.shift();
    if (asking === undefined || next === undefined) return;
    underWay.set(next.id, next);
    asking.writeHead(200, {
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': next.id,
      'lambda-runtime-deadline-ms': String(Date.now() + TIMEOUT_MS),
      'lambda-runtime-invoked-function-arn': 'arn:aws:lambda:us-east-1:123456789012:function:AWSClientVPN-policy-bench',
    });
    asking.end(next.event);
    asking = undefined;
  }

  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, url = '' } = request;
    const answered = /^\/2018-06-01\/runtime\/invocation\/([^/]+)\/response$/.exec(url)?.[1];
    if (method === 'GET' && url === '/2018-06-01/runtime/invocation/next') {
      asking = response;
      handOut();
    } else if (method === 'POST' && answered !== undefined) {
      const answer: unknown = JSON.parse(await text(request));
      response.writeHead(202).end();
      underWay.get(answered)?.resolve(answer);
      underWay.delete(answered);
    } else {
      response.writeHead(404).end();
    }
  }

  const server = createServer((request, response) => void take(request, response));
  // An invocation that waits for its store is silent for longer than Node leaves a connection open by itself.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server that listens on TCP has such an address.
  const { port } = server.address() as AddressInfo;
  return {
    address: `127.0.0.1:${port}`,
    invoke: (event) =>
      new Promise((resolve) => {
        queue.push({ id: randomUUID(), event: JSON.stringify(event), resolve });
        handOut();
      }),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
