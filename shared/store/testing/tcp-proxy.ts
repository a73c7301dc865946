/** A TCP proxy on 127.0.0.1 in front of a local DynamoDB, to see how the store bears what networks do. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface TcpProxy {
  readonly endpoint: string;
  /** What happens to requests from now on. Default: they pass. */
  mode: ProxyMode;
  /** By how much every answer is late from now on, in milliseconds. */
  roundTripMs: number;
  /** Requests that hold this text are carried out and their answer is lost; so often. */
  loseAnswers(requestText: string, times: number): void;
  /** Requests that hold this text never arrive, and their connection breaks; so often. */
  loseRequests(requestText: string, times: number): void;
  /** Requests that hold this text never arrive, and nothing answers them. */
  holdRequests(requestText: string): void;
  /** How many were held. */
  readonly held: number;
  /** Operations of the requests seen so far, whatever became of them: `Query`, `BatchGetItem` … */
  readonly operations: readonly string[];
  /** Connections opened so far. */
  readonly connections: number;
  /**
   * How many answers had to be awaited one after the other: a request that begins after another one's answer has one more to wait
   * for. (Opening a connection takes round trips of its own.)
   */
  readonly roundTrips: number;
  stop(): Promise<void>;
}

/** `refuse`: connections break at once. `stall`: requests arrive nowhere and are never answered. */
export type ProxyMode = 'pass' | 'refuse' | 'stall';

interface Loss {
  readonly text: string;
  times: number;
}

/** @param options.roundTripMs by how much every answer is late at first. Default 0 */
export async function startTcpProxy(targetPort: number, options: { roundTripMs?: number } = {}): Promise<TcpProxy> {
  let { roundTripMs = 0 } = options;
  const sockets = new Set<Socket>();
  const lostAnswers: Loss[] = [];
  const lostRequests: Loss[] = [];
  const heldTexts: string[] = [];
  const heldSockets = new WeakSet<Socket>();
  let held = 0;
  const operations: string[] = [];
  let roundTrips = 0;
  let mode: ProxyMode = 'pass';
  let connections = 0;

  const server = createServer((client) => {
    connections++;
    if (mode === 'refuse') {
      client.destroy();
      return;
    }
    const target = connect(targetPort, '127.0.0.1');
    const breakOff = () => {
      client.destroy();
      target.destroy();
    };
    for (const socket of [client, target]) {
      sockets.add(socket);
      socket.on('error', breakOff);
      socket.on('close', () => {
        sockets.delete(socket);
        breakOff();
      });
    }
    // What was sent since the last answer: requests on one connection follow each other.
    let request = '';
    let roundTrip = 0;
    const answer = (bytes: Buffer) => {
      roundTrips = Math.max(roundTrips, roundTrip);
      client.write(bytes);
    };
    client.on('data', (bytes) => {
      if (mode === 'refuse') return breakOff();
      if (request === '') roundTrip = roundTrips + 1;
      const counted = operationsIn(request);
      request += bytes.toString('latin1');
      operations.push(...operationsIn(request).slice(counted.length));
      if (takeLoss(lostRequests, request)) return breakOff();
      if (!heldSockets.has(client) && heldTexts.some((text) => request.includes(text))) {
        heldSockets.add(client);
        held++;
      }
      if (mode !== 'stall' && !heldSockets.has(client)) target.write(bytes);
    });
    target.on('data', (bytes) => {
      if (mode !== 'pass' || takeLoss(lostAnswers, request)) return breakOff();
      request = '';
      if (roundTripMs === 0) answer(bytes);
      else setTimeout(() => client.destroyed || answer(bytes), roundTripMs);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server that listens on TCP has such an address.
  const { port } = server.address() as AddressInfo;

  const breakAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    endpoint: `http://127.0.0.1:${port}`,
    get mode() {
      return mode;
    },
    set mode(next) {
      // What a stalled connection swallowed cannot be made good.
      if (next === 'refuse' || mode === 'stall') breakAll();
      mode = next;
    },
    get roundTripMs() {
      return roundTripMs;
    },
    set roundTripMs(ms) {
      roundTripMs = ms;
    },
    loseAnswers: (text, times) => lostAnswers.push({ text, times }),
    loseRequests: (text, times) => lostRequests.push({ text, times }),
    holdRequests: (text) => heldTexts.push(text),
    get held() {
      return held;
    },
    operations,
    get connections() {
      return connections;
    },
    get roundTrips() {
      return roundTrips;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        breakAll();
      }),
  };
}

function takeLoss(losses: Loss[], request: string): boolean {
  const loss = losses.find(({ text, times }) => times > 0 && request.includes(text));
  if (!loss) return false;
  loss.times--;
  return true;
}

function operationsIn(request: string): string[] {
  return [...request.matchAll(/^x-amz-target: DynamoDB_\d+\.(\w+)\r$/gim)].map((match) => match[1] ?? '');
}
