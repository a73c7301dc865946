/** Lambda's invoke API as an HTTP server, written from the Lambda API reference ("Invoke"). A test says what the function does. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { EnforcerRequest, Within } from '../protocol.ts';

export interface Invocation {
  readonly functionName: string;
  readonly type: string;
  readonly request: EnforcerRequest & Within;
}

/**
 * What becomes of an invocation. `answer`: the function's, as JSON, or as it is where it is text. `crash`: the function threw or was ended.
 * `error`: the API's own, with its status, and the seconds after which to try again. `break`: the connection ends without an answer. `silence`: nothing ever comes.
 */
export type InvocationOutcome =
  | 'break'
  | 'silence'
  | { readonly answer: unknown }
  | { readonly crash: { readonly errorType?: string; readonly errorMessage?: string } }
  | { readonly error: string; readonly status: number; readonly message?: string; readonly retryAfter?: number };

export interface FakeLambda {
  readonly endpoint: string;
  /** In order. */
  readonly invocations: readonly Invocation[];
  stop(): Promise<void>;
}

export async function startFakeLambda(
  outcomeOf: (invocation: Invocation) => InvocationOutcome | Promise<InvocationOutcome>,
): Promise<FakeLambda> {
  const invocations: Invocation[] = [];
  const server = createServer(async (incoming, response) => {
    const send = (status: number, body: string, headers: Readonly<Record<string, string>> = {}) =>
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
    const refuse = (status: number, type: string, message: string, headers = {}) =>
      send(status, JSON.stringify({ Type: 'User', Message: message }), { 'x-amzn-errortype': type, ...headers });

    const payload = await text(incoming);
    const [, name] = /^\/2015-03-31\/functions\/([^/?]+)\/invocations$/.exec(incoming.url ?? '') ?? [];
    const type = incoming.headers['x-amz-invocation-type'] ?? 'RequestResponse';
    if (incoming.method !== 'POST' || name === undefined) return refuse(404, 'UnknownOperationException', '');
    if (type !== 'RequestResponse' && type !== 'Event') {
      return refuse(400, 'InvalidParameterValueException', `no invocation type: ${type}`);
    }
    let request: Invocation['request'];
    try {
      request = JSON.parse(payload);
    } catch {
      return refuse(400, 'InvalidRequestContentException', 'Could not parse request body into json');
    }
    const invocation = { functionName: decodeURIComponent(name), type, request };
    invocations.push(invocation);
    const outcome = await outcomeOf(invocation);

    if (outcome === 'silence') return;
    if (outcome === 'break') return response.destroy();
    if ('error' in outcome) {
      const { status, error, message = error, retryAfter } = outcome;
      return refuse(status, error, message, retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) });
    }
    // Nobody waits for what the function makes of an event.
    if (type === 'Event') return send(202, '');
    if ('crash' in outcome) {
      return send(200, JSON.stringify(outcome.crash), { 'x-amz-function-error': 'Unhandled' });
    }
    const { answer } = outcome;
    return send(200, typeof answer === 'string' ? answer : JSON.stringify(answer), {
      'x-amz-executed-version': '$LATEST',
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // it listens on TCP
  return {
    endpoint: `http://127.0.0.1:${port}`,
    invocations,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
