/** The packaged handler in processes of its own, one after the other, behind a proxy that makes its store fail. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type FunctionProcess, startFunction } from '../../../bench/invocation/function-process.ts';
import {
  type Exchange,
  isEventuallyConsistent,
  type PutTimes,
  startFaultProxy,
} from '../../../shared/store/testing/fault-proxy.ts';
import { Random } from '../../fuzz/random.ts';
import type { FaultCount } from '../random-fault.ts';
import type { Answered, DecisionLine, Disturbance, HandlerRun, HandlerSettings } from './judge-answers.ts';
import { connectEvent } from './policies.ts';
import { type Climate, weather } from './weather.ts';

export interface SandboxOptions {
  readonly name: string;
  readonly settings: HandlerSettings;
  readonly bundle: string;
  readonly dynamoDb: string;
  readonly rulesTable: string;
  readonly decisionsTable: string;
  readonly seed: number;
  readonly climate: Climate;
  /** How long a process lives, in milliseconds: at least, at most. */
  readonly livesMs: readonly [number, number];
  readonly pauseMs: number;
  readonly puts: PutTimes;
  readonly faults: FaultCount;
  /** Texts that occur in the damage that was done so far. */
  readonly marks: () => readonly string[];
  /** Counts up when the process is to be replaced by a new one. */
  readonly restarts: () => number;
}

export interface SandboxRuns {
  readonly runs: readonly HandlerRun[];
  /** Reads that a replica might have answered and that must not be answered by one. */
  readonly inconsistentReads: number;
  readonly mostResidentBytes: number;
}

/** Invokes handlers, one connection at a time, until the time is over (milliseconds since 1970). */
export async function runSandbox(options: SandboxOptions, until: number): Promise<SandboxRuns> {
  const { settings, puts, faults } = options;
  const random = new Random(options.seed);
  const faultAt = weather(new Random(options.seed + 1), options.climate, Date.now());
  const runs: Omit<HandlerRun, 'disturbances'>[] = [];
  // Of all processes: some end only after the process that met them.
  const disturbances: Disturbance[] = [];
  let inconsistentReads = 0;
  let mostResidentBytes = 0;
  let connections = 0;
  const proxy = await startFaultProxy(options.dynamoDb, {
    faultFor: ({ at }) => faultAt(at),
    puts,
    onExchange(exchange) {
      faults.add(exchange.fault);
      // What becomes of records of decisions changes no decision.
      if (!JSON.stringify(exchange.request.body).includes(options.rulesTable)) return;
      disturbances.push(...disturbancesOf(exchange, options.marks()));
      if (isEventuallyConsistent(exchange.request) && exchange.request.operation !== 'BatchGetItem')
        inconsistentReads++;
    },
  });
  try {
    while (Date.now() < until) {
      const lines = new Map<string, DecisionLine>();
      const startedAt = Date.now();
      const restarts = options.restarts();
      const endsAt = Math.min(until, startedAt + random.integer(...options.livesMs));
      const invoked: Omit<Answered, 'line'>[] = [];
      const handler = await startFunction(
        options.bundle,
        {
          AWS_ENDPOINT_URL_DYNAMODB: proxy.endpoint,
          RULES_TABLE: options.rulesTable,
          POLICY_TTL_SECONDS: String(settings.ttlMs / 1_000),
          MAX_STALE_SECONDS: String(settings.maxStaleMs / 1_000),
          ON_POLICY_UNAVAILABLE: settings.onPolicyUnavailable,
          ...(settings.recordMs > 0 && {
            DECISIONS_TABLE: options.decisionsTable,
            DECISION_LOG_TIMEOUT_MS: String(settings.recordMs),
          }),
        },
        (printed) => keepDecision(printed, lines),
      );
      try {
        do {
          const event = connectEvent(random, connections++);
          const { rssBytes, ...one } = await invoke(handler, event);
          invoked.push(one);
          mostResidentBytes = Math.max(mostResidentBytes, rssBytes);
          await sleep(options.pauseMs);
        } while (Date.now() < endsAt && options.restarts() === restarts);
      } finally {
        await handler.end();
      }
      const answers = invoked.map((one) => ({ ...one, line: lines.get(String(one.event['connection-id'])) }));
      runs.push({ name: `${options.name} ${runs.length + 1}`, settings, startedAt, answers });
    }
    // What is late has its end now.
    await sleep(options.climate.mostLateMs + 200);
    return { runs: withDisturbances(runs, disturbances), inconsistentReads, mostResidentBytes };
  } finally {
    await proxy.stop();
  }
}

/** To each process what began while it lived. */
function withDisturbances(
  runs: readonly Omit<HandlerRun, 'disturbances'>[],
  disturbances: readonly Disturbance[],
): HandlerRun[] {
  return runs.map((run, place) => {
    const endsAt = runs[place + 1]?.startedAt ?? Number.POSITIVE_INFINITY;
    const its = disturbances.filter(({ from }) => from >= run.startedAt && from < endsAt);
    return { ...run, disturbances: its };
  });
}

async function invoke(
  handler: FunctionProcess,
  event: Readonly<Record<string, unknown>>,
): Promise<Omit<Answered, 'line'> & { readonly rssBytes: number }> {
  const begunAt = Date.now();
  const { answer, ms, rssBytes } = await handler.invoke(event);
  return { event, begunAt, endedAt: Date.now(), ms, answer, rssBytes };
}

function keepDecision(printed: string, lines: Map<string, DecisionLine>): void {
  if (!printed.includes('"outcome"')) return;
  const line: DecisionLine & { readonly connectionId?: string } = JSON.parse(printed);
  if (line.connectionId !== undefined) lines.set(line.connectionId, line);
}

/** Slower than this, an answer without any fault is an outage, too: the machine's. */
const SLOW_MS = 250;

function disturbancesOf(
  { request, fault, answered, delivered, endedAt }: Exchange,
  marks: readonly string[],
): Disturbance[] {
  const [from, until] = [request.at, endedAt];
  const kind = kindOf(fault, endedAt - request.at);
  const isRead = delivered && until - from < SLOW_MS && marks.some((mark) => answered?.body.includes(mark));
  return [
    ...(kind ? [{ kind, from, until }] : []),
    ...(isRead && kind === undefined ? [{ kind: 'damage-read' as const, from, until }] : []),
  ];
}

function kindOf(fault: Exchange['fault'], ms: number): Disturbance['kind'] | undefined {
  switch (fault?.kind) {
    case undefined:
    case 'wrong-checksum':
    case 'stale-read':
      return ms > SLOW_MS ? 'outage' : undefined;
    case 'refused':
    case 'truncated-answer':
      return 'refusal';
    case 'error-page':
      return fault.status >= 500 ? 'outage' : 'refusal';
    default:
      return 'outage';
  }
}
