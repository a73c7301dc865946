/**
 * The local stack under many clients while operators write and the store falters: every answer valid and in time, each decision
 * one that a policy makes which was in force, no write lost.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { DynamoDbPolicyStore } from '../../../shared/store/index.ts';
import { localDocumentClient } from '../../../shared/store/testing/dynalite.ts';
import { Random } from '../../fuzz/random.ts';
import { LOCAL_FUNCTION, LOCAL_RULES_TABLE, localAdminApi, localDynamoDbEndpoint } from '../../local-stack/settings.ts';
import { countFigure, type Figure, type SoakContext, type SoakPart, type SoakResult } from '../part.ts';
import { percentile } from '../percentile.ts';
import { type Answered, type Clients, makeClients } from './clients.ts';
import { decisionLines } from './decision-lines.ts';
import { FAULT_KINDS, type Fault, falter } from './faults.ts';
import { type PublishedRevision, watchHistory } from './history.ts';
import { type Bounds, judgeAnswers, judgeWrites, type Verdict } from './judge.ts';
import { operate, type Write } from './operators.ts';
import { FIRST_POLICY, randomEvent } from './scene.ts';
import { type FalteringStack, startFalteringStack } from './stack.ts';
import { startTrivialFunction, TRIVIAL_FUNCTION } from './trivial-function.ts';

const OPERATORS = 4;
const LONG = {
  clients: 50,
  durationMs: 60_000,
  rhythm: { pauseMs: [2_000, 4_000], lastMs: [1_000, 2_000] },
  leastRevisions: 30,
} as const;
/** Long enough for each kind of fault. */
const SHORT = {
  clients: 20,
  durationMs: 11_000,
  rhythm: { pauseMs: [700, 1_200], lastMs: [700, 1_000] },
  leastRevisions: 5,
} as const;

type Extent = typeof LONG | typeof SHORT;

const WAVE_MS = 5_000;
/**
 * Where a function that does nothing takes longer, the machine does other things: what is late there says nothing of the handler. What
 * is answered and written must be right all the same.
 */
const FIT_MS = 1_000;
/** A machine on which it takes more is too busy anyway, as will be seen. */
const MOST_WARM_UPS = 10;
/** Of each kind of failure so many are told in full. */
const TOLD = 5;

const BOUNDS: Bounds = { ttlMs: 1_000, refreshMs: 500, recordMs: 150, maxStaleMs: 3_600_000, invocationMs: 10_000 };

export const load: SoakPart = {
  name: 'load',
  title: 'clients, operators who write and a store that falters, on the local stack',
  async run(context) {
    context.progress('starting the local stack');
    const stack = await startFalteringStack('policies/example.yaml', {
      POLICY_TTL_SECONDS: String(BOUNDS.ttlMs / 1_000),
      // The deployed default; the local stack's own is longer.
      DECISION_LOG_TIMEOUT_MS: String(BOUNDS.recordMs),
    });
    try {
      const trivial = await startTrivialFunction();
      try {
        return await underLoad(context, stack, trivial.lambdaPort);
      } finally {
        await trivial.stop();
      }
    } finally {
      await stack.stop();
    }
  },
};

async function underLoad(context: SoakContext, stack: FalteringStack, trivialPort: number): Promise<SoakResult> {
  const { isShort, seed, progress } = context;
  const extent = isShort ? SHORT : LONG;
  const { durationMs, rhythm } = extent;
  const random = new Random(seed);
  const api = localAdminApi(stack.ports);
  const dynamoDb = localDocumentClient(localDynamoDbEndpoint({ dynamoDb: stack.dynamoDbPort }));
  const store = new DynamoDbPolicyStore({ client: dynamoDb, tableName: LOCAL_RULES_TABLE });
  let connections = 0;
  const shared = {
    clients: extent.clients,
    nextEvent: () => randomEvent(random, ++connections),
    pauseMs: () => random.integer(100, 900),
    waveMs: WAVE_MS,
  };
  const clients = makeClients({ ...shared, lambdaPort: stack.ports.lambda, functionName: LOCAL_FUNCTION });
  const others = makeClients({ ...shared, lambdaPort: trivialPort, functionName: TRIVIAL_FUNCTION });
  try {
    await publish(api);
    progress('a sandbox for each client');
    await Promise.all(Array.from({ length: OPERATORS }, () => fetch(`${api}/v1/health`)));
    await warmUp([clients, others]);

    progress('under load');
    const watch = watchHistory(store);
    const startedMs = Date.now();
    const untilMs = startedMs + durationMs;
    const [answers, overhead, faults, writes] = await Promise.all([
      clients.run(untilMs),
      others.run(untilMs),
      falter(stack.proxy, random, untilMs, rhythm),
      Promise.all(
        Array.from({ length: OPERATORS }, (_, at) => operate({ api, name: `operator-${at + 1}`, random, untilMs })),
      ).then((lists) => lists.flat()),
    ]);
    const seconds = (Date.now() - startedMs) / 1_000;
    const history = await watch.end();
    // For what the last answers still have to log.
    await delay(500);

    const lines = decisionLines(stack.printed());
    const overheadMs = Math.max(...overhead.map(({ tookMs }) => tookMs));
    const verdict = judgeAnswers(answers, { lines, history, faults, bounds: BOUNDS, overheadMs });
    const lost = judgeWrites(writes, history);
    const { ok, findings } = await store.verify();
    const isFit = overheadMs <= FIT_MS;
    const inTime = [
      ...(isFit ? [] : [`the machine is too busy: doing nothing took ${overheadMs.toFixed(0)} ms`]),
      ...firstOf('no answer', verdict.unanswered),
      ...firstOf('late answer', verdict.late),
      ...firstOf('run', tooLittle({ answers, overhead, faults, writes, history }, extent)),
    ];
    const failures = [
      ...firstOf('malformed answer', verdict.malformed),
      ...firstOf('wrong decision', verdict.wrong),
      ...firstOf('write', lost),
      ...(ok ? [] : [`the history is damaged: ${JSON.stringify(findings[0])}`]),
      ...(isFit || !isShort ? inTime : []),
    ];
    const handlerMs = answers.flatMap(({ event }) => lines.get(event['connection-id'] ?? '')?.durationMs ?? []);
    return {
      figures: figures({
        answers,
        overhead,
        faults,
        writes,
        history,
        handlerMs,
        verdict,
        lost,
        seconds,
        isFit,
        extent,
      }),
      failures,
    };
  } finally {
    clients.close();
    others.close();
    dynamoDb.destroy();
  }
}

/** In place of the example policy, whose patch night could come in the middle. */
async function publish(api: string): Promise<void> {
  const response = await fetch(`${api}/v1/policy?confirm=tests&reason=load`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', 'if-match': '*' },
    body: JSON.stringify(FIRST_POLICY),
  });
  if (!response.ok) throw new Error(`The policy was not published: ${response.status} ${await response.text()}`);
}

/** Until all come at once and nobody waits any more, neither for a sandbox nor for its first policy. */
async function warmUp(all: readonly Clients[]): Promise<void> {
  for (let round = 0; round < MOST_WARM_UPS; round++) {
    const answers: Answered[] = [];
    for (const clients of all) answers.push(...(await clients.warmUp()));
    if (round > 0 && answers.every(({ tookMs, error }) => tookMs < FIT_MS && error === undefined)) return;
    await delay(BOUNDS.ttlMs);
  }
}

interface Run {
  readonly answers: readonly Answered[];
  readonly overhead: readonly Answered[];
  readonly faults: readonly Fault[];
  readonly writes: readonly Write[];
  readonly history: readonly PublishedRevision[];
}

/** A run that tried nothing proves nothing. */
function* tooLittle(
  { answers, overhead, faults, writes, history }: Run,
  { clients, leastRevisions }: Extent,
): Generator<string> {
  if (answers.length < 5 * clients) yield `only ${answers.length} answers`;
  for (const kind of FAULT_KINDS)
    if (!faults.some((fault) => fault.kind === kind)) yield `no store fault was of the kind ${kind}`;
  if (history.length < leastRevisions) yield `only ${history.length} revisions`;
  if (!writes.some(({ revision }) => revision !== undefined)) yield 'no operator has written';
  const failed = overhead.find(({ error }) => error !== undefined);
  if (failed !== undefined) yield `the trivial function failed: ${failed.error}`;
}

function firstOf(kind: string, told: Iterable<string>): readonly string[] {
  const all = [...told];
  const more = all.length > TOLD ? [`${kind}: ${all.length - TOLD} more`] : [];
  return [...all.slice(0, TOLD).map((fault) => `${kind}: ${fault}`), ...more];
}

interface Measured extends Run {
  readonly handlerMs: readonly number[];
  readonly verdict: Verdict;
  readonly lost: readonly string[];
  readonly seconds: number;
  readonly isFit: boolean;
  readonly extent: Extent;
}

function figures(measured: Measured): readonly Figure[] {
  const { answers, overhead, faults, writes, history, handlerMs, verdict, lost, seconds, isFit, extent } = measured;
  const written = writes.filter(({ revision }) => revision !== undefined);
  const away = writes.filter(({ status }) => status === 503);
  const kinds = FAULT_KINDS.map((kind) => `${faults.filter((fault) => fault.kind === kind).length} ${kind}`);
  return [
    countFigure('clients at once', extent.clients),
    { what: 'for', figure: `${seconds.toFixed(0)} s` },
    countFigure('answers', answers.length),
    { what: 'answers a second', figure: (answers.length / seconds).toFixed(0) },
    { what: 'answered after, p50 / p99 / most', figure: spread(answers.map(({ tookMs }) => tookMs)) },
    { what: 'a function that does nothing, in the same minute', figure: spread(overhead.map(({ tookMs }) => tookMs)) },
    { what: 'until the handler had decided, by its own clock', figure: spread(handlerMs) },
    {
      what: `answers later than ${BOUNDS.refreshMs} + ${BOUNDS.recordMs} ms and what doing nothing took at most`,
      figure: isFit ? String(verdict.late.length) : 'not judged: the machine was too busy',
    },
    countFigure('answers of sandboxes that had no policy yet, which may take longer', verdict.emptyHanded),
    { what: 'store faults', figure: `${faults.length}: ${kinds.join(', ')}` },
    {
      what: 'writes of operators: made, the store was away, refused',
      figure: `${written.length}, ${away.length}, ${writes.length - written.length - away.length}`,
    },
    countFigure('revisions', history.length),
    countFigure('writes lost, or made although refused', lost.length),
    countFigure('connections without an answer', verdict.unanswered.length),
    countFigure('malformed answers', verdict.malformed.length),
    countFigure('wrong decisions', verdict.wrong.length),
    countFigure('decisions by a policy that could not be confirmed', verdict.stale),
    {
      what: 'a superseded policy decided for at most',
      figure: `${(verdict.longestSupersededMs / 1_000).toFixed(1)} s`,
    },
    countFigure(
      'refused for want of a policy, by a handler that began while the store was away',
      verdict.withoutPolicy,
    ),
  ];
}

function spread(ms: readonly number[]): string {
  return `${[0.5, 0.99, 1].map((share) => percentile(ms, share).toFixed(0)).join(' / ')} ms`;
}
