/** Clients that connect all the time: they invoke a function as Client VPN does, through Lambda's own API. */
import { setTimeout as delay } from 'node:timers/promises';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { boundedRequests } from '../../../shared/bounded-requests.ts';
import type { ConnectRequestV3 } from '../../../shared/client-vpn/index.ts';
import { LOCAL_CREDENTIALS, LOCAL_HOST, LOCAL_REGION } from '../../local-stack/settings.ts';

export interface Answered {
  readonly event: ConnectRequestV3;
  /** Milliseconds since 1970. */
  readonly sentMs: number;
  /** From the request to its answer. */
  readonly tookMs: number;
  /** The answer's JSON; undefined where none came. */
  readonly payload: string | undefined;
  /** Why there is none, or that the function has failed. */
  readonly error?: string;
}

export interface ClientsOptions {
  readonly lambdaPort: number;
  readonly functionName: string;
  readonly clients: number;
  /** Each client makes its own. */
  readonly nextEvent: (client: number) => ConnectRequestV3;
  /** What a client waits between an answer and its next connection, in milliseconds. */
  readonly pauseMs: () => number;
  /** At each multiple of it, in milliseconds since 1970, all clients come at once, as after a line that was cut. */
  readonly waveMs: number;
}

export interface Clients {
  /** Until that moment, in milliseconds since 1970; resolves when all have their last answer. */
  run(untilMs: number): Promise<readonly Answered[]>;
  /** One connection of each client at once, so that each has a sandbox. */
  warmUp(): Promise<readonly Answered[]>;
  close(): void;
}

/** Client VPN waits so long. */
const TIMEOUT_MS = 30_000;

export function makeClients(options: ClientsOptions): Clients {
  const { lambdaPort, functionName, clients, nextEvent, pauseMs, waveMs } = options;
  const lambda = new LambdaClient({
    endpoint: `http://${LOCAL_HOST}:${lambdaPort}`,
    region: LOCAL_REGION,
    credentials: LOCAL_CREDENTIALS,
    // As Client VPN: an answer that does not come is not asked for again.
    maxAttempts: 1,
    // A new connection each time: serverless offline closes those that it has kept, also while the next request is on its way.
    requestHandler: { ...boundedRequests(TIMEOUT_MS), httpAgent: { keepAlive: false, maxSockets: clients } },
  });

  async function connect(client: number): Promise<Answered> {
    const event = nextEvent(client);
    const sentMs = Date.now();
    const startedMs = performance.now();
    const sent = lambda.send(new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(event) }));
    const { payload, error } = await sent.then(
      ({ Payload, FunctionError }) => ({ payload: Payload?.transformToString(), error: FunctionError }),
      (thrown: unknown) => ({ payload: undefined, error: String(thrown) }),
    );
    return { event, sentMs, tookMs: performance.now() - startedMs, payload, ...(error !== undefined && { error }) };
  }

  async function keepConnecting(client: number, untilMs: number, answers: Answered[]): Promise<void> {
    for (;;) {
      const now = Date.now();
      await delay(Math.min(pauseMs(), waveMs - (now % waveMs)));
      if (Date.now() >= untilMs) return;
      answers.push(await connect(client));
    }
  }

  const all = Array.from({ length: clients }, (_, client) => client);
  return {
    async run(untilMs) {
      const answers: Answered[] = [];
      await Promise.all(all.map((client) => keepConnecting(client, untilMs, answers)));
      return answers;
    },
    warmUp: () => Promise.all(all.map(connect)),
    close: () => lambda.destroy(),
  };
}
